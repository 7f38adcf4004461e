// Epochs, from the first opening to the first sealed word; every key and all chance is given. (EP)
import { breakCode } from "../../src/core/break.ts"
import { encode, type Value } from "../../src/core/cbor.ts"
import { encodeEntryPart, encodePart, joinParts } from "../../src/core/frame.ts"
import { concat, hex, utf8 } from "../../src/core/hash.ts"
import { newLine } from "../../src/core/line.ts"
import { type RefusalCode, refusals } from "../../src/core/refusal.ts"
import { kinds } from "../../src/core/registry.ts"
import { sealFrame } from "../../src/core/seal.ts"
import { type Built, breakLabel, derive, markOf } from "../../src/core/secret.ts"
import { nodeSuite as suite } from "../../src/suites/node.ts"
import { xwingNoble } from "../../src/suites/xwing-noble.ts"
import type { Case } from "./cases-cbor.ts"
import { symbolCases } from "./cases-symbol.ts"
import { type ExampleLine, Pen, start } from "./line.ts"

const sha = (...pieces: Uint8Array[]): Uint8Array => suite.sha256(...pieces)
const openingLabel = utf8("parley/1 opening")

type Opened = {
  readonly vector: Case
  readonly frame: Uint8Array
  readonly payload: ReadonlyMap<number, Value>
  readonly keys: ReturnType<typeof derive>
}

/** One opening, made as `from` makes it with the given chance. */
const open = (
  line: ExampleLine,
  given: { name: string; from: 0 | 1; epoch: number } & (
    | { psk: null | readonly [2]; secret: null }
    | { psk: Built; secret: Uint8Array }
  ),
): Opened => {
  const { from, epoch, psk } = given
  const isBreak = psk?.[0] === 2
  const to = 1 - from
  const sender = line.parties[from]
  const receiver = line.parties[to]!
  const eseed = concat(sha(utf8(`${given.name}: ML-KEM`)), sha(utf8(`${given.name}: X25519`)))
  const made = xwingNoble(() => eseed).encapsulate(receiver.card.base)
  if (made === undefined) throw new Error("the base key is malformed")
  const core = newLine({ charter: line.charter, us: from, suite, charterBody: sender.charterBody })
  const keys = derive(
    core,
    { from, to, epoch },
    made.secret,
    given.secret === null ? { psk: null, key: null } : { psk: given.psk, key: given.secret },
    isBreak ? breakLabel : undefined,
  )
  const payload = new Map<number, Value>([
    [1, 1],
    [2, line.charter.line],
    [3, from],
    [4, to],
    [5, epoch],
    [6, 0],
    [7, made.enc],
    [8, psk],
    [9, isBreak ? 5_000 : start + epoch],
  ])
  const payloadBytes = encode(payload)
  const signed = concat(openingLabel, payloadBytes)
  const [ed25519] = sender.keys.sign([signed]) as Uint8Array[]
  const mlDsa65 = given.secret === null ? (sender.keys.signPost(signed, openingLabel) as Uint8Array) : null
  const frame = concat(Uint8Array.of(2), encode([payloadBytes, ed25519!, mlDsa65]))
  const vector = {
    name: given.name,
    clause: isBreak ? "EP-9" : psk === null ? "EP-3" : "EP-4",
    expect: "ok",
    from,
    to,
    epoch,
    recipientSeed: hex(sha(receiver.seed, utf8("base"))),
    chance: hex(eseed),
    frame: hex(frame),
    sharedSecret: hex(made.secret),
    psk: psk?.map(it => (it instanceof Uint8Array ? hex(it) : it)),
    pskSecret: given.secret && hex(given.secret),
    key: hex(keys.key),
    iv: hex(keys.iv),
    exported: hex(keys.psk),
  }
  return { vector, frame, payload, keys }
}

