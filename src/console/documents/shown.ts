// What may be shown of a document that is here, made from its bytes and from nothing else: plain text, raster images made anew from their
// pixels, and pages that are drawn apart. Everything is checked before it is decoded; all other types are only saved. (D-8)
import type { DocumentRequest } from "../../api/documents.ts"
import { isOtherType, isShownType, pixelsOf } from "../../core/media.ts"
import type { RefusalCode } from "../../core/refusal.ts"

export const textBytesMax = 65_536
const pixelsMax = 40_000_000
/** Pages are drawn from all of it, in a browser's memory. */
const pagesBytesMax = 33_554_432

export const isPages = (mediaType: string): boolean => mediaType === "application/pdf"

/** Said before a byte of it is asked for. */
export const isTooLarge = ({ mediaType, size }: Pick<DocumentRequest, "mediaType" | "size">): boolean =>
  isPages(mediaType) && size > pagesBytesMax

/** How much of it is asked for. */
export const bytesToShow = ({ mediaType, size }: Pick<DocumentRequest, "mediaType" | "size">): number =>
  mediaType === "text/plain" ? Math.min(size, textBytesMax) : size

/** Why it is not shown: said by its first bytes and its own header, before anything of it is decoded. */
export const refusalOf = (mediaType: string, bytes: Uint8Array): RefusalCode | null => {
  if (!isShownType(mediaType) || isOtherType(mediaType, bytes)) return "other-type"
  if (mediaType === "text/plain" || isPages(mediaType)) return null
  const pixels = pixelsOf(mediaType, bytes)
  // An image that does not say how large it is would be decoded blindly.
  if (pixels === undefined || pixels === 0) return "other-type"
  return pixels > pixelsMax ? "too-much-unpacked" : null
}

/** A cut may fall within a letter, which is then left out. A line's end is one, however it is written. */
export const textOf = (bytes: Uint8Array): string =>
  new TextDecoder().decode(bytes, { stream: true }).replaceAll("\r\n", "\n")

/** The first frame, decoded by the browser; undefined where it cannot be, or is larger than its header said. */
export const pictureOf = async (
  mediaType: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<ImageBitmap | RefusalCode | undefined> => {
  try {
    const picture = await createImageBitmap(new Blob([bytes], { type: mediaType }))
    if (picture.width * picture.height <= pixelsMax) return picture
    picture.close()
    return "too-much-unpacked"
  } catch {
    return undefined
  }
}
