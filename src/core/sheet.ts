// What the roots are asked to sign of node keys and of officers, read from the very bytes that they will sign (page:
// protocol/security.md, A-47): whoever signs sees what it means, and nothing is signed that this version does not understand.
import { isLanguage } from "./body.ts"
import { decode, encode, type Value } from "./cbor.ts"
import { concat, equal } from "./hash.ts"
import { generationPrefix, keyPrefix, type NodeKeys, readKeys } from "./key.ts"
import { bodyBytesMax, cborDepthMax } from "./limits.ts"
import { type Officer, officerIn, officerPrefix, officerSignedBytes } from "./officer.ts"
import { isRefusal, type Refusal, refuse } from "./refusal.ts"
import type { Hash, Suite } from "./suite.ts"

export type Sheet = { readonly line: Uint8Array; readonly author: number } & (
  | {
      readonly what: "revocation"
      /** kid of the key 0 that goes out of force. */
      readonly replaces: Uint8Array
      readonly keys: NodeKeys
      /** The last place that is trusted. */
      readonly trusted: { readonly generation: number; readonly seq: number }
    }
  | {
      readonly what: "generation"
      readonly generation: number
      readonly size: number
      readonly root: Uint8Array
      readonly language: string
      readonly why: string
      readonly keys: NodeKeys | null
    }
  | { readonly what: "officer"; readonly officer: Officer }
)

/** The name of a sheet, by which its signatures come back. */
export const sheetName = (prefix: Uint8Array, message: Uint8Array, suite: Suite): Hash =>
  suite.sha256(concat(prefix, message))

const wrong = (field: string): Refusal => refuse("wrong-sheet", { field })
const revocation = 2

export const readSheet = (prefix: Uint8Array, message: Uint8Array): Sheet | Refusal => {
  const value = decode(message, { bytesMax: bodyBytesMax, depthMax: cborDepthMax })
  if (!Array.isArray(value) || isRefusal(value)) return wrong("message")
  const row: readonly Value[] = value
  const [line, author] = row
  if (!(line instanceof Uint8Array) || line.length !== 16 || typeof author !== "number" || author < 0)
    return wrong("line, author")
  const read = equal(prefix, keyPrefix)
    ? revocationOf(row)
    : equal(prefix, generationPrefix)
      ? openingOf(row)
      : equal(prefix, officerPrefix)
        ? officerOf(row, line, author)
        : undefined
  if (read === undefined) return wrong("prefix")
  // What is signed is these bytes: another reading of them must not be possible.
  return isRefusal(read) || equal(encode(row), message) ? withWho(read, line, author) : wrong("message")
}

const withWho = <T extends object>(read: T | Refusal, line: Uint8Array, author: number) =>
  isRefusal(read) ? read : { ...read, line, author }

const revocationOf = (row: readonly Value[]) => {
  const [, , what, replaces, keysRow, place] = row
  const keys = readKeys(keysRow)
  const [generation, seq] = Array.isArray(place) && place.length === 2 ? (place as readonly Value[]) : []
  if (row.length !== 6 || what !== revocation || keys === undefined) return wrong("keys")
  if (!(replaces instanceof Uint8Array) || replaces.length !== 8) return wrong("replaces")
  if (typeof generation !== "number" || typeof seq !== "number" || generation < 1 || seq < 0) return wrong("trusted")
  return { what: "revocation" as const, replaces, keys, trusted: { generation, seq } }
}

/** Nothing may stand there that this version does not show. */
const officerOf = (row: readonly Value[], line: Uint8Array, author: number) => {
  const officer = row.length === 3 && row[2] instanceof Map ? officerIn(row[2]) : wrong("officer")
  if (isRefusal(officer)) return wrong("officer")
  return equal(officerSignedBytes({ line, author }, officer), encode(row))
    ? { what: "officer" as const, officer }
    : wrong("officer")
}

const openingOf = (row: readonly Value[]) => {
  const [, , generation, size, root, language, why, keysRow] = row
  const keys = keysRow === null ? null : readKeys(keysRow)
  if (row.length !== 8 || keys === undefined) return wrong("keys")
  if (typeof generation !== "number" || generation < 2 || typeof size !== "number" || size < 0) return wrong("size")
  if (!(root instanceof Uint8Array) || root.length !== 32) return wrong("root")
  if (typeof why !== "string" || typeof language !== "string" || !isLanguage(language)) return wrong("why, language")
  return { what: "generation" as const, generation, size, root, language, why, keys }
}