/** The opening with other fields, signed again by whoever `from` is. */
const changed = (line: ExampleLine, payload: ReadonlyMap<number, Value>, ...rows: [number, Value][]): string => {
  const bytes = encode(new Map([...payload, ...rows]))
  const [ed25519] = line.parties[0].keys.sign([concat(openingLabel, bytes)]) as Uint8Array[]
  return hex(concat(Uint8Array.of(2), encode([bytes, ed25519!, null])))
}

/** What `from` says of a frame, by its counter, or of an opening, by its hash. (EP-7) */
const refusedOpening = (line: ExampleLine, from: 0 | 1, code: RefusalCode, of: number | Uint8Array): string => {
  const payload = encode(
    new Map<number, Value>([
      [1, 1],
      [2, line.charter.line],
      [3, from],
      [4, 1 - from],
      [5, 1],
      [6, refusals[code][0]],
      [7, 0],
      [8, of],
    ]),
  )
  const [signature] = line.parties[from].keys.sign([concat(utf8("parley/1 opening-refused"), payload)]) as Uint8Array[]
  return hex(concat(Uint8Array.of(4), encode([payload, signature!])))
}

/** The second party's epoch 1, made with what its base opening was made with: the one that `openingRefused` names. */
const answered = (line: ExampleLine, base: Opened): Uint8Array => {
  const payload = encode(new Map<number, Value>([...base.payload, [5, 1], [8, [0]], [9, 5_000]]))
  const [ed25519] = line.parties[1].keys.sign([concat(openingLabel, payload)]) as Uint8Array[]
  return concat(Uint8Array.of(2), encode([payload, ed25519!, null]))
}

const fragments = (frame: Uint8Array, most: number): string[] => {
  const room = most - 7
  const count = Math.ceil(frame.length / room)
  const id = sha(frame).subarray(0, 4)
  return Array.from({ length: count }, (_, at) =>
    hex(concat(Uint8Array.of(3), id, Uint8Array.of(at, count), frame.subarray(at * room, (at + 1) * room))),
  )
}

const flipped = (frame: Uint8Array, at: number): string => {
  const other = frame.slice()
  other[at < 0 ? other.length + at : at]! ^= 1
  return hex(other)
}

/** Both sides' break openings, the numbers that officers read out, and what comes of them. */
const breaks = (line: ExampleLine): Record<string, unknown> => {
  const openings = ([0, 1] as const).map(from =>
    open(line, { name: `break opening, ${from} to ${1 - from}`, from, epoch: 0, psk: [2], secret: null }),
  )
  const hashes = openings.map(({ frame }) => sha(frame))
  const id = sha(utf8("parley/1 break"), ...hashes)
  const secrets = openings.map(({ keys }) => keys.psk)
  return {
    openings: openings.map(({ vector }, at) => ({ ...vector, number: breakCode(hashes[at]!) })),
    id: hex(id),
    secret: hex(sha(utf8("parley/1 pairing"), line.charter.line, ...secrets, id)),
  }
}

