// Bytes to a slow device, so that little of them is beyond recall: at most 64 bytes are with the operating system, and the clock says
// when they have gone, since a device may take more than its line carries (page: protocol/frame.md, F-17).
import { setTimeout as pause, setImmediate as turn } from "node:timers/promises"

/** What is written to. Both may fail, when the device is gone. */
export type Device = {
  /** The operating system has taken the bytes. */
  write(bytes: Uint8Array): Promise<void>
  /** They have gone, as far as it knows. */
  drain(): Promise<void>
  close(): Promise<void>
}

const aheadMax = 64
/** Less than may be ahead, so that the line does not stand still until a timer rings. */
const writeBytes = 48
const bitsOfByte = 10

/** At 300 bit/s 64 bytes are gone after 2.2 s: a device that takes nothing for so long is one that hangs, as an adapter may that is being
 *  pulled out, and is opened anew. */
const deviceMsMost = 20_000

type Item = { readonly bytes: Uint8Array; readonly gone: () => void; at: number }

export type Paced = {
  /** What is said of the path itself, before frames that wait. */
  say(bytes: Uint8Array): void
  send(bytes: Uint8Array, gone: () => void): void
  /** What waits is dropped, and what is on its way is broken off. */
  clear(): void
  /** Once nothing waits any more, or the device has failed. */
  idle(): Promise<void>
}

const within = async (work: Promise<void>, ms: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the device takes nothing")), ms)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

export const paced = (device: Device, rate: number, failed: (error: Error) => void, deviceMs = deviceMsMost): Paced => {
  const bytesPerMs = rate / bitsOfByte / 1_000
  let said: Item[] = []
  let frames: Item[] = []
  let current: Item | undefined
  let ahead = 0
  let countedAt = performance.now()
  let working: Promise<void> | undefined

  const untilRoom = async (bytes: number): Promise<void> => {
    for (;;) {
      const now = performance.now()
      ahead = Math.max(0, ahead - (now - countedAt) * bytesPerMs)
      countedAt = now
      const ms = (ahead + bytes - aheadMax) / bytesPerMs
      if (ms <= 0) return
      await (ms < 1 ? turn() : pause(Math.ceil(ms)))
    }
  }

  const next = (): Item | undefined => said.shift() ?? frames.shift()
  const pass = async (): Promise<void> => {
    for (current = next(); current; current ??= next()) {
      const item: Item = current
      const bytes = item.bytes.subarray(item.at, item.at + writeBytes)
      await untilRoom(bytes.length)
      // It may have been broken off meanwhile.
      if (current !== item) continue
      ahead += bytes.length
      item.at += bytes.length
      await within(device.write(bytes), deviceMs)
      if (current === item && item.at === item.bytes.length) {
        current = undefined
        item.gone()
      }
      await within(device.drain(), deviceMs)
    }
  }

  const work = async (): Promise<void> => {
    try {
      await pass()
    } catch (error) {
      failed(error instanceof Error ? error : new Error(String(error)))
    } finally {
      // At once, and not a turn later: what is sent meanwhile would wait for nobody.
      working = undefined
    }
  }
  const wake = (): void => {
    working ??= work()
  }
  return {
    say: bytes => {
      said.push({ bytes, gone: () => undefined, at: 0 })
      wake()
    },
    send: (bytes, gone) => {
      frames.push({ bytes, gone, at: 0 })
      wake()
    },
    clear: () => {
      said = []
      frames = []
      current = undefined
    },
    idle: () => working ?? Promise.resolve(),
  }
}
