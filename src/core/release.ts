// The proof of a release: that an officer's key, or an officer at an authenticator, has signed this act (page: protocol/officer.md,
// section 3; W3C Web Authentication, section 7.2). Answers why a proof is none, in one word for people and vectors.
import { decode, encode } from "./cbor.ts"
import type { Release } from "./entry.ts"
import { base64url, concat, equal, hex, utf8 } from "./hash.ts"
import {
  authenticatorDataBytesMax,
  cborDepthMax,
  clientDataBytesMax,
  credentialIdBytesMax,
  entryBytesMax,
} from "./limits.ts"
import type { Officer, OfficerKey } from "./officer.ts"
import { algorithms, type Hash, type PublicKey, type Suite } from "./suite.ts"

/** What an authenticator answered. `signature` as it made it: DER for ECDSA. */
export type Assertion = {
  readonly credentialId: Uint8Array
  readonly authenticatorData: Uint8Array
  readonly clientDataJSON: Uint8Array
  readonly signature: Uint8Array
}

export type ProofFault =
  | "proof" // not of the form
  | "key" // no such key, or no such credential, is the officer's
  | "signature"
  | "client data" // not what a browser writes
  | "type" // an assertion of another ceremony
  | "challenge" // an assertion for another act
  | "origin"
  | "relying party"
  | "user presence"
  | "user verification"
  | "synced" // a credential that may be on more than one device
  | "authenticator data"

export const encodeAssertion = (assertion: Assertion): Uint8Array =>
  encode([assertion.credentialId, assertion.authenticatorData, assertion.clientDataJSON, assertion.signature])

/** Undefined when it is good. `digest`: of the act. Type `node` proves nothing and is not asked here. (OF-5, OF-6) */
export const proofFault = (release: Release, officer: Officer, digest: Hash, suite: Suite): ProofFault | undefined => {
  if (release.type === "passkey") return passkeyFault(release.proof, officer, digest, suite)
  const keys = officer.keys.filter(key => key.type === "key")
  if (keys.length === 0) return "key"
  return keys.some(key => suite.verify(key, digest, release.proof)) ? undefined : "signature"
}

const passkeyFault = (proof: Uint8Array, officer: Officer, digest: Hash, suite: Suite): ProofFault | undefined => {
  const assertion = readAssertion(proof)
  if (assertion === undefined) return "proof"
  const key = officer.keys.find(key => key.type === "passkey" && equal(key.credentialId, assertion.credentialId))
  if (key?.type !== "passkey") return "key"
  return (
    clientDataFault("webauthn.get", assertion.clientDataJSON, digest, key.origin) ??
    authenticatorFault(assertion.authenticatorData, key.rpId, suite) ??
    (isSigned(assertion, key, suite) ? undefined : "signature")
  )
}

const readAssertion = (proof: Uint8Array): Assertion | undefined => {
  const value = decode(proof, { bytesMax: entryBytesMax, depthMax: cborDepthMax })
  if (!Array.isArray(value) || value.length !== 4) return undefined
  const [credentialId, authenticatorData, clientDataJSON, signature] = value
  if (!(credentialId instanceof Uint8Array && authenticatorData instanceof Uint8Array)) return undefined
  if (!(clientDataJSON instanceof Uint8Array && signature instanceof Uint8Array)) return undefined
  return { credentialId, authenticatorData, clientDataJSON, signature }
}

/** The limited verification of WebAuthn, section 5.8.1.2: browsers write these members first, in this order, byte for byte. What a
 *  browser may add after them is not read; nothing is parsed, so no two readers can differ. (OF-5) */
export const clientDataFault = (
  type: "webauthn.get" | "webauthn.create",
  json: Uint8Array,
  digest: Hash,
  origin: string,
): ProofFault | undefined => {
  if (json.length > clientDataBytesMax) return "client data"
  const rest = new Prefix(json)
  if (!rest.takes('{"type":"')) return "client data"
  if (!rest.takes(`${type}","challenge":"`)) return "type"
  if (!rest.takes(`${base64url(digest)}","origin":"`)) return "challenge"
  if (!rest.takes(`${origin}"`)) return "origin"
  // A page that was framed by one of another origin says true here.
  if (!rest.takes(',"crossOrigin":false')) return "origin"
  return rest.ends() ? undefined : "client data"
}

