// Sealed frames under fixed keys, the window against replay, and the parts that a frame carries. (F)
import { encode, type Value } from "../../src/core/cbor.ts"
import { encodeEntryPart, encodePart, joinParts } from "../../src/core/frame.ts"
import { fromHex, hex, utf8 } from "../../src/core/hash.ts"
import { padded } from "../../src/core/pad.ts"
import { kinds } from "../../src/core/registry.ts"
import { freshWindow, isReplay, markReceived, sealFrame } from "../../src/core/seal.ts"
import { type Before, shorten } from "../../src/core/short.ts"
import { nodeSuite as suite } from "../../src/suites/node.ts"
import { sm } from "../../src/suites/sm.ts"
import type { Case } from "./cases-cbor.ts"
import { type ExampleLine, Pen, start } from "./line.ts"

const bytes = (from: number, count: number): Uint8Array => Uint8Array.from({ length: count }, (_, at) => from + at)
const keys = { key: bytes(0, 32), iv: bytes(0x40, 12) }

const xored = (frame: Uint8Array, at: number): string => {
  const other = frame.slice()
  other[at < 0 ? other.length + at : at]! ^= 1
  return hex(other)
}

/** Frames under fixed keys: `key`, `iv`, `line`, `from`, `to`; `plain` when the frame opens. */
const sealing = (): Case[] => {
  const way = { line: bytes(0x80, 16), from: 0, to: 1 }
  const plain = joinParts([encodePart({ type: "pong", echo: 1, now: 2, frames: 3, bytes: 400 })])
  const frame = sealFrame(suite, keys, way, { epoch: 0x1234_5678, path: 3, counter: 258, plain })
  const given = { key: hex(keys.key), iv: hex(keys.iv), line: hex(way.line), from: 0, to: 1 }
  const bad = (name: string, changed: object): Case => ({
    name,
    clause: "F-4",
    expect: "bad-frame",
    ...given,
    frame: hex(frame),
    ...changed,
  })
  return [
    {
      name: "epoch 0x12345678, path 3, counter 258",
      clause: "F-4",
      expect: "ok",
      ...given,
      frame: hex(frame),
      plain: hex(plain),
    },
    bad("one bit of the ciphertext", { frame: xored(frame, 12) }),
    bad("one bit of the tag", { frame: xored(frame, -1) }),
    bad("another path in the header", { frame: xored(frame, 2) }),
    bad("another flag in the header", { frame: xored(frame, 3) }),
    bad("another counter", { frame: xored(frame, 11) }),
    bad("the other direction", { from: 1, to: 0 }),
    bad("another line", { line: hex(bytes(0x81, 16)) }),
    bad("the last byte is missing", { frame: hex(frame.subarray(0, -1)) }),
    bad("a header and nothing more", { frame: hex(frame.subarray(0, 12)) }),
  ]
}

/** The layer within, of national suite 1: `innerKey`, `innerIv`, as they would be exported. (F-14) */
const layered = (): Case[] => {
  const way = { line: bytes(0x80, 16), from: 0, to: 1 }
  const inner = { suite: sm, key: bytes(0xa0, 16), iv: bytes(0xb0, 12) }
  const plain = joinParts([encodePart({ type: "pong", echo: 1, now: 2, frames: 3, bytes: 400 })])
  const place = { epoch: 0x1234_5678, path: 3, counter: 258, plain }
  const frame = sealFrame(suite, { ...keys, inner }, way, place)
  const given = {
    ...{ suite: sm.number, innerKey: hex(inner.key), innerIv: hex(inner.iv) },
    ...{ key: hex(keys.key), iv: hex(keys.iv), line: hex(way.line), from: 0, to: 1 },
  }
  const bad = (name: string, changed: object): Case => ({
    ...{ name, clause: "F-15", expect: "bad-frame" },
    ...given,
    frame: hex(frame),
    ...changed,
  })
  const other = { ...keys, inner: { ...inner, iv: bytes(0xb1, 12) } }
  return [
    { name: "SM4-GCM within", clause: "F-14", expect: "ok", ...given, frame: hex(frame), plain: hex(plain) },
    bad("the common layer alone", { frame: hex(sealFrame(suite, keys, way, place)) }),
    bad("the layer with another iv", { frame: hex(sealFrame(suite, other, way, place)) }),
    bad("one bit of the ciphertext", { frame: xored(frame, 12) }),
  ]
}

/** Counters in the order in which they come, all with true tags. */
const replay = (): Case[] => {
  const window = freshWindow()
  const counters = [0, 2, 1, 1, 2, 1_024, 0, 1_025, 2_000, 976, 977, 977, 3_500, 2_476, 2_477]
  const taken = counters.map(counter => {
    const refused = isReplay(window, counter)
    if (!refused) markReceived(window, counter)
    return refused ? "replayed-frame" : "ok"
  })
  return [{ name: "counters within 1,024 and beyond, in any order", clause: "F-6", expect: "taken", counters, taken }]
}

