// Officers and releases: bodies by themselves, entries that enrol, and proofs on entries, one breach at a time. (OF)
import { actDigest } from "../../src/core/act.ts"
import { encode, type Value } from "../../src/core/cbor.ts"
import type { Fields, Release } from "../../src/core/entry.ts"
import { hex } from "../../src/core/hash.ts"
import { kinds } from "../../src/core/registry.ts"
import { encodeAssertion } from "../../src/core/release.ts"
import { algorithms, type Hash } from "../../src/core/suite.ts"
import { nodeSuite as suite } from "../../src/suites/node.ts"
import { type Answer, assertion, passkeyProof, signBy } from "./authenticator.ts"
import type { Case } from "./cases-cbor.ts"
import { act, type ExampleLine, Pen, type Said, saidOf, start } from "./line.ts"
import type { OfficerName } from "./officers.ts"

const { ed25519, esp256, esp384 } = algorithms
const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte)

const passkeyRow = (id: Uint8Array, rp = "a.example", from = "https://a.example"): Value => [
  2,
  ed25519,
  filled(32, 1),
  id,
  rp,
  from,
]
const names = new Map([
  [1, "a"],
  [2, "b"],
  [3, "c"],
])

/** Changes to a body that is well formed; undefined takes the key away. The roots have signed none of these. */
const forms: readonly (readonly [string, string, number, Value | undefined])[] = [
  ["ok", "by number alone, without a name", 3, undefined],
  ["ok", "with an office", 4, names],
  ["ok", "a key that is stored unread", 64, "later"],
  ["ok", "no roles", 5, []],
  ["newer-law", "an unknown critical key", 9, 1],
  ["malformed", "a code with a capital", 1, "Duty"],
  ["malformed", "no code", 1, undefined],
  ["malformed", "a third status", 2, 3],
  ["malformed", "retired, with keys", 2, 2],
  ["malformed", "an empty name", 3, ""],
  ["malformed", "an office in two languages", 4, new Map([...names].slice(0, 2))],
  ["malformed", "roles out of order", 5, [1, 0]],
  ["newer-law", "a seventh role", 5, [6]],
  ["malformed", "break-glass under another code", 5, [0, 5]],
  ["malformed", "a code of break-glass without the role", 1, "break-glass-1"],
  ["too-large", "five keys", 6, Array.from({ length: 5 }, () => [1, ed25519, filled(32, 1)])],
  ["newer-law", "a third type of key", 6, [[3, ed25519, filled(32, 1)]]],
  ["newer-law", "an algorithm that no officer's key has", 6, [[1, -49, filled(32, 1)]]],
  ["newer-law", "a passkey of P-384", 6, [[2, esp384, filled(97, 4), filled(20, 1), "a.example", "https://a.example"]]],
  ["malformed", "a key of four items", 6, [[1, ed25519, filled(32, 1), 0]]],
  ["malformed", "a passkey without an origin", 6, [[2, ed25519, filled(32, 1), filled(20, 1), "a.example"]]],
  ["malformed", "an origin with a path", 6, [passkeyRow(filled(20, 1), "a.example", "https://a.example/")]],
  ["too-large", "a credential id of 513 bytes", 6, [passkeyRow(filled(513, 1))]],
  ["malformed", "no signatures", 7, undefined],
  ["malformed", "issue 0", 8, 0],
]

const bodyCases = (): Case[] => {
  const good = new Map<number, Value>([
    [1, "duty-1"],
    [2, 1],
    [3, "Sato"],
    [5, [0]],
    [6, [[1, ed25519, filled(32, 1)]]],
    [7, [[ed25519, filled(8, 2), filled(64, 3)]]],
    [8, 1],
  ])
  return forms.map(([expect, name, key, value]) => {
    const body = new Map(good)
    if (value === undefined) body.delete(key)
    else body.set(key, value)
    return { name, clause: "OF-1", expect, body: hex(encode(body)) }
  })
}

/** After the officers `before` an officer's entry comes; `edit` turns one bit of it. */
const enrolmentCases = (): Case[] => {
  const one = (clause: string, expect: string, name: string, body: OfficerName, ...before: OfficerName[]): Case => ({
    name,
    clause,
    expect,
    before,
    body,
  })
  return [
    one("OF-2", "ok", "the first officer", "duty"),
    one("OF-3", "ok", "a fifth issue, which retires the first", "retired", "duty", "chief", "clerk", "night"),
    one("OF-3", "ok", "issues may leave numbers out", "night", "duty"),
    one("OF-3", "bad-officer", "the first issue again, after she was retired", "duty", "duty", "chief", "retired"),
    one("OF-3", "bad-officer", "the same issue twice", "duty", "duty"),
    one("OF-2", "bad-officer", "signed by the other party's roots", "foreign", "duty"),
    one("OF-1", "bad-officer", "a key of mixed order", "mixed", "duty"),
    { ...one("OF-2", "bad-officer", "one bit of her code", "duty"), edit: [5, 1] },
    { ...one("OF-2", "bad-officer", "one bit of the second root's signature", "duty"), edit: [-40, 1] },
  ]
}

