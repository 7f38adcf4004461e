// Bytes that are the law's CBOR, and bytes that are not, one breach each. (C-1, C-2, LI-3)
export type Case = {
  readonly name: string
  readonly clause: string
  readonly expect: string
  readonly [more: string]: unknown
}

const a = "61"
const rows: readonly (readonly [string, string, string, string])[] = [
  ["C-1", "ok", "0", "00"],
  ["C-1", "ok", "23, the largest in one byte", "17"],
  ["C-1", "ok", "24", "1818"],
  ["C-1", "ok", "2^53 − 1", "1b001fffffffffffff"],
  ["C-1", "ok", "−(2^53 − 1)", "3b001ffffffffffffe"],
  ["C-1", "ok", "true", "f5"],
  ["C-1", "ok", "null", "f6"],
  ["C-1", "ok", "no bytes", "40"],
  ["C-2", "ok", "text with a leading byte order mark", "64efbbbf61"],
  ["C-2", "ok", "text with a direction override: stored, and shown as what it is", "63e280ae"],
  ["C-1", "ok", "a map in order: 0, 1, 24, −1", "a4000001001818002000"],
  ["C-1", "malformed", "an unsorted map", "a202000100"],
  ["C-1", "malformed", "a negative key before a positive one", "a220000000"],
  ["C-1", "malformed", "a key twice", "a201000100"],
  ["C-1", "malformed", "a key that is text", "a1616100"],
  ["C-1", "malformed", "a key that is an array", "a18000"],
  ["C-1", "malformed", "an integer in one byte too many", "1817"],
  ["C-1", "malformed", "an integer in two bytes too many", "1900ff"],
  ["C-1", "malformed", "an integer in four bytes too many", "1a0000ffff"],
  ["C-1", "malformed", "an integer in eight bytes too many", "1b00000000ffffffff"],
  ["C-1", "malformed", "a length in one byte too many", "5801ff"],
  ["C-1", "malformed", "an integer above 2^53 − 1", "1b0020000000000000"],
  ["C-1", "malformed", "an integer below −(2^53 − 1)", "3b001fffffffffffff"],
  ["C-1", "malformed", "bytes of indefinite length", "5f4100ff"],
  ["C-1", "malformed", "text of indefinite length", "7f6161ff"],
  ["C-1", "malformed", "an array of indefinite length", "9fff"],
  ["C-1", "malformed", "a map of indefinite length", "bfff"],
  ["C-1", "malformed", "a float of two bytes", "f93c00"],
  ["C-1", "malformed", "a float of four bytes", "fa3f800000"],
  ["C-1", "malformed", "a float of eight bytes", "fb3ff0000000000000"],
  ["C-1", "malformed", "undefined", "f7"],
  ["C-1", "malformed", "a simple value", "f8ff"],
  ["C-1", "malformed", "a break alone", "ff"],
  ["C-1", "malformed", "a reserved head", "1c"],
  ["C-1", "malformed", "a tag", "c11a514b67b0"],
  ["C-1", "malformed", "the tag of a big integer", "c24101"],
  ["C-1", "malformed", "bytes after the value", "0000"],
  ["C-1", "malformed", "nothing", ""],
  ["C-1", "malformed", "an array of 2^32 − 1 items in no bytes", "9affffffff"],
  ["C-1", "malformed", "bytes of 2^53 − 1", "5b001fffffffffffff"],
  ["C-1", "malformed", "a truncated head", "19ff"],
  ["C-1", "malformed", "a truncated array", "8200"],
  ["C-1", "malformed", "a map without its last value", "a101"],
  ["C-1", "malformed", "truncated bytes", "4200"],
  ["C-2", "bad-text", "text that is not UTF-8", "62c328"],
  ["C-2", "bad-text", "text in an overlong form", "62c0af"],
  ["C-2", "bad-text", "half of a surrogate pair", "63eda080"],
  ["C-2", "bad-text", "long text that is not UTF-8", `781e${a.repeat(29)}ff`],
  ["C-2", "bad-text", "U+0000 in text", "63610062"],
  ["LI-3", "ok", "eight arrays in each other", `${"81".repeat(8)}00`],
  ["LI-3", "too-deep", "nine arrays in each other", `${"81".repeat(9)}00`],
  ["LI-3", "too-deep", "nine maps in each other", `${"a100".repeat(9)}00`],
  ["LI-1", "ok", "4,096 bytes, in an entry's place", `590ffd${"00".repeat(4_093)}`],
  ["LI-1", "too-large", "4,097 bytes, in an entry's place", `590ffe${"00".repeat(4_094)}`],
]

/** `bytes` hex, to be read with at most 4,096 bytes and a depth of 8. */
export const cborCases = (): Case[] => rows.map(([clause, expect, name, bytes]) => ({ name, clause, expect, bytes }))
