// A fork proof of roots: two that a party has signed of one size, as heads or in its entries; judged from the file and one fingerprint
// alone. (EV-19 to EV-21)
import assert from "node:assert/strict"
import { before, test } from "node:test"
import { type ExampleLine, exampleLine, Pen, type Said } from "../../protocol/vectors/line.ts"
import { madeBefore } from "../../protocol/vectors/make.ts"
import { encodeMessageBody } from "../core/body.ts"
import type { Entry } from "../core/entry.ts"
import { encodePart, joinParts } from "../core/frame.ts"
import { equal, fromUtf8, hex, utf8 } from "../core/hash.ts"
import type { Head } from "../core/head.ts"
import { isRefusal, refuse } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import { nodeSuite as suite } from "../suites/node.ts"
import { type Rivals, type Statement, writeBundle } from "./bundle.ts"
import { sumsFile, sumsOf } from "./files.ts"
import { judge } from "./judge.ts"
import { chosenFor, forksKept } from "./kept.ts"
import { tell } from "./say.ts"
import { fingerprint } from "./trust.ts"
import { readZip, writeZip } from "./zip.ts"

let line: ExampleLine
let trust: readonly string[]
let codes: readonly string[]
let scene: ReturnType<typeof told>
let byHeads: Uint8Array
let byLast: Uint8Array
let byNext: Uint8Array
let byHeadAndNext: Uint8Array

const text = (said: string): Uint8Array => encodeMessageBody({ language: "en", text: said })
const message = (pen: Pen, said: string): Said => pen.say({ kind: kinds.message, traffic: 2 }, text(said))

/** What party 1 has signed up to a size, to us and to somebody else; the last entry differs. */
const told = (size: number) => {
  const [ours, others, honest] = [new Pen(line, 1), new Pen(line, 1), new Pen(line, 0)]
  const said = [ours.charter(), honest.charter()]
  others.charter()
  for (let seq = 2; seq < size; seq++) {
    said.push(message(ours, `Drill: ${seq}.`))
    message(others, `Drill: ${seq}.`)
  }
  const last = message(ours, "Drill: we hold back.")
  message(others, "Drill: we do not.")
  const [here, there] = [ours.head(), others.head()]
  const next = message(others, "Drill: as we said.").entry
  return { said: [...said, last], last: last.entry, here, there, next }
}
const roots = ({ last, there }: { readonly last: Entry; readonly there: Head }): Rivals =>
  between({ by: "last", entry: last }, { by: "head", head: there }, last.seq)
const between = (first: Statement, second: Statement, seq: number): Rivals => ({
  ...{ of: "roots", place: { author: 1, generation: 1, seq } },
  ...{ first, second },
})
const write = (said: readonly Said[], rivals: Rivals): Uint8Array => {
  const made = writeBundle({
    ...{ charter: line.charter, suite, heads: [], entries: said.map(({ entry }) => entry.bytes) },
    bodyOf: hash => said.find(({ entry }) => equal(entry.hash, hash))?.body,
    ...{ ...chosenFor(rivals), shows: () => false, page: utf8("page") },
  })
  return isRefusal(made) ? assert.fail(made.refusal) : made.bytes
}
before(async () => {
  line = await exampleLine(madeBefore())
  trust = line.charter.parties.map(card => fingerprint(card, suite))
  codes = line.charter.parties.map(({ code }) => code)
  scene = told(7)
  const { said, last, here, there, next } = scene
  byHeads = write(said.slice(0, 2), between({ by: "head", head: here }, { by: "head", head: there }, 7))
  byLast = write(said, roots({ last, there }))
  byNext = write(said, between({ by: "last", entry: last }, { by: "next", entry: next }, 7))
  byHeadAndNext = write(said.slice(0, 2), between({ by: "head", head: here }, { by: "next", entry: next }, 7))
})
const outcome = (bundle: Uint8Array, given: readonly string[] = [trust[1]!]): string => {
  const found = judge(bundle, given, suite)
  if (isRefusal(found)) return found.refusal
  return found.outcome === true ? `forks: ${found.forks?.length}` : found.outcome.refusal
}
const changed = (bundle: Uint8Array, change: (files: Map<string, Uint8Array>) => void): string => {
  const files = readZip(bundle)
  if (isRefusal(files)) return files.refusal
  const next = new Map(files)
  change(next)
  next.set(sumsFile, utf8(sumsOf(next, suite)))
  return outcome(writeZip(next))
}
const turned = (bytes: Uint8Array): Uint8Array => bytes.with(-1, bytes.at(-1)! ^ 1)
const rivalFile = (ending: string): string => `rivals/${codes[1]}.1.7${ending}`

