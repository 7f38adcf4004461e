// One path between two nodes, as a pair of transports: it drops, doubles, delays, reorders and alters frames, replays old ones, is cut
// on one way or both, with and without the ends being told, and reconnects as a real one does.
import { openingBytesMax, reconnectMs, reconnectSpread } from "../src/core/limits.ts"
import type { PathEvents, PathTraits, Transport } from "../src/transport/transport.ts"
import type { Faults } from "./faults.ts"
import type { Prng } from "./prng.ts"
import type { Universe } from "./world.ts"

/** Chances by frame, and the path's own delay. */
export type Profile = {
  readonly traits: PathTraits
  readonly latencyMs: number
  readonly jitterMs: number
  readonly drop: number
  readonly double: number
  readonly delay: number
  readonly reorder: number
  readonly corrupt: number
  readonly replay: number
  readonly garbage: number
  /** A frame comes back to who sent it. */
  readonly loop: number
  /** What it truly brings, where that is less than its traits say; all else lies in a buffer, until that is full. */
  readonly brings?: { readonly rate: number; readonly bufferBytes: number }
}

export type Wire = {
  /** A process comes up at one end (0 or 1): its transport, and how it dies. `told`: whether the other end notices. */
  plug(end: number): { readonly transport: Transport; die(told: boolean): void }
  /** Both ways, and both ends are told. */
  cut(): void
  /** Frames from one end vanish, and nobody is told. */
  mute(end: number): void
  /** Only one end is told that the path is down. */
  halfOpen(told: number): void
  /** Everything vanishes, and nobody is told, until it is over; no mending helps meanwhile. */
  silence(over: boolean): void
  /** Whole again: ends that know that they are down reconnect. */
  mend(): void
  /** A year is over: what had been under way all the time arrives. */
  late(): void
  /** From now on no frame is harmed. */
  calm(): void
  bytes(): number
}

type End = {
  events: PathEvents | null
  up: boolean
  /** Counts connections: what was flushed on an old one is nobody's news. */
  life: number
  busyUntil: number
  /** When all has left the buffer of a path that brings less than it says. */
  emptyAt: number
  /** Handed over and not yet gone. */
  queued: number
  muted: boolean
  waiting: (() => void) | null
}

const keptFrames = 64
/** Of what is a year late, from either end: an opening more likely than a frame. */
const lateFrames = 8
const openingBytesLeast = 4_000
/** Openings, and what refuses them, go before the queue: a few of each may be under way. */
const openingsBytes = 4 * openingBytesMax

