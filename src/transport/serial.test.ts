import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { setTimeout as pause } from "node:timers/promises"
import { cobsFrame, cobsReader, lineBytes } from "./cobs.ts"
import { type End, frameOf, isUp, type Pair, startEnd, transportContract } from "./contract.ts"
import { type SerialPath, serialTransport } from "./serial.ts"
import type { OpenDevice } from "./serial-port.ts"

type Heard = (bytes: Uint8Array) => void
type Side = { readonly open: OpenDevice; readonly written: [at: number, bytes: number][]; unplug(): void; plug(): void }

/** Two devices of a process, and the line between them. What `through` makes of the bytes of one arrives at the other. */
const cable = (through: (bytes: Uint8Array, from: 0 | 1) => Uint8Array = bytes => bytes): [Side, Side] => {
  const ears: (Heard | undefined)[] = []
  const side = (at: 0 | 1): Side => {
    let isThere = true
    let lose: ((reason: string) => void) | undefined
    const written: [number, number][] = []
    return {
      written,
      open: async (heard, lost) => {
        if (!isThere) throw new Error("no such device")
        ears[at] = heard
        lose = lost
        return {
          write: async bytes => {
            if (!isThere) throw new Error("device gone")
            written.push([performance.now(), bytes.length])
            const sent = Uint8Array.from(through(bytes, at))
            setImmediate(() => ears[1 - at]?.(sent))
          },
          drain: async () => undefined,
          close: async () => {
            ears[at] = undefined
          },
        }
      },
      unplug: () => {
        isThere = false
        ears[at] = undefined
        lose?.("unplugged")
      },
      plug: () => {
        isThere = true
      },
    }
  }
  return [side(0), side(1)]
}

/** Faster than any line, so that only the test's own work takes time. */
const fast = { device: "memory", rate: 100_000_000, random: () => 0 }

const pairOf = (sides: [Side, Side], more: Partial<SerialPath> = {}): Pair => {
  const [a, b] = sides.map(({ open }) => serialTransport({ ...fast, open, ...more }))
  if (!a || !b) throw new Error("a line has two ends")
  return { a, b, stopped: async () => undefined }
}

transportContract("serial", async () => pairOf(cable()), { count: 500 })

const joined = async ({ a, b }: Pair, work: (a: End, b: End) => Promise<void>): Promise<void> => {
  const ends = await Promise.all([startEnd(a), startEnd(b)])
  try {
    await Promise.all(ends.map(end => end.until(() => isUp(end))))
    await work(...ends)
  } finally {
    await Promise.all([a.stop(), b.stop()])
  }
}

const readAll = (bytes: Uint8Array, step: number, bytesMax = 1_400): { frames: Uint8Array[]; spoilt: string[] } => {
  const frames: Uint8Array[] = []
  const spoilt: string[] = []
  const read = cobsReader(
    bytesMax,
    frame => frames.push(frame),
    reason => spoilt.push(reason),
  )
  for (let at = 0; at < bytes.length; at += step) read(bytes.subarray(at, at + step))
  return { frames, spoilt }
}

