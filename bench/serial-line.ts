// A serial line without devices: two pseudo-terminals and, between them, a line of known rate and delay that loses, spoils and breaks,
// by a seed. For the bench and the tests. The terminals are made by `script` of util-linux, since Node makes none; what is written
// to one comes out of its process, and what is written into the process comes to who reads the terminal.
import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, renameSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Readable, Writable } from "node:stream"
import { type Prng, prng } from "../sim/prng.ts"
import { clock } from "./process.ts"

export type SerialLineOptions = {
  /** bit/s each way, ten of them for a byte. */
  readonly rate: number
  /** One way. */
  readonly delayMs: number
  readonly seed: number
  /** Chance that a unit, what stands between two zeros, arrives spoilt. */
  readonly loss?: number
  /** Chance, for each byte, that one of noise comes before it. */
  readonly noise?: number
}

/** What stood between two zeros, with them: when its last byte left the sender's device, by the machine's clock. */
export type Unit = { readonly from: 0 | 1; readonly bytes: number; readonly at: number }

export type SerialLine = {
  /** Names that stay when a device is pulled out and another takes its place. */
  readonly devices: readonly [string, string]
  readonly units: Unit[]
  /** Bytes vanish, and nobody is told, until `mend`. */
  cut(): void
  mend(): void
  unplug(side: 0 | 1): Promise<void>
  plug(side: 0 | 1): Promise<void>
  stop(): Promise<void>
}

/** Why there can be no such line on this machine; undefined where there can. */
export const noSerialLine = (): string | undefined => {
  const { stdout } = spawnSync("script", ["--version"], { encoding: "utf8" })
  return stdout?.includes("util-linux") ? undefined : "it needs `script` of util-linux, which makes pseudo-terminals"
}

/** The terminal stays open until its process ends; should nobody end it, after an hour. */
const hold = "tty; stty raw -echo; echo ready; exec sleep 3600"
/** What a device takes beyond what the line carries; then it makes its writer wait. */
const deviceBytes = 4_096
const bitsOfByte = 10

type Terminal = { readonly child: ChildProcessByStdio<Writable, Readable, null>; readonly device: string }

const terminal = async (): Promise<Terminal> => {
  const child = spawn("script", ["-qfc", hold, "/dev/null"], { stdio: ["pipe", "pipe", "ignore"] })
  child.stdin.on("error", () => child.kill("SIGKILL"))
  let said = ""
  const device = await new Promise<string>((resolve, reject) => {
    const hear = (bytes: Uint8Array): void => {
      said += String(bytes)
      const [, name] = /(\/dev\/\S+)\s+ready/.exec(said) ?? []
      if (name === undefined) return
      child.stdout.off("data", hear)
      resolve(name)
    }
    child.stdout.on("data", hear)
    child.once("error", reject)
    child.once("exit", () => reject(new Error(`script made no terminal: ${said}`)))
  })
  return { child, device }
}

export const serialLine = async (options: SerialLineOptions): Promise<SerialLine> => {
  const folder = mkdtempSync(join(tmpdir(), "parley-serial-"))
  const devices = [join(folder, "a"), join(folder, "b")] as const
  const terminals: (Terminal | undefined)[] = []
  const units: Unit[] = []
  const chance = prng(options.seed)
  let isCut = false

  const lanes = ([0, 1] as const).map(from =>
    laneOf(options, chance.fork(`from ${from}`), {
      deliver: bytes => {
        const to = terminals[1 - from]
        if (!isCut && to?.child.stdin.writable) to.child.stdin.write(bytes)
      },
      unit: bytes => units.push({ from, bytes, at: clock() }),
    }),
  )
  const plug = async (side: 0 | 1): Promise<void> => {
    const made = await terminal()
    terminals[side] = made
    made.child.stdout.on("data", (bytes: Uint8Array) => lanes[side]?.take(bytes, made.child.stdout))
    const next = `${devices[side]}.next`
    symlinkSync(made.device, next)
    renameSync(next, devices[side])
  }
  const unplug = async (side: 0 | 1): Promise<void> => {
    const held = terminals[side]
    terminals[side] = undefined
    if (!held) return
    rmSync(devices[side], { force: true })
    const ended = once(held.child, "exit")
    held.child.kill("SIGKILL")
    await ended
  }
  await Promise.all([plug(0), plug(1)])
  return {
    ...{ devices, units, plug, unplug },
    cut: () => {
      isCut = true
    },
    mend: () => {
      isCut = false
    },
    stop: async () => {
      for (const lane of lanes) lane.stop()
      await Promise.all([unplug(0), unplug(1)])
      rmSync(folder, { recursive: true })
    },
  }
}

type Ends = { readonly deliver: (bytes: Uint8Array) => void; readonly unit: (bytes: number) => void }

/** One direction: bytes leave it one after the other. */
const laneOf = ({ rate, delayMs, loss = 0, noise = 0 }: SerialLineOptions, by: Prng, { deliver, unit }: Ends) => {
  const bytesPerMs = rate / bitsOfByte / 1_000
  const queuedMax = deviceBytes + delayMs * bytesPerMs
  const queue: { readonly bytes: Uint8Array; readonly at: number; readonly from: Readable }[] = []
  let queued = 0
  let freeAt = 0
  let unitBytes = 0
  let timer: NodeJS.Timeout | undefined

  /** What the line makes of bytes. */
  const spoilt = (bytes: Uint8Array): Uint8Array => {
    const out: number[] = []
    for (const byte of bytes) {
      if (byte === 0 && unitBytes > 1) {
        unit(unitBytes + 1)
        unitBytes = -1
      }
      unitBytes += 1
      if (by.chance(noise)) out.push(by.below(256))
      out.push(unitBytes === 2 && by.chance(loss) ? byte ^ 0x55 : byte)
    }
    return Uint8Array.from(out)
  }
  const turn = (): void => {
    timer = undefined
    const now = performance.now()
    for (let first = queue[0]; first && first.at <= now + 0.5; first = queue[0]) {
      queue.shift()
      queued -= first.bytes.length
      deliver(first.bytes)
      if (queued <= queuedMax) first.from.resume()
    }
    const [next] = queue
    if (next) timer = setTimeout(turn, Math.max(1, Math.round(next.at - now)))
  }
  return {
    take: (bytes: Uint8Array, from: Readable): void => {
      freeAt = Math.max(performance.now(), freeAt) + bytes.length / bytesPerMs
      queued += bytes.length
      queue.push({ bytes: spoilt(bytes), at: freeAt + delayMs, from })
      if (queued > queuedMax) from.pause()
      if (timer === undefined) turn()
    },
    stop: () => clearTimeout(timer),
  }
}