export const wire = (all: Universe, chance: Prng, faults: Faults, profile: Profile): Wire => {
  const ends: [End, End] = [freshEnd(), freshEnd()]
  const past: Uint8Array[][] = [[], []]
  const late: Uint8Array[][] = [[], []]
  const { traits } = profile
  let [whole, calm, silent, bytes] = [true, false, false, 0]
  const note = (end: number, what: string, frame?: Uint8Array) => all.trace.note(`${traits.name}/${end}`, what, frame)

  const down = (at: number, reason: string): void => {
    const end = ends[at]!
    if (!end.up) return
    end.up = false
    end.life += 1
    note(at, `closed ${reason}`)
    end.events?.closed(reason)
    redial(at)
  }

  const redial = (at: number): void => {
    const end = ends[at]!
    end.waiting?.()
    const spread = Math.round(reconnectMs * reconnectSpread)
    end.waiting = all.after(reconnectMs + chance.between(-spread, spread), () => {
      end.waiting = null
      if (end.up || !end.events) return
      if (canConnect(at)) connect()
      else if (whole && !silent) redial(at)
    })
  }

  const redialAll = (): void => {
    for (const at of [0, 1]) if (ends[at]!.events && !ends[at]!.up) redial(at)
  }

  const canConnect = (at: number): boolean =>
    whole && !silent && !ends[0].muted && !ends[1].muted && ends[1 - at]!.events !== null

  /** A new connection takes the place of one that the other end still believes in. */
  const connect = (): void => {
    const first = chance.below(2)
    for (const at of [first, 1 - first]) {
      const end = ends[at]!
      if (end.up) {
        end.life += 1
        end.events?.closed("replaced")
      }
      end.waiting?.()
      end.waiting = null
      end.up = true
      end.life += 1
      end.busyUntil = all.now()
      end.emptyAt = all.now()
      end.queued = 0
      note(at, "opened")
      end.events?.opened()
    }
  }

  const deliver = (to: number, frame: Uint8Array, ms: number): void => {
    all.after(ms, () => {
      const end = ends[to]!
      if (!end.up || !end.events) return
      note(to, `heard ${frame.length}`, frame)
      end.events.heard(frame)
    })
  }

  const remember = (from: number, frame: Uint8Array): void => {
    const kept = past[from]!
    if (kept.length < keptFrames) kept.push(frame)
    else if (chance.chance(0.2)) kept[chance.below(keptFrames)] = frame
  }

  const carry = (from: number, frame: Uint8Array, ms: number): void => {
    const to = 1 - from
    remember(from, frame)
    const isRare = late[to]!.length < lateFrames && chance.chance(frame.length > openingBytesLeast ? 0.3 : 0.005)
    if (isRare) late[to]!.push(frame.slice())
    if (calm) return deliver(to, frame, ms)
    if (chance.chance(profile.drop)) {
      faults.drop += 1
      return
    }
    if (chance.chance(profile.double)) {
      faults.double += 1
      deliver(to, frame.slice(), ms + chance.below(200))
    }
    if (chance.chance(profile.reorder)) {
      faults.reorder += 1
      ms += profile.latencyMs + chance.between(1, 40)
    } else if (chance.chance(profile.delay)) {
      faults.delay += 1
      ms += chance.between(500, 20_000)
    }
    if (chance.chance(profile.corrupt)) {
      faults.corrupt += 1
      deliver(to, altered(chance, frame), ms)
      if (chance.chance(0.5)) return
    }
    deliver(to, frame.slice(), ms)
    if (chance.chance(profile.replay)) {
      faults.replay += 1
      const back = past[to]!
      const old = chance.pick(back.length > 0 && chance.chance(0.2) ? back : past[from]!)
      deliver(to, old.slice(), ms + chance.below(500))
    }
    if (chance.chance(profile.loop)) {
      faults.looped += 1
      deliver(from, frame.slice(), ms)
    }
    if (chance.chance(profile.garbage)) {
      faults.garbage += 1
      deliver(to, garbage(chance), ms + chance.below(500))
    }
  }

  const send = (from: number, frame: Uint8Array): void => {
    const end = ends[from]!
    if (!end.up) return
    if (frame.length > traits.fragmentBytes) all.found(`a frame of ${frame.length} B on ${traits.name}`)
    bytes += frame.length
    end.queued += frame.length
    if (end.queued > traits.queueBytes + traits.fragmentBytes + openingsBytes)
      all.found(`${end.queued} B wait on ${traits.name}`)
    const now = all.now()
    end.busyUntil = Math.max(now, end.busyUntil) + (frame.length * 8_000) / traits.rate
    const gone = end.busyUntil - now
    const { life } = end
    all.after(gone, () => {
      if (end.life !== life) return
      end.queued -= frame.length
      end.events?.flushed(frame.length)
    })
    if (silent || end.muted || ends[1 - from]!.events === null) {
      faults.drop += 1
      return
    }
    const held = buffered(end, frame.length, gone)
    if (held < Infinity)
      carry(from, frame.slice(), gone + held + profile.latencyMs + chance.below(profile.jitterMs + 1))
  }

  /** How long it lies in the buffer; for ever where that is full. */
  const buffered = (end: End, length: number, gone: number): number => {
    const { brings } = profile
    if (!brings) return 0
    const enters = all.now() + gone
    const waits = Math.max(0, end.emptyAt - enters)
    if ((waits * brings.rate) / 8_000 > brings.bufferBytes) {
      faults.drop += 1
      return Infinity
    }
    if (waits > 1_000) faults.buffered += 1
    end.emptyAt = enters + waits + (length * 8_000) / brings.rate
    return end.emptyAt - enters
  }

  const plug: Wire["plug"] = at => {
    const end = ends[at]!
    const transport: Transport = {
      traits,
      start: async events => {
        end.events = events
        if (canConnect(at))
          all.after(profile.latencyMs + chance.below(50), () => end.events === events && canConnect(at) && connect())
        redial(at)
      },
      send: frame => send(at, frame),
      // Never within the call: a node that drops a path must not be spoken to before it has finished.
      drop: reason => {
        const { life } = end
        all.after(0, () => end.life === life && down(at, reason))
        all.after(profile.latencyMs, () => canConnect(at) && down(1 - at, "the peer closed"))
      },
      stop: async () => {
        end.events = null
        end.up = false
        end.life += 1
        down(1 - at, "the peer stopped")
      },
    }
    const die = (told: boolean): void => {
      end.events = null
      end.up = false
      end.life += 1
      end.waiting?.()
      if (told) all.after(profile.latencyMs, () => end.up || down(1 - at, "the peer is gone"))
    }
    return { transport, die }
  }

  return {
    plug,
    cut: () => {
      faults.cut += 1
      whole = false
      for (const at of [0, 1]) down(at, "cut")
    },
    mute: at => {
      faults.cutOneWay += 1
      ends[at]!.muted = true
    },
    halfOpen: told => {
      faults.halfOpen += 1
      for (const end of ends) end.muted = true
      down(told, "cut")
    },
    silence: over => {
      silent = !over
      if (over) redialAll()
    },
    mend: () => {
      whole = true
      for (const end of ends) end.muted = false
      redialAll()
    },
    late: () => {
      for (const to of [0, 1])
        for (const frame of late[to]!.splice(0)) {
          faults.yearLate += 1
          deliver(to, frame, chance.below(60_000))
        }
    },
    calm: () => {
      calm = true
    },
    bytes: () => bytes,
  }
}

const freshEnd = (): End => ({
  ...{ events: null, up: false, life: 0, busyUntil: 0, emptyAt: 0, queued: 0, muted: false, waiting: null },
})

/** One to three bytes changed, or the end missing. */
const altered = (chance: Prng, frame: Uint8Array): Uint8Array => {
  if (frame.length > 1 && chance.chance(0.2)) return frame.slice(0, chance.between(1, frame.length - 1))
  const copy = frame.slice()
  for (let count = chance.between(1, 3); count > 0; count--) copy[chance.below(copy.length)]! ^= chance.between(1, 255)
  return copy
}

/** Noise, more often than not with the first byte of a true frame. */
const garbage = (chance: Prng): Uint8Array => {
  const noise = chance.bytes(chance.between(0, 400))
  if (noise.length > 0 && chance.chance(0.8)) noise[0] = chance.between(1, 4)
  return noise
}
