// Who is at the other end where no TLS of ours can show it: it ends at a proxy, or there are only datagrams (page: protocol/frame.md,
// F-18). Three short messages, each side signing both sides' fresh keys with its TLS key, which the card pins. What comes of it decides
// whose frames are taken in, and no more: frames protect themselves. It holds no socket and no clock.
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hash,
  hkdfSync,
  type KeyObject,
  randomBytes,
  sign,
  timingSafeEqual,
  verify,
  X509Certificate,
} from "node:crypto"

const label = "parley/1 greeting"
/** X25519 and Ed25519 keys in DER differ from their 32 bytes by these before them. */
const x25519Der = Buffer.from("302a300506032b656e032100", "hex")
const ed25519Der = Buffer.from("302a300506032b6570032100", "hex")
const keyBytes = 32
const nonceBytes = 16
const spkiBytes = ed25519Der.length + keyBytes
const signatureBytes = 64
export const tagBytes = 16
export const sessionIdBytes = 8

/** First bytes. No frame begins so. (F-3) */
export const greetingKinds = { hello: 0x21, answer: 0x22, proof: 0x23 }
const freshBytes = 1 + keyBytes + nonceBytes
/** Hello and answer are as long as each other: nobody can have us send more to a third party than they have sent us. */
export const greetingBytes = freshBytes + spkiBytes + signatureBytes
const proofBytes = 1 + nonceBytes + spkiBytes + signatureBytes

/** Why somebody is turned away. */
export type Stranger = "no-greeting" | "reflected" | "other-key" | "bad-greeting"

export type Greeter = {
  readonly key: KeyObject
  readonly spki: Uint8Array
  /** SHA-256 of the two TLS keys, as the cards have them. */
  readonly pins: readonly [us: Uint8Array, peer: Uint8Array]
}

/** What both hold after a greeting, and nobody else: a name, and a key for each direction. */
export type Session = {
  readonly id: Uint8Array
  /** For what we say. */
  tag(said: Uint8Array): Uint8Array
  /** Of what the peer said. */
  isTrue(said: Uint8Array, tag: Uint8Array): boolean
}

type Fresh = { readonly key: KeyObject; readonly bytes: Uint8Array }

const pinOf = (spki: Uint8Array): Buffer => hash("sha256", spki, "buffer")
const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b)

export const greeterOf = (key: string, cert: string, peerSpki: Uint8Array): Greeter => {
  const spki = new X509Certificate(cert).publicKey.export({ type: "spki", format: "der" })
  return { key: createPrivateKey(key), spki, pins: [pinOf(spki), peerSpki] }
}

/** An ephemeral key and a nonce, as they go out. */
const fresh = (): Fresh => {
  const { privateKey, publicKey } = generateKeyPairSync("x25519")
  const point = publicKey.export({ type: "spki", format: "der" }).subarray(x25519Der.length)
  return { key: privateKey, bytes: Buffer.concat([point, randomBytes(nonceBytes)]) }
}

/** Shows that its sender knows both cards, at the price of a hash: without it nobody hears that there is anything here. */
const knockOf = (hello: Uint8Array, diallerPin: Uint8Array, answererPin: Uint8Array): Buffer =>
  createHmac("sha256", Buffer.concat([Buffer.from(`${label} hello`), diallerPin, answererPin]))
    .update(hello.subarray(0, greetingBytes - tagBytes))
    .digest()
    .subarray(0, tagBytes)

/** What both sign: the label, who dialled whom, and what each drew for this greeting. */
const transcriptOf = (diallerPin: Uint8Array, answererPin: Uint8Array, hello: Uint8Array, answer: Uint8Array): Buffer =>
  hash("sha256", Buffer.concat([Buffer.from(label), diallerPin, answererPin, hello, answer]), "buffer")

