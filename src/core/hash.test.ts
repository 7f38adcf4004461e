import { deepEqual, equal as same } from "node:assert/strict"
import { test } from "node:test"
import { fc } from "../../test/fixtures/property.ts"
import {
  base64,
  base64url,
  compare,
  concat,
  equal,
  fromBase64,
  fromBase64url,
  fromHex,
  fromUtf8,
  hex,
  utf8,
} from "./hash.ts"

const bytes = fc.uint8Array({ maxLength: 70 })
const plain = (buffer: Buffer): Uint8Array => new Uint8Array(buffer)

test("C-1: hex, base64 and UTF-8 are those of the platform, and come back as they went", () => {
  fc.assert(
    fc.property(bytes, value => {
      same(hex(value), Buffer.from(value).toString("hex"))
      same(base64(value), Buffer.from(value).toString("base64"))
      same(base64url(value), Buffer.from(value).toString("base64url"))
      deepEqual(fromHex(hex(value)), value)
      deepEqual(fromBase64(base64(value)), value)
      deepEqual(fromBase64url(base64url(value)), value)
      const text = fromUtf8(value)
      if (text !== undefined) deepEqual(utf8(text), value)
      else
        same(
          plain(Buffer.from(Buffer.from(value).toString("utf8"))).some(byte => byte === 0xef),
          true,
        )
    }),
  )
})

test("C-1: any text is hex or base64 in exactly one way, or not at all", () => {
  const written = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[A-Za-z0-9+/=]{0,12}$/),
    fc.stringMatching(/^[0-9a-fA-F]{0,8}$/),
  )
  fc.assert(
    fc.property(written, text => {
      const [fromHexText, from64, fromUrl] = [fromHex(text), fromBase64(text), fromBase64url(text)]
      if (fromHexText !== undefined) same(hex(fromHexText), text)
      if (from64 !== undefined) same(base64(from64), text)
      if (fromUrl !== undefined) same(base64url(fromUrl), text)
    }),
    { numRuns: 1_000 },
  )
  for (const text of ["QQ", "QR==", "Q===", "====", "QQ=a", "A"]) same(fromBase64(text), undefined, text)
  for (const text of ["0", "AB", "0g", " 00"]) same(fromHex(text), undefined, text)
})

test("C-1: bytes compare as a library's do, and a join is its parts", () => {
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      same(Math.sign(compare(a, b)), Buffer.compare(a, b))
      same(equal(a, b), Buffer.compare(a, b) === 0)
      same(equal(a, a.slice()), true)
      deepEqual(concat(a, b), plain(Buffer.concat([a, b])))
    }),
  )
})

test("C-2: a leading byte order mark is text like any other", () => {
  same(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41)), "\ufeffA")
})