const root = bytes(0x20, 32)
/** "A quiet night. " eight times, packed once: a newer packer would write other bytes that unpack the same. */
const brotli = fromHex("1b7700f81d076eac1b97b04c4d25884b50c5d565591a5ded1259098003337b04")!
/** 70,000 times "a": more than a body may have. */
const swelling = fromHex("5b6f11815f222c1e0b0452120200")!

const parts = (line: ExampleLine): Case[] => {
  const have = [
    { author: 0, generation: 1, size: 5, ahead: [[7, 9]] as const },
    { author: 1, generation: 1, size: 3, ahead: [] },
  ]
  const { entry } = new Pen(line, 0).sign({ kind: kinds.stored })
  const head = { author: 0, generation: 1, size: 5, root, ed25519: bytes(0, 64), mlDsa65: new Uint8Array(3_309) }
  const good = (name: string, type: string, ...encoded: Uint8Array[]): Case => ({
    name,
    clause: "F-2",
    expect: "ok",
    types: type === "" ? [] : type.split(" "),
    plain: hex(joinParts(encoded)),
  })
  return [
    good("no part", ""),
    good(
      "hello",
      "hello",
      encodePart({
        type: "hello",
        charterHash: root,
        have,
        credit: 4_194_304,
        now: start,
        restored: false,
        takesShort: true,
      }),
    ),
    good("have", "have", encodePart({ type: "have", have })),
    good(
      "an entry without a body",
      "entry",
      encodeEntryPart({ cose: entry.bytes, salt: null, body: null }, false, suite),
    ),
    good(
      "an entry with its body",
      "entry",
      encodeEntryPart({ cose: entry.bytes, salt: bytes(0, 16), body: utf8("body") }, false, suite),
    ),
    good("an entry with a packed body", "entry", encode([3, entry.bytes, bytes(0, 16), brotli, 1])),
    good("want", "want", encodePart({ type: "want", author: 0, generation: 1, from: 6, to: 6 })),
    good("head", "head", encodePart({ type: "head", head })),
    good(
      "a fragment",
      "fragment",
      encodePart({ type: "fragment", id: 4, offset: 100, total: 300, bytes: bytes(0, 20) }),
    ),
    good("ping", "ping", encodePart({ type: "ping", now: start, lastHuman: null, consoles: 2, have })),
    good("pong", "pong", encodePart({ type: "pong", echo: start, now: start + 5, frames: 3, bytes: 400 })),
    good("epoch-ok", "epoch-ok", encodePart({ type: "epoch-ok", epoch: 1 })),
    good("short", "short", encode([11, 1, 2, null, new Map([[8, 9]]), bytes(0, 64), bytes(0, 16), utf8("body"), 0])),
    good("hello from before SHORT", "hello", encode([1, root, [], 4_096, start, 0])),
    good(
      "padding",
      "pong pad",
      encodePart({ type: "pong", echo: 1, now: 2, frames: 3, bytes: 400 }),
      encode([10, new Uint8Array(4)]),
    ),
    good("padding that is not zeros, with more fields", "pad", encode([10, bytes(1, 4), bytes(0, 0), 7])),
    good(
      "two parts",
      "epoch-ok pong",
      encodePart({ type: "epoch-ok", epoch: 1 }),
      encodePart({ type: "pong", echo: 1, now: 2, frames: 3, bytes: 400 }),
    ),
    good(
      "a part of a newer law is passed over, the next is read",
      "pong",
      encode([99, "later"]),
      encodePart({ type: "pong", echo: 1, now: 2, frames: 3, bytes: 400 }),
    ),
    good("more fields than are known are passed over", "epoch-ok", encode([9, 1, "later"])),
    ...badParts(entry.bytes),
  ]
}

