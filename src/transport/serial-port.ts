// A serial device of the operating system, by the package serialport: loaded where a path asks for one, and nowhere else.
import { EventEmitter } from "node:events"
import { createRequire } from "node:module"
import type * as serialport from "serialport"
import type { Device } from "./paced.ts"

/** Opens a device, with what to do with bytes that come, and once it is lost. */
export type OpenDevice = (heard: (bytes: Uint8Array) => void, lost: (reason: string) => void) => Promise<Device>

/** 8 bits, no parity, 1 stop bit; no flow control by the bytes, since every byte may come. */
export const portOpener = (path: string, baudRate: number): OpenDevice => {
  const { SerialPort } = binding()
  return (heard, lost) =>
    new Promise((resolve, reject) => {
      const port = new SerialPort({ path, baudRate, autoOpen: false })
      const done = (work: (told: (error?: Error | null) => void) => void): Promise<void> =>
        new Promise((settled, failed) => work(error => (error ? failed(error) : settled())))
      port.on("data", (bytes: Uint8Array) => heard(bytes))
      port.on("error", error => lost(error.message))
      port.on("close", (error: Error | null) => lost(error?.message ?? "closed"))
      port.open(error => {
        if (error) return reject(error)
        heedPolls(port.port)
        resolve({
          write: bytes => done(told => port.write(bytes, told)),
          drain: () => done(told => port.drain(told)),
          // One that cannot be closed is gone already.
          close: () => new Promise(gone => (port.isOpen ? port.close(() => gone()) : gone())),
        })
      })
    })
}

/** The binding tells of its polls outside Node's own turns, so that what waits for them would go on only when something else happens in
 *  this process, a second later perhaps. What is due at once makes a turn of it. */
const heedPolls = (opened: unknown): void => {
  if (typeof opened !== "object" || opened === null || !("poller" in opened)) return
  const { poller } = opened
  if (!(poller instanceof EventEmitter)) return
  for (const event of ["readable", "writable"]) poller.on(event, () => void setImmediate(() => undefined))
}

const binding = (): typeof serialport => {
  try {
    return createRequire(import.meta.url)("serialport")
  } catch (cause) {
    throw new Error("A serial path needs the package serialport, which is not installed here: npm install serialport", {
      cause,
    })
  }
}
