// A path for datagrams between two ports of this machine, and what befalls such paths: delay, a rate with a queue that overflows, loss,
// doubling, reordering, a largest size, an outage, a caller whose address changes. Seeded, and without rights of the system.
import { createSocket, type Socket } from "node:dgram"
import { once } from "node:events"
import { type Prng, prng } from "../sim/prng.ts"

/** Each way alike. */
export type Weather = {
  /** One way. */
  readonly delayMs: number
  /** bit/s, and the bytes that may wait for it; what finds the queue full is lost. */
  readonly rate: number
  readonly queueBytes: number
  /** Shares of datagrams, from 0 to 1. */
  readonly loss: number
  readonly doubling: number
  readonly reordering: number
  /** How much later one comes that is overtaken. */
  readonly lateMs: number
  /** Share of datagrams of which only the first half comes. */
  readonly halving: number
  /** What is larger vanishes. */
  readonly bytesMax: number
}

const fair: Weather = {
  ...{ delayMs: 0, rate: Number.POSITIVE_INFINITY, queueBytes: 65_536, loss: 0, doubling: 0, reordering: 0 },
  ...{ lateMs: 5, halving: 0, bytesMax: 65_535 },
}

export type DatagramRelay = {
  readonly port: number
  change(weather: Partial<Weather>): void
  /** Nothing passes until `mend`. */
  cut(): void
  mend(): void
  /** Callers are seen under another port from now on, and under their old one are gone, as when a translator of addresses forgets. */
  move(): Promise<void>
  readonly stats: { forth: number; back: number; lost: number; forthBytes: number; backBytes: number }
  stop(): Promise<void>
}

type Lane = { freeAt: number }

export const datagramRelay = async (options: {
  readonly targetPort: number
  readonly seed: number
  readonly weather?: Partial<Weather>
  readonly host?: string
}): Promise<DatagramRelay> => {
  const { targetPort, host = "127.0.0.1" } = options
  const chance = prng(options.seed)
  const stats = { forth: 0, back: 0, lost: 0, forthBytes: 0, backBytes: 0 }
  const lanes: Record<"forth" | "back", Lane> = { forth: { freeAt: 0 }, back: { freeAt: 0 } }
  const timers = new Set<NodeJS.Timeout>()
  const callers = new Map<string, { socket: Socket; readonly port: number }>()
  let weather: Weather = { ...fair, ...options.weather }
  let isCut = false
  let isStopped = false

  const pass = (way: "forth" | "back", bytes: Buffer, onward: (bytes: Buffer) => void): void => {
    const times = isCut ? [] : travel(bytes.length, weather, lanes[way], chance)
    if (times.length === 0) stats.lost += 1
    // Chance is drawn only where it decides, so that what a seed did before it does still.
    const arrives = weather.halving > 0 && chance.chance(weather.halving) ? bytes.subarray(0, bytes.length >> 1) : bytes
    for (const ms of times) {
      const arrive = (): void => {
        if (isStopped || isCut) return
        stats[way] += 1
        stats[`${way}Bytes`] += arrives.length
        onward(arrives)
      }
      if (ms < 0.5) {
        arrive()
        continue
      }
      const timer = setTimeout(() => {
        timers.delete(timer)
        arrive()
      }, ms)
      timers.add(timer)
    }
  }

  const bound = async (port: number): Promise<Socket> => {
    const socket = createSocket({ type: "udp4", recvBufferSize: 1 << 20 })
    socket.bind(port, host)
    await once(socket, "listening")
    return socket
  }
  const outside = await bound(0)
  const opening = new Map<string, Promise<void>>()
  const beyond = async (name: string, port: number): Promise<void> => {
    const socket = await bound(0)
    socket.on("message", bytes => pass("back", bytes, whole => outside.send(whole, port, host)))
    callers.get(name)?.socket.close()
    if (isStopped) socket.close()
    else callers.set(name, { socket, port })
  }
  outside.on("message", (bytes, { port }) => {
    const name = String(port)
    const onward = (whole: Buffer): void => callers.get(name)?.socket.send(whole, targetPort, host)
    if (callers.has(name)) return pass("forth", bytes, onward)
    const opened = opening.get(name) ?? beyond(name, port)
    opening.set(name, opened)
    void opened.then(() => pass("forth", bytes, onward))
  })

  return {
    port: outside.address().port,
    stats,
    change: changed => {
      weather = { ...weather, ...changed }
    },
    cut: () => {
      isCut = true
    },
    mend: () => {
      isCut = false
    },
    move: async () => {
      for (const [name, { port }] of callers) await beyond(name, port)
    },
    stop: async () => {
      if (isStopped) return
      isStopped = true
      for (const timer of timers) clearTimeout(timer)
      await Promise.all(opening.values())
      for (const { socket } of callers.values()) socket.close()
      await new Promise<void>(resolve => outside.close(() => resolve()))
    },
  }
}

/** After how many ms the datagram comes out: once, twice or never. */
const travel = (bytes: number, weather: Weather, lane: Lane, chance: Prng): number[] => {
  const now = performance.now()
  if (bytes > weather.bytesMax) return []
  const isLost = chance.chance(weather.loss)
  const isLate = chance.chance(weather.reordering)
  const isDoubled = chance.chance(weather.doubling)
  const bytesPerMs = weather.rate / 8_000
  lane.freeAt = Math.max(lane.freeAt, now)
  if ((lane.freeAt - now) * bytesPerMs + bytes > weather.queueBytes && weather.rate !== Number.POSITIVE_INFINITY)
    return []
  lane.freeAt += bytes / bytesPerMs
  if (isLost) return []
  const at = lane.freeAt - now + weather.delayMs + (isLate ? weather.lateMs : 0)
  return isDoubled ? [at, at + weather.lateMs / 2] : [at]
}
