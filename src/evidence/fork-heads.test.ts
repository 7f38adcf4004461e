// A fork proof of heads: two signed roots of one size, or one that the author's own entries contradict; judged from the file and one
// fingerprint alone. (EV-19 to EV-21)
import assert from "node:assert/strict"
import { before, test } from "node:test"
import { type ExampleLine, exampleLine, Pen, type Said } from "../../protocol/vectors/line.ts"
import { madeBefore } from "../../protocol/vectors/make.ts"
import { encodeMessageBody } from "../core/body.ts"
import { encodePart, joinParts } from "../core/frame.ts"
import { equal, fromUtf8, hex, utf8 } from "../core/hash.ts"
import type { Head } from "../core/head.ts"
import { isRefusal, refuse } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import { nodeSuite as suite } from "../suites/node.ts"
import { type Rivals, writeBundle } from "./bundle.ts"
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
let byEntries: Uint8Array

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
  return { said: [...said, last], last: last.entry, here: ours.head(), there: others.head() }
}
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
  const { said, last, here, there } = scene
  byHeads = write(said.slice(0, 2), { of: "heads", first: here, second: there })
  byEntries = write(said, { of: "head", first: last, second: there })
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
const rivalFile = (ending: string): string => `rivals/${codes[1]}.1.7${ending}`

test("EV-19, EV-20, EV-21: two heads, or a head and one entry, show it to who trusts that party alone, in three languages", () => {
  const roots = [scene.here.root, scene.there.root].map(hex)
  for (const [bundle, of] of [
    [byHeads, "heads"],
    [byEntries, "head"],
  ] as const) {
    for (const given of [[trust[0]!], [], ["0".repeat(64)], [trust[1]!, "0".repeat(64)]])
      assert.equal(outcome(bundle, given), "untrusted", `${of} ${given}`)
    const found = judge(bundle, [trust[1]!], suite)
    if (isRefusal(found)) return assert.fail(found.refusal)
    assert.equal(found.outcome, true)
    assert.deepEqual(found.forks, [{ of, stem: `${codes[1]}.1.7`, party: 1, first: roots[0], second: roots[1] }])
    for (const language of ["en", "ja", "zh"] as const) {
      const { isProven, sentence, entries } = tell(found, language)
      assert.ok(isProven)
      assert.ok(sentence.includes(`${codes[1]}.1.7`) && sentence.includes(line.charter.parties[1]!.names[language]))
      const all = [sentence, ...entries.flatMap(({ lines }) => lines.map(it => it.text))].join("\n")
      assert.ok(roots.every(root => all.includes(root)) && !all.includes("{"), all)
    }
    assert.ok(!Buffer.from(bundle).includes("hold back"), "no text is in it")
  }
})

test("EV-20: of any size one entry and its path are enough; the author's true head is no fork", () => {
  for (const size of [2, 3, 4, 5, 8]) {
    const { said, last, here, there } = told(size)
    assert.equal(outcome(write(said, { of: "head", first: last, second: there })), "forks: 1", `size ${size}`)
    assert.equal(outcome(write(said, { of: "head", first: last, second: here })), "no-fork", `size ${size}`)
  }
  const [first, head] = [new Pen(line, 1), new Pen(line, 1)]
  const said = [first.charter(), new Pen(line, 0).charter()]
  const other = head.head({ size: 1, root: suite.sha256(utf8("another")) })
  assert.equal(
    outcome(write(said, { of: "head", first: said[0]!.entry, second: other })),
    "forks: 1",
    "size 1, no path",
  )
})

test("EV-20: changed, exchanged or of another place or party, heads prove nothing, and it is said why", () => {
  const [first, second, path] = [".first.note", ".second.note", ".tlog-proof"].map(rivalFile) as [
    string,
    string,
    string,
  ]
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
    ["a path with another hash", byEntries, edit(path, /\n\n/, `\n${"A".repeat(43)}=\n\n`), "bad-proof"],
    ["a hash of the path turned", byEntries, edit(path, /index 6\n./, "index 6\n/"), "bad-proof"],
    ["another index", byEntries, edit(path, "index 6", "index 5"), "bad-proof"],
    ["a path without its entry", byEntries, files => files.delete(`chosen/${codes[1]}.1.7.cose`), "missing-file"],
    ["an entry without the path", byEntries, files => files.delete(path), "not-covered"],
    ["a rival beside the path", byEntries, files => files.set(rivalFile(".cose"), scene.last.bytes), "bad-bundle"],
    [
      "heads beside other places' entries",
      byHeads,
      files => {
        const stem = `chosen/${codes[1]}.1.7.cose`
        files.set(stem, scene.last.bytes)
      },
      "missing-file",
    ],
  ]
  for (const [name, bundle, change, expected] of cases) assert.equal(changed(bundle, change), expected, name)
})

test("EV-3, EV-20: any byte of the signed files changed, with the list made anew, shows no fork", () => {
  for (const [bundle, step] of [
    [byHeads, 97],
    [byEntries, 53],
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

test("EV-21, L-12: a record gives two heads where it holds two, else the entry; and none above a fork that it knows", () => {
  const { last, here, there } = scene
  const aside = (heads: readonly Head[], at = 7) => ({
    bytes: joinParts(heads.map(head => encodePart({ type: "head", head }))),
    refusal: refuse("bad-head", { author: 1, generation: 1, size: 7 }),
    at,
  })
  const store = (asides: readonly ReturnType<typeof aside>[], head?: Head, row = true) => ({
    asides: () => asides,
    find: () => undefined,
    read: () => (row ? [last] : []),
    headOver: () => head,
  })
  const kept = (...given: Parameters<typeof store>) => forksKept(store(...given), suite).map(it => it.rivals)
  assert.deepEqual(kept([aside([there])]), [{ of: "head", first: last, second: there }])
  assert.deepEqual(kept([aside([there])], here), [{ of: "heads", first: here, second: there }])
  assert.deepEqual(kept([aside([there])], there), [{ of: "head", first: last, second: there }], "it is its own")
  assert.deepEqual(kept([aside([here, there])], undefined, false), [{ of: "heads", first: there, second: here }])
  assert.deepEqual(kept([aside([there])], undefined, false), [], "nothing to be put beside it")
  assert.equal(kept([aside([there]), aside([here, there], 9)]).length, 1, "one log, one size: one fork")
  assert.deepEqual(kept([{ ...aside([there]), bytes: utf8("x") }]), [])
})
