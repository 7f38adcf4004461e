import { deepEqual, equal, notEqual } from "node:assert/strict"
import { test } from "node:test"
import { aloneOrder } from "../../api/act.ts"
import type { LineView, MessageView, OfficersView, OrderRequest, WaitingView } from "../../api/shapes.ts"
import { actDigest } from "../../core/act.ts"
import { encodeDeclinedBody, encodeMessageBody } from "../../core/body.ts"
import { bodyHash } from "../../core/entry.ts"
import { fromHex, hex } from "../../core/hash.ts"
import { kinds, precedences } from "../../core/registry.ts"
import { nodeSuite as suite } from "../../suites/node.ts"
import { digestOf, personsOf, wholeOrder } from "./act.ts"
import { credentialsOf } from "./sign.ts"
import { callOf, standingOf } from "./standing.ts"

const names = { en: "A", ja: "甲", zh: "甲" }
const party = { code: "a", names, zone: "UTC", language: "en", desks: [{ desk: 0, code: "watch", names }] } as const
const line: LineView = {
  line: "0b".repeat(16),
  us: { party: 1, ...party },
  them: [{ party: 0, ...party, code: "b" }],
  officer: { name: "Watch officer", role: "watch" },
  policy: {
    releases: [{ precedence: 4, persons: 2 }],
    proofs: [
      { kind: kinds.acknowledged, precedence: 4 },
      { kind: kinds.message, precedence: 1 },
    ],
    soleMs: 1,
  },
  ...{ example: false, lamps: [], queued: 0, sizes: [], replyClocks: [], now: 0, clocks: [], version: "0" },
  ...{ release: null, breaks: [], refusals: [] },
}
const message: Extract<OrderRequest, { kind: "message" | "answer" }> = {
  ...{ kind: "message", act: "0a".repeat(16), text: "気球", subject: "訓練", language: "ja", precedence: "FLASH" },
  ...{ traffic: "drill", refs: [] },
}
const salt = "07".repeat(16)
const act = { line: fromHex(line.line)!, author: 1, act: fromHex(message.act)!, handling: 0 }
const flash: Pick<MessageView, "precedence" | "traffic"> = { precedence: "FLASH", traffic: "real" }

test("A-35: the digest of a message is that of the act as the law has it, whole and with nothing left open", () => {
  const body = { salt: fromHex(salt)!, bytes: encodeMessageBody({ language: "ja", text: "気球", subject: "訓練" }) }
  const whole = wholeOrder(message, line, () => salt)
  const said = {
    ...{ ...act, kind: kinds.message, traffic: 1, precedence: precedences.indexOf("FLASH"), refs: [] },
    ...{ action: [{ party: 0, desk: 0 }], info: [], bodyHash: bodyHash(body, suite) },
  }
  equal(hex(digestOf(whole, line)), hex(actDigest(said, suite)))
  const sole = aloneOrder({ ...message, salt, action: said.action, info: [] }, 12_345)
  equal(hex(digestOf(sole, line)), hex(actDigest({ ...said, sole: 12_345 }, suite)))
  const other = wholeOrder({ ...message, text: "気球。" }, line, () => salt)
  notEqual(hex(digestOf(other, line)), hex(digestOf(whole, line)))
})

test("A-35, R-3: a reply is digested with the traffic and precedence of its message, and its reason", () => {
  const refs = ["0c".repeat(32)] as const
  const place = { ...act, traffic: 0, precedence: 4, refs: [fromHex(refs[0])!], action: [], info: [] }
  const acknowledged: OrderRequest = { kind: "acknowledged", act: message.act, refs }
  equal(hex(digestOf(acknowledged, line, flash)), hex(actDigest({ ...place, kind: kinds.acknowledged }, suite)))
  const objected: OrderRequest = { kind: "objected", act: message.act, refs, reason: "No.", language: "en", salt }
  const body = { salt: fromHex(salt)!, bytes: encodeDeclinedBody({ reason: "No.", language: "en" }) }
  const objects = { ...place, kind: kinds.objected, bodyHash: bodyHash(body, suite) }
  equal(hex(digestOf(objected, line, flash)), hex(actDigest(objects, suite)))
})

test("A-39: the charter says how many sign, by kind and precedence", () => {
  const refs = ["0c".repeat(32)] as const
  equal(personsOf(line, message), 2)
  equal(personsOf(line, { ...message, precedence: "IMMEDIATE" }), 1)
  equal(personsOf(line, { ...message, precedence: "BULK" }), 0)
  equal(personsOf(line, { kind: "acknowledged", act: message.act, refs }, flash), 1)
  equal(personsOf(line, { kind: "acknowledged", act: message.act, refs }, { ...flash, precedence: "PRIORITY" }), 0)
  equal(personsOf(line, { kind: "seconded", act: message.act, refs }, flash), 1)
})

test("A-38: asked for are the passkeys of who is signed in; after a link, those of anybody of this side in this window", () => {
  type Key = OfficersView["officers"][number]["keys"][number]
  const key = (credentialId: string, origin = "https://a.example"): Key => ({
    ...{ type: "passkey" as const, algorithm: "P-256", public: "", credentialId, rpId: "a.example", origin },
  })
  const soft: Key = { type: "key", algorithm: "Ed25519", public: "" }
  const officer = (code: string, ...keys: readonly Key[]) => ({
    code,
    roles: [],
    keys,
    issue: 1,
  })
  const views: OfficersView[] = [
    { party: 0, issue: 1, officers: [officer("theirs", key("01"))] },
    {
      party: 1,
      issue: 2,
      officers: [officer("duty-1", key("02"), soft), officer("chief", key("03"), key("04", "http://b"))],
    },
  ]
  const ids = (line: LineView): string[] => credentialsOf(views, line, "https://a.example").map(({ id }) => id)
  deepEqual(ids(line), ["02", "03"])
  deepEqual(ids({ ...line, officer: { ...line.officer, code: "chief" } }), ["03"])
  deepEqual(ids({ ...line, officer: { ...line.officer, code: "nobody" } }), [])
})

test("A-35, A-38: the second is called aloud and the first is not; nobody, once it is set aside or out of time", () => {
  const { name, role } = line.officer
  const view: WaitingView = {
    order: { ...message, salt, action: [], info: [], notAfter: 100 },
    ...{ digest: "", at: 1, name, given: [{ code: "duty-1" }], persons: 2, lacksReleaser: true, aloneFrom: 2 },
  }
  const aside = { by: "chief", word: "No.", language: "en", at: 3 } as const
  const called = (officer: LineView["officer"], view: WaitingView, now = 50) => callOf([view], officer, now)?.traffic
  deepEqual(standingOf(view, { name, role }), { isFirst: true, mayBeSecond: true })
  deepEqual(standingOf(view, { name, role, code: "duty-1" }), { isFirst: true, mayBeSecond: false })
  deepEqual(standingOf(view, { name, role, code: "chief" }), { isFirst: false, mayBeSecond: true })
  equal(called({ name, role }, view), undefined)
  equal(called({ name: "Chief", role }, view), "drill")
  equal(called({ name, role, code: "chief" }, view), "drill")
  equal(called({ name, role, code: "duty-1" }, view), undefined)
  equal(called({ name: "Chief", role }, view, 100), undefined)
  equal(called({ name: "Chief", role }, { ...view, aside }), undefined)
})
