// Officers of a party: who they are, with which keys, enrolled and retired by entries that their party's roots have signed (page:
// protocol/officer.md). Whether somebody was in office is a question of position in a log, never of a time.
import { openBody } from "./body.ts"
import { decode, encode, type Value } from "./cbor.ts"
import { type Card, checkRootSignatures, type RootSignature, readRootSignatures, rootSignatureRows } from "./charter.ts"
import { utf8 } from "./hash.ts"
import { cborDepthMax, credentialIdBytesMax, officerKeysMax, officersMax } from "./limits.ts"
import { isRefusal, type Refusal, refuse } from "./refusal.ts"
import { type Algorithm, algorithms, classical, type PublicKey, type Suite } from "./suite.ts"
import { asArray, type Field, type Names, namesValue, readName, readNames, readText } from "./terms.ts"

/** What an officer may do; the number is the place here. (OF-4) */
export const roles = ["watch", "releaser", "translator", "auditor", "administrator", "break-glass"] as const
export type Role = (typeof roles)[number]
/** How a code begins whose keys lie behind the glass. (OF-4) */
export const breakGlass = "break-glass"

/** A key of type 2 lives in an authenticator and signs for one relying party, seen from one origin. (OF-1) */
export type OfficerKey = ({ readonly type: "key" } & PublicKey) | ({ readonly type: "passkey" } & PublicKey & Passkey)
export type Passkey = { readonly credentialId: Uint8Array; readonly rpId: string; readonly origin: string }

export type Officer = {
  readonly code: string
  /** False: retired by this entry. */
  readonly inOffice: boolean
  /** Absent where the disclosure is by number alone. */
  readonly name?: string
  readonly office?: Names
  readonly roles: readonly Role[]
  readonly keys: readonly OfficerKey[]
  /** Counts the officer entries of a party: an older one, said again, changes nothing. (OF-3) */
  readonly issue: number
}

/** Of one party, at one position of its log. */
export type Officers = { readonly issue: number; readonly inOffice: ReadonlyMap<string, Officer> }

export const noOfficers: Officers = { issue: 0, inOffice: new Map() }

/** What roots sign of an officer begins with it; for SLH-DSA it is the context string as well. (OF-2) */
export const officerPrefix = utf8("parley/1 officer")
const lastKey = 8
const signaturesKey = 7
export const officerCode = /^[a-z0-9-]{1,16}$/
const keyTypes = ["key", "passkey"] as const

const officerValue = (officer: Officer): Map<number, Value> => {
  const body = new Map<number, Value>([
    [1, officer.code],
    [2, officer.inOffice ? 1 : 2],
  ])
  if (officer.name !== undefined) body.set(3, officer.name)
  if (officer.office !== undefined) body.set(4, namesValue(officer.office))
  return body
    .set(
      5,
      officer.roles.map(role => roles.indexOf(role)),
    )
    .set(6, officer.keys.map(keyValue))
    .set(8, officer.issue)
}

export const keyValue = (key: OfficerKey): Value =>
  key.type === "key" ? [1, key.alg, key.public] : [2, key.alg, key.public, key.credentialId, key.rpId, key.origin]

export type Signatory = { readonly line: Uint8Array; readonly author: number; readonly card: Card }

const signedBytes = (
  { line, author }: Pick<Signatory, "line" | "author">,
  body: ReadonlyMap<number, Value>,
): Uint8Array => encode([line, author, body])

/** What every root signs after `officerPrefix`. (OF-2) */
export const officerSignedBytes = (by: Pick<Signatory, "line" | "author">, officer: Officer): Uint8Array =>
  signedBytes(by, officerValue(officer))

/** `signatures`: by each root in the card's order, over officerPrefix ‖ officerSignedBytes. */
export const encodeOfficerBody = (
  by: Signatory,
  officer: Officer,
  signatures: readonly Uint8Array[],
  suite: Suite,
): Uint8Array => encode(officerValue(officer).set(signaturesKey, rootSignatureRows(by.card, signatures, suite)))

export type SignedOfficer = Officer & {
  readonly signatures: readonly RootSignature[]
  /** All of the body but the signatures, keys that this version does not know included. */
  readonly signed: ReadonlyMap<number, Value>
}

/** Bytes → a well-formed officer; who has signed it is another question. (OF-1) */
export const decodeOfficerBody = (bytes: Uint8Array): SignedOfficer | Refusal => {
  const body = openBody(bytes, lastKey)
  if (isRefusal(body)) return body
  const officer = officerIn(body)
  if (isRefusal(officer)) return officer
  const signatures = readRootSignatures(body.get(signaturesKey))
  if (isRefusal(signatures)) return signatures
  const signed = new Map(body)
  signed.delete(signaturesKey)
  return { ...officer, signatures, signed }
}

/** All of a body but its signatures → a well-formed officer. (OF-1) */
export const officerIn = (body: ReadonlyMap<number, Value>): Officer | Refusal => {
  const code = readText(body.get(1), officerCode)
  const status = body.get(2)
  if (code === undefined) return wrong("code")
  if (status !== 1 && status !== 2) return wrong("status")
  const inOffice = status === 1
  const name = body.has(3) ? readName(body.get(3)) : null
  const office = body.has(4) ? readNames(body.get(4)) : null
  if (name === undefined) return wrong("name")
  if (office === undefined) return wrong("office")
  const held = readRoles(body.get(5))
  if (isRefusal(held)) return held
  const keys = readKeys(body.get(6))
  if (isRefusal(keys)) return keys
  // OF-4: so that whoever reads a release sees what it was made with, years later and without the table.
  if (held.includes(breakGlass) !== (inOffice && code.startsWith(breakGlass))) return wrong("roles")
  // Who is retired has nothing that could be used again by mistake.
  if (!inOffice && held.length + keys.length > 0) return wrong("status")
  const issue = body.get(8)
  if (typeof issue !== "number" || issue < 1) return wrong("issue")
  return {
    code,
    inOffice,
    ...(name !== null && { name }),
    ...(office !== null && { office }),
    roles: held,
    keys,
    issue,
  }
}

