import assert from "node:assert/strict"
import { test } from "node:test"
import { documentBytesMax, documentsMax } from "../../core/limits.ts"
import { emptyDraft, measure, orderOf, withAct } from "../draft.ts"
import { isActive } from "./active.ts"
import { faultOf, mediaTypeOf } from "./attaching.ts"
import { bytesToShow, isTooLarge, refusalOf, textBytesMax, textOf } from "./shown.ts"

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const png = (width: number, height: number): Uint8Array => {
  const bytes = new Uint8Array(33)
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const view = new DataView(bytes.buffer)
  view.setUint32(16, width)
  view.setUint32(20, height)
  return bytes
}

test("D-8: what is no text or picture of its type, or says no size, or too large a one, is refused before it is decoded", () => {
  assert.equal(refusalOf("image/png", png(6_000, 6_000)), null)
  assert.equal(refusalOf("image/png", png(60_000, 60_000)), "too-much-unpacked")
  assert.equal(refusalOf("image/png", png(0, 60_000)), "other-type")
  assert.equal(refusalOf("image/png", utf8("<html></html>")), "other-type")
  assert.equal(refusalOf("image/jpeg", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)), "other-type", "it says no size")
  assert.equal(refusalOf("text/plain", utf8("訓練")), null)
  assert.equal(refusalOf("text/plain", Uint8Array.of(0x41, 0)), "other-type")
  for (const type of ["image/svg+xml", "text/html", "application/zip"]) {
    assert.equal(refusalOf(type, utf8("%PDF-1.7")), "other-type", type)
  }
  assert.equal(refusalOf("application/pdf", utf8("%PDF-1.7")), null)
  assert.equal(refusalOf("application/pdf", utf8("<html></html>")), "other-type")
  assert.equal(isTooLarge({ mediaType: "application/pdf", size: documentBytesMax }), true)
  assert.equal(isTooLarge({ mediaType: "image/png", size: documentBytesMax }), false)
  assert.equal(bytesToShow({ mediaType: "text/plain", size: documentBytesMax }), textBytesMax)
})

test("D-8: what in a PDF could act is found by its name, written out or by numbers, and not by chance in what is packed", () => {
  const within = (catalogue: string): boolean => isActive(utf8(`%PDF-1.7\n1 0 obj << ${catalogue} >> endobj`))
  for (const name of ["JS", "AA", "JavaScript", "OpenAction", "Launch", "EmbeddedFiles", "RichMedia", "XFA"]) {
    assert.equal(within(`/${name} 2 0 R`), true, name)
    assert.equal(within(`/#${name.charCodeAt(0).toString(16)}${name.slice(1)}(x)`), true, `${name} by its number`)
  }
  assert.equal(within("/Type /Catalog /AAB 1 /JSON 2 /Pages 2 0 R"), false)
  assert.equal(within("/Length 4 >> stream\n/JS /AA\nendstream <<"), false)
})

test("D-8: a text that is cut within a letter loses that letter, and its lines end as lines", () => {
  assert.equal(textOf(utf8("演练").subarray(0, 5)), "演")
  assert.equal(textOf(utf8("one\r\ntwo\n")), "one\ntwo\n")
})

test("D-1, D-2: a file is checked before any of it is taken in, and of a type that nobody says its name's end speaks", () => {
  assert.equal(faultOf({ name: "chart.png", size: 1 }, 0), null)
  assert.equal(faultOf({ name: "report\u202Efdp.exe", size: 1 }, 0), "attach.bad-name")
  assert.equal(faultOf({ name: "a", size: 0 }, 0), "attach.empty")
  assert.equal(faultOf({ name: "a", size: documentBytesMax + 1 }, 0), "attach.too-large")
  assert.equal(faultOf({ name: "a", size: 1 }, documentsMax), "attach.too-many")
  assert.equal(mediaTypeOf({ name: "A.TXT", type: "", size: 1 }), "text/plain")
  assert.equal(mediaTypeOf({ name: "a.txt", type: "Text/HTML; charset=x", size: 1 }), "text/html")
  assert.equal(mediaTypeOf({ name: "a", type: "no type", size: 1 }), "application/octet-stream")
})

test("D-1, E-14: documents are part of what is measured and ordered, and another one is another intent", () => {
  const document = { name: "a.txt", mediaType: "text/plain", size: 6, root: "ab".repeat(32) }
  const draft = { ...emptyDraft("en"), text: "one" }
  const with1 = { ...draft, documents: [document] }
  assert.ok(measure(with1).bytes > measure(draft).bytes + 32)
  let made = 0
  const make = (): string => `act${++made}`
  assert.notEqual(
    withAct(withAct(draft, make), make).act?.id,
    withAct({ ...withAct(draft, make), ...with1 }, make).act?.id,
  )
  const order = orderOf(with1, "act")
  assert.deepEqual(order.kind === "message" && order.documents, [document])
})