test("EV-19, EV-20, EV-21: two roots of one size, said by heads or entries, show it to who trusts that party alone, in three languages", () => {
  const both = [scene.here.root, scene.there.root].map(hex)
  for (const [of, bundle] of Object.entries({ byHeads, byLast, byNext, byHeadAndNext })) {
    for (const given of [[trust[0]!], [], ["0".repeat(64)], [trust[1]!, "0".repeat(64)]])
      assert.equal(outcome(bundle, given), "untrusted", `${of} ${given}`)
    const found = judge(bundle, [trust[1]!], suite)
    if (isRefusal(found)) return assert.fail(found.refusal)
    assert.equal(found.outcome, true)
    assert.deepEqual(found.forks, [{ of: "roots", stem: `${codes[1]}.1.7`, party: 1, first: both[0], second: both[1] }])
    for (const language of ["en", "ja", "zh"] as const) {
      const { isProven, sentence, entries } = tell(found, language)
      assert.ok(isProven)
      assert.ok(sentence.includes(`${codes[1]}.1.7`) && sentence.includes(line.charter.parties[1]!.names[language]))
      const all = [sentence, ...entries.flatMap(({ lines }) => lines.map(it => it.text))].join("\n")
      assert.ok(both.every(root => all.includes(root)) && !all.includes("{"), all)
    }
    assert.ok(!Buffer.from(bundle).includes("hold back"), "no text is in it")
  }
})

test("EV-20: of any size one entry and its path are enough; the author's true head is no fork", () => {
  for (const size of [2, 3, 4, 5, 8]) {
    const { said, last, here, there, next } = told(size)
    const own: Statement = { by: "last", entry: last }
    assert.equal(outcome(write(said, roots({ last, there }))), "forks: 1", `size ${size}`)
    assert.equal(outcome(write(said, roots({ last, there: here }))), "no-fork", `size ${size}`)
    assert.equal(outcome(write(said, between(own, { by: "next", entry: next }, size))), "forks: 1", `size ${size}`)
  }
  const [first, head] = [new Pen(line, 1), new Pen(line, 1)]
  const said = [first.charter(), new Pen(line, 0).charter()]
  const other = head.head({ size: 1, root: suite.sha256(utf8("another")) })
  assert.equal(outcome(write(said, roots({ last: said[0]!.entry, there: other }))), "forks: 1", "size 1, no path")
})

test("EV-20: changed, exchanged or of another place or party, heads prove nothing, and it is said why", () => {
  const [first = "", second = "", path = "", next = ""] = [".note", ".second.note", ".path", ".next.cose"].map(
    rivalFile,
  )
  const edit = (name: string, from: string | RegExp, to: string) => (files: Map<string, Uint8Array>) =>
    files.set(name, utf8(fromUtf8(files.get(name)!)!.replace(from, to)))
  const cases: [string, Uint8Array, (files: Map<string, Uint8Array>) => void, string][] = [
    ["one head twice", byHeads, files => files.set(first, files.get(second)!), "no-fork"],
    ["a root that nobody signed", byHeads, edit(second, /\n7\n./, "\n7\n/"), "bad-head-signature"],
    ["the second signature turned", byHeads, edit(first, /.{4}\n$/, "AAA=\n"), "bad-head-signature"],
    ["a size that nobody signed", byHeads, edit(second, "\n7\n", "\n6\n"), "bad-head"],
    ["one head alone", byHeads, files => files.delete(second), "missing-file"],
    ["the other head alone", byHeads, files => files.delete(first), "missing-file"],
    ["no rival at all", byHeads, files => void [first, second].map(it => files.delete(it)), "missing-file"],
    ["a path with one hash more", byLast, edit(path, /$/, `${"A".repeat(43)}=\n`), "bad-proof"],
    ["a hash of the path turned", byLast, edit(path, /^./, "/"), "bad-proof"],
    ["a path in another form", byLast, edit(path, /\n$/, "\n\n"), "bad-proof"],
    ["a path without its entry", byLast, files => files.delete(`chosen/${codes[1]}.1.7.cose`), "missing-file"],
    ["an entry without the path", byLast, files => files.delete(path), "missing-file"],
    ["neither path nor head", byLast, files => void [first, path].map(it => files.delete(it)), "not-covered"],
    ["a rival beside the path", byLast, files => files.set(rivalFile(".cose"), scene.last.bytes), "bad-bundle"],
    ["three that say a root", byLast, files => files.set(next, scene.next.bytes), "bad-bundle"],
    ["a next entry of another place", byNext, files => files.set(next, scene.last.bytes), "wrong-entry"],
    ["a next entry falsely signed", byNext, files => files.set(next, turned(scene.next.bytes)), "bad-signature"],
    [
      "another entry chosen",
      byHeads,
      files => files.set(`chosen/${codes[1]}.1.7.cose`, scene.last.bytes),
      "missing-file",
    ],
  ]
  for (const [name, bundle, change, expected] of cases) assert.equal(changed(bundle, change), expected, name)
})

