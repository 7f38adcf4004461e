// Whether bytes begin as their media type does, and what may be shown of which type (page: protocol/document.md, D-8).
import { fromUtf8 } from "./hash.ts"

/** Types that may be shown, with what their files begin with; text begins with anything. */
const beginnings: ReadonlyMap<string, readonly (readonly [at: number, bytes: readonly number[]])[]> = new Map([
  ["image/png", [[0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]]]],
  ["image/jpeg", [[0, [0xff, 0xd8, 0xff]]]],
  ["image/gif", [[0, [0x47, 0x49, 0x46, 0x38]]]],
  [
    "image/webp",
    [
      [0, [0x52, 0x49, 0x46, 0x46]],
      [8, [0x57, 0x45, 0x42, 0x50]],
    ],
  ],
  ["application/pdf", [[0, [0x25, 0x50, 0x44, 0x46, 0x2d]]]],
])

export const isShownType = (mediaType: string): boolean => mediaType === "text/plain" || beginnings.has(mediaType)

/** Of a type that may be shown; of any other nothing is said. */
export const isOtherType = (mediaType: string, head: Uint8Array): boolean => {
  if (mediaType === "text/plain") return !isText(head)
  const begins = (type: string): boolean =>
    beginnings.get(type)?.every(([at, bytes]) => bytes.every((byte, place) => head[at + place] === byte)) === true
  return beginnings.has(mediaType) && !begins(mediaType)
}

/** UTF-8 without NUL; the last letter may be cut. */
const isText = (head: Uint8Array): boolean => {
  if (head.includes(0)) return false
  for (let cut = 0; cut < 4; cut++) if (fromUtf8(head.subarray(0, head.length - cut)) !== undefined) return true
  return head.length < 4
}

/** Pixels of a raster image by its own header; undefined where it does not say. A GIF's and a WebP's frames have its screen's size. */
export const pixelsOf = (mediaType: string, bytes: Uint8Array): number | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (mediaType === "image/png" && bytes.length >= 24) return view.getUint32(16) * view.getUint32(20)
  if (mediaType === "image/gif" && bytes.length >= 10) return view.getUint16(6, true) * view.getUint16(8, true)
  if (mediaType === "image/jpeg") return jpegPixels(view)
  return mediaType === "image/webp" ? webpPixels(view) : undefined
}

/** The first frame header, behind whatever segments stand before it. */
const jpegPixels = (view: DataView): number | undefined => {
  for (let at = 2; at + 9 < view.byteLength; ) {
    if (view.getUint8(at) !== 0xff) return undefined
    const marker = view.getUint8(at + 1)
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return view.getUint16(at + 5) * view.getUint16(at + 7)
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2)
  }
  return undefined
}

const webpPixels = (view: DataView): number | undefined => {
  if (view.byteLength < 30) return undefined
  const form = view.getUint8(15)
  if (form === 0x58) {
    const three = (at: number): number => view.getUint16(at, true) + view.getUint8(at + 2) * 65_536
    return (three(24) + 1) * (three(27) + 1)
  }
  if (form === 0x4c) {
    const bits = view.getUint32(21, true)
    return ((bits & 0x3fff) + 1) * (((bits >> 14) & 0x3fff) + 1)
  }
  return (view.getUint16(26, true) & 0x3fff) * (view.getUint16(28, true) & 0x3fff)
}
