// A folder, or a disk that somebody carries, with parcels in it: what is written there for the other side, and what is read that was
// brought (page: protocol/epoch.md, EP-18). Several lines, both directions and several carriers may share one; nothing in it is trusted,
// and nothing but parcels of this side is ever removed.
import { hash } from "node:crypto"
import { closeSync, constants, type Dir, fstatSync, opendirSync, openSync, readSync, rmSync } from "node:fs"
import { join } from "node:path"
import type { ParcelFile, ParcelRequest, ParcelTaken, ParcelView, ParcelWaiting } from "../api/parcels.ts"
import type { Charter } from "../core/charter.ts"
import { chunksOf } from "../core/document.ts"
import { equal, hex } from "../core/hash.ts"
import { carriedRenewMs, folderFilesMax, parcelBytesMax } from "../core/limits.ts"
import { parcelKind, parcelWay } from "../core/parcel.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { besideSuffix, placeAtomically } from "../keys/atomic.ts"
import { frameReader } from "../transport/framing.ts"
import { framesOf } from "./parcel.ts"

export type FolderOf = { readonly folder: string; readonly charter: Charter; readonly us: number }

const suffix = ".parcel"
const suffixes = new RegExp(`\\${suffix}$`, "i") // a disk may turn names to capitals

/** Of whom a parcel is can be read in its opening as well: a name says that, how much is in it, and nothing else. */
const nameOf = (prefix: string, { generation, from, to, name }: ParcelFile): string =>
  `${prefix}${generation}-${placeOf(from)}-${placeOf(to)}-${name.slice(0, 12)}${suffix}`

const placeOf = (seq: number): string => String(seq).padStart(10, "0")

const prefixOf = (charter: Charter, from: number, to: number): string =>
  `parley-${hex(charter.line).slice(0, 8)}-${from}to${to}-`

/** The node, as a folder is filled from it. */
export type OutMeans = {
  waiting(): Promise<ParcelWaiting>
  parcels(): Promise<readonly ParcelView[]>
  make(request: ParcelRequest): Promise<ParcelFile | Refusal>
}

type Written = { readonly file: string; readonly from: number; readonly to: number }

/** `kept`: parcels that lay there with the same in them. `removed`: those that the other side is proven to hold. */
export type CarriedOut = {
  readonly waiting: ParcelWaiting
  readonly written: readonly Written[]
  /** Files with chunks of documents. */
  readonly documents: readonly string[]
  readonly kept: number
  readonly removed: readonly string[]
}

/** As many parcels as it takes. What lies there whole is not written again; what a cut has left is cleared away. */
export const carryOut = async (
  { folder, charter, us }: FolderOf,
  means: OutMeans,
  { tidy, now }: { readonly tidy: boolean; readonly now: number },
): Promise<CarriedOut | Refusal> => {
  const prefix = prefixOf(charter, us, 1 - us)
  const there = namesIn(folder)
  if (isRefusal(there)) return there
  const of = { folder, charter, us }
  const left = there.filter(
    name => name.startsWith(prefix) && name.endsWith(suffix + besideSuffix) && isNobodys(of, name),
  )
  const waiting = await means.waiting()
  const ours = await madeHere(
    of,
    there.filter(name => suffixes.test(name)),
    means,
  )
  const removed = tidy ? ours.filter(({ row }) => isHeldThere(row, waiting)).map(({ file }) => file) : []
  for (const name of [...left, ...removed]) inFolder(folder, 0, () => rmSync(join(folder, name), { force: true }))
  const rest = ours.filter(({ file }) => !removed.includes(file))
  const lying = rest.filter(it => isOfUse(it, waiting, now)).map(({ row }) => row)
  let { from } = waiting
  const entries = lying.filter(({ document }) => document === undefined)
  for (let next = reach(entries, from); next > from; next = reach(entries, from)) from = next
  const written: Written[] = []
  for (let isWhole = from > waiting.to; !isWhole; ) {
    const made = await means.make({ after: from - 1 })
    if (isRefusal(made)) return made
    // The log was begun anew meanwhile, or the other side is proven to hold all of it: the next call says what waits then.
    if (made.generation !== waiting.generation || made.to < made.from) break
    const file = nameOf(prefix, made)
    inFolder(folder, written.length, () => placeAtomically(join(folder, file), Buffer.from(made.bytes, "base64")))
    written.push({ file, from: made.from, to: made.to })
    from = made.to + 1
    isWhole = made.isWhole
  }
  const documents = await documentsOut({ folder, prefix }, means, waiting, { lying, written: written.length })
  if (isRefusal(documents)) return documents
  return { waiting, written, documents, kept: lying.length, removed }
}

