// Bodies of the kinds that the law defines, each read by itself, one breach at a time. (E-13, E-17, R, EP-2, LI-8)
import { encode, type Value } from "../../src/core/cbor.ts"
import { hex } from "../../src/core/hash.ts"
import { kinds } from "../../src/core/registry.ts"
import type { Case } from "./cases-cbor.ts"
import { start } from "./line.ts"

const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte)
const body = (...rows: [number, Value][]): string => hex(encode(new Map(rows)))
const title = new Map([
  [1, "a"],
  [2, "b"],
  [3, "c"],
])
const record = (when: string, precision: number, account = "press"): string =>
  body([1, when], [2, precision], [3, account], [4, "s"], [5, "1"], [6, title], [7, title])

const rows: readonly (readonly [string, string, number, string, string])[] = [
  ["E-13", "ok", kinds.message, "a message", body([1, "en"], [2, "Ready."])],
  ["E-13", "ok", kinds.message, "a message with a subject", body([1, "zh-Hans-CN"], [2, "就绪。"], [3, "就绪"])],
  ["E-16", "ok", kinds.message, "a message with a key that is stored unread", body([1, "en"], [2, "Ready."], [64, 1])],
  [
    "E-16",
    "newer-law",
    kinds.message,
    "a message with an unknown critical key",
    body([1, "en"], [2, "Ready."], [5, 1]),
  ],
  [
    "D-2",
    "bad-name",
    kinds.message,
    "a document whose name turns its end around",
    body([1, "en"], [2, "See."], [4, [["a\u202efdp.exe", "text/plain", 6, filled(32, 1)]]]),
  ],
  [
    "D-1",
    "malformed",
    kinds.message,
    "a document of no bytes",
    body([1, "en"], [2, "See."], [4, [["a.txt", "text/plain", 0, filled(32, 1)]]]),
  ],
  [
    "D-1",
    "ok",
    kinds.message,
    "a message with a document",
    body([1, "en"], [2, "See."], [4, [["a.txt", "text/plain", 6, filled(32, 1)]]]),
  ],
  ["D-7", "ok", kinds["document-stored"], "a document that is stored", body([1, filled(32, 1)])],
  ["D-7", "malformed", kinds["document-stored"], "a document with half a root", body([1, filled(16, 1)])],
  ["E-13", "empty-text", kinds.message, "a message of no text", body([1, "en"], [2, ""])],
  ["E-13", "malformed", kinds.message, "a message without a language", body([2, "Ready."])],
  ["E-13", "malformed", kinds.message, "a language with an underscore", body([1, "en_GB"], [2, "Ready."])],
  ["E-13", "bad-text", kinds.message, "text that is not UTF-8", "a20162656e0262c328"],
  ["LI-8", "too-large", kinds.message, "a subject of 257 bytes", body([1, "en"], [2, "x"], [3, "x".repeat(257)])],
  ["E-13", "ok", kinds.answer, "an answer", body([1, "ja"], [2, "了解。"])],
  ["R-9", "ok", kinds.deferred, "deferred", body([1, start], [2, ""], [3, "en"])],
  ["R-9", "malformed", kinds.deferred, "deferred until no time", body([2, ""], [3, "en"])],
  ["R-9", "ok", kinds.declined, "declined", body([2, "Not ours."], [3, "en"])],
  ["R-9", "malformed", kinds.declined, "declined until a time", body([1, start], [2, ""], [3, "en"])],
  ["LI-8", "too-large", kinds.declined, "a reason of 2,049 bytes", body([2, "x".repeat(2_049)], [3, "en"])],
  ["R-11", "ok", kinds.refused, "refused, with a number of a newer law", body([1, 999])],
  ["R-11", "malformed", kinds.refused, "refused with a name", body([1, "busy"])],
  ["R-10", "ok", kinds.ring, "an alarm's start", body([1, 0], [2, start])],
  ["R-10", "malformed", kinds.ring, "an alarm since no time", body([1, 0])],
  [
    "EP-2",
    "malformed",
    kinds["epoch-key"],
    "epoch key 0, which is the card's",
    body([1, 0], [2, filled(1_216, 0)], [3, 0]),
  ],
  ["EP-2", "malformed", kinds["epoch-key"], "an epoch key of 32 bytes", body([1, 1], [2, filled(32, 0)], [3, 0])],
  [
    "EP-2",
    "newer-law",
    kinds["epoch-key"],
    "an epoch key of a third class",
    body([1, 1], [2, filled(1_216, 0)], [3, 2]),
  ],
  ["CH-5", "malformed", kinds.charter, "a charter body without signatures", body([1, []])],
  ["E-17", "ok", kinds["reported-record"], "an instant", record("2023-02-22T09:30+09:00", 0)],
  ["E-17", "ok", kinds["reported-record"], "a day", record("2024-02-29", 1)],
  ["E-17", "ok", kinds["reported-record"], "a month", record("2023-12", 2)],
  ["E-17", "ok", kinds["reported-record"], "a season: spring", record("2023-21", 3)],
  ["E-17", "ok", kinds["reported-record"], "a year", record("1972", 4)],
  ["E-17", "malformed", kinds["reported-record"], "a day that is not in the calendar", record("2023-02-29", 1)],
  ["E-17", "malformed", kinds["reported-record"], "a day that says it is a month", record("2023-02-22", 2)],
  ["E-17", "malformed", kinds["reported-record"], "an account with a space", record("1972", 4, "the press")],
  ["E-17", "newer-law", kinds["reported-record"], "a sixth precision", record("1972", 5)],
]

/** `kind` and `body`: a body of one kind, read by itself. */
export const bodyCases = (): Case[] =>
  rows.map(([clause, expect, kind, name, bytes]) => ({ name, clause, expect, kind, body: bytes }))
