// What of a disk documents may take: all that is free, but for a reserve, so that what is said can always be kept (page:
// protocol/document.md, D-10).
import { statfsSync } from "node:fs"
import { dirname } from "node:path"
import type { Home } from "./home.ts"

/** 256 MiB, if nothing else is set. */
const reserveBytesDefault = 268_435_456

/** Bytes that are left for documents where a home's record is. */
export const spareIn = ({ record, settings }: Pick<Home, "record" | "settings">): (() => number) => {
  const { reserveBytes = reserveBytesDefault } = settings.documents ?? {}
  return () => {
    try {
      const { bavail, bsize } = statfsSync(dirname(record))
      return Math.max(0, bavail * bsize - reserveBytes)
    } catch {
      // A disk that does not even say this is given no documents.
      return 0
    }
  }
}