test("EV-3, EV-20: any byte of the signed files changed, with the list made anew, shows no fork", () => {
  for (const [bundle, step] of [
    [byHeads, 97],
    [byLast, 89],
    [byNext, 31],
  ] as const) {
    const files = readZip(bundle)
    if (isRefusal(files)) return assert.fail(files.refusal)
    for (const name of files.keys()) {
      if (!/^(chosen|rivals)\//.test(name)) continue
      const bytes = files.get(name)!
      for (let at = 0; at < bytes.length; at += step)
        assert.doesNotMatch(
          changed(bundle, it => it.set(name, bytes.with(at, bytes[at]! ^ 1))),
          /^forks/,
          `${name} ${at}`,
        )
    }
  }
})

test("EV-21, L-12: a record gives each fork once, with a head where it holds one, else with its last entry", () => {
  const { last, here, there, next } = scene
  const aside = (heads: readonly Head[], at = 7) => ({
    bytes: joinParts(heads.map(head => encodePart({ type: "head", head }))),
    ...{ refusal: refuse("bad-head"), at },
  })
  const wrong = { bytes: next.bytes, refusal: refuse("wrong-own-root"), at: 8 }
  type Kept = { asides?: readonly Aside[]; head?: Head; rows?: readonly Entry[]; marked?: Entry }
  type Aside = ReturnType<typeof aside> | typeof wrong
  const forks = ({ asides = [], head, rows = [last], marked }: Kept) => {
    const at = <T extends Entry | undefined>(entry: T) => entry && { bytes: entry.bytes, at: 5 }
    const marks = marked ? [{ hash: marked.hash, refusal: refuse("false-own-root") }] : []
    const read = () => rows.map(({ bytes }) => ({ bytes, at: 5 }))
    const find = (hash: Uint8Array) => at([last, next].find(it => equal(it.hash, hash)))
    return forksKept({ ...{ asides: () => asides, marks: () => marks, read, find }, headOver: () => head }, suite)
  }
  const kept = (given: Kept): Rivals[] => forks(given).map(({ rivals }) => rivals)
  const byHead = (head: Head) => ({ by: "head", head }) as const
  const [byLastOne, byNextOne] = [{ by: "last", entry: last } as const, { by: "next", entry: next } as const]
  assert.deepEqual(kept({ asides: [aside([there])] }), [between(byLastOne, byHead(there), 7)])
  assert.deepEqual(kept({ asides: [aside([there])], head: here }), [between(byHead(here), byHead(there), 7)])
  assert.deepEqual(kept({ asides: [aside([there])], head: there }), [between(byLastOne, byHead(there), 7)], "its own")
  assert.deepEqual(kept({ asides: [aside([here, there])], rows: [] }), [between(byHead(here), byHead(there), 7)])
  assert.deepEqual(kept({ asides: [aside([there])], rows: [] }), [], "nothing to be put beside it")
  assert.deepEqual(kept({ asides: [{ ...aside([there]), bytes: utf8("x") }] }), [])
  assert.deepEqual(kept({ asides: [wrong] }), [between(byLastOne, byNextOne, 7)])
  assert.deepEqual(kept({ asides: [wrong], head: here }), [between(byHead(here), byNextOne, 7)])
  assert.deepEqual(kept({ marked: next }), [between(byLastOne, byNextOne, 7)], "it was held beyond a gap")
  assert.equal(forks({ asides: [aside([there]), aside([here, there], 9), wrong], marked: next }).length, 1)
  // The entry that explains it comes later: the same alarm, with the plainer proof.
  const other = told(7).said.at(-1)!.entry
  const pen = new Pen(line, 1)
  pen.charter()
  const rival = pen.say({ kind: kinds.message, traffic: 2 }, text("Drill: otherwise."))
  const plain = { bytes: rival.entry.bytes, refusal: refuse("two-histories", { first: hex(other.hash) }), at: 9 }
  const [one, ...more] = forks({ asides: [wrong, plain, plain] as readonly Aside[] })
  assert.deepEqual([one?.id, one?.at, one?.rivals.of, more.length], [hex(next.hash), 8, "entries", 0])
})
