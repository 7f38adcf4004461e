// Documents beside messages: what a message says of one, and how its bytes are known in parts (page: protocol/document.md, sections 1
// and 2). The tree over its chunks is that of a log, so that each chunk is proven by itself.
import type { Value } from "./cbor.ts"
import { hex } from "./hash.ts"
import { chunkBytes, documentBytesMax, documentNameBytesMax, documentsMax, mediaTypeCharsMax } from "./limits.ts"
import { checkInclusion, inclusionProof, type RootOf, treeRoot } from "./proof.ts"
import { isRefusal, type Refusal, refuse } from "./refusal.ts"
import type { Hash, Suite } from "./suite.ts"

/** What a message says of a document. `size` in bytes. (D-1) */
export type Manifest = {
  readonly name: string
  /** RFC 6838, lower case. A claim, which `mediaTypeOf` holds against what the bytes begin with. */
  readonly mediaType: string
  readonly size: number
  readonly root: Hash
}

/** A document of these bytes, whatever it is called. */
export type DocumentKey = Pick<Manifest, "root" | "size">

/** By which a node tells documents apart. */
export const documentId = ({ root }: Pick<Manifest, "root">): string => hex(root)

export const manifestsValue = (documents: readonly Manifest[]): Value =>
  documents.map(({ name, mediaType, size, root }) => [name, mediaType, size, root])

export const readManifests = (value: Value | undefined): readonly Manifest[] | Refusal => {
  const wrong = refuse("malformed", { field: "documents" })
  if (!Array.isArray(value) || value.length === 0) return wrong
  if (value.length > documentsMax) return refuse("too-large", { documents: value.length, most: documentsMax })
  const documents: Manifest[] = []
  for (const row of value as readonly Value[]) {
    if (!Array.isArray(row)) return wrong
    const [name, mediaType, size, root] = row as readonly Value[]
    if (typeof name !== "string" || typeof mediaType !== "string" || typeof size !== "number") return wrong
    if (!(root instanceof Uint8Array && root.length === 32)) return wrong
    const document = { name, mediaType, size, root }
    const fault = documentFault(document)
    if (fault) return fault
    documents.push(document)
  }
  return documents
}

/** Why a document may not be announced so; undefined where it may. */
export const documentFault = ({ name, mediaType, size }: Omit<Manifest, "root">): Refusal | undefined => {
  if (!isDocumentName(name)) return refuse("bad-name", { field: "name" })
  if (mediaType.length > mediaTypeCharsMax || !mediaTypeForm.test(mediaType))
    return refuse("malformed", { field: "mediaType" })
  if (!Number.isSafeInteger(size) || size < 1) return refuse("malformed", { field: "size" })
  return size > documentBytesMax ? refuse("too-large", { bytes: size, most: documentBytesMax }) : undefined
}

const mediaTypeForm = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/
/** What turns or hides letters: marks, embeddings, overrides and isolates of direction, what has no width, and line breaks of any kind. */
const hiddenLetters = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u
/** What some system takes for more than a letter of a name. */
const pathLetters = /[/\\:*?"<>|]/
const deviceNames = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/** Whether every system can keep it as the name of one file, and people read it as it is. (D-2) */
export const isDocumentName = (name: string): boolean =>
  name.isWellFormed() &&
  name !== "" &&
  new TextEncoder().encode(name).length <= documentNameBytesMax &&
  !hiddenLetters.test(name) &&
  !pathLetters.test(name) &&
  !deviceNames.test(name) &&
  !/^[. ]|[. ]$/.test(name)

export const chunksOf = (size: number): number => Math.ceil(size / chunkBytes)

/** Bytes of chunk `index`, from 0. */
export const chunkBytesAt = (size: number, index: number): number => Math.min(chunkBytes, size - index * chunkBytes)

export const chunkLeaf = (chunk: Uint8Array, suite: Suite): Hash => suite.sha256(leafPrefix, chunk)
const leafPrefix = Uint8Array.of(0x00)

/** (D-3) */
export const documentRoot = (leaves: readonly Hash[], suite: Suite): Hash => treeRoot(leaves, suite)

/** Hashes in the proof of chunk `index`, by its place alone. (D-4) */
export const proofLength = (size: number, index: number): number => {
  let [length, place, last] = [0, index, chunksOf(size) - 1]
  for (; last > 0; [place, last] = [place >> 1, last >> 1]) if (place % 2 === 1 || place < last) length += 1
  return length
}

/** A chunk as it travels: its proof, and then itself. (D-4) */
export const recordBytesAt = (size: number, index: number): number =>
  32 * proofLength(size, index) + chunkBytesAt(size, index)

/** `root`: of parts of the tree, for who makes many. */
export const chunkRecord = (
  leaves: readonly Hash[],
  index: number,
  chunk: Uint8Array,
  suite: Suite,
  root?: RootOf,
): Uint8Array => {
  const proof = inclusionProof(leaves, index + 1, suite, root)
  const record = new Uint8Array(32 * proof.length + chunk.length)
  for (const [at, hash] of proof.entries()) record.set(hash, 32 * at)
  record.set(chunk, 32 * proof.length)
  return record
}

/** The chunk of a record of the right length, where its proof holds. */
export const chunkOf = (
  { root, size }: DocumentKey,
  index: number,
  record: Uint8Array,
  suite: Suite,
): Uint8Array | undefined => {
  const count = proofLength(size, index)
  if (record.length !== recordBytesAt(size, index)) return undefined
  const chunk = record.subarray(32 * count)
  const path = Array.from({ length: count }, (_, at) => record.subarray(32 * at, 32 * at + 32))
  const inclusion = { seq: index + 1, size: chunksOf(size), leaf: chunkLeaf(chunk, suite), root, path }
  return checkInclusion(inclusion, suite) ? chunk : undefined
}

/** Whether a body may name documents, without reading it: a map with a key besides language, text and subject. */
const mayAnnounce = (body: Uint8Array): boolean => body[0] === 0xa3 || body[0] === 0xa4 || (body[0] ?? 0) > 0xa4

/** The documents that a body names, by a reader of its kind; none where it cannot be read. */
export const announcedBy = (
  body: Uint8Array,
  read: (body: Uint8Array) => { readonly documents?: readonly Manifest[] } | Refusal,
): readonly Manifest[] => {
  if (!mayAnnounce(body)) return []
  const said = read(body)
  return isRefusal(said) ? [] : (said.documents ?? [])
}
