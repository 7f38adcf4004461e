// The one form of zip that a bundle has (page: protocol/evidence.md, EV-1): stored, in the order of names, every field that could vary
// fixed. So there is one zip of one set of files, and a reader need not understand what others write: it refuses all else, and
// nothing in it is ever unpacked, followed or written to a disk.
import { equal, utf8 } from "../core/hash.ts"
import { bundleBytesMax, bundleFilesMax } from "../core/limits.ts"
import { type Refusal, refuse } from "../core/refusal.ts"

export type Files = ReadonlyMap<string, Uint8Array>

const localSign = 0x04034b50
const centralSign = 0x02014b50
const endSign = 0x06054b50
const localBytes = 30
const centralBytes = 46
const endBytes = 22
const needs = 10 // version 1.0: stored files in folders
const date = 0x0021 // 1980-01-01, the first day that zip has; times are in what is signed

/** Folder and file, or a file alone: nothing that could lead anywhere. */
const nameForm = /^(?:[a-z][a-z0-9]{0,15}\/)?[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/
const leadsOut = /^[/\\]|^[A-Za-z]:|\\|(?:^|\/)\.{1,2}(?:\/|$)/

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1
  return rest
})

const crc32 = (bytes: Uint8Array): number => {
  let rest = 0xffffffff
  for (let at = 0; at < bytes.length; at++) rest = crcTable[(rest ^ bytes[at]!) & 255]! ^ (rest >>> 8)
  return (rest ^ 0xffffffff) >>> 0
}

type Placed = { readonly name: Uint8Array; readonly crc: number; readonly size: number; readonly offset: number }

/** Files in any order → the bytes of their zip. (EV-1) */
export const writeZip = (files: Files): Uint8Array => {
  const placed: Placed[] = []
  const names = [...files.keys()].sort()
  let length = endBytes
  for (const name of names) length += localBytes + centralBytes + 2 * name.length + files.get(name)!.length
  const zip = new Uint8Array(length)
  let at = 0
  for (const name of names) {
    if (!nameForm.test(name)) throw new Error(`no file of a bundle is named ${name}`)
    const data = files.get(name)!
    const file = { name: utf8(name), crc: crc32(data), size: data.length, offset: at }
    zip.set(localOf(file), at)
    zip.set(data, at + localBytes + file.name.length)
    at += localBytes + file.name.length + data.length
    placed.push(file)
  }
  zip.set(directoryOf(placed, at), at)
  return zip
}

const localOf = ({ name, crc, size }: Placed): Uint8Array => {
  const bytes = new Uint8Array(localBytes + name.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, localSign, true)
  fixedFields(view, 4, { name, crc, size })
  bytes.set(name, localBytes)
  return bytes
}

/** What a local record and its row in the directory have in common. */
const fixedFields = (view: DataView, at: number, file: Omit<Placed, "offset">): void => {
  view.setUint16(at, needs, true)
  view.setUint16(at + 8, date, true)
  view.setUint32(at + 10, file.crc, true)
  view.setUint32(at + 14, file.size, true)
  view.setUint32(at + 18, file.size, true)
  view.setUint16(at + 22, file.name.length, true)
}

const directoryOf = (files: readonly Placed[], offset: number): Uint8Array => {
  const size = files.reduce((sum, { name }) => sum + centralBytes + name.length, 0)
  const bytes = new Uint8Array(size + endBytes)
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const file of files) {
    view.setUint32(at, centralSign, true)
    view.setUint16(at + 4, needs, true)
    fixedFields(view, at + 6, file)
    view.setUint32(at + 42, file.offset, true)
    bytes.set(file.name, at + centralBytes)
    at += centralBytes + file.name.length
  }
  view.setUint32(at, endSign, true)
  view.setUint16(at + 8, files.length, true)
  view.setUint16(at + 10, files.length, true)
  view.setUint32(at + 12, size, true)
  view.setUint32(at + 16, offset, true)
  return bytes
}

/** The files of a zip that `writeZip` could have written, and of no other. The directory is not read but compared with what it must
 *  be: so records cannot overlap, sizes cannot lie, and nothing can follow or hide. Files are views of `zip`. (EV-1) */
export const readZip = (zip: Uint8Array): Files | Refusal => {
  if (zip.length > bundleBytesMax) return refuse("too-large", { bytes: zip.length, most: bundleBytesMax })
  const view = new DataView(zip.buffer, zip.byteOffset, zip.length)
  const files = new Map<string, Uint8Array>()
  const placed: Placed[] = []
  let [at, last] = [0, ""]
  while (at + localBytes <= zip.length && view.getUint32(at, true) === localSign) {
    if (placed.length === bundleFilesMax) return refuse("too-large", { files: placed.length + 1, most: bundleFilesMax })
    const flags = view.getUint16(at + 6, true)
    if ((flags & 1) !== 0) return bad(at, "encrypted")
    if (view.getUint16(at + 8, true) !== 0) return refuse("packed-bundle", { at, method: view.getUint16(at + 8, true) })
    const size = view.getUint32(at + 22, true)
    if (size === 0xffffffff || view.getUint32(at + 18, true) !== size) return bad(at, "a size that is not the file's")
    const start = at + localBytes + view.getUint16(at + 26, true)
    if (start + size > zip.length) return bad(at, "a file longer than the bundle")
    const nameBytes = zip.subarray(at + localBytes, start)
    const name = String.fromCharCode(...nameBytes.subarray(0, 256))
    if (leadsOut.test(name)) return refuse("path-escapes", { at })
    if (!nameForm.test(name)) return bad(at, "a name that the law does not have")
    if (name <= last) return bad(at, name === last ? "one name twice" : "names out of order")
    const data = zip.subarray(start, start + size)
    const file = { name: nameBytes, crc: crc32(data), size, offset: at }
    if (!equal(localOf(file), zip.subarray(at, start))) return bad(at, "a header or a checksum")
    files.set(name, data)
    placed.push(file)
    at = start + size
    last = name
  }
  if (placed.length === 0) return bad(at, "no files")
  return equal(directoryOf(placed, at), zip.subarray(at)) ? files : bad(at, "a directory that is not of these files")
}

const bad = (at: number, why: string): Refusal => refuse("bad-bundle", { at, why })