/** Documents that the other side is not proven to hold, behind all that is said: names have a `d`, which comes after every number. */
const documentsOut = async (
  { folder, prefix }: { readonly folder: string; readonly prefix: string },
  means: OutMeans,
  { documents }: ParcelWaiting,
  already: { readonly lying: readonly ParcelView[]; readonly written: number },
): Promise<string[] | Refusal> => {
  const files: string[] = []
  const lying = already.lying.flatMap(({ document }) => document ?? [])
  for (const { root, size } of documents) {
    const mine = lying.filter(it => it.root === root)
    for (let chunk = 0; chunk < chunksOf(size); ) {
      const there = reach(mine, chunk)
      if (there > chunk) {
        chunk = there
        continue
      }
      const made = await means.make({ document: { root, chunk } })
      if (isRefusal(made)) return made
      if (made.nextChunk <= chunk) break // withdrawn meanwhile
      const places = [chunk, made.nextChunk - 1].map(place => String(place).padStart(5, "0"))
      const file = `${prefix}d${root.slice(0, 12)}-${places.join("-")}-${made.name.slice(0, 12)}${suffix}`
      const before = already.written + files.length
      inFolder(folder, before, () => placeAtomically(join(folder, file), Buffer.from(made.bytes, "base64")))
      files.push(file)
      chunk = made.nextChunk
    }
  }
  return files
}

/** A parcel of ours that all is held of, or whose document is given no more, is of use to nobody. */
const isHeldThere = (row: ParcelView, { generation, from, documents }: ParcelWaiting): boolean => {
  if (row.generation !== generation) return false
  return row.document ? !documents.some(({ root }) => root === row.document?.root) : row.to < from
}

/** One that the other side can open, and whose key there is not about to be replaced. */
const isOfUse = ({ row, isWhole }: MadeHere, { generation }: ParcelWaiting, now: number): boolean =>
  isWhole && row.generation === generation && row.unopened === undefined && now - row.at < carriedRenewMs

type Stretch = Pick<ParcelView, "from" | "to">
/** A file, the parcel that it was written from, and whether it is that, byte for byte. */
type MadeHere = { readonly file: string; readonly row: ParcelView; readonly isWhole: boolean }

/** By what is in them, whatever their names say: of what is in a parcel its maker alone knows. */
const madeHere = async (of: FolderOf, names: readonly string[], means: OutMeans): Promise<readonly MadeHere[]> => {
  if (names.length === 0) return []
  const made = new Map((await means.parcels()).map(row => [row.name, row]))
  return names.flatMap(file => {
    const bytes = readRegular(of.folder, file)
    const opening = isRefusal(bytes) || bytes instanceof Error ? undefined : openingOf(bytes)
    const row = opening && isOurs(of, opening) ? made.get(hash("sha256", opening, "hex")) : undefined
    if (isRefusal(bytes) || bytes instanceof Error || row === undefined) return []
    return [{ file, row, isWhole: row.hash === hash("sha256", bytes, "hex") }]
  })
}

/** Of a file that was cut as well. */
const openingOf = (bytes: Uint8Array): Uint8Array | undefined => {
  const frames: Uint8Array[] = []
  frameReader(frame => frames.push(frame)).push(bytes)
  return frames.find(frame => frame[0] === parcelKind)
}

const isOurs = ({ charter, us }: FolderOf, opening: Uint8Array): boolean => {
  const way = parcelWay(opening)
  return !isRefusal(way) && equal(way.line, charter.line) && way.from === us && way.to !== us
}

/** What a cut has left; not what is a parcel of somebody else's, however it is called. */
const isNobodys = (of: FolderOf, name: string): boolean => {
  const bytes = readRegular(of.folder, name)
  const opening = isRefusal(bytes) || bytes instanceof Error ? undefined : openingOf(bytes)
  return opening === undefined || isOurs(of, opening)
}

const reach = (lying: readonly Stretch[], from: number): number =>
  lying.reduce((most, row) => (row.from <= from && row.to >= from ? Math.max(most, row.to + 1) : most), from)

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : ""

/** What the disk itself refuses, said so that the person who holds it knows what to do. */
const inFolder = (folder: string, written: number, work: () => void): void => {
  try {
    work()
  } catch (cause) {
    const code = codeOf(cause)
    const why =
      code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG"
        ? "is full"
        : code === "EROFS" || code === "EACCES" || code === "EPERM"
          ? "cannot be written to"
          : "failed while it was written to"
    const stands = written === 0 ? "Nothing was written" : `${written} parcels were written whole and stay`
    const sentence = `${folder} ${why}. ${stands}; no part of a parcel counts, and the same command writes what is missing, here or on another disk.`
    throw new Error(sentence, { cause })
  }
}