/** In the order in which they happen on a line that was paired a moment ago. `refused`: each heard after all of that. */
export const epochCases = (line: ExampleLine): Record<string, unknown> => {
  const ours = open(line, { name: "base opening, 0 to 1", from: 0, epoch: 0, psk: null, secret: null })
  const theirs = open(line, { name: "base opening, 1 to 0", from: 1, epoch: 0, psk: null, secret: null })
  const pairing = sha(utf8("parley/1 pairing"), line.charter.line, ours.keys.psk, theirs.keys.psk)
  const first = open(line, { name: "epoch 1, 0 to 1, on the pairing", from: 0, epoch: 1, psk: [0], secret: pairing })
  const psk = [1, 0, 1, markOf(suite, first.keys.psk)] as const
  const second = open(line, { name: "epoch 2, 0 to 1, on epoch 1", from: 0, epoch: 2, psk, secret: first.keys.psk })
  const base = ours.vector.frame as string
  const answer = answered(line, theirs)
  const bad = (name: string, clause: string, expect: string, frame: string): Case => ({ name, clause, expect, frame })
  return {
    openings: [ours.vector, theirs.vector, first.vector, second.vector],
    pairing: { clause: "EP-4", secret: hex(pairing) },
    fragments: { clause: "EP-8", most: 1_400, of: ours.vector.name, frames: fragments(ours.frame, 1_400) },
    sealed: sealed(line, first),
    refused: [
      bad("a false Ed25519 signature", "EP-3", "bad-opening", flipped(second.frame, -2)),
      bad("another line", "EP-3", "wrong-line", changed(line, second.payload, [2, new Uint8Array(16)])),
      bad("from another party", "EP-3", "bad-opening", changed(line, second.payload, [3, 1])),
      bad("to another party", "EP-3", "bad-opening", changed(line, second.payload, [4, 0])),
      bad("epoch 2^32", "EP-3", "malformed", changed(line, second.payload, [5, 0x1_0000_0000])),
      bad("a secret of a fifth type", "EP-4", "malformed", changed(line, second.payload, [8, [4]])),
      bad(
        "a secret that was never left behind",
        "EP-4",
        "unknown-secret",
        changed(line, second.payload, [8, [1, 0, 9, new Uint8Array(8)]]),
      ),
      bad(
        "another secret of the same number, as a copy leaves it",
        "EP-4",
        "unknown-secret",
        changed(line, second.payload, [8, [1, 0, 1, new Uint8Array(8)]]),
      ),
      bad("another version", "EP-3", "malformed", changed(line, second.payload, [1, 2])),
      bad("cut short", "EP-3", "malformed", base.slice(0, 2_000)),
      // 0x83 after the kind is an array of three; of four with one more byte behind it.
      bad("a fourth item, which nobody has signed", "EP-3", "malformed", `0284${hex(second.frame).slice(4)}f6`),
      bad("a kind of frame that does not exist", "F-3", "bad-frame", "06"),
    ],
    breaks: breaks(line),
    symbols: symbolCases(line, ours.keys.psk, theirs.keys.psk),
    answered: { clause: "EP-7", frame: hex(answer) },
    openingRefused: (["unknown-epoch", "unknown-secret", "replayed-frame", "undecipherable"] as const).map(
      (code: RefusalCode) => ({
        name: code,
        clause: "EP-7",
        expect: "ok",
        frame: refusedOpening(line, 0, code, code === "unknown-epoch" ? 0 : sha(answer)),
      }),
    ),
  }
}

/** The first frames of epoch 1: hello and the charter entry; a message. */
const sealed = (line: ExampleLine, { keys }: Opened): Case[] => {
  const pen = new Pen(line, 0)
  const said = [
    pen.charter(),
    pen.say(
      { kind: kinds.message, traffic: 2 },
      encode(
        new Map([
          [1, "en"],
          [2, "Radio check."],
        ]),
      ),
    ),
  ]
  const [charter, message] = said.map(({ entry, body }) =>
    encodeEntryPart({ cose: entry.bytes, salt: body!.salt, body: body!.bytes }, false, suite),
  )
  const have = [
    { author: 0, generation: 1, size: 2, ahead: [] },
    { author: 1, generation: 1, size: 0, ahead: [] },
  ]
  const hello = encodePart({
    type: "hello",
    charterHash: line.charter.hash,
    have,
    credit: 4_194_304,
    now: start,
    restored: false,
    takesShort: true,
  })
  const way = { line: line.charter.line, from: 0, to: 1 }
  const frame = (counter: number, ...parts: Uint8Array[]): Case => ({
    name: `counter ${counter}`,
    clause: "F-4",
    expect: "ok",
    frame: hex(sealFrame(suite, keys, way, { epoch: 1, path: 0, counter, plain: joinParts(parts) })),
  })
  return [frame(0, hello), frame(1, charter!), frame(2, message!)]
}
