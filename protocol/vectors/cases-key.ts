// What changes node keys, step by step, each after the author's charter entry. (K)
import { encodeKeyBody, type NodeKeys, type Rotation } from "../../src/core/key.ts"
import { kinds } from "../../src/core/registry.ts"
import type { Case } from "./cases-cbor.ts"
import { type ExampleLine, Pen, type Said, saidOf } from "./line.ts"

type Step = { readonly heard: Said; readonly told?: readonly string[] }
type Scene = readonly [string, string, (pen: Pen, line: ExampleLine) => Step[]]
const message = { kind: kinds.message, traffic: 2 } as const
const change = { kind: kinds.key, precedence: 2 } as const
const then = (heard: Said, ...told: string[]): Step => ({ heard, told })

const rotate = (pen: Pen, changed: Partial<Rotation> = {}): Said =>
  pen.say(change, encodeKeyBody(pen.rotation(changed)))
const nextKeys = (pen: Pen): NodeKeys => pen.rotation().keys
const flipped = (bytes: Uint8Array): Uint8Array => bytes.with(9, bytes[9]! ^ 1)

/** A change that is none: it is marked, and the old key goes on. */
const none = (name: string, changed: (pen: Pen, line: ExampleLine) => Partial<Rotation>): Scene => [
  "K-3",
  name,
  (pen, line) => [then(rotate(pen, changed(pen, line)), "bad-key-change"), then(pen.say(message))],
]

const scenes: readonly Scene[] = [
  [
    "K-2",
    "a rotation, and what follows by the new key",
    pen => {
      const first = rotate(pen)
      pen.keys = nextKeys(pen)
      return [then(first), then(pen.say(message)), then(pen.say(message))]
    },
  ],
  [
    "K-1",
    "after a rotation, an entry by the old key",
    pen => [then(rotate(pen)), then(pen.sign(message), "key-replaced")],
  ],
  [
    "K-1",
    "an entry by a key that no entry has brought",
    pen => {
      pen.keys = nextKeys(pen)
      return [then(pen.sign(message), "unknown-key")]
    },
  ],
  [
    "K-1",
    "beyond a gap, an entry by a key that the gap may hold: passed over, and taken when it comes again",
    pen => {
      const first = rotate(pen)
      pen.keys = nextKeys(pen)
      const second = pen.say(message)
      return [then(second), then(first), then(second)]
    },
  ],
  [
    "K-1",
    "an entry held across a gap whose key the gap has replaced",
    pen => {
      const first = rotate(pen)
      return [then(pen.say(message)), then(first, "key-replaced")]
    },
  ],
  [
    "K-2",
    "a rotation without its body is passed over, and taken when it comes with it",
    pen => {
      const whole = rotate(pen)
      return [then({ entry: whole.entry }, "bad-key-change"), then(whole)]
    },
  ],
  none("a false signature of the new key 0", pen => ({
    proofs: [flipped(pen.rotation().proofs[0]), pen.rotation().proofs[1]],
  })),
  none("a false signature of the new key 1", pen => ({
    proofs: [pen.rotation().proofs[0], flipped(pen.rotation().proofs[1])],
  })),
  none("a false signature of the old ML-DSA-65 key", pen => ({ post: flipped(pen.rotation().post) })),
  none("a rotation of another key than that in force", () => ({ replaces: new Uint8Array(8) })),
  none("keys that are not new", pen => ({ keys: pen.keys })),
  none("keys of the other party", (_, { parties }) => ({ keys: parties[1].keys.keys })),
  none("a key that is no point of prime order", pen => ({
    keys: [{ alg: -19, public: new Uint8Array(32) }, nextKeys(pen)[1]],
  })),
  [
    "K-3",
    "a body that is no change of keys",
    pen => [then(pen.say(change, Uint8Array.of(0xa1, 1, 1)), "bad-key-change"), then(pen.say(message))],
  ],
]

export const keyCases = (line: ExampleLine): Case[] =>
  scenes.map(([clause, name, play]) => {
    const pen = new Pen(line, 0)
    pen.charter()
    const heard = play(pen, line).map(({ heard, told = [] }) => ({ ...saidOf(heard), told }))
    return { name, clause, expect: "told", heard }
  })