/** What came out of one file. */
export type CarriedIn = {
  readonly read: readonly (ParcelTaken & { readonly file: string })[]
  readonly refused: readonly { readonly file: string; readonly refusal: Refusal }[]
  /** Files that the disk does not give out. */
  readonly failed: readonly { readonly file: string; readonly why: string }[]
  /** Of another line; and of this side itself. */
  readonly others: readonly string[]
  readonly ours: readonly string[]
}

type Take = (bytes: Uint8Array) => Promise<ParcelTaken | Refusal>

/** All that is for this side, whatever else lies there. Names are in the order of the log, and where somebody has changed them a second
 *  reading brings what lay too far ahead in the first. */
export const carryIn = async (of: FolderOf, take: Take): Promise<CarriedIn | Refusal> => {
  const names = namesIn(of.folder)
  if (isRefusal(names)) return names
  const parcels = names.filter(name => suffixes.test(name)).sort()
  const first = await readAll(of, parcels, take)
  const again = first.read.filter(({ isOpen, entries, fresh }) => isOpen && entries > 0 && fresh === 0)
  const isGrown = first.read.some(({ fresh }) => fresh > 0)
  if (!isGrown || again.length === 0) return first
  const second = await readAll(
    of,
    again.map(({ file }) => file),
    take,
  )
  const grown = new Map(second.read.map(row => [row.file, row]))
  return { ...first, read: first.read.map(row => grown.get(row.file) ?? row) }
}

const readAll = async ({ folder, charter, us }: FolderOf, names: readonly string[], take: Take): Promise<CarriedIn> => {
  const read: (ParcelTaken & { file: string })[] = []
  const refused: { file: string; refusal: Refusal }[] = []
  const failed: { file: string; why: string }[] = []
  const [others, ours]: [string[], string[]] = [[], []]
  for (const file of names) {
    const bytes = readRegular(folder, file)
    if (bytes instanceof Error) {
      failed.push({ file, why: codeOf(bytes) || bytes.message })
      continue
    }
    const way = isRefusal(bytes) ? bytes : wayOf(bytes)
    if (isRefusal(bytes)) refused.push({ file, refusal: bytes })
    else if (isRefusal(way)) refused.push({ file, refusal: way })
    else if (!equal(way.line, charter.line)) others.push(file)
    else if (way.from === us && way.to !== us) ours.push(file)
    else {
      const taken = await take(bytes)
      if (isRefusal(taken)) refused.push({ file, refusal: taken })
      else read.push({ ...taken, file })
    }
  }
  return { read, refused, failed, others, ours }
}

const wayOf = (bytes: Uint8Array): ReturnType<typeof parcelWay> => {
  const frames = framesOf(bytes)
  if (isRefusal(frames)) return frames
  const opening = frames.find(frame => frame[0] === parcelKind)
  return opening === undefined ? refuse("malformed", { frame: "parcel" }) : parcelWay(opening)
}

const opened = (folder: string): Dir => {
  try {
    return opendirSync(folder)
  } catch (cause) {
    throw new Error(`${folder} is no folder that can be read.`, { cause })
  }
}

/** Names alone; hidden ones, as some systems leave beside every file, are nobody's parcels. */
const namesIn = (folder: string): string[] | Refusal => {
  const names: string[] = []
  const directory = opened(folder)
  try {
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
      const isOurs = suffixes.test(entry.name) || entry.name.endsWith(suffix + besideSuffix)
      if (!isOurs || entry.name.startsWith(".")) continue
      if (names.length === folderFilesMax) return refuse("too-large", { files: names.length + 1, most: folderFilesMax })
      names.push(entry.name)
    }
  } finally {
    directory.closeSync()
  }
  return names
}

/** Nothing is followed, and nothing that waits for a writer is waited for. */
const readRegular = (folder: string, name: string): Uint8Array | Refusal | Error => {
  try {
    return readOpened(folder, name)
  } catch (cause) {
    // One that the disk does not give out says nothing of the others.
    return cause instanceof Error ? cause : new Error(String(cause))
  }
}

const readOpened = (folder: string, name: string): Uint8Array | Refusal => {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
  let file: number
  try {
    file = openSync(join(folder, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch (cause) {
    const code = codeOf(cause)
    if (code === "ELOOP" || code === "EMLINK" || code === "ENXIO" || code === "EISDIR") return refuse("not-a-file")
    throw cause
  }
  try {
    const stat = fstatSync(file)
    if (!stat.isFile()) return refuse("not-a-file")
    if (stat.size > parcelBytesMax) return refuse("too-large", { bytes: stat.size, most: parcelBytesMax })
    const bytes = new Uint8Array(stat.size)
    let filled = 0
    for (let read = 1; read > 0 && filled < bytes.length; filled += read)
      read = readSync(file, bytes, filled, bytes.length - filled, filled)
    return bytes.subarray(0, filled)
  } finally {
    closeSync(file)
  }
}