const wrong = (field: string): Refusal => refuse("malformed", { field })

/** Numbers, ascending, none twice. */
const readRoles = (value: Field): Role[] | Refusal => {
  if (!Array.isArray(value)) return wrong("roles")
  const read: Role[] = []
  let before = -1
  for (const number of asArray(value)) {
    if (typeof number !== "number" || number <= before) return wrong("roles")
    const role = roles[number]
    if (role === undefined) return refuse("newer-law", { role: number })
    read.push(role)
    before = number
  }
  return read
}

const rpId = /^[a-z0-9.-]{1,253}$/
/** ASCII without anything that JSON would escape: the browser's words of it are these very bytes. (OF-5) */
const origin = /^https?:\/\/[a-z0-9.-]{1,253}(?::[1-9][0-9]{0,4})?$/

const algorithmsOf: Readonly<Record<OfficerKey["type"], readonly Algorithm[]>> = {
  key: Object.values(classical),
  passkey: [algorithms.ed25519, algorithms.esp256],
}

const readKeys = (value: Field): OfficerKey[] | Refusal => {
  if (!Array.isArray(value)) return wrong("keys")
  if (value.length > officerKeysMax) return refuse("too-large", { keys: value.length, most: officerKeysMax })
  const keys: OfficerKey[] = []
  for (const row of value) {
    const key = readKey(asArray(row))
    if (isRefusal(key)) return key
    keys.push(key)
  }
  return keys
}

export const readKey = (row: readonly Value[]): OfficerKey | Refusal => {
  const [number, algorithm, bytes, id, party, from] = row
  const type = typeof number === "number" && number > 0 ? keyTypes[number - 1] : undefined
  if (type === undefined)
    return typeof number === "number" && number > 2 ? refuse("newer-law", { key: number }) : wrong("keys")
  const alg = algorithmsOf[type].find(known => known === algorithm)
  if (alg === undefined) return typeof algorithm === "number" ? refuse("newer-law", { alg: algorithm }) : wrong("keys")
  if (!(bytes instanceof Uint8Array)) return wrong("keys")
  if (type === "key") return row.length === 3 ? { type, alg, public: bytes } : wrong("keys")
  if (row.length !== 6 || !(id instanceof Uint8Array) || id.length === 0) return wrong("keys")
  if (id.length > credentialIdBytesMax) return refuse("too-large", { bytes: id.length, most: credentialIdBytesMax })
  const [relying, seen] = [readText(party, rpId), readText(from, origin)]
  if (relying === undefined || seen === undefined) return wrong("keys")
  return { type, alg, public: bytes, credentialId: id, rpId: relying, origin: seen }
}

/** Why an officer's entry at this position changes nothing; undefined when it takes effect. (OF-3) */
export const officerFault = (
  officer: SignedOfficer,
  before: Officers,
  by: Signatory,
  suite: Suite,
): Refusal | undefined => {
  const about = { officer: officer.code, issue: officer.issue }
  if (officer.issue <= before.issue) return refuse("bad-officer", { ...about, why: "issue", last: before.issue })
  const grows = officer.inOffice && !before.inOffice.has(officer.code)
  if (grows && before.inOffice.size >= officersMax) return refuse("bad-officer", { ...about, why: "too many" })
  if (!officer.keys.every(key => suite.sound(key))) return refuse("bad-officer", { ...about, why: "key" })
  const signed = { message: signedBytes(by, officer.signed), prefix: officerPrefix }
  const fault = checkRootSignatures(by.card, officer.signatures, signed, suite)
  return fault && refuse("bad-officer", { ...about, why: fault.refusal })
}

/** The table after an entry that takes effect: a later entry of one code replaces the earlier. */
export const withOfficer = (
  { inOffice }: Officers,
  { signatures: _, signed: __, ...officer }: SignedOfficer,
): Officers => {
  const others = new Map(inOffice)
  if (officer.inOffice) others.set(officer.code, ownedBy(officerValue(officer)))
  else others.delete(officer.code)
  return { issue: officer.issue, inOffice: others }
}

/** For the snapshot: what `restoreOfficers` takes up again. */
export const officersValue = ({ issue, inOffice }: Officers): Value => [issue, [...inOffice.values()].map(officerValue)]

export const restoreOfficers = (value: Value | undefined): Officers => {
  const [issue, rows] = value as readonly [number, readonly Map<number, Value>[]]
  return { issue, inOffice: new Map(rows.map(row => ownedBy(row)).map(officer => [officer.code, officer])) }
}

/** With bytes of its own: what was read are views of a frame or of a snapshot, which an officer of years must not keep alive. */
const ownedBy = (value: ReadonlyMap<number, Value>): Officer => {
  const bytes = encode(value)
  const body = decode(bytes, { bytesMax: bytes.length, depthMax: cborDepthMax })
  const officer = body instanceof Map ? officerIn(body) : wrong("officer")
  if (isRefusal(officer)) throw new Error("an officer who was in office is no officer")
  return officer
}
