// A path of known delay and rate between two ports of this machine, and what befalls paths: a cut, and silence. For the bench,
// the tests and the example page. Each direction has the whole rate, as on a leased line, and all connections share it. A
// connection is made without the delay, since TCP's first exchange lies in the kernel; all that passes afterwards is delayed.
import { createConnection, createServer, type Socket } from "node:net"

export type RelayOptions = {
  /** 0: any free port. */
  readonly listenPort: number
  readonly targetPort: number
  readonly host?: string
  /** One way. */
  readonly delayMs?: number
  /** bit/s, each way; without it as fast as the machine. */
  readonly rate?: number
}

export type Relay = {
  readonly port: number
  /** The path breaks: connections are reset, and new ones too, until `mend`. */
  cut(): void
  /** The path falls silent: nothing passes and nobody is told, until `mend`; then what was held passes. */
  stall(): void
  mend(): void
  stop(): Promise<void>
  /** Bytes that came out, at the target and back at the caller, and connections that were made. */
  readonly stats: { forthBytes: number; backBytes: number; connections: number }
}

/** What the path's own devices hold beyond what is under way: 20 ms at 100 Mbit/s. When it is full the sender has to wait. */
const deviceBytes = 262_144
/** On a thin path bytes pass in groups of this many: 7 ms at 9,600 bit/s. */
const groupBytes = 8

/** One direction of the path: what enters it leaves one after the other. */
type Lane = { freeAt: number; count(bytes: number): void }
/** Bytes, or how the sender ended. `startAt`: when the first byte enters the path. */
type Piece = { what: Uint8Array | "end" | "reset"; startAt: number; passed: number }
/** `queuedMax`: bytes of one pipe that may be under way or waiting. */
type Speed = { readonly delayMs: number; readonly bytesPerMs: number; readonly queuedMax: number }
type Pipe = {
  readonly from: Socket
  to: Socket | undefined
  readonly lane: Lane
  readonly queue: Piece[]
  queued: number
}

