// The common suite on the platform's cryptography: what a node runs. Its twin for the browser is noble.ts; the same vectors
// (vectors.test.ts) hold for both, and they agree on every key and signature that strict.ts refuses.
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPublicKey,
  hash,
  type KeyObject,
  verify,
} from "node:crypto"
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib"
import { algorithms, type PublicKey, type Suite } from "../core/suite.ts"
import { nationalSuites } from "./national.ts"
import { isKeyLength, isPrimeOrder, isSignatureForm, isUncompressed } from "./strict.ts"

const tagBytes = 16
const none = new Uint8Array(0)
/** Keys held ready: a line has some tens; a stranger who offers many must not grow the memory. */
const keysMax = 1_024
/** Parts together below this are joined and hashed in one call, which is faster than the streaming interface. */
const joinBytesMax = 8_192

export const nodeSuite: Suite = {
  sha256(...parts) {
    const [first] = parts
    if (parts.length === 1 && first !== undefined) return plain(hash("sha256", first, "buffer"))
    let bytes = 0
    for (const part of parts) bytes += part.length
    if (bytes <= joinBytesMax) return plain(hash("sha256", join(parts, bytes), "buffer"))
    const streaming = createHash("sha256")
    for (const part of parts) streaming.update(part)
    return plain(streaming.digest())
  },

  hmacSha256: (key, data) => plain(createHmac("sha256", key).update(data).digest()),

  sound: key => keyObject(key) !== undefined,

  verify(key, message, signature, context = none) {
    if (!isSignatureForm(key.alg, signature, context)) return false
    const object = keyObject(key)
    if (object === undefined) return false
    switch (key.alg) {
      case algorithms.ed25519:
        return verify(null, message, object, signature)
      case algorithms.esp256:
        return verify("sha256", message, { key: object, dsaEncoding: "ieee-p1363" }, signature)
      case algorithms.esp384:
        return verify("sha384", message, { key: object, dsaEncoding: "ieee-p1363" }, signature)
      case algorithms.mlDsa65:
      case algorithms.slhDsa128s:
        return verify(null, message, { key: object, context }, signature)
      default:
        return key.alg satisfies never
    }
  },

  seal(key, nonce, aad, plaintext) {
    const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes })
    cipher.setAAD(aad)
    const sealed = new Uint8Array(plaintext.length + tagBytes)
    sealed.set(cipher.update(plaintext))
    cipher.final()
    sealed.set(cipher.getAuthTag(), plaintext.length)
    return sealed
  },

  open(key, nonce, aad, sealed) {
    if (sealed.length < tagBytes) return undefined
    const end = sealed.length - tagBytes
    const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes })
    decipher.setAAD(aad)
    decipher.setAuthTag(sealed.subarray(end))
    const opened = decipher.update(sealed.subarray(0, end))
    try {
      decipher.final()
    } catch {
      return undefined // the tag is false
    }
    return plain(opened)
  },

  compress: bytes =>
    plain(
      brotliCompressSync(bytes, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
      }),
    ),

  decompress(packed, bytesMax) {
    try {
      return plain(brotliDecompressSync(packed, { maxOutputLength: bytesMax }))
    } catch {
      return undefined // not brotli, or larger than may be
    }
  },

  national: nationalSuites,
}

/** A Buffer shares its `slice` with its parent and equals nothing but a Buffer; outside this room there are plain arrays only. */
const plain = (bytes: Buffer): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)

const join = (parts: readonly Uint8Array[], bytes: number): Uint8Array => {
  const joined = new Uint8Array(bytes)
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

// Reading a key costs more than one verification, and the prime-order check more than ten; a line verifies with a few keys, often.
const ready = new Map<string, KeyObject | undefined>()

const keyObject = (key: PublicKey): KeyObject | undefined => {
  const name = key.alg + Buffer.from(key.public.buffer, key.public.byteOffset, key.public.length).toString("latin1")
  const known = ready.get(name)
  if (known !== undefined || ready.has(name)) return known
  const made = readKey(key)
  for (const oldest of ready.keys()) {
    if (ready.size < keysMax) break
    ready.delete(oldest)
  }
  ready.set(name, made)
  return made
}

const readKey = ({ alg, public: bytes }: PublicKey): KeyObject | undefined => {
  if (!isKeyLength(alg, bytes)) return undefined
  const raw = { key: Buffer.from(bytes), format: "raw-public" } as const
  try {
    switch (alg) {
      case algorithms.ed25519:
        return isPrimeOrder(bytes) ? createPublicKey({ ...raw, asymmetricKeyType: "ed25519" }) : undefined
      case algorithms.esp256:
        return isUncompressed(bytes)
          ? createPublicKey({ ...raw, asymmetricKeyType: "ec", namedCurve: "P-256" })
          : undefined
      case algorithms.esp384:
        return isUncompressed(bytes)
          ? createPublicKey({ ...raw, asymmetricKeyType: "ec", namedCurve: "P-384" })
          : undefined
      case algorithms.mlDsa65:
        return createPublicKey({ ...raw, asymmetricKeyType: "ml-dsa-65" })
      case algorithms.slhDsa128s:
        return createPublicKey({ ...raw, asymmetricKeyType: "slh-dsa-sha2-128s" })
      default:
        return alg satisfies never
    }
  } catch {
    return undefined // not a point of the curve
  }
}