const signed = (role: "answer" | "proof", transcript: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${label} ${role}`), transcript])

/** Whether the key is the pinned one, and has signed. */
const strangerBy = (by: Uint8Array, peerPin: Uint8Array, what: Uint8Array): Stranger | undefined => {
  const spki = by.subarray(0, spkiBytes)
  if (!isSame(pinOf(spki), peerPin)) return "other-key"
  const key = createPublicKey({ key: Buffer.from(spki), type: "spki", format: "der" })
  return verify(null, what, key, by.subarray(spkiBytes)) ? undefined : "bad-greeting"
}

/** Undefined for a point of low order, by which the secret would not be one. */
const secretOf = (own: KeyObject, theirs: Uint8Array): Buffer | undefined => {
  const key = Buffer.concat([x25519Der, theirs.subarray(0, keyBytes)])
  try {
    return diffieHellman({ privateKey: own, publicKey: createPublicKey({ key, type: "spki", format: "der" }) })
  } catch {
    return undefined
  }
}

const sessionOf = (
  own: KeyObject,
  theirs: Uint8Array,
  transcript: Uint8Array,
  isDialler: boolean,
): Session | Stranger => {
  const secret = secretOf(own, theirs)
  if (!secret) return "bad-greeting"
  const drawn = (what: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync("sha256", secret, transcript, `${label} ${what}`, bytes))
  const [dialler, answerer] = [drawn("dialler", keyBytes), drawn("answerer", keyBytes)]
  const [ours, peers] = isDialler ? [dialler, answerer] : [answerer, dialler]
  const tag = (by: Uint8Array, said: Uint8Array): Buffer =>
    createHmac("sha256", by).update(said).digest().subarray(0, tagBytes)
  return {
    id: drawn("session", sessionIdBytes),
    tag: said => tag(ours, said),
    isTrue: (said, given) => isSame(tag(peers, said), given),
  }
}

export type Hello = {
  readonly bytes: Uint8Array
  /** The peer's answer: what to send back, and the session. */
  answered(answer: Uint8Array): { readonly proof: Uint8Array; readonly session: Session } | Stranger
}

/** Begins a greeting. The same hello may go out again until it is answered. */
export const hello = ({ key, spki, pins: [us, peer] }: Greeter): Hello => {
  const own = fresh()
  const bytes = Buffer.alloc(greetingBytes)
  bytes[0] = greetingKinds.hello
  bytes.set(own.bytes, 1)
  bytes.set(knockOf(bytes, us, peer), greetingBytes - tagBytes)
  return {
    bytes,
    answered: answer => {
      if (answer.length !== greetingBytes || answer[0] !== greetingKinds.answer) return "no-greeting"
      const theirs = answer.subarray(1, freshBytes)
      const transcript = transcriptOf(us, peer, own.bytes, theirs)
      const stranger = strangerBy(answer.subarray(freshBytes), peer, signed("answer", transcript))
      if (stranger) return stranger
      const mine = sign(null, signed("proof", transcript), key)
      const proof = Buffer.concat([Buffer.of(greetingKinds.proof), theirs.subarray(keyBytes), spki, mine])
      const session = sessionOf(own.key, theirs, transcript, true)
      return typeof session === "string" ? session : { proof, session }
    },
  }
}

export type Answer = {
  readonly bytes: Uint8Array
  /** By which the proof finds its answer. */
  readonly nonce: string
  /** The peer's proof: from here on it is the peer. */
  proven(proof: Uint8Array): Session | Stranger
}

/** Why a message is not a peer's hello, at the price of one hash. */
export const helloFault = (said: Uint8Array, { pins: [us, peer] }: Greeter): Stranger | undefined => {
  if (said.length !== greetingBytes || said[0] !== greetingKinds.hello) return "no-greeting"
  const knock = said.subarray(greetingBytes - tagBytes)
  if (isSame(knockOf(said, peer, us), knock)) return undefined
  return isSame(knockOf(said, us, peer), knock) ? "reflected" : "other-key"
}

/** Answers a hello that has no fault. Who sent it is not known yet. */
export const answerTo = (said: Uint8Array, { key, spki, pins: [us, peer] }: Greeter): Answer => {
  const theirs = Uint8Array.from(said.subarray(1, freshBytes))
  const own = fresh()
  const nonce = Buffer.from(own.bytes.subarray(keyBytes)).toString("hex")
  const transcript = transcriptOf(peer, us, theirs, own.bytes)
  const mine = sign(null, signed("answer", transcript), key)
  return {
    bytes: Buffer.concat([Buffer.of(greetingKinds.answer), own.bytes, spki, mine]),
    nonce,
    proven: proof => {
      if (nonceOf(proof) !== nonce) return "no-greeting"
      const stranger = strangerBy(proof.subarray(1 + nonceBytes), peer, signed("proof", transcript))
      return stranger ?? sessionOf(own.key, theirs, transcript, false)
    },
  }
}

/** Which answer a proof is for; undefined for what is no proof. */
export const nonceOf = (proof: Uint8Array): string | undefined =>
  proof.length === proofBytes && proof[0] === greetingKinds.proof
    ? Buffer.from(proof.subarray(1, 1 + nonceBytes)).toString("hex")
    : undefined
