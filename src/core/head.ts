// A signed head: an author's tree at one size, as a C2SP checkpoint with two signatures (page: protocol/log.md, section 4).
import { base64, concat, equal, fromBase64, fromHex, hex, utf8 } from "./hash.ts"
import { partiesMax } from "./limits.ts"
import { isRefusal, type Refusal, refuse } from "./refusal.ts"
import { algorithms, type Hash, type PublicKey, type Suite } from "./suite.ts"

export type Head = {
  readonly author: number
  readonly generation: number
  readonly size: number
  readonly root: Hash
  readonly ed25519: Uint8Array // 64 B over the checkpoint text
  readonly mlDsa65: Uint8Array // 3,309 B over the same text, context "parley/1 head"
}

/** What a head says, before it is signed. */
export type Checkpoint = Pick<Head, "author" | "generation" | "size" | "root">

/** Context of the ML-DSA signature. (L-4) */
export const headContext = utf8("parley/1 head")

/** The author's log, as a key name of the signed-note format: it has neither spaces nor "+". */
export const originOf = (line: Uint8Array, { author, generation }: Pick<Checkpoint, "author" | "generation">): string =>
  `parley/1/${hex(line)}/${author}/${generation}`

/** What both signatures cover, its last newline included. (L-4) */
export const headText = (line: Uint8Array, head: Checkpoint): string =>
  `${originOf(line, head)}\n${head.size}\n${base64(head.root)}\n`

/** `keys`: the author's node keys. Both signatures must hold: the second outlives a quantum computer, the first is checkable with
 *  any tool. Whether the root is that of the entries is for core/accept.ts to say. (L-4) */
export const checkHead = (line: Uint8Array, head: Head, keys: readonly PublicKey[], suite: Suite): true | Refusal => {
  const facts = { author: head.author, generation: head.generation, size: head.size }
  const [first, second] = keys
  const text = utf8(headText(line, head))
  if (first === undefined || !suite.verify(first, text, head.ed25519))
    return refuse("bad-head-signature", { ...facts, key: 0 })
  if (second?.alg !== algorithms.mlDsa65 || !suite.verify(second, text, head.mlDsa65, headContext))
    return refuse("bad-head-signature", { ...facts, key: 1 })
  return true
}

// Signature types of the signed-note format: 0x01 is Ed25519, 0xff is followed by a name of one's own.
const ed25519Type = Uint8Array.of(0x01)
const otherType = (name: string): Uint8Array => concat(Uint8Array.of(0xff), utf8(name))
const typeOf = (key: PublicKey): Uint8Array | undefined => {
  switch (key.alg) {
    case algorithms.ed25519:
      return ed25519Type
    case algorithms.esp256:
      return otherType("parley/1 ESP256")
    case algorithms.esp384:
      return otherType("parley/1 ESP384")
    case algorithms.mlDsa65:
      return otherType("parley/1 ML-DSA-65")
    default:
      return undefined
  }
}

/** The four bytes by which a note names a key. (L-4) */
export const noteKey = (origin: string, key: PublicKey, suite: Suite): Uint8Array => {
  const type = typeOf(key)
  if (type === undefined) throw new Error(`no note is signed with algorithm ${key.alg}`)
  return suite.sha256(utf8(`${origin}\n`), type, key.public).slice(0, 4)
}

/** The head as a C2SP signed note, for tools that know nothing of Parley. (L-4) */
export const note = (line: Uint8Array, head: Head, keys: readonly [PublicKey, PublicKey], suite: Suite): string => {
  const origin = originOf(line, head)
  const signed = (key: PublicKey, signature: Uint8Array): string =>
    `— ${origin} ${base64(concat(noteKey(origin, key, suite), signature))}\n`
  return `${headText(line, head)}\n${signed(keys[0], head.ed25519)}${signed(keys[1], head.mlDsa65)}`
}

/** A checkpoint is below 200 bytes and our two lines below 5,000; the rest leaves room for witnesses. */
const noteCharsMax = 65_536
const textForm =
  /^parley\/1\/([0-9a-f]{32})\/(0|[1-9][0-9]?)\/([1-9][0-9]{0,15})\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n$/
const signatureForm = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/

/** A note → its line and head, with the signatures that bear the key names of `keysOf(author)`. Lines of other signers, such as
 *  witnesses, are passed over, as the format asks. The signatures are not verified here: `checkHead` does that. (L-4) */
export const parseNote = (
  text: string,
  keysOf: (author: number, head: Checkpoint) => readonly PublicKey[],
  suite: Suite,
): { readonly line: Uint8Array; readonly head: Head } | Refusal => {
  if (text.length > noteCharsMax) return refuse("too-large", { characters: text.length, most: noteCharsMax })
  const end = text.lastIndexOf("\n\n")
  const found = parseCheckpoint(text.slice(0, end + 1))
  if (isRefusal(found)) return found
  if (!text.endsWith("\n")) return refuse("malformed", { field: "note" })
  const { line, checkpoint } = found
  const origin = originOf(line, checkpoint)
  const [first, second] = keysOf(checkpoint.author, checkpoint)
  if (first === undefined || second === undefined) return refuse("unknown-author", { author: checkpoint.author })
  const signatures = parseSignatures(text.slice(end + 2, -1), origin)
  if (isRefusal(signatures)) return signatures
  const named = (key: PublicKey): Uint8Array | undefined => {
    if (typeOf(key) === undefined) return undefined
    const id = noteKey(origin, key, suite)
    const ours = signatures.filter(it => equal(it.subarray(0, 4), id))
    return ours.length === 1 ? ours[0]!.slice(4) : undefined
  }
  const [ed25519, mlDsa65] = [named(first), named(second)]
  if (ed25519 === undefined || mlDsa65 === undefined)
    return refuse("bad-head-signature", { author: checkpoint.author, key: ed25519 === undefined ? 0 : 1 })
  return { line, head: { ...checkpoint, ed25519, mlDsa65 } }
}

const parseCheckpoint = (text: string): { readonly line: Uint8Array; readonly checkpoint: Checkpoint } | Refusal => {
  const [, lineHex = "", author, generation, size, rootText = ""] = textForm.exec(text) ?? []
  const [line, root] = [fromHex(lineHex), fromBase64(rootText)]
  const checkpoint = { author: Number(author), generation: Number(generation), size: Number(size) }
  if (line?.length !== 16 || root?.length !== 32) return refuse("malformed", { field: "checkpoint" })
  if (checkpoint.author >= partiesMax || !Object.values(checkpoint).every(Number.isSafeInteger))
    return refuse("malformed", { field: "checkpoint" })
  return { line, checkpoint: { ...checkpoint, root } }
}

/** The signatures of one signer, each with its key's id before it. */
const parseSignatures = (text: string, origin: string): Uint8Array[] | Refusal => {
  const signatures: Uint8Array[] = []
  for (const row of text.split("\n")) {
    const [, name, written = ""] = signatureForm.exec(row) ?? []
    const bytes = fromBase64(written)
    if (name === undefined || bytes === undefined || bytes.length < 5)
      return refuse("malformed", { field: "signature" })
    if (name === origin) signatures.push(bytes)
  }
  return signatures
}