describe("serial", () => {
  test("F-17: a frame of any length and bytes comes out as it went in, in any pieces", () => {
    const frames = [1, 2, 249, 250, 251, 253, 254, 255, 508, 1_400].flatMap(length => [
      frameOf(length, 1),
      new Uint8Array(length),
      new Uint8Array(length).fill(0xff),
    ])
    for (const frame of frames) {
      const line = cobsFrame(frame)
      assert.deepEqual([line.indexOf(0), line.indexOf(0, 1), line.at(-1)], [0, line.length - 1, 0])
      assert.ok(line.length <= lineBytes(frame.length))
    }
    for (const step of [1, 7, 1_000])
      assert.deepEqual(readAll(Buffer.concat(frames.map(cobsFrame)), step), { frames, spoilt: [] })
  })

  test("F-17: noise between frames, half a frame, one too long and one spoilt are dropped and counted, and the next is whole", () => {
    const good = [frameOf(100, 1), frameOf(300, 2), frameOf(5, 3), frameOf(1_400, 4), frameOf(40, 5)]
    const [first, second, third, fourth, fifth] = good.map(cobsFrame)
    const broken = cobsFrame(frameOf(200, 6))
    broken[50] = (broken[50] ?? 0) ^ 0x10 || 1
    const noise = Uint8Array.from({ length: 60 }, (_, i) => 1 + ((i * 37) & 0x7f))
    const long = new Uint8Array(100_000).fill(0x55)
    const line = [
      noise,
      first,
      second?.subarray(0, 200),
      second,
      broken,
      third,
      long,
      fourth,
      cobsFrame(frameOf(1_500, 7)),
      fifth,
    ]
    const { frames, spoilt } = readAll(Buffer.concat(line.map(bytes => bytes ?? Buffer.alloc(0))), 64)
    assert.deepEqual(frames, good)
    assert.equal(spoilt.length, 5)
    assert.deepEqual(spoilt.slice(-2), ["too-long", "too-long"])
  })

  test("F-17: never more than 64 bytes are ahead of the rate, and the line does not stand still", async () => {
    const sides = cable()
    await joined(pairOf(sides, { rate: 9_600 }), async (a, b) => {
      await pause(100)
      sides[0].written.length = 0
      const from = performance.now()
      for (let nth = 0; nth < 3; nth++) a.transport.send(frameOf(100, nth))
      await b.until(() => b.frames.length === 3)
      let sum = 0
      for (const [at, bytes] of sides[0].written) {
        sum += bytes
        assert.ok(sum - (at - from) * 0.96 <= 64.5, `${sum} bytes after ${at - from} ms`)
      }
      const ms = performance.now() - from
      assert.ok(ms > 240 && ms < 600, `${ms} ms`)
    })
  })

  test("S-10: a device that is not there at the start, and one that is pulled out, are tried until they are there", async () => {
    const sides = cable()
    const reasons: string[] = []
    sides[0].unplug()
    const pair = pairOf(sides, { failed: reason => reasons.push(reason) })
    const trying = joined(pair, async (a, b) => {
      assert.deepEqual(reasons, ["no such device"])
      sides[0].unplug()
      assert.deepEqual(a.said, ["opened", "closed: unplugged"])
      b.transport.send(frameOf(50, 1))
      sides[0].plug()
      await Promise.all([a, b].map(end => end.until(() => end.said.length === 3)))
      assert.deepEqual(b.said, ["opened", "closed: the peer began anew", "opened"])
      a.transport.send(frameOf(50, 2))
      b.transport.send(frameOf(50, 3))
      await Promise.all([a, b].map(end => end.until(() => end.frames.length > 0)))
      assert.deepEqual([a.frames, b.frames], [[frameOf(50, 3)], [frameOf(50, 2)]])
    })
    sides[0].plug()
    await trying
  })

  test("F-17: a line that only brings our own bytes back never opens, and an echo beside the peer is passed over", async () => {
    const heard = new Set<string>()
    const [alone] = cable()
    let ear: Heard | undefined
    const loop: OpenDevice = async (mine, lost) => {
      ear = mine
      const device = await alone.open(mine, lost)
      return { ...device, write: async bytes => void setImmediate(() => ear?.(Uint8Array.from(bytes))) }
    }
    const end = await startEnd(serialTransport({ ...fast, open: loop, noise: reason => heard.add(reason) }))
    await pause(20)
    await end.transport.stop()
    assert.deepEqual([end.said, [...heard]], [[], ["own-echo"]])

    const ears: Heard[] = []
    const both: OpenDevice = async mine => {
      ears.push(mine)
      return {
        write: async bytes => {
          const sent = Uint8Array.from(bytes)
          setImmediate(() => {
            for (const each of ears) each(sent)
          })
        },
        drain: async () => undefined,
        close: async () => undefined,
      }
    }
    const [a, b] = [0, 1].map(() => serialTransport({ ...fast, open: both }))
    if (!a || !b) return
    await joined({ a, b, stopped: async () => undefined }, async (one, other) => {
      one.transport.send(frameOf(50, 1))
      await other.until(() => other.frames.length === 1)
      other.transport.send(frameOf(50, 2))
      await one.until(() => one.frames.length === 1)
      assert.deepEqual([one.frames, other.frames], [[frameOf(50, 2)], [frameOf(50, 1)]])
    })
  })

  test("F-17: on a line that spoils one write in nine, what comes is whole and in order, and the path opens", async () => {
    let count = 0
    const spoils = (bytes: Uint8Array): Uint8Array => {
      count += 1
      return count % 9 > 0 ? bytes : count % 2 ? bytes.subarray(0, 20) : bytes.map(byte => byte ^ 0x21)
    }
    const noises: string[] = []
    await joined(pairOf(cable(spoils), { noise: reason => noises.push(reason) }), async (a, b) => {
      for (let nth = 0; nth < 100; nth++) a.transport.send(frameOf(60, nth))
      await a.until(() => a.flushedBytes === 6_000)
      await pause(5)
      const all = Array.from({ length: 100 }, (_, nth) => String(frameOf(60, nth)))
      const places = b.frames.map(frame => all.indexOf(String(frame)))
      assert.ok(places.length > 50 && places.length < 100 && !places.includes(-1))
      assert.deepEqual(
        places,
        places.toSorted((x, y) => x - y),
      )
      assert.ok(noises.length > 0)
    })
  })

  test("F-17: a device that takes nothing holds no more than one write, and stops in its time", async () => {
    const sides = cable()
    let written = 0
    const stuck: OpenDevice = async (heard, lost) => {
      const device = await sides[0].open(heard, lost)
      return {
        ...device,
        drain: () => (isStuck ? new Promise<void>(() => undefined) : Promise.resolve()),
        write: async bytes => {
          written += bytes.length
          await device.write(bytes)
        },
      }
    }
    let isStuck = false
    const a = serialTransport({ ...fast, open: stuck })
    const b = serialTransport({ ...fast, open: sides[1].open })
    await joined({ a, b, stopped: async () => undefined }, async one => {
      isStuck = true
      const before = written
      for (let nth = 0; nth < 10; nth++) one.transport.send(frameOf(1_000, nth))
      await pause(20)
      assert.ok(written - before <= 64)
    })
  })
})

test("S-10: a device that hangs is opened anew, and a path that is stopped does not wait for it", async () => {
  let opened = 0
  const hangs = new Promise<void>(() => undefined)
  const open: OpenDevice = async () => {
    opened += 1
    return { write: () => hangs, drain: () => hangs, close: () => hangs }
  }
  const nothing = (): void => undefined
  const transport = serialTransport({ ...fast, open, deviceMs: 10 })
  await transport.start({ opened: nothing, heard: nothing, flushed: nothing, closed: nothing })
  for (let left = 200; left > 0 && opened < 2; left--) await pause(10)
  assert.equal(opened, 2)
  const from = performance.now()
  await transport.stop()
  assert.ok(performance.now() - from < 3_000)
})