class Prefix {
  #at = 0
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  takes(text: string): boolean {
    const wanted = utf8(text)
    const found = equal(this.#bytes.subarray(this.#at, this.#at + wanted.length), wanted)
    if (found) this.#at += wanted.length
    return found
  }

  /** At the end of the object, or before a member more. */
  ends(): boolean {
    const [next, last] = [this.#bytes[this.#at], this.#bytes.at(-1)]
    const isWhole = next === closing && this.#at === this.#bytes.length - 1
    return isWhole || (next === comma && last === closing)
  }
}

const closing = 0x7d
const comma = 0x2c

const flags = { present: 1, verified: 4, backupEligible: 8, backedUp: 16, attested: 64, extended: 128 } as const
const bareBytes = 37

/** SHA-256 of the relying party, flags, a counter that is not looked at. (OF-6) */
const authenticatorFault = (data: Uint8Array, rpId: string, suite: Suite): ProofFault | undefined => {
  const flag = data[32] ?? 0
  const mayBeLonger = (flag & flags.extended) !== 0
  if (data.length < bareBytes || data.length > authenticatorDataBytesMax) return "authenticator data"
  if (data.length > bareBytes !== mayBeLonger || (flag & flags.attested) !== 0) return "authenticator data"
  return holderFault(data, rpId, suite)
}

/** For whom, and whether a person was there, and was asked who it is, at an authenticator that keeps its key to itself. */
const holderFault = (data: Uint8Array, rpId: string, suite: Suite): ProofFault | undefined => {
  const flag = data[32] ?? 0
  if (!equal(data.subarray(0, 32), suite.sha256(utf8(rpId)))) return "relying party"
  if ((flag & flags.present) === 0) return "user presence"
  if ((flag & flags.verified) === 0) return "user verification"
  return (flag & (flags.backupEligible | flags.backedUp)) === 0 ? undefined : "synced"
}

const idLengthAt = 53
const idAt = 55
const attestedBytesMax = 1_024
const coseLimits = { bytesMax: attestedBytesMax, depthMax: 1 }
/** RFC 9053, sections 7.1 and 7.2: kty, alg, crv, x, y. */
const cose = { kty: 1, alg: 3, crv: -1, x: -2, y: -3 } as const

/** A new passkey, from what its authenticator and the browser said when it was made. No attestation is asked for, so nothing of it is
 *  believed but what its roots sign afterwards. (A-29; Web Authentication, section 7.1) */
export const newPasskey = (
  made: { readonly clientData: Uint8Array; readonly authenticatorData: Uint8Array },
  asked: { readonly challenge: Uint8Array; readonly origin: string; readonly rpId: string },
  suite: Suite,
): OfficerKey | ProofFault => {
  const { authenticatorData: data } = made
  const { origin, rpId } = asked
  const fault = clientDataFault("webauthn.create", made.clientData, asked.challenge, origin)
  if (fault !== undefined) return fault
  const flag = data[32] ?? 0
  if (data.length < idAt || data.length > attestedBytesMax) return "authenticator data"
  if ((flag & flags.attested) === 0 || (flag & flags.extended) !== 0) return "authenticator data"
  const holder = holderFault(data, rpId, suite)
  if (holder !== undefined) return holder
  const idLength = data[idLengthAt]! * 256 + data[idLengthAt + 1]!
  const credentialId = data.slice(idAt, idAt + idLength)
  if (idLength === 0 || idLength > credentialIdBytesMax || credentialId.length !== idLength) return "authenticator data"
  const key = coseKey(data.subarray(idAt + idLength))
  return key && suite.sound(key) ? { type: "passkey", ...key, credentialId, rpId, origin } : "key"
}

/** Algorithms −8 with Ed25519 and −7 with P-256, which are our −19 and −9. */
const coseKey = (bytes: Uint8Array): PublicKey | undefined => {
  const map = decode(bytes, coseLimits)
  if (!(map instanceof Map)) return undefined
  const [kty, alg, crv, x, y] = [cose.kty, cose.alg, cose.crv, cose.x, cose.y].map(label => map.get(label))
  if (!(x instanceof Uint8Array && x.length === coordinateBytes)) return undefined
  if (kty === 1 && alg === -8 && crv === 6 && map.size === 4) return { alg: algorithms.ed25519, public: x.slice() }
  if (!(kty === 2 && alg === -7 && crv === 1 && map.size === 5)) return undefined
  return y instanceof Uint8Array && y.length === coordinateBytes
    ? { alg: algorithms.esp256, public: concat(Uint8Array.of(4), x, y) }
    : undefined
}

const isSigned = (assertion: Assertion, key: OfficerKey, suite: Suite): boolean => {
  const { authenticatorData, clientDataJSON, signature } = assertion
  const message = concat(authenticatorData, suite.sha256(clientDataJSON))
  if (key.alg === algorithms.ed25519) return suite.verify(key, message, signature)
  const raw = lowSigned(signature)
  return raw !== undefined && suite.verify(key, message, raw)
}

/** Order of P-256's group (FIPS 186-5 names SP 800-186, section 3.2.1.3). */
const order256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const coordinateBytes = 32

/** DER → r ‖ s with the lower of s and n − s. Authenticators give either, and the suites take the lower alone (E-15). Undefined when
 *  it is not the one DER encoding of two positive integers that fit. (OF-7) */
export const lowSigned = (der: Uint8Array): Uint8Array | undefined => {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return undefined
  const r = integerAt(der, 2)
  const s = r && integerAt(der, r.end)
  if (!r || !s || s.end !== der.length) return undefined
  const value = BigInt(`0x${hex(s.bytes)}`)
  if (value === 0n || value >= order256) return undefined
  const low = value > order256 >> 1n ? order256 - value : value
  return concat(
    padded(r.bytes),
    Uint8Array.from({ length: coordinateBytes }, (_, at) => byteOf(low, at)),
  )
}

const byteOf = (value: bigint, at: number): number => Number((value >> BigInt(8 * (coordinateBytes - 1 - at))) & 255n)

const integerAt = (der: Uint8Array, at: number): { readonly bytes: Uint8Array; readonly end: number } | undefined => {
  const [tag, length] = [der[at], der[at + 1]]
  if (tag !== 0x02 || length === undefined || length === 0 || at + 2 + length > der.length) return undefined
  const bytes = der.subarray(at + 2, at + 2 + length)
  const [first, second] = [bytes[0]!, bytes[1]]
  // Positive, and in the shortest form.
  if ((first & 0x80) !== 0 || (first === 0 && (second === undefined || (second & 0x80) === 0))) return undefined
  const bare = first === 0 ? bytes.subarray(1) : bytes
  return bare.length <= coordinateBytes ? { bytes: bare, end: at + 2 + length } : undefined
}

const padded = (bytes: Uint8Array): Uint8Array => concat(new Uint8Array(coordinateBytes - bytes.length), bytes)