type Signed = (digest: Hash) => Release
const by =
  (officer: string, type: "key" | "passkey", proof: (digest: Hash) => Uint8Array): Signed =>
  digest => ({
    type,
    officer,
    proof: proof(digest),
  })
const key = (officer: string, name: string, alg: typeof ed25519 | typeof esp256 | typeof esp384 = ed25519): Signed =>
  by(officer, "key", digest => signBy(alg, name, digest))
export const touch = (changed: Partial<Answer> = {}): Signed =>
  by("duty-1", "passkey", digest => passkeyProof(esp256, "duty", digest, changed))
export const chief = by("7", "passkey", digest => passkeyProof(ed25519, "chief", digest))
export const duty = key("duty-1", "duty")
const said: Signed = () => ({ type: "node", officer: "duty-1", proof: new Uint8Array(0) })
const otherAct = (proof: (digest: Hash) => Uint8Array) => () => proof(suite.sha256(Uint8Array.of(1)))

type Given = {
  readonly in?: readonly OfficerName[]
  readonly fields?: Partial<Fields> & { readonly kind?: number }
  readonly why?: string
}
type Row = readonly [clause: string, expect: string, name: string, releases: readonly Signed[], given?: Given]

const all = ["duty", "chief", "clerk", "night"] as const
const flash = { fields: { precedence: 4 } } as const
const asked = (before: number) => ({ fields: { precedence: 4, time: start + 900_000, sole: start + 900_000 - before } })
const receipt = (kind: number) => ({ fields: { kind, traffic: 0, precedence: 4, refs: [filled(32, 7)] } })
const altered = (at: number, change: "clientDataJSON" | "authenticatorData" | "signature"): Signed =>
  by("duty-1", "passkey", digest => {
    const made = assertion(esp256, "duty", digest)
    const bytes = made[change].slice()
    bytes[at < 0 ? bytes.length + at : at]! ^= 1
    return encodeAssertion({ ...made, [change]: bytes })
  })
const bad = (clause: string, why: string, name: string, release: Signed, given: Given = {}): Row => [
  clause,
  "bad-release",
  name,
  [release],
  { ...given, why },
]

