// Relays in a process of their own: what they cost does not weigh on the nodes' loops.
import { answer, busyMs, clock } from "./process.ts"
import { type Relay, relay } from "./relay.ts"

const relays: Relay[] = []
const relayAt = (place: number): Relay => {
  const found = relays[place]
  if (!found) throw new Error(`there is no relay ${place}`)
  return found
}

/** The moment of the next connection after `mend`, found within a millisecond. */
const nextConnection = (of: Relay): Promise<number> =>
  new Promise(resolve => {
    const before = of.stats.connections
    const timer = setInterval(() => {
      if (of.stats.connections === before) return
      clearInterval(timer)
      resolve(clock())
    }, 1)
  })

answer(
  {
    /** Answers its place and its port. A rate of 0 is none. */
    open: async (targetPort = 0, delayMs = 0, rate = 0) => {
      const made = await relay({ listenPort: 0, targetPort, delayMs, ...(rate > 0 && { rate }) })
      return [relays.push(made) - 1, made.port]
    },
    cut: (place = 0) => {
      relayAt(place).cut()
      return [clock()]
    },
    stall: (place = 0) => {
      relayAt(place).stall()
      return [clock()]
    },
    /** As `mend`, where no connection need be made anew. */
    release: (place = 0) => {
      relayAt(place).mend()
      return [clock()]
    },
    mend: async (place = 0) => {
      const mendedAt = clock()
      const connected = nextConnection(relayAt(place))
      relayAt(place).mend()
      return [mendedAt, await connected]
    },
    stats: (place = 0) => [relayAt(place).stats.forthBytes, relayAt(place).stats.backBytes, busyMs()],
  },
  async () => {
    for (const each of relays) await each.stop()
  },
)
