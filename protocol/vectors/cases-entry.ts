// Entries and bodies: a whole log with one entry of each kind, and one breach of the law at a time. (E, LI)

import { actDigest } from "../../src/core/act.ts"
import * as bodies from "../../src/core/body.ts"
import { decode, encode, type Value } from "../../src/core/cbor.ts"
import { kidOf } from "../../src/core/charter.ts"
import { type Entry, encodePayload, type Fields, toSign } from "../../src/core/entry.ts"
import { hex } from "../../src/core/hash.ts"
import { type Kind, kinds } from "../../src/core/registry.ts"
import { algorithms } from "../../src/core/suite.ts"
import { nodeSuite as suite } from "../../src/suites/node.ts"
import type { Case } from "./cases-cbor.ts"
import { duty, withProofs } from "./cases-officer.ts"
import { act, type ExampleLine, Pen, type Said, saidOf, start } from "./line.ts"

const text = (language: string, words: string): Uint8Array => bodies.encodeMessageBody({ language, text: words })
const names = (en: string, ja: string, zh: string) => ({ en, ja, zh })

/** What the other side's log holds when the first log speaks to it: a charter entry and one message. */
export const otherLog = (line: ExampleLine): { readonly pen: Pen; readonly said: readonly Said[] } => {
  const pen = new Pen(line, 1)
  const said = [
    pen.charter(),
    pen.say({ kind: kinds.message, precedence: 2, act: act("question") }, text("zh", "请告知气球的高度。")),
  ]
  return { pen, said }
}

/** One entry of each kind, by the first party; together they are one log that the law accepts. */
export const oneOfEach = (line: ExampleLine): readonly (Said & { readonly kind: string })[] => {
  const pen = new Pen(line, 0)
  const other = otherLog(line)
  const question = other.said[1]!.entry.hash
  const seen = other.pen.seen()
  const epochKey = (line.parties[0].keys.makeEpochKey(1) as Uint8Array).slice()
  const receipt = { seen, refs: [question], traffic: 0, precedence: 2 }
  const released = {
    act: act("acknowledged"),
    releases: [{ type: "node", officer: "watch-2", proof: new Uint8Array(0) }],
  } as const
  const ring = bodies.encodeRingBody({ step: 0, since: start + 2_000 })
  const given: readonly [Kind, Partial<Fields>, Uint8Array?][] = [
    ["epoch-key", { precedence: 2 }, bodies.encodeEpochKeyBody({ number: 1, public: epochKey, class: 0 })],
    ["officer", { precedence: 2 }, line.officers.duty.body],
    ["stored", { seen, precedence: 2 }],
    ["without-body", { seen, refs: [question], precedence: 2 }],
    ["expired", { seen, refs: [question], precedence: 2 }],
    ["undecipherable", { seen, refs: [question], precedence: 2 }],
    ["displayed", { ...receipt, releases: released.releases, act: act("displayed") }],
    ["ring", receipt, ring],
    ["acknowledged", { ...receipt, ...released }],
    ["read-back", receipt, text("ja", "高度を尋ねられている。")],
    ["passed-up", receipt],
    ["deferred", receipt, bodies.encodeDeferredBody({ until: start + 3_600_000, reason: "照会中", language: "ja" })],
    ["declined", receipt, bodies.encodeDeclinedBody({ reason: "", language: "ja" })],
    ["refused", receipt, bodies.encodeRefusedBody({ code: 20 })],
    ["answer", { ...receipt, act: act("answer"), traffic: 0 }, text("ja", "高度は三万メートルです。")],
    [
      "message",
      {
        traffic: 1,
        act: act("drill"),
        notAfter: start + 86_400_000,
        action: [{ party: 1, desk: 0 }],
        info: [{ party: 0, desk: 1 }],
        handling: 1,
      },
      text("en", "Exercise: radio check."),
    ],
    ["reported-record", { traffic: 3, precedence: 0 }, reported],
    ["generation", { traffic: 3, precedence: 2, refs: [question] }],
  ]
  const made: (Said & { readonly kind: string })[] = [{ kind: "charter", ...pen.charter() }]
  for (const [kind, fields, body] of given) made.push({ kind, ...pen.say({ kind: kinds[kind], ...fields }, body) })
  const drill = made.find(it => it.kind === "message")!.entry.hash
  for (const kind of ["seconded", "objected"] as const) {
    const body = kind === "objected" ? bodies.encodeDeclinedBody({ reason: "誤り", language: "ja" }) : undefined
    const about = { kind: kinds[kind], traffic: 1, precedence: 1, refs: [drill], act: act(kind) }
    made.push({ kind, ...pen.take(withProofs(pen, about, [duty], body)) })
  }
  made.push({ kind: "unknown", ...pen.say({ kind: 9_999, traffic: 2 }, Uint8Array.of(1, 2, 3)) })
  return made
}