/** Each a whole frame refused for one part. */
const badParts = (entry: Uint8Array): Case[] => {
  const bad = (clause: string, expect: string, name: string, value: Value): Case => ({
    name,
    clause,
    expect,
    plain: hex(encode(value)),
  })
  return [
    bad("F-2", "malformed", "no list", 0),
    bad("F-2", "malformed", "padding that is a number", [[10, 4]]),
    bad("F-2", "malformed", "a part that is no list", [0]),
    bad("F-2", "malformed", "a part without a type", [[]]),
    bad("F-2", "malformed", "hello with a hash of 31 bytes", [[1, bytes(0, 31), [], 0, 0, 0]]),
    bad("F-2", "malformed", "have with seventeen logs", [[2, Array.from({ length: 17 }, () => [0, 1, 0, []])]]),
    bad("F-2", "malformed", "have with seventeen ranges", [[2, [[0, 1, 0, Array.from({ length: 17 }, () => [1, 1])]]]]),
    bad("F-2", "malformed", "want from 0", [[4, 0, 1, 0, 6]]),
    bad("F-2", "malformed", "want that ends before it begins", [[4, 0, 1, 6, 5]]),
    bad("F-2", "malformed", "a head without its second signature", [
      [5, 0, 1, 5, root, bytes(0, 64), new Uint8Array(0)],
    ]),
    bad("F-2", "malformed", "a body without a salt", [[3, entry, null, utf8("body"), 0]]),
    bad("F-2", "malformed", "a salt of 15 bytes", [[3, entry, bytes(0, 15), utf8("body"), 0]]),
    bad("F-7", "malformed", "a third encoding of a body", [[3, entry, bytes(0, 16), utf8("body"), 2]]),
    bad("F-7", "malformed", "a body that says it is brotli and is not", [[3, entry, bytes(0, 16), utf8("body"), 1]]),
    bad("F-7", "malformed", "a body that unpacks to 70,000 bytes", [[3, entry, bytes(0, 16), swelling, 1]]),
    bad("F-8", "malformed", "a fragment of more than a frame", [[6, 0, 0, 262_145, bytes(0, 1)]]),
    bad("LI-1", "too-large", "an entry of 4,097 bytes", [[3, new Uint8Array(4_097), null, null, 0]]),
    bad("F-2", "malformed", "short without a map", [[11, 1, 2, null, 8, bytes(0, 64), null, null, 0]]),
    bad("F-2", "malformed", "short with a body and no salt", [
      [11, 1, 2, null, new Map(), bytes(0, 64), null, root, 0],
    ]),
    { name: "bytes after the list", clause: "F-2", expect: "malformed", plain: "8000" },
  ]
}

/** Plaintexts of one part, and what they are on a fast path. `most`: what the path's frame holds. */
const padding = (): Case[] => {
  const filled = (name: string, size: number, most = 262_144): Case => {
    const part = encodePart({ type: "fragment", id: 1, offset: 0, total: size, bytes: new Uint8Array(size) })
    const plain = joinParts(padded([part], most))
    return { name, clause: "F-10", expect: "ok", bytes: joinParts([part]).length, most, filled: plain.length }
  }
  const pong = encodePart({ type: "pong", echo: 1, now: 2, frames: 3, bytes: 400 })
  return [
    { name: "a pong", clause: "F-10", expect: "ok", plain: hex(joinParts(padded([pong], 262_144))) },
    { name: "a path of 64 bytes", clause: "F-10", expect: "ok", plain: hex(joinParts(padded([pong], 64))) },
    { name: "no room", clause: "F-10", expect: "ok", plain: hex(joinParts(padded([pong], 7))) },
    filled("the longest of the first class", 243),
    filled("the first of the second", 244),
    ...[300, 600, 1_200, 2_500, 4_070, 4_090, 5_000, 10_000, 40_000, 65_500].map(size => filled(`${size} bytes`, size)),
    filled("where the path's frame ends", 1_300, 1_372),
  ]
}

/** What is sent of four entries of a log, one after the other, and what their reader makes of it. */
const shortened = (line: ExampleLine): Case[] => {
  const pen = new Pen(line, 0)
  pen.say({ kind: kinds.stored })
  const seen = [{ author: 1, generation: 1, size: 3, root }]
  const said = [
    pen.say({ kind: kinds.message, seen }, utf8("body")),
    pen.say({ kind: kinds.message, seen }, utf8("more")),
    pen.say({ kind: kinds.stored, seen: [{ ...seen[0]!, size: 4 }], refs: [root] }),
    pen.say({ kind: kinds.stored, seen: [{ ...seen[0]!, size: 4 }] }),
  ]
  const names = [
    "after one that had seen nothing",
    "as the one before",
    "another seen, no body",
    "a receipt that has seen nothing new",
  ]
  let before: Before | null = null
  return said.map(({ entry, body }, at) => {
    const stored = { seq: entry.seq, bytes: entry.bytes, ...(body && { salt: body.salt, body: body.bytes }) }
    const made = shorten(stored, before, { isHeld: true, packs: false, goesOn: true }, suite)
    before = made.before
    if (made.part === undefined) throw new Error("an entry after the first can be short")
    const previous = said[at - 1]?.entry
    return {
      ...{ name: names[at]!, clause: "F-16", expect: "ok" },
      ...{ line: hex(entry.line), author: 0, ownRoot: hex(entry.ownRoot) },
      ...(previous && { before: hex(previous.bytes) }),
      ...{ part: hex(made.part), cose: hex(entry.bytes) },
    }
  })
}

type Group = "sealing" | "layered" | "replay" | "parts" | "padding" | "short"

export const frameCases = (line: ExampleLine): Record<Group, Case[]> => ({
  sealing: sealing(),
  layered: layered(),
  replay: replay(),
  parts: parts(line),
  padding: padding(),
  short: shortened(line),
})
