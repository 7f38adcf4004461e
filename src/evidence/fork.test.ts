// A fork proof: what it shows to who trusts a fingerprint, and what no other file can be taken for.
import assert from "node:assert/strict"
import { before, test } from "node:test"
import { type ExampleLine, exampleLine, Pen } from "../../protocol/vectors/line.ts"
import { madeBefore } from "../../protocol/vectors/make.ts"
import { encodeMessageBody } from "../core/body.ts"
import { equal, hex, utf8 } from "../core/hash.ts"
import { isRefusal, refuse } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import { nodeSuite as suite } from "../suites/node.ts"
import { writeBundle } from "./bundle.ts"
import { sumsFile, sumsOf } from "./files.ts"
import { judge } from "./judge.ts"
import { chosenFor, forksKept } from "./kept.ts"
import { tell } from "./say.ts"
import { fingerprint } from "./trust.ts"
import { readZip, writeZip } from "./zip.ts"

let line: ExampleLine
let trust: readonly string[]
let proof: Uint8Array
let codes: readonly string[]
const text = (said: string): Uint8Array => encodeMessageBody({ language: "en", text: said })

const forked = (author: number) => {
  const [liar, other, honest] = [new Pen(line, author), new Pen(line, author), new Pen(line, 1 - author)]
  const said = [liar.charter(), honest.charter()]
  other.charter()
  const first = liar.say({ kind: kinds.message, traffic: 2 }, text("Drill: we hold back."))
  const second = other.say({ kind: kinds.message, traffic: 2 }, text("Drill: we do not."))
  return { said: [...said, first], first, second }
}
const written = (author: number): Uint8Array => {
  const { said, first, second } = forked(author)
  const made = writeBundle({
    ...{ charter: line.charter, suite, heads: [], entries: said.map(({ entry }) => entry.bytes) },
    bodyOf: hash => said.find(({ entry }) => equal(entry.hash, hash))?.body,
    ...chosenFor({ of: "entries", first: first.entry, second: second.entry }),
    ...{ shows: () => false, page: utf8("page") },
  })
  return isRefusal(made) ? assert.fail(made.refusal) : made.bytes
}
before(async () => {
  line = await exampleLine(madeBefore())
  trust = line.charter.parties.map(card => fingerprint(card, suite))
  codes = line.charter.parties.map(({ code }) => code)
  proof = written(1)
})
const outcome = (bundle: Uint8Array, given: readonly string[]): string => {
  const found = judge(bundle, given, suite)
  if (isRefusal(found)) return found.refusal
  return found.outcome === true ? `forks: ${found.forks?.length}` : found.outcome.refusal
}

test("EV-13, EV-14, EV-15: the file and the liar's fingerprint show that it signed two histories, without a head or a text", () => {
  assert.equal(outcome(proof, [trust[1]!]), "forks: 1")
  const { first, second } = forked(1)
  const found = judge(proof, [trust[1]!], suite)
  if (isRefusal(found)) return assert.fail(found.refusal)
  assert.deepEqual(found.forks, [
    { of: "entries", stem: `${codes[1]}.1.2`, party: 1, first: hex(first.entry.hash), second: hex(second.entry.hash) },
  ])
  for (const language of ["en", "ja", "zh"] as const) {
    const told = tell(found, language)
    assert.ok(told.isProven)
    assert.ok(told.sentence.includes(`${codes[1]}.1.2`), told.sentence)
    assert.ok(told.sentence.includes(line.charter.parties[1]!.names[language]), told.sentence)
    assert.ok(told.entries[0]!.lines.some(({ text }) => text.includes(hex(second.entry.hash))))
  }
  assert.ok(!Buffer.from(proof).includes("hold back"), "no text is in it")
})

test("EV-8, EV-15: who trusts the other party, another line's or nobody is told that nothing is proven", () => {
  for (const given of [[trust[0]!], [], ["0".repeat(64)], [trust[1]!, "0".repeat(64)]])
    assert.equal(outcome(proof, given), "untrusted", given.join())
})

test("EV-3, EV-14: any one byte of the proof changed is refused; with its list made anew, what is signed still is", () => {
  for (let at = 0; at < proof.length; at += 41)
    assert.doesNotMatch(outcome(proof.with(at, proof[at]! ^ 1), [trust[1]!]), /^forks/, `byte ${at}`)
  const files = readZip(proof)
  if (isRefusal(files)) return assert.fail(files.refusal)
  for (const name of files.keys()) {
    if (!/^(chosen|rivals)\//.test(name)) continue
    const bytes = files.get(name)!
    for (let at = 0; at < bytes.length; at += 3) {
      const changed = new Map(files).set(name, bytes.with(at, bytes[at]! ^ 1))
      changed.set(sumsFile, utf8(sumsOf(changed, suite)))
      assert.doesNotMatch(outcome(writeZip(changed), [trust[1]!]), /^forks/, `${name} ${at}`)
    }
  }
})

test("EV-13, EV-14: entries that do not contradict, or of another party, prove nothing, and it is said why", () => {
  const { first, second } = forked(1)
  const other = forked(0)
  const changed = (change: (files: Map<string, Uint8Array>) => void): string => {
    const files = readZip(proof)
    if (isRefusal(files)) return files.refusal
    const next = new Map(files)
    change(next)
    next.set(sumsFile, utf8(sumsOf(next, suite)))
    return outcome(writeZip(next), [trust[1]!])
  }
  const [chosen, rival] = ["chosen", "rivals"].map(folder => `${folder}/${codes[1]}.1.2.cose`) as [string, string]
  assert.equal(
    changed(files => files.set(rival, first.entry.bytes)),
    "no-fork",
  )
  assert.equal(
    changed(files => files.set(chosen, second.entry.bytes)),
    "no-fork",
  )
  assert.equal(
    changed(files => files.set(rival, other.second.entry.bytes)),
    "wrong-entry",
  )
  assert.equal(
    changed(files => files.delete(rival)),
    "not-covered",
  )
  assert.equal(
    changed(files => files.set(`chosen/${codes[0]}.1.2.cose`, other.first.entry.bytes)),
    "missing-file",
  )
})

test("EV-16: a record gives each fork once, with the entry that holds the place first, and none for another refusal", () => {
  const { first, second } = forked(1)
  const aside = (refusal: "two-histories" | "wrong-own-root") => ({
    bytes: second.entry.bytes,
    refusal: refuse(refusal, { first: hex(first.entry.hash) }),
    at: 7,
  })
  const store = {
    asides: () => [aside("wrong-own-root"), aside("two-histories"), aside("two-histories")],
    find: (hash: Uint8Array) => (equal(hash, first.entry.hash) ? { bytes: first.entry.bytes, at: 5 } : undefined),
    read: () => [],
    marks: () => [],
    headOver: () => undefined,
  }
  const [kept, ...more] = forksKept(store, suite)
  assert.equal(more.length, 0)
  assert.deepEqual([kept?.id, kept?.at], [hex(second.entry.hash), 7])
  assert.deepEqual(kept?.rivals, { of: "entries", first: first.entry, second: second.entry })
})