const reported = bodies.encodeReportedRecordBody({
  when: "2023-02-22",
  precision: "day",
  account: "both",
  source: "Example",
  section: "1",
  title: names("Talks", "協議", "会谈"),
  text: names("The two sides met.", "双方が会談した。", "双方举行了会谈。"),
})

const good = (line: ExampleLine): Case[] =>
  oneOfEach(line).map(({ kind, entry, body }) => ({
    name: `a well-formed entry of kind ${kind}`,
    clause: kind === "unknown" ? "E-16" : "E-1",
    expect: "ok",
    ...saidOf(body && body.bytes.length > 5_000 ? { entry } : { entry, ...(body ? { body } : {}) }),
    hash: hex(entry.hash),
    ...(entry.act ? { actDigest: hex(actDigest(entry, suite)) } : {}),
  }))

const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte)
const seenRow = (author: number, size = 1): Value => [author, 1, size, filled(32, 3)]
const many = (count: number, item: (at: number) => Value): Value => Array.from({ length: count }, (_, at) => item(at))

// Clause, refusal, name, payload key and its new value; undefined takes the key away.
const breaches: readonly (readonly [string, string, string, number, Value | undefined])[] = [
  ["E-2", "wrong-version", "version 2", 1, 2],
  ["E-2", "wrong-version", "no version", 1, undefined],
  ["E-3", "malformed", "a line of 15 bytes", 2, filled(15, 1)],
  ["E-3", "malformed", "no line", 2, undefined],
  ["E-4", "malformed", "a negative author", 3, -1],
  ["LI-5", "malformed", "a seventeenth author", 3, 16],
  ["E-5", "malformed", "generation 0", 4, 0],
  ["E-6", "malformed", "seq 0", 5, 0],
  ["E-7", "malformed", "an own root of 31 bytes", 6, filled(31, 1)],
  ["E-8", "malformed", "an empty seen, which is left out", 7, []],
  ["E-8", "malformed", "seen of oneself", 7, [seenRow(0)]],
  ["E-8", "malformed", "seen twice of one party", 7, [seenRow(1), seenRow(1)]],
  ["E-8", "malformed", "seen out of order", 7, [seenRow(2), seenRow(1)]],
  ["E-8", "malformed", "a seen size of 0", 7, [seenRow(1, 0)]],
  ["E-8", "too-large", "seen of sixteen others", 7, many(16, at => seenRow(at + 1))],
  ["E-9", "malformed", "a time beyond the year 9999", 8, 253_402_300_800_000],
  ["E-9", "malformed", "no time", 8, undefined],
  ["E-9", "malformed", "a not-after that is null", 9, null],
  ["E-10", "newer-law", "a fifth traffic", 10, 4],
  ["E-10", "wrong-number", "a message without its number", 11, undefined],
  ["E-10", "wrong-number", "number 0", 11, 0],
  ["E-10", "wrong-number", "a receipt with a number", 13, 16],
  ["E-10", "malformed", "a message as service traffic", 10, 3],
  ["E-11", "newer-law", "a sixth precedence", 12, 5],
  ["E-16", "malformed", "kind 0", 13, 0],
  ["E-18", "malformed", "an empty list of references, which is left out", 14, []],
  ["E-18", "malformed", "a reference of 31 bytes", 14, [filled(31, 4)]],
  ["LI-4", "too-large", "sixty-five references", 14, many(65, () => filled(32, 4))],
  ["E-12", "malformed", "a body hash of 33 bytes", 15, filled(33, 4)],
  ["E-18", "malformed", "a desk of a seventeenth party", 16, [[16, 0]]],
  ["LI-4", "too-large", "seventeen desks", 17, many(17, () => [0, 0])],
  ["E-18", "malformed", "handling 0, which is left out", 18, 0],
  ["E-14", "malformed", "an act of 8 bytes", 19, filled(8, 4)],
  ["E-14", "malformed", "a release without an act", 19, undefined],
  ["E-19", "newer-law", "a fourth type of release", 20, [[3, "x", filled(1, 1)]]],
  ["E-19", "malformed", "a key's release without its proof", 20, [[1, "x", filled(0, 1)]]],
  ["E-19", "malformed", "a node's release with a proof", 20, [[0, "x", filled(1, 1)]]],
  ["LI-4", "too-large", "an officer's name of 65 characters", 20, [[0, "x".repeat(65), filled(0, 1)]]],
  ["LI-4", "too-large", "five releases", 20, many(5, () => [0, "x", filled(0, 1)])],
  ["E-20", "ok", "released by one, as key 21 says", 21, 1],
  ["E-20", "malformed", "a sole that is no time", 21, "now"],
  ["E-16", "newer-law", "key 22, critical and unknown", 22, 0],
  ["E-16", "newer-law", "key 63, the last critical one", 63, 0],
  ["E-16", "newer-law", "a negative key", -1, 0],
  ["E-16", "ok", "key 64, stored and relayed unread", 64, "later"],
  ["E-16", "ok", "key 255, the last of these", 255, [1]],
  ["E-16", "malformed", "key 256", 256, 0],
]

