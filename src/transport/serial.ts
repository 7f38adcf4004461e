// The path over a serial line, or whatever looks like one to the operating system: a modem, a radio, a satellite telephone (page:
// protocol/frame.md, F-17). It hands sealed frames over and never looks into them. A device that is not there is tried for ever.
import { strict as assert } from "node:assert"
import { reconnectMs, reconnectSpread } from "../core/limits.ts"
import { cobsFrame, cobsReader, type Spoilt } from "./cobs.ts"
import { hail, type Strange } from "./hail.ts"
import { reasonOf } from "./link.ts"
import { type Device, type Paced, paced } from "./paced.ts"
import { type OpenDevice, portOpener } from "./serial-port.ts"
import type { PathEvents, PathTraits, Transport } from "./transport.ts"

export type SerialPath = {
  readonly name?: string
  /** As the operating system names it, e.g. "/dev/ttyUSB0". */
  readonly device: string
  /** bit/s of the line: 8 bits, no parity, 1 stop bit. */
  readonly rate: number
  /** From 0 to 1, spreads the attempts. */
  readonly random: () => number
  /** In place of the operating system's device, and of how long one may take nothing, in tests. */
  readonly open?: OpenDevice
  readonly deviceMs?: number
  /** Bytes came that are no frame of this path, and were dropped. */
  readonly noise?: (reason: Spoilt | Strange) => void
  /** The device cannot be opened; the next attempt is on its way. */
  readonly failed?: (reason: string) => void
}

/** A message alone goes in one. (F-17) */
const frameBytesMax = 1_400
/** What is cut takes about a fifth of a second for each piece. */
const piecesPerS = 4.8
const pieceBytesMin = 100
/** The next frame is handed over while the last bytes of the one before go out: what is handed over cannot be overtaken. */
const queueBytes = 64
/** A last word, and a device that is closed, are waited for no longer than this. */
const lastWordMs = 1_000

export const serialTransport = (path: SerialPath): Transport => {
  assert(path.rate > 0, "a line without a rate")
  const pieceBytes = Math.min(frameBytesMax, Math.max(pieceBytesMin, Math.round(path.rate / 10 / piecesPerS)))
  const traits: PathTraits = {
    ...{ name: path.name ?? "serial", rate: path.rate, keepsOrder: true, loses: true },
    ...{ fragmentBytes: frameBytesMax, pieceBytes, queueBytes },
  }
  let running: Running | undefined
  return {
    traits,
    start: async events => {
      assert(!running, "started twice")
      running = runOn(path, path.open ?? portOpener(path.device, path.rate), events)
    },
    send: frame => running?.send(frame),
    drop: reason => running?.drop(reason),
    stop: async () => {
      const last = running
      running = undefined
      await last?.stop()
    },
  }
}

const atMost = async (work: Promise<void>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>(resolve => {
    timer = setTimeout(resolve, lastWordMs)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}

type Running = { send(frame: Uint8Array): void; drop(reason: string): void; stop(): Promise<void> }

const runOn = (path: SerialPath, openDevice: OpenDevice, events: PathEvents): Running => {
  let stopped = false
  let up: { readonly device: Device; readonly out: Paced } | undefined
  let timer: NodeJS.Timeout | undefined
  const noise = (reason: Spoilt | Strange): void => path.noise?.(reason)

  const end = hail({
    say: what => up?.out.say(cobsFrame(what)),
    opened: () => events.opened(),
    closed: reason => {
      up?.out.clear()
      events.closed(reason)
    },
  })
  const heard = (what: Uint8Array): void => {
    if (stopped) return
    const frame = end.heard(what)
    if (typeof frame === "string") noise(frame)
    else if (frame) events.heard(frame)
  }

  const later = (task: () => void): void => {
    clearTimeout(timer)
    if (!stopped) timer = setTimeout(task, reconnectMs * (1 + reconnectSpread * (2 * path.random() - 1)))
  }
  // S-10: while nobody answers, a call each second; while there is no device, an attempt each second.
  const call = (): void => {
    end.call()
    later(call)
  }
  const lost = (device: Device | undefined, reason: string): void => {
    if (device === undefined || up?.device !== device) return
    up = undefined
    end.close(reason)
    void device.close()
    later(tryAgain)
  }
  const attempt = async (): Promise<void> => {
    let device: Device | undefined
    try {
      device = await openDevice(cobsReader(1 + frameBytesMax, heard, noise), reason => lost(device, reason))
    } catch (error) {
      path.failed?.(reasonOf(error instanceof Error ? error : new Error(String(error))))
      return later(tryAgain)
    }
    const opened = device
    if (stopped) return opened.close()
    up = { device: opened, out: paced(opened, path.rate, error => lost(opened, reasonOf(error)), path.deviceMs) }
    call()
  }

  let attempting = attempt()
  const tryAgain = (): void => {
    attempting = attempt()
  }
  return {
    send: frame => {
      assert(frame.length <= frameBytesMax, "a frame larger than the path's fragment")
      if (!end.isOpen() || !up) return
      const marked = new Uint8Array(1 + frame.length)
      marked[0] = end.mark()
      marked.set(frame, 1)
      up.out.send(cobsFrame(marked), () => events.flushed(frame.length))
    },
    drop: reason => end.close(reason),
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      end.close("stopped", true)
      await atMost(attempting)
      const last = up
      up = undefined
      if (!last) return
      await atMost(last.out.idle())
      await atMost(last.device.close())
    },
  }
}