// A message at IMMEDIATE, which needs one proof, unless fields are given.
const rows: readonly Row[] = [
  ["OF-5", "ok", "a key of Ed25519", [duty]],
  ["OF-5", "ok", "a key of P-256", [key("duty-1", "duty", esp256)]],
  ["OF-5", "ok", "a key of P-384", [key("duty-1", "duty", esp384)]],
  ["OF-5", "ok", "a passkey of P-256", [touch()]],
  ["OF-7", "ok", "a passkey of P-256 whose s is the higher one", [touch({ highS: true })]],
  ["OF-5", "ok", "a passkey of Ed25519", [chief]],
  ["OF-5", "ok", "client data with a member more", [touch({ more: ',"other_keys_can_be_added_here":"x"' })]],
  bad(
    "OF-6",
    "signature",
    "a key's signature of another act",
    by(
      "duty-1",
      "key",
      otherAct(it => signBy(ed25519, "duty", it)),
    ),
  ),
  bad("OF-6", "signature", "the signature of another officer's key", key("duty-1", "chief")),
  bad("OF-6", "not in office", "a code that nobody has", key("x", "x")),
  bad(
    "OF-6",
    "challenge",
    "an assertion for another act",
    by(
      "duty-1",
      "passkey",
      otherAct(it => passkeyProof(esp256, "duty", it)),
    ),
  ),
  bad(
    "OF-6",
    "origin",
    "an assertion seen from another origin",
    touch({ origin: "https://console.tokyo.example.net" }),
  ),
  bad("OF-6", "origin", "an assertion in a frame of another origin", touch({ crossOrigin: ',"crossOrigin":true' })),
  bad("OF-6", "type", "an enrolment for an assertion", touch({ type: "webauthn.create" })),
  bad("OF-6", "relying party", "an assertion for another relying party", touch({ rpId: "console.example" })),
  bad("OF-6", "user verification", "an assertion without user verification", touch({ flags: 1 })),
  bad("OF-6", "user presence", "an assertion without presence", touch({ flags: 4 })),
  bad("OF-6", "synced", "a credential that may be synced", touch({ flags: 13 })),
  bad("OF-6", "synced", "a credential that is synced", touch({ flags: 29 })),
  bad("OF-6", "authenticator data", "credential data in an assertion", touch({ flags: 69 })),
  bad("OF-6", "key", "a credential of another officer", touch({ credential: "chief" })),
  bad("OF-6", "client data", "client data that begin with a space", altered(0, "clientDataJSON")),
  bad(
    "OF-6",
    "signature",
    "client data altered where nobody reads them",
    by("duty-1", "passkey", digest => {
      const made = assertion(esp256, "duty", digest, { more: ',"x":"y"' })
      const clientDataJSON = made.clientDataJSON.slice()
      clientDataJSON[clientDataJSON.length - 3]! ^= 1
      return encodeAssertion({ ...made, clientDataJSON })
    }),
  ),
  bad("OF-6", "client data", "client data of 1,025 bytes", touch({ more: `,"x":"${"y".repeat(900)}"` })),
  bad("OF-6", "signature", "another counter", altered(36, "authenticatorData")),
  bad("OF-6", "signature", "one bit of the assertion's signature", altered(-1, "signature")),
  bad("OF-7", "signature", "a signature that is no DER", altered(0, "signature")),
  bad(
    "OF-6",
    "proof",
    "a proof that is no assertion",
    by("duty-1", "passkey", () => encode([1, 2])),
  ),
  bad("OF-3", "not in office", "an officer who was retired by the entry before", duty, {
    in: ["duty", "chief", "retired"],
  }),
  bad("OF-3", "not in office", "an officer who is enrolled by none before", chief, { in: ["duty"] }),
  bad("OF-4", "role", "a translator's proof", key("clerk", "clerk")),
  ["OF-8", "release-missing", "a message at IMMEDIATE that its node alone releases", [said]],
  ["OF-8", "release-missing", "a message at IMMEDIATE that nobody releases", []],
  ["OF-8", "ok", "a message at PRIORITY that its node alone releases", [said], { fields: { precedence: 2 } }],
  ["OF-8", "ok", "FLASH by two, one of them a releaser", [duty, chief], flash],
  ["OF-8", "release-missing", "FLASH by one", [chief], flash],
  ["OF-8", "release-missing", "FLASH by one, twice", [duty, key("duty-1", "duty", esp256)], flash],
  ["OF-8", "release-missing", "FLASH by two on watch, none of them a releaser", [duty, key("duty-2", "night")], flash],
  ["OF-6", "bad-release", "FLASH by two and a third whose proof is false", [duty, chief, key("duty-2", "duty")], flash],
  ["OF-9", "ok", "FLASH by one, five minutes after the second was asked", [duty], asked(300_000)],
  ["OF-9", "release-missing", "FLASH by one, a millisecond too soon", [duty], asked(299_999)],
  ["OF-9", "release-missing", "FLASH by none, five minutes after", [said], asked(300_000)],
  ["OF-8", "ok", "FLASH acknowledged by one", [duty], receipt(kinds.acknowledged)],
  ["OF-8", "release-missing", "FLASH acknowledged by the node", [said], receipt(kinds.acknowledged)],
  ["OF-11", "ok", "seconded by an officer", [chief], receipt(kinds.seconded)],
  ["OF-11", "release-missing", "seconded by the node", [said], receipt(kinds.seconded)],
  ["OF-11", "release-missing", "objected by nobody", [], receipt(kinds.objected)],
]

/** The entry whose proofs are over its own act. */
export const withProofs = (
  pen: Pen,
  fields: Partial<Fields> & { readonly kind: number },
  releases: readonly Signed[],
  body?: Uint8Array,
): Said => {
  const digest = actDigest(pen.sign(fields, body).entry, suite)
  return pen.sign({ ...fields, releases: releases.map(sign => sign(digest)) }, body)
}

const releaseCases = (line: ExampleLine): Case[] =>
  rows.map(([clause, expect, name, releases, given = {}]) => {
    const fields = { kind: kinds.message, precedence: 3, act: act(name), ...given.fields }
    const { entry } = withProofs(new Pen(line, 0), fields, releases)
    return {
      name,
      clause,
      expect,
      ...(given.why === undefined ? {} : { why: given.why }),
      in: given.in ?? all,
      ...saidOf({ entry }),
      digest: hex(actDigest(entry, suite)),
    }
  })

export const officerCases = (line: ExampleLine): Record<string, unknown> => ({
  /** Bodies of the first party's officers, by name; each has its place in `before` and `in` below. */
  officers: Object.entries(line.officers).map(([name, { body }]) => ({ name, body: hex(body) })),
  bodies: bodyCases(),
  enrolments: enrolmentCases(),
  releases: releaseCases(line),
})