/** Signed all the same, so that nothing but the breach can be what is refused. */
const altered = (line: ExampleLine): Case[] => {
  const { keys, card } = line.parties[0]
  const kid = kidOf(card.nodeKeys[0]!, suite)
  const { entry } = new Pen(line, 0).sign({
    kind: kinds.message,
    act: act("altered"),
    releases: [{ type: "node", officer: "watch-1", proof: new Uint8Array(0) }],
  })
  const { protectedBytes } = toSign(entry, kid, algorithms.ed25519)
  return breaches.map(([clause, expect, name, key, value]) => {
    const payload = new Map(decode(encodePayload(entry), { bytesMax: 4_096, depthMax: 8 }) as Map<number, Value>)
    if (value === undefined) payload.delete(key)
    else payload.set(key, value)
    const bytes = encode(payload)
    const [signature] = keys.sign([encode(["Signature1", protectedBytes, new Uint8Array(0), bytes])]) as Uint8Array[]
    return { name, clause, expect, cose: hex(encode([protectedBytes, new Map(), bytes, signature!])) }
  })
}

const envelopes = (line: ExampleLine): Case[] => {
  const { entry } = new Pen(line, 0).sign({ kind: kinds.message })
  const { protectedBytes, payload } = toSign(entry, entry.kid, entry.alg)
  const { signature } = entry
  const none = new Map<number, Value>()
  const wrong = (clause: string, expect: string, name: string, value: Value): Case => ({
    name,
    clause,
    expect,
    cose: hex(encode(value)),
  })
  const header = (...rows: [number, Value][]): Uint8Array => encode(new Map(rows))
  return [
    wrong("E-1", "malformed", "three items", [protectedBytes, none, payload]),
    wrong("E-1", "malformed", "a key id in the unprotected header", [
      protectedBytes,
      new Map([[4, entry.kid]]),
      payload,
      signature,
    ]),
    wrong("E-1", "malformed", "a detached payload", [protectedBytes, none, null, signature]),
    wrong("E-1", "malformed", "a protected header without a key id", [header([1, -19]), none, payload, signature]),
    wrong("E-1", "newer-law", "a protected header that says more", [
      header([1, -19], [2, [64]], [4, entry.kid]),
      none,
      payload,
      signature,
    ]),
    wrong("E-1", "malformed", "a payload that is no map", [protectedBytes, none, encode([]), signature]),
    wrong("LI-1", "too-large", "4,097 bytes and more", [protectedBytes, none, payload, filled(4_096, 1)]),
    { name: "a COSE tag before it", clause: "E-1", expect: "malformed", cose: `d2${hex(entry.bytes)}` },
  ]
}

const fitsNoKey = (line: ExampleLine): Case[] => {
  const pen = new Pen(line, 0)
  const { entry } = pen.sign({ kind: kinds.message })
  const other = pen.sign({ kind: kinds.message }, undefined, line.parties[1])
  const { protectedBytes, payload } = toSign(entry, entry.kid, entry.alg)
  const short = encode([protectedBytes, new Map(), payload, entry.signature.slice(1)])
  return [
    { name: "the other party's signature", clause: "E-15", expect: "bad-signature", cose: hex(other.entry.bytes) },
    { name: "a signature of 63 bytes", clause: "E-15", expect: "bad-signature", cose: hex(short) },
    { name: "s above the group's order", clause: "E-15", expect: "bad-signature", cose: hex(tooLargeS(entry)) },
    {
      name: "a key id that its author has not declared",
      clause: "E-15",
      expect: "unknown-key",
      cose: hex(resigned(line, entry, filled(8, 9), entry.alg)),
    },
    {
      name: "another algorithm under the same key id",
      clause: "E-15",
      expect: "unknown-key",
      cose: hex(resigned(line, entry, entry.kid, algorithms.esp256)),
    },
  ]
}

const resigned = (line: ExampleLine, entry: Entry, kid: Uint8Array, alg: number): Uint8Array => {
  const unsigned = toSign(entry, kid, alg)
  const [signature] = line.parties[0].keys.sign([unsigned.signed]) as Uint8Array[]
  return encode([unsigned.protectedBytes, new Map(), unsigned.payload, signature!])
}

const order = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n

/** (R, s + order) verifies by the bare equation; RFC 8032 refuses it. */
const tooLargeS = (entry: Entry): Uint8Array => {
  const bytes = entry.bytes.slice()
  const at = bytes.length - 32
  let s = order
  for (let place = 31; place >= 0; place--) s += BigInt(bytes[at + place]!) << BigInt(8 * place)
  for (let place = 0; place < 32; place++) bytes[at + place] = Number((s >> BigInt(8 * place)) & 255n)
  return bytes
}

/** `cose`, and where there is one `salt` and `body`. Refused by decoding, or, signed by `key`, by checking the signature. */
export const entryCases = (line: ExampleLine): Case[] => [
  ...good(line),
  ...altered(line),
  ...envelopes(line),
  ...fitsNoKey(line),
]
