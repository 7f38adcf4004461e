// One greeted session over datagrams as a link: frames at the path's pace, probes of its size, reports of what came, and its end (page:
// protocol/frame.md, F-20). It knows a way to send, and no socket.
import { strict as assert } from "node:assert"
import { type Control, controlReader, controlWriter, frameAroundBytes, frameDatagram } from "./datagram.ts"
import type { Session } from "./greet.ts"
import { type Dialler, earlyBytesMax, type Link, type Taken } from "./link.ts"
import { type Pace, paceOf } from "./pacing.ts"
import { confirming, probing } from "./probing.ts"

/** Marks go out so often while frames do, and for so small a part of a slow path; alone, when none is answered, so often. */
const markMs = 200
const markShare = 0.05
const markBytes = 70
const markAloneMs = 1_000
/** No report for this long and four round trips: nothing gets through. */
const silentMs = 2_000
/** A bye may be lost as anything else. */
const byes = 3

export type SessionOptions = {
  readonly session: Session
  readonly dialler: Dialler
  /** bit/s, declared. */
  readonly rate: number
  /** The most that a frame may have. */
  readonly fragmentBytes: number
  readonly queueBytes: (fragmentBytes: number) => number
  /** Of the greeting. */
  readonly rttMs: number
  readonly send: (datagram: Uint8Array) => void
  /** It is the path from now on, with frames so large. */
  readonly taken: (fragmentBytes: number) => void
  /** What goes out again until the peer is heard. */
  readonly proof?: Uint8Array
  /** Both ends have heard each other, and how large datagrams may be is known; undefined when nothing came back. */
  readonly ready: (link: SessionLink | undefined) => void
}

export type SessionLink = Link & {
  readonly fragmentBytes: number
  /** A frame of the session, whoever sent it. */
  frame(frame: Uint8Array): void
  /** A control message: why it is not the peer's, or not for the first time. `newest`: it is, and nothing newer came before. */
  control(datagram: Uint8Array, newest: () => void): "bad-tag" | "repeated" | undefined
}

const sizeAround = (bytes: number): number => bytes + frameAroundBytes

export const sessionLink = (options: SessionOptions): SessionLink => {
  const { session, dialler, rate, rttMs, send } = options
  const pace = paceOf(rate, { rttMs, frameBytes: sizeAround(options.fragmentBytes) })
  const write = controlWriter(session)
  const read = controlReader(session)
  const told: ((reason: string) => void)[] = []
  let early: Uint8Array[] = []
  let earlyBytes = 0
  let sink: ((frame: Uint8Array) => void) | undefined
  let received = { frames: 0, bytes: 0 }
  let isClosed = false
  let isHeard = false
  let fragmentBytes = 0
  let out: ReturnType<typeof outbound> | undefined
  let confirms: ReturnType<typeof confirming> | undefined

  const say = (control: Control): void => {
    const datagram = write(control)
    pace.also(datagram.length)
    send(datagram)
  }
  const end = (reason: string): void => {
    if (isClosed) return
    isClosed = true
    for (const part of [probes, marks, out, confirms]) part?.stop()
    for (const tell of told.splice(0)) tell(reason)
  }
  const close = (reason: string): void => {
    if (isClosed) return
    for (let nth = 0; nth < byes; nth++) say({ type: "bye" })
    end(reason)
  }
  const marks = marking(pace, say, () => (out?.waiting() ?? 0) > 0)
  const most = sizeAround(options.fragmentBytes)
  // Thrice, since a turn of probes takes its time on a slow path.
  const turnMs = Math.max(100, 1.5 * rttMs, (3 * 8_000 * Math.min(most, 6_044)) / rate)

  const taking = (path: { heard(frame: Uint8Array): void; flushed(bytes: number): void }): Taken => {
    let isStopped = false
    options.taken(fragmentBytes)
    const hear = (frame: Uint8Array): void => {
      if (!isStopped) path.heard(frame)
    }
    const flow = outbound(pace, options.queueBytes(fragmentBytes), fragmentBytes, path.flushed, frame => {
      marks.left()
      confirms?.left(sizeAround(frame.length))
      send(frameDatagram(session, frame))
    })
    out = flow
    return {
      send: frame => flow.send(frame),
      begin: () => {
        sink = hear
        const frames = early
        early = []
        for (const frame of frames) hear(frame)
      },
      stop: () => {
        isStopped = true
      },
    }
  }

  const probes = probing(
    { most, turnMs },
    size => {
      if (!isHeard && options.proof) send(options.proof)
      say({ type: "probe", size })
    },
    size => {
      if (size === undefined) {
        close("nothing came back")
        return options.ready(undefined)
      }
      fragmentBytes = Math.min(size - frameAroundBytes, options.fragmentBytes)
      confirms = confirming(
        { size, againMs: () => 1.5 * (pace.rttMs ?? rttMs) },
        () => say({ type: "probe", size }),
        () => close("large datagrams vanish"),
      )
      options.ready(link)
    },
  )

  const hears = (control: Control): void => {
    switch (control.type) {
      case "probe":
        return say({ type: "probed", size: control.size })
      case "probed":
        probes.passed(control.size)
        return confirms?.passed(control.size)
      case "mark":
        return say({ type: "report", number: control.number, at: Math.floor(performance.now()), ...received })
      case "report":
        return marks.report(control)
      case "bye":
        return end("closed by the peer")
      default:
        return control satisfies never
    }
  }

  const link: SessionLink = {
    dialler,
    get fragmentBytes() {
      return fragmentBytes
    },
    isClosed: () => isClosed,
    close: () => close("closed here"),
    onClosed: tell => void told.push(tell),
    take: taking,
    frame: frame => {
      if (isClosed) return
      received = { frames: received.frames + 1, bytes: received.bytes + sizeAround(frame.length) }
      if (sink) return sink(frame)
      earlyBytes += frame.length
      if (earlyBytes <= earlyBytesMax) early.push(frame)
    },
    control: (datagram, newest) => {
      const heard = read(datagram)
      if (typeof heard === "string") return heard
      isHeard = true
      confirms?.heard()
      if (!heard || isClosed) return undefined
      if (heard.isNewest) newest()
      hears(heard.control)
      return undefined
    },
  }
  return link
}

