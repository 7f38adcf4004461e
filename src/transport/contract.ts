// What every path must do, run against each (page: protocol/frame.md, section 6). A new transport brings a pair and passes.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import type { Transport } from "./transport.ts"

/** Two ends of one path, not yet started. */
export type Pair = {
  readonly a: Transport
  readonly b: Transport
  /** Undoes what the pair needed beside its two ends, and fails when they left anything open. */
  stopped(): Promise<void>
}

/** One end, started, with what it reported. */
export type End = {
  readonly transport: Transport
  readonly frames: Uint8Array[]
  /** "opened" and "closed: <reason>", in order. */
  readonly said: string[]
  flushedBytes: number
  /** Once the condition holds; fails after ten seconds. Asked anew at each event. */
  until(condition: () => boolean): Promise<void>
}

export const startEnd = async (transport: Transport, onHeard?: (frame: Uint8Array) => void): Promise<End> => {
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const ask of waiting) ask()
  }
  const end: End = {
    transport,
    frames: [],
    said: [],
    flushedBytes: 0,
    until: condition =>
      new Promise((resolve, reject) => {
        const late = new Error(`waited in vain for ${condition}; said: ${end.said.join(", ")}`)
        const timer = setTimeout(() => finish(() => reject(late)), 10_000)
        const finish = (how: () => void) => {
          clearTimeout(timer)
          waiting.delete(ask)
          how()
        }
        const ask = () => {
          if (condition()) finish(resolve)
        }
        waiting.add(ask)
        ask()
      }),
  }
  await transport.start({
    opened: () => {
      end.said.push("opened")
      wake()
    },
    heard: frame => {
      end.frames.push(frame)
      onHeard?.(frame)
      wake()
    },
    flushed: bytes => {
      end.flushedBytes += bytes
      wake()
    },
    closed: reason => {
      end.said.push(`closed: ${reason}`)
      wake()
    },
  })
  return end
}

export const isUp = (end: End): boolean => end.said.at(-1) === "opened"

/** A frame whose bytes tell which it is and whether it is whole. */
export const frameOf = (length: number, nth: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + nth * 7 + (i >> 8)) & 0xff)

type On = (title: string, work: (a: End, b: End) => Promise<void>) => void

/** `count`: of small frames, fewer where a path is slow. */
export const transportContract = (
  name: string,
  pair: () => Promise<Pair>,
  { count = 2_000 }: { readonly count?: number } = {},
): void => {
  const on: On = (title, work) => {
    test(title, async () => {
      const { a, b, stopped } = await pair()
      try {
        const ends = await Promise.all([startEnd(a), startEnd(b)])
        await Promise.all(ends.map(end => end.until(() => isUp(end))))
        await work(...ends)
      } finally {
        await Promise.all([a.stop(), b.stop()])
        await stopped()
      }
    })
  }

  describe(`transport contract: ${name}`, () => {
    on("F-3: frames of every length arrive whole, unchanged and in order, both ways at once", async (a, b) => {
      const most = a.transport.traits.fragmentBytes
      const lengths = [1, 2, 3, 4, 5, 28, 600, 1_460, 16_384, 65_535, 65_537, most].filter(length => length <= most)
      const frames = lengths.map(frameOf)
      for (const frame of frames) {
        a.transport.send(frame)
        b.transport.send(frame)
      }
      for (const end of [a, b]) {
        await end.until(() => end.frames.length === frames.length)
        assert.deepEqual(end.frames.map(String), frames.map(String))
      }
    })

    on("F-3: many small frames arrive in order, and what was flushed adds up to what was sent", async (a, b) => {
      let sent = 0
      for (let nth = 0; nth < count; nth++) {
        const frame = frameOf(1 + (nth % 700), nth)
        sent += frame.length
        a.transport.send(frame)
      }
      await b.until(() => b.frames.length === count)
      await a.until(() => a.flushedBytes === sent)
      for (const [nth, frame] of b.frames.entries()) assert.deepEqual(frame, frameOf(1 + (nth % 700), nth))
      assert.equal(b.flushedBytes, 0)
    })

    on("F-3: a received frame is the receiver's: it shares no bytes with another", async (a, b) => {
      a.transport.send(frameOf(100, 1))
      a.transport.send(frameOf(100, 2))
      await b.until(() => b.frames.length === 2)
      assert.notEqual(b.frames[0]!.buffer, b.frames[1]!.buffer)
      assert.equal(b.frames[0]!.buffer.byteLength, 100)
    })

    closingContract(on)
  })
}

const closingContract = (on: On): void => {
  on("S-10: a dropped path is closed here at once, there soon, and opens again", async (a, b) => {
    a.transport.drop("said so")
    assert.deepEqual(a.said, ["opened", "closed: said so"])
    a.transport.send(frameOf(50, 1))
    await b.until(() => b.said.length > 1)
    await Promise.all([a.until(() => isUp(a)), b.until(() => isUp(b))])
    a.transport.send(frameOf(50, 2))
    b.transport.send(frameOf(50, 3))
    await Promise.all([a.until(() => a.frames.length > 0), b.until(() => b.frames.length > 0)])
    assert.deepEqual([a.frames, b.frames], [[frameOf(50, 3)], [frameOf(50, 2)]])
  })

  on("S-10: a stopped path is closed once, says nothing more and may be stopped again", async (a, b) => {
    await a.transport.stop()
    assert.deepEqual(a.said, ["opened", "closed: stopped"])
    a.transport.send(frameOf(50, 1))
    a.transport.drop("again")
    await a.transport.stop()
    await b.until(() => !isUp(b))
    assert.equal(a.said.length, 2)
    assert.equal(b.frames.length, 0)
  })
}
