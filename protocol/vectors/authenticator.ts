// An authenticator and a browser in a few lines, for vectors and tests: every key follows from a name, every signature from what is
// signed. It answers as real ones do, and can be told to answer as none may.
import { createPrivateKey, sign } from "node:crypto"
import { ed25519 } from "@noble/curves/ed25519.js"
import { p256, p384 } from "@noble/curves/nist.js"
import { encode, type Value } from "../../src/core/cbor.ts"
import { base64url, concat, utf8 } from "../../src/core/hash.ts"
import type { OfficerKey } from "../../src/core/officer.ts"
import { type Assertion, encodeAssertion } from "../../src/core/release.ts"
import { type Algorithm, algorithms } from "../../src/core/suite.ts"
import { nodeSuite as suite } from "../../src/suites/node.ts"

export const rpId = "console.tokyo.example"
export const origin = "https://console.tokyo.example"

const secretOf = (name: string): Uint8Array => suite.sha256(utf8(`officer key ${name}`))

const publicOf = (alg: Algorithm, name: string): Uint8Array => {
  const secret = secretOf(name)
  if (alg === algorithms.ed25519) return ed25519.getPublicKey(secret)
  if (alg === algorithms.esp256) return p256.getPublicKey(secret, false)
  return p384.getPublicKey(p384Secret(secret), false)
}

const p384Secret = (secret: Uint8Array): Uint8Array => concat(new Uint8Array(16), secret)

export const softKey = (alg: Algorithm, name: string): OfficerKey => ({ type: "key", alg, public: publicOf(alg, name) })

export const softPasskey = (alg: Algorithm, name: string): OfficerKey => ({
  type: "passkey",
  alg,
  public: publicOf(alg, `passkey ${name}`),
  credentialId: suite.sha256(utf8(`credential ${name}`)).slice(0, 20),
  rpId,
  origin,
})

/** As a key of type 1 signs: r ‖ s with low s. */
export const signBy = (alg: Algorithm, name: string, message: Uint8Array): Uint8Array => {
  const secret = secretOf(name)
  if (alg === algorithms.ed25519) return ed25519.sign(message, secret)
  if (alg === algorithms.esp256) return p256.sign(message, secret, { lowS: true, prehash: true })
  return p384.sign(message, p384Secret(secret), { lowS: true, prehash: true })
}

/** The same key as the platform holds it, for what reads keys from files. */
export const ed25519KeyOf = (name: string) =>
  createPrivateKey({ key: Buffer.from(secretOf(name)), format: "raw-private", asymmetricKeyType: "ed25519" })
export const signWithPlatform = (name: string, message: Uint8Array): Uint8Array =>
  Uint8Array.from(sign(null, message, ed25519KeyOf(name)))

export type Answer = {
  readonly type: string
  readonly origin: string
  readonly rpId: string
  /** User present 1, user verified 4, backup eligible 8, backed up 16. */
  readonly flags: number
  readonly crossOrigin: string
  readonly more: string
  readonly highS: boolean
  readonly credential: string
}

const asAsked: Omit<Answer, "credential"> = {
  type: "webauthn.get",
  origin,
  rpId,
  flags: 5,
  crossOrigin: ',"crossOrigin":false',
  more: "",
  highS: false,
}

const clientDataOf = (answer: Answer, challenge: Uint8Array): Uint8Array =>
  utf8(
    `{"type":"${answer.type}","challenge":"${base64url(challenge)}","origin":"${answer.origin}"${answer.crossOrigin}${answer.more}}`,
  )

export const assertion = (
  alg: Algorithm,
  name: string,
  challenge: Uint8Array,
  changed: Partial<Answer> = {},
): Assertion => {
  const answer = { ...asAsked, credential: name, ...changed }
  const clientDataJSON = clientDataOf(answer, challenge)
  const authenticatorData = concat(suite.sha256(utf8(answer.rpId)), Uint8Array.of(answer.flags, 0, 0, 0, 9))
  const message = concat(authenticatorData, suite.sha256(clientDataJSON))
  const raw = signBy(alg, `passkey ${name}`, message)
  return {
    credentialId: suite.sha256(utf8(`credential ${answer.credential}`)).slice(0, 20),
    authenticatorData,
    clientDataJSON,
    signature: alg === algorithms.ed25519 ? raw : der(raw, answer.highS),
  }
}

export const passkeyProof = (
  alg: Algorithm,
  name: string,
  challenge: Uint8Array,
  changed: Partial<Answer> = {},
): Uint8Array => encodeAssertion(assertion(alg, name, challenge, changed))

/** r ‖ s of P-256 as an authenticator writes it; half of them have the higher s. */
const der = (raw: Uint8Array, highS: boolean): Uint8Array => {
  const order = p256.Point.Fn.ORDER
  const low = BigInt(`0x${raw.subarray(32).toHex()}`)
  const s = highS ? Uint8Array.fromHex((order - low).toString(16).padStart(64, "0")) : raw.subarray(32)
  const body = concat(integer(raw.subarray(0, 32)), integer(s))
  return concat(Uint8Array.of(0x30, body.length), body)
}

const integer = (bytes: Uint8Array): Uint8Array => {
  let at = 0
  while (at < bytes.length - 1 && bytes[at] === 0) at++
  const bare = bytes.subarray(at)
  const padded = bare[0]! >= 0x80 ? concat(Uint8Array.of(0), bare) : bare
  return concat(Uint8Array.of(2, padded.length), padded)
}

/** As a browser and an authenticator answer when a passkey is made; without attestation. */
export const registration = (alg: Algorithm, name: string, challenge: Uint8Array, changed: Partial<Answer> = {}) => {
  const answer = { ...asAsked, type: "webauthn.create", flags: 0x45, credential: name, ...changed }
  const { credentialId } = softPasskey(alg, answer.credential) as Extract<OfficerKey, { type: "passkey" }>
  const key = publicOf(alg, `passkey ${name}`)
  const cose =
    alg === algorithms.ed25519
      ? new Map<number, Value>([
          [1, 1],
          [3, -8],
          [-1, 6],
          [-2, key],
        ])
      : new Map<number, Value>([
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, key.subarray(1, 33)],
          [-3, key.subarray(33)],
        ])
  return {
    clientData: clientDataOf(answer, challenge),
    authenticatorData: concat(
      suite.sha256(utf8(answer.rpId)),
      Uint8Array.of(answer.flags, 0, 0, 0, 0),
      new Uint8Array(16),
      Uint8Array.of(credentialId.length >> 8, credentialId.length & 255),
      credentialId,
      encode(cose),
    ),
  }
}
