// Officers and releases of the vectors, on both suites: who is in office where, and whose proof is good. (OF)
import { deepEqual, equal, ok } from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { actDigest } from "../../src/core/act.ts"
import { decodeEntry, type Fields } from "../../src/core/entry.ts"
import { hex } from "../../src/core/hash.ts"
import { decodeOfficerBody, noOfficers, type Officers } from "../../src/core/officer.ts"
import { type Judgement, judgeEntry } from "../../src/core/policy.ts"
import { isRefusal } from "../../src/core/refusal.ts"
import { kinds } from "../../src/core/registry.ts"
import type { Suite } from "../../src/core/suite.ts"
import { nobleSuite } from "../../src/suites/noble.ts"
import { nodeSuite } from "../../src/suites/node.ts"
import { exampleLine, Pen } from "./line.ts"
import { madeBefore } from "./make.ts"
import { bytes, type SaidHex } from "./reader.ts"

const doors: readonly Suite[] = [nodeSuite, nobleSuite()]
const line = await exampleLine(madeBefore())
type Named = { readonly name: string; readonly clause: string; readonly expect: string }
type Vectors = {
  readonly officers: readonly { readonly name: string; readonly body: string }[]
  readonly bodies: readonly (Named & { readonly body: string })[]
  readonly enrolments: readonly (Named & {
    readonly before: readonly string[]
    readonly body: string
    readonly edit?: [number, number]
  })[]
  readonly releases: readonly (Named &
    SaidHex & { readonly in: readonly string[]; readonly why?: string; readonly digest: string })[]
}
const vectors: Vectors = JSON.parse(readFileSync(join(import.meta.dirname, "officer.json"), "utf8"))
const bodyOf = (name: string): Uint8Array => bytes(vectors.officers.find(it => it.name === name)!.body)

const entry: Fields = new Pen(line, 0).sign({ kind: kinds.officer, precedence: 2 }).entry
const enrol = (body: Uint8Array, before: Officers, suite: Suite): Judgement =>
  judgeEntry({ entry, body: { salt: new Uint8Array(16), bytes: body } }, before, line.charter, suite)

/** SLH-DSA without the platform takes 15 ms a signature: each table of officers is made once for each suite. */
const tables = new Map<string, Officers>()
const enrolled = (names: readonly string[], suite: Suite): Officers => {
  const key = `${doors.indexOf(suite)} ${names.join(" ")}`
  const made = tables.get(key)
  if (made !== undefined) return made
  const last = names.at(-1)
  if (last === undefined) return noOfficers
  const { officers, refusal } = enrol(bodyOf(last), enrolled(names.slice(0, -1), suite), suite)
  equal(refusal, undefined)
  tables.set(key, officers)
  return officers
}

test("OF-1: officers' bodies of the vectors, each by itself", () => {
  for (const { name, expect, body } of vectors.bodies) {
    const officer = decodeOfficerBody(bytes(body))
    equal(isRefusal(officer) ? officer.refusal : "ok", expect, name)
    // Without its roots' signatures it changes nothing.
    const { refusal, officers } = enrol(bytes(body), noOfficers, nodeSuite)
    ok(refusal, name)
    equal(officers, noOfficers)
  }
})

test("OF-1 to OF-3: enrolments of the vectors, on both suites", () => {
  for (const { name, expect, before, body, edit } of vectors.enrolments)
    for (const suite of doors) {
      const said = bodyOf(body).slice()
      if (edit) said[edit[0] < 0 ? said.length + edit[0] : edit[0]]! ^= edit[1]
      const table = enrolled(before, suite)
      const { refusal, officers } = enrol(said, table, suite)
      equal(refusal?.refusal ?? "ok", expect, name)
      equal(officers === table, refusal !== undefined, name)
    }
})

test("OF-4 to OF-11: releases of the vectors, on both suites", () => {
  for (const { name, expect, why, cose, digest, ...given } of vectors.releases)
    for (const suite of doors) {
      const read = decodeEntry(bytes(cose), suite)
      ok(!isRefusal(read), name)
      equal(hex(actDigest(read, suite)), digest)
      const { refusal } = judgeEntry({ entry: read }, enrolled(given.in, suite), line.charter, suite)
      equal(refusal?.refusal ?? "ok", expect, name)
      if (why !== undefined) equal(refusal?.details.why, why, name)
    }
})

test("OF-3: a later entry of one code replaces the earlier, and who is retired is gone", () => {
  const codes = (names: readonly string[]): string[] => [...enrolled(names, nodeSuite).inOffice.keys()]
  deepEqual(codes(["duty", "chief", "clerk", "night"]), ["duty-1", "7", "clerk", "duty-2"])
  deepEqual(codes(["duty", "chief", "clerk", "night", "retired"]), ["7", "clerk", "duty-2"])
  equal(enrolled(["duty", "chief", "clerk", "night", "retired"], nodeSuite).issue, 5)
})
