// How large a datagram may be on a path (RFC 8899): asked by datagrams of each size that the peer says it has got. Nothing rests on
// messages of routers, which may be filtered or forged.

/** 548 passes any IPv4 path; 1,200 nearly all; then IPv6 and tunnels over 1,500, and 1,500 itself, less IP and UDP. */
export const sizes: readonly number[] = [548, 1_200, 1_372, 1_452, 1_472]
/** A size that is not acknowledged after so many turns does not pass. */
const turnsEnough = 3
const giveUpMs = 5_000
/** Whether the size still passes is asked so often, and doubted after so many that were not acknowledged, one behind the other. */
const confirmMs = 5_000
const againMsLeast = 200
const triesMax = 10

/** Asks until it is known: `done` has the largest that passes, undefined when none does. */
export const probing = (
  { most, turnMs }: { readonly most: number; readonly turnMs: number },
  probe: (size: number) => void,
  done: (size: number | undefined) => void,
): { passed(size: number): void; stop(): void } => {
  const wanted = sizes.filter((size, at) => at === 0 || size <= most)
  const largest = Math.max(...wanted)
  let best = 0
  let turns = 0
  let timer: NodeJS.Timeout | undefined
  let isOver = false
  const end = (): void => {
    clearTimeout(timer)
    if (isOver) return
    isOver = true
    done(best > 0 ? best : undefined)
  }
  const turn = (): void => {
    if ((best > 0 && turns >= turnsEnough) || turns * turnMs >= giveUpMs) return end()
    turns += 1
    for (const size of wanted) if (size > best) probe(size)
    timer = setTimeout(turn, turnMs)
  }
  turn()
  return {
    passed: size => {
      if (!isOver && wanted.includes(size)) best = Math.max(best, size)
      if (best === largest) end()
    },
    stop: () => {
      isOver = true
      clearTimeout(timer)
    },
  }
}

/** Asks now and then whether the size still passes, while large datagrams leave; `vanished` when it does not, although others do. */
export const confirming = (
  { size, againMs }: { readonly size: number; readonly againMs: () => number },
  probe: () => void,
  vanished: () => void,
): { left(bytes: number): void; heard(): void; passed(size: number): void; now(): void; stop(): void } => {
  let timer: NodeJS.Timeout | undefined
  let tries = 0
  /** Whether anything came since the first try that was not acknowledged. */
  let isHeard = false
  const ask = (): void => {
    if (tries === 0) isHeard = false
    if (tries >= triesMax && isHeard) return vanished()
    // Where nothing comes at all it is not the size.
    if (tries >= triesMax) {
      timer = undefined
      tries = 0
      return
    }
    tries += 1
    probe()
    timer = setTimeout(ask, Math.max(againMsLeast, againMs()))
  }
  const from = sizes[0] ?? 0
  return {
    left: bytes => {
      if (bytes > from) timer ??= setTimeout(ask, confirmMs)
    },
    heard: () => {
      isHeard = true
    },
    passed: passed => {
      if (passed !== size) return
      clearTimeout(timer)
      timer = undefined
      tries = 0
    },
    now: () => {
      if (tries > 0 || size === from) return
      clearTimeout(timer)
      ask()
    },
    stop: () => clearTimeout(timer),
  }
}