/** Frames that wait for their turn. What has left is said, but not all of it while more waits: the less gets through, the less may wait
 *  here, where nothing overtakes. */
const outbound = (
  pace: Pace,
  queueBytes: number,
  fragmentBytes: number,
  flushed: (bytes: number) => void,
  send: (frame: Uint8Array) => void,
) => {
  const queue: Uint8Array[] = []
  let timer: NodeJS.Timeout | undefined
  let unsaid = 0
  const turn = (): void => {
    timer = undefined
    for (let frame = queue[0]; frame; frame = queue[0]) {
      const waitMs = pace.leave(sizeAround(frame.length), performance.now())
      if (waitMs > 0) {
        timer = setTimeout(turn, Math.ceil(waitMs))
        break
      }
      queue.shift()
      unsaid += frame.length
      send(frame)
    }
    const room = Math.max(2 * fragmentBytes, Math.floor(queueMs * (pace.rate / 8_000)))
    const kept = queue.length === 0 ? 0 : Math.max(0, queueBytes - room)
    const said = unsaid - kept
    if (said <= 0) return
    unsaid = kept
    flushed(said)
  }
  return {
    waiting: () => queue.length,
    send: (frame: Uint8Array): void => {
      assert(frame.length <= fragmentBytes, "a frame larger than the path's fragment")
      queue.push(frame)
      if (timer === undefined) turn()
    },
    stop: (): void => {
      clearTimeout(timer)
      queue.length = 0
    },
  }
}

/** What may wait in the transport, in time. */
export const queueMs = 25

/** Marks while frames leave, and until one of them is answered: they ask for reports, and show where we are. */
const marking = (pace: Pace, say: (control: Control) => void, waits: () => boolean) => {
  let timer: NodeJS.Timeout | undefined
  let leftSince = false
  let last = 0
  let answered = 0
  let heardAt = 0
  const turn = (): void => {
    timer = undefined
    const now = performance.now()
    if (leftSince && now - heardAt > silentMs + 4 * (pace.rttMs ?? 0)) {
      pace.silent()
      heardAt = now
    }
    const isFrames = leftSince || waits()
    if (!isFrames && answered === last) return
    leftSince = false
    last = pace.mark(now, waits())
    say({ type: "mark", number: last })
    const spacedMs = Math.max(markMs, (markBytes * 8_000) / (markShare * pace.rate))
    timer = setTimeout(turn, isFrames ? spacedMs : Math.max(markAloneMs, spacedMs))
  }
  return {
    left: (): void => {
      if (timer !== undefined && leftSince) return
      leftSince = true
      if (timer !== undefined) return
      // After a silence the clock of silence begins anew.
      heardAt = performance.now()
      timer = setTimeout(turn, markMs)
    },
    report: (report: Extract<Control, { type: "report" }>): void => {
      answered = Math.max(answered, report.number)
      heardAt = performance.now()
      pace.report(report, heardAt)
    },
    stop: (): void => clearTimeout(timer),
  }
}