export const relay = async (options: RelayOptions): Promise<Relay> => {
  const { targetPort, host = "127.0.0.1" } = options
  const stats = { forthBytes: 0, backBytes: 0, connections: 0 }
  const path = pathOf(options.delayMs ?? 0, (options.rate ?? Number.POSITIVE_INFINITY) / 8_000)
  const forth = path.lane(bytes => {
    stats.forthBytes += bytes
  })
  const back = path.lane(bytes => {
    stats.backBytes += bytes
  })
  const waiting = new Map<Socket, Pipe>()
  let state: "open" | "cut" | "silent" = "open"

  const connectOn = (caller: Socket, pipe: Pipe): void => {
    // Who gave up while the path was silent has never been heard of at the other end.
    if (pipe.queue.some(piece => typeof piece.what === "string")) {
      caller.destroy()
      path.forget(pipe)
      return
    }
    const target = createConnection({ host, port: targetPort, allowHalfOpen: true, noDelay: true })
    stats.connections += 1
    pipe.to = target
    path.pipe(target, caller, back)
    path.wake()
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, caller => {
    caller.on("error", () => caller.destroy())
    if (state === "cut") return void caller.resetAndDestroy()
    const pipe = path.pipe(caller, undefined, forth)
    if (state === "silent") waiting.set(caller, pipe)
    else connectOn(caller, pipe)
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(options.listenPort, host, () => resolve())
  })
  const address = server.address()
  return {
    port: typeof address === "object" ? (address?.port ?? 0) : 0,
    stats,
    cut: () => {
      state = "cut"
      waiting.clear()
      path.reset()
    },
    stall: () => {
      state = "silent"
      path.hold()
    },
    mend: () => {
      if (state === "silent") path.release()
      state = "open"
      for (const [caller, pipe] of waiting) connectOn(caller, pipe)
      waiting.clear()
    },
    stop: async () => {
      state = "cut"
      path.reset()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}

/** All pipes of one path and its one timer: a bulk flow costs a turn each millisecond, whatever its number of packets. */
const pathOf = (delayMs: number, bytesPerMs: number) => {
  const immediate = delayMs === 0 && bytesPerMs === Number.POSITIVE_INFINITY
  const underWay = immediate ? 0 : Math.min(bytesPerMs * delayMs, 64 * deviceBytes)
  const speed: Speed = { delayMs, bytesPerMs, queuedMax: 2 * deviceBytes + underWay }
  const pipes = new Set<Pipe>()
  const lanes: Lane[] = []
  let held = false

  const turn = (): void => {
    alarm.clear()
    const now = performance.now()
    let next = Number.POSITIVE_INFINITY
    for (const pipe of pipes) next = Math.min(next, passOn(pipe, now, speed))
    if (next !== Number.POSITIVE_INFINITY) alarm.set(next)
  }
  const alarm = alarmOf(turn)

  const take = (pipe: Pipe, what: Piece["what"]): void => {
    const piece: Piece = { what, startAt: 0, passed: 0 }
    enter(pipe.lane, piece, speed)
    pipe.queue.push(piece)
    if (typeof what !== "string") pipe.queued += what.length
    if (pipe.queued > speed.queuedMax) pipe.from.pause()
    if (held) return
    if (immediate) turn()
    else alarm.set(piece.startAt + delayMs - performance.now())
  }

  return {
    wake: (): void => {
      if (!held) turn()
    },
    lane: (count: (bytes: number) => void): Lane => {
      const lane = { freeAt: 0, count }
      lanes.push(lane)
      return lane
    },
    pipe: (from: Socket, to: Socket | undefined, lane: Lane): Pipe => {
      const pipe: Pipe = { from, to, lane, queue: [], queued: 0 }
      pipes.add(pipe)
      listen(from, what => take(pipe, what))
      from.once("close", () => {
        // Nothing can be passed on to a socket that is closed.
        for (const other of pipes) if (other.to === from) pipes.delete(other)
      })
      return pipe
    },
    forget: (pipe: Pipe): void => void pipes.delete(pipe),
    hold: (): void => {
      held = true
      alarm.clear()
    },
    /** What was held enters the path anew, in order. */
    release: (): void => {
      held = false
      for (const lane of lanes) lane.freeAt = 0
      for (const pipe of pipes) enterAnew(pipe, speed)
      turn()
    },
    reset: (): void => {
      held = false
      alarm.clear()
      for (const { from, to } of pipes) for (const socket of [from, to]) socket?.resetAndDestroy()
      pipes.clear()
      for (const lane of lanes) lane.freeAt = 0
    },
  }
}

/** What comes from a socket, its end included. */
const listen = (from: Socket, take: (what: Piece["what"]) => void): void => {
  let ended = false
  from.on("error", () => from.destroy())
  from.on("data", bytes => take(typeof bytes === "string" ? Buffer.from(bytes) : bytes))
  from.once("end", () => {
    ended = true
    take("end")
  })
  from.once("close", () => {
    if (!ended || !from.writableFinished) take("reset")
  })
}

/** The piece enters its lane behind all that went before. */
const enter = (lane: Lane, piece: Piece, { bytesPerMs }: Speed): void => {
  piece.startAt = Math.max(performance.now(), lane.freeAt)
  lane.freeAt = piece.startAt + (typeof piece.what === "string" ? 0 : piece.what.length / bytesPerMs)
}

const enterAnew = ({ lane, queue }: Pipe, speed: Speed): void => {
  for (const piece of queue) {
    if (typeof piece.what !== "string") piece.what = piece.what.subarray(piece.passed)
    piece.passed = 0
    enter(lane, piece, speed)
  }
}

/** Passes on what has come through by now; the milliseconds until there is more, infinitely many if nothing is under way. */
const passOn = (pipe: Pipe, now: number, { delayMs, bytesPerMs, queuedMax }: Speed): number => {
  const { to, queue } = pipe
  for (let piece = queue[0]; to && piece; piece = queue[0]) {
    const elapsed = now - delayMs - piece.startAt
    // Timers count whole milliseconds: half of one too early is as good as half of one too late.
    if (elapsed < -0.5) return -elapsed
    if (to.writableLength > deviceBytes) return 1
    const { what } = piece
    if (typeof what === "string") {
      queue.shift()
      if (what === "reset") to.destroy()
      else to.end()
      continue
    }
    const through = Math.min(what.length, Math.max(0, Math.floor((elapsed + 0.5) * bytesPerMs)))
    const bytes = through - piece.passed
    if (through === what.length || bytes >= groupBytes) {
      if (!to.destroyed) to.write(what.subarray(piece.passed, through))
      pipe.lane.count(bytes)
      piece.passed = through
      pipe.queued -= bytes
      if (pipe.queued <= queuedMax) pipe.from.resume()
    }
    if (through < what.length) return Math.min(groupBytes, what.length - through) / bytesPerMs
    queue.shift()
  }
  return Number.POSITIVE_INFINITY
}

/** One timer, set to the earliest of what it is asked for. */
const alarmOf = (ring: () => void) => {
  let timer: NodeJS.Timeout | undefined
  let at = Number.POSITIVE_INFINITY
  const clear = (): void => {
    clearTimeout(timer)
    at = Number.POSITIVE_INFINITY
  }
  return {
    clear,
    set: (ms: number): void => {
      const wholeMs = Math.max(1, Math.round(ms))
      const then = performance.now() + wholeMs
      if (then >= at) return
      clear()
      at = then
      timer = setTimeout(ring, wholeMs)
    },
  }
}
