// National suite 1: SM2 signatures over SM3 (GB/T 32918.2, GB/T 32905) and SM4-GCM (GB/T 32907, RFC 8998), all of them the platform's
// own (page: protocol/registry.md, section 6). The signer's identifier in SM2's Z is empty, which is what the platform gives: who signs
// is said by the entry, and Z holds the public key all the same.
import {
  type CipherGCMTypes,
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto"
import type { NationalKeys, NationalSuite } from "../core/suite.ts"

const text: string = "sm4-gcm"
/** The platform has it; the list of its types does not. */
const sm4Gcm = text as CipherGCMTypes
const tagBytes = 16
const halfBytes = 32
/** SubjectPublicKeyInfo of an uncompressed point of the curve SM2, up to the point (RFC 5480, OID 1.2.156.10197.1.301). */
const spkiStart = Buffer.from("3059301306072a8648ce3d020106082a811ccf5501822d034200", "hex")
const pointBytes = 65

export const sm: NationalSuite & NationalKeys = {
  number: 1,
  name: "sm",
  signatureBytes: 2 * halfBytes,
  frameKeyBytes: 16,

  sound: key => publicKey(key) !== undefined,

  verify(key, message, signature) {
    const object = publicKey(key)
    const der = derOf(signature)
    return object !== undefined && der !== undefined && verify("sm3", message, object, der)
  },

  seal(key, nonce, aad, plain) {
    const cipher = createCipheriv(sm4Gcm, key, nonce, { authTagLength: tagBytes })
    cipher.setAAD(aad)
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
    return Uint8Array.from(Buffer.concat([sealed, cipher.getAuthTag()]))
  },

  open(key, nonce, aad, sealed) {
    if (sealed.length < tagBytes) return undefined
    const end = sealed.length - tagBytes
    const decipher = createDecipheriv(sm4Gcm, key, nonce, { authTagLength: tagBytes })
    decipher.setAAD(aad)
    decipher.setAuthTag(sealed.subarray(end))
    const opened = decipher.update(sealed.subarray(0, end))
    try {
      decipher.final()
    } catch {
      return undefined // the tag is false
    }
    return Uint8Array.from(opened)
  },

  make: () =>
    Uint8Array.from(
      generateKeyPairSync("ec", { namedCurve: "SM2" }).privateKey.export({ format: "der", type: "pkcs8" }),
    ),

  publicOf: key =>
    Uint8Array.from(createPublicKey(privateKey(key)).export({ format: "der", type: "spki" }).subarray(-pointBytes)),

  sign: (key, message) => rawOf(sign("sm3", message, privateKey(key))),
}

/** Read from its bytes, since only so the platform takes it for SM2 and not for ECDSA on the same curve. */
const privateKey = (bytes: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.from(bytes), format: "der", type: "pkcs8" })

const publicKey = (bytes: Uint8Array): KeyObject | undefined => {
  if (bytes.length !== pointBytes || bytes[0] !== 4) return undefined
  try {
    return createPublicKey({ key: Buffer.concat([spkiStart, bytes]), format: "der", type: "spki" })
  } catch {
    return undefined // not a point of the curve
  }
}

/** The platform gives and takes DER; the law has r ‖ s, which has one form only. */
const rawOf = (der: Uint8Array): Uint8Array => {
  const raw = new Uint8Array(2 * halfBytes)
  let at = 2
  for (const end of [halfBytes, 2 * halfBytes]) {
    const length = der[at + 1]!
    const number = der.subarray(at + 2, at + 2 + length)
    const bare = number.subarray(Math.max(0, number.length - halfBytes))
    raw.set(bare, end - bare.length)
    at += 2 + length
  }
  return raw
}

const derOf = (raw: Uint8Array): Uint8Array | undefined => {
  if (raw.length !== 2 * halfBytes) return undefined
  const numbers = [raw.subarray(0, halfBytes), raw.subarray(halfBytes)].map(half => {
    const from = half.findIndex(byte => byte !== 0)
    const bare = from < 0 ? Uint8Array.of(0) : half.subarray(from)
    const signed = bare[0]! > 127 ? Uint8Array.of(0, ...bare) : bare
    return Uint8Array.of(0x02, signed.length, ...signed)
  })
  const content = Uint8Array.of(...numbers[0]!, ...numbers[1]!)
  return Uint8Array.of(0x30, content.length, ...content)
}
