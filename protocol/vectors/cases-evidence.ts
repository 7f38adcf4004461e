// A small bundle, whole, and what becomes of it when somebody changes it and makes its list of hashes anew. (EV)
import { encodeMessageBody } from "../../src/core/body.ts"
import { base64, fromBase64, fromUtf8, utf8 } from "../../src/core/hash.ts"
import { note } from "../../src/core/head.ts"
import { inclusionProof } from "../../src/core/proof.ts"
import { isRefusal } from "../../src/core/refusal.ts"
import { kinds } from "../../src/core/registry.ts"
import { writeBundle } from "../../src/evidence/bundle.ts"
import { hashLines, sumsFile, sumsOf } from "../../src/evidence/files.ts"
import { judge } from "../../src/evidence/judge.ts"
import { fingerprint } from "../../src/evidence/trust.ts"
import { type Files, readZip, writeZip } from "../../src/evidence/zip.ts"
import { nodeSuite as suite } from "../../src/suites/node.ts"
import { rows } from "./annotate.ts"
import type { Case } from "./cases-cbor.ts"
import { chief, duty, withProofs } from "./cases-officer.ts"
import { act, type ExampleLine, Pen, type Said } from "./line.ts"

const text = (said: string): Uint8Array => encodeMessageBody({ language: "en", text: said })

/** Two words of one side, of which the first is chosen: stored, acknowledged and answered by the other. */
const record = (line: ExampleLine) => {
  const [ours, theirs] = [new Pen(line, 0), new Pen(line, 1)]
  const said: Said[] = [ours.charter(), theirs.charter()]
  for (const name of ["duty", "chief", "clerk"] as const)
    said.push(ours.say({ kind: kinds.officer, precedence: 2 }, line.officers[name].body))
  const given = { kind: kinds.message, traffic: 2, precedence: 3, act: act("balloon") }
  const first = ours.take(withProofs(ours, given, [duty, chief], text("Is the balloon at 35.0 N yours?")))
  said.push(first)
  said.push(theirs.say({ kind: kinds.stored, precedence: 3, seen: ours.seen() }))
  const second = ours.say({ kind: kinds.message, traffic: 2, seen: theirs.seen() }, text("Nothing of this is shown."))
  said.push(second)
  const refs = [first.entry.hash]
  said.push(
    theirs.say({ kind: kinds.acknowledged, traffic: 2, precedence: 3, refs, act: act("noted"), seen: ours.seen() }),
  )
  said.push(theirs.say({ kind: kinds.answer, traffic: 2, refs, seen: ours.seen() }, text("It is.")))
  return { said, first, second, heads: [ours.head(), theirs.head()] }
}

export const exampleBundle = (line: ExampleLine): Uint8Array => {
  const { said, first, heads } = record(line)
  const written = writeBundle({
    charter: line.charter,
    suite,
    entries: said.map(({ entry }) => entry.bytes),
    heads,
    bodyOf: hash => said.find(({ entry }) => entry.hash === hash || base64(entry.hash) === base64(hash))?.body,
    chosen: [first.entry],
    shows: entry => entry.kind === kinds.message,
    page: utf8("<!doctype html><title>verify.html of a release</title>\n"),
  })
  if (isRefusal(written)) throw new Error(`the example's bundle is refused: ${written.refusal}`)
  return written.bytes
}

export const filesOf = (bundle: Uint8Array): Map<string, Uint8Array> => {
  const files = readZip(bundle)
  if (isRefusal(files)) throw new Error(`the example's bundle is not read: ${files.refusal}`)
  return new Map(files)
}

/** As somebody would who wants a change to stay unseen. */
export const packed = (files: Map<string, Uint8Array>): Uint8Array => {
  files.set(sumsFile, utf8(sumsOf(files, suite)))
  return writeZip(files)
}

/** An entry for the place of the chosen one that says something else, truly signed. */
const rivalOf = (line: ExampleLine): Uint8Array => {
  const pen = new Pen(line, 0)
  pen.charter()
  for (let other = 0; other < 3; other++) pen.say({ kind: kinds.stored })
  return pen.say({ kind: kinds.message, traffic: 2 }).entry.bytes
}

/** What follows that. */
const nextOf = (line: ExampleLine): Uint8Array => {
  const pen = new Pen(line, 0)
  for (pen.charter(); pen.frontier.size < 5; ) pen.say({ kind: kinds.stored })
  return pen.say({ kind: kinds.stored }).entry.bytes
}

type Change = (files: Map<string, Uint8Array>, line: ExampleLine) => void
const replaced = (files: Files, name: string, edit: (text: string) => string): Uint8Array =>
  utf8(edit(fromUtf8(files.get(name)!)!))

const flip = (files: Map<string, Uint8Array>, name: string, at: number): void => {
  const bytes = files.get(name)!
  files.set(name, bytes.with(at < 0 ? bytes.length + at : at, bytes.at(at)! ^ 1))
}

/** What becomes of it with a second entry for the place of the chosen one. (EV-13, EV-14) */
const forkChanges = (a: string): readonly (readonly [string, string, string, Change])[] => [
  [
    "EV-14",
    "a second entry of one place, truly signed",
    "proven",
    (files, line) => files.set(`rivals/${a}.1.5.cose`, rivalOf(line)),
  ],
  [
    "EV-14",
    "one entry given twice",
    "no-fork",
    files => files.set(`rivals/${a}.1.5.cose`, files.get(`chosen/${a}.1.5.cose`)!),
  ],
  [
    "EV-14",
    "a second entry whose signature has one bit turned",
    "bad-signature",
    (files, line) => {
      files.set(`rivals/${a}.1.5.cose`, rivalOf(line))
      flip(files, `rivals/${a}.1.5.cose`, -1)
    },
  ],
  [
    "EV-13",
    "a second entry of another place than its name says",
    "wrong-entry",
    (files, line) => files.set(`rivals/${a}.1.5.cose`, record(line).second.entry.bytes),
  ],
  [
    "EV-13",
    "a second entry of a place that nothing is chosen of",
    "missing-file",
    (files, line) => files.set(`rivals/${a}.1.6.cose`, record(line).second.entry.bytes),
  ],
]

/** A head of party 0 at the place of the chosen entry, as a note; with another root than its entries', if one is given. */
const noteAt5 = (line: ExampleLine, root?: Uint8Array): string => {
  const pen = new Pen(line, 0)
  for (const { entry, body } of record(line).said.filter(it => it.entry.author === 0 && it.entry.seq <= 5))
    pen.take(body ? { entry, body } : { entry })
  const [first, second] = line.charter.parties[0]!.nodeKeys
  return note(line.charter.line, pen.head(root && { root }), [first!, second!], suite)
}
const pathAt5 = (line: ExampleLine): Uint8Array[] =>
  inclusionProof(
    record(line).said.flatMap(({ entry }) => (entry.author === 0 && entry.seq <= 5 ? [entry.hash] : [])),
    5,
    suite,
  )

/** What becomes of it with roots of the size of the chosen entry's place. (EV-19, EV-20) */
const rootChanges = (a: string): readonly (readonly [string, string, string, Change])[] => {
  const rival = (ending: string): string => `rivals/${a}.1.5${ending}`
  const other = suite.sha256(utf8("another tree"))
  const path = (files: Map<string, Uint8Array>, line: ExampleLine, root?: Uint8Array): void => {
    files.set(rival(".path"), utf8(hashLines(pathAt5(line))))
    files.set(rival(".note"), utf8(noteAt5(line, root)))
  }
  const both = (files: Map<string, Uint8Array>, ...notes: [string, string]): void => {
    for (const name of [`chosen/${a}.1.5.cose`, `bodies/${a}.1.5.bin`, `proofs/${a}.1.5.tlog-proof`]) files.delete(name)
    files.set(rival(".note"), utf8(notes[0]))
    files.set(rival(".second.note"), utf8(notes[1]))
  }
  return [
    [
      "EV-20",
      "the path to it, and a head of its place with another root",
      "proven",
      (files, line) => path(files, line, other),
    ],
    ["EV-20", "the path to it, and the true head of its place", "no-fork", (files, line) => path(files, line)],
    [
      "EV-20",
      "a path that its author has not signed, and a head of its place with another root",
      "bad-proof",
      (files, line) => {
        path(files, line, other)
        files.set(rival(".path"), utf8(hashLines([other])))
      },
    ],
    [
      "EV-20",
      "the path to it, and a next entry whose own root is another",
      "proven",
      (files, line) => {
        path(files, line)
        files.delete(rival(".note"))
        files.set(rival(".next.cose"), nextOf(line))
      },
    ],
    [
      "EV-20",
      "two heads of one size whose roots differ",
      "proven",
      (files, line) => both(files, noteAt5(line), noteAt5(line, other)),
    ],
    ["EV-20", "one head twice", "no-fork", (files, line) => both(files, noteAt5(line), noteAt5(line))],
    [
      "EV-19",
      "one head without another root",
      "missing-file",
      (files, line) => files.set(rival(".note"), utf8(noteAt5(line))),
    ],
  ]
}

/** Party 0 of the example is `a`, party 1 `b` in these names. */
const changes = (a: string, b: string): readonly (readonly [string, string, string, Change])[] => [
  ["EV-9", "as it was written", "proven", () => {}],
  ...forkChanges(a),
  ...rootChanges(a),
  ["EV-4", "a text with one letter changed", "wrong-body", files => flip(files, `bodies/${a}.1.5.bin`, -1)],
  ["EV-4", "a text kept back", "proven", files => files.delete(`bodies/${a}.1.5.bin`)],
  ["EV-4", "a charter's signatures left out", "missing-file", files => files.delete(`bodies/${b}.1.1.bin`)],
  ["EV-5", "a signature with one bit turned", "bad-signature", files => flip(files, `chosen/${a}.1.5.cose`, -1)],
  [
    "EV-5",
    "another entry under its name",
    "wrong-entry",
    (files, line) => files.set(`chosen/${a}.1.5.cose`, record(line).second.entry.bytes),
  ],
  [
    "EV-5",
    "an entry that its author never put into the log, truly signed",
    "bad-proof",
    (files, line) => {
      files.set(`chosen/${a}.1.5.cose`, rivalOf(line))
      files.delete(`bodies/${a}.1.5.bin`)
    },
  ],
  [
    "EV-6",
    "the proof of another entry",
    "bad-proof",
    files => files.set(`proofs/${a}.1.5.tlog-proof`, files.get(`proofs/${a}.1.1.tlog-proof`)!),
  ],
  [
    "EV-6",
    "a proof from another tree, with that tree's head, truly signed",
    "bad-proof",
    (files, line) => {
      const pen = new Pen(line, 0)
      pen.charter()
      pen.say({ kind: kinds.message, traffic: 1 })
      pen.say({ kind: kinds.message, traffic: 1 })
      const [first, second] = line.charter.parties[0]!.nodeKeys
      const other = note(line.charter.line, pen.head(), [first!, second!], suite)
      const before = fromUtf8(files.get(`heads/${a}.1.note`)!)!
      for (const [name, bytes] of files)
        if (/^(?:heads|proofs|consistency)/.test(name)) files.set(name, utf8(fromUtf8(bytes)!.replace(before, other)))
    },
  ],
  ["EV-6", "its proof left out", "missing-file", files => files.delete(`proofs/${a}.1.5.tlog-proof`)],
  [
    "EV-6",
    "a head with its ML-DSA signature changed, everywhere alike",
    "bad-head-signature",
    files => {
      for (const [name, bytes] of files)
        if (/^(?:heads|proofs|consistency)/.test(name) && name.includes(`/${a}.`))
          files.set(
            name,
            utf8(fromUtf8(bytes)!.replace(/.(.{400}\n)$/, (_, rest) => `${_[0] === "A" ? "B" : "A"}${rest}`)),
          )
    },
  ],
  [
    "EV-6",
    "no head and no proof of its log",
    "not-covered",
    files => {
      for (const name of [...files.keys()])
        if (/^(?:heads|proofs|consistency|keys)/.test(name) && name.includes(`/${a}.`)) files.delete(name)
    },
  ],
  [
    "EV-7",
    "a consistency proof with one hash changed",
    "bad-consistency",
    files =>
      files.set(
        `consistency/${a}.1.5.txt`,
        replaced(files, `consistency/${a}.1.5.txt`, it =>
          it.replace(/\n.{43}=\n/, `\n${base64(new Uint8Array(32))}\n`),
        ),
      ),
  ],
  [
    "EV-7",
    "a consistency proof from size 0",
    "bad-bundle",
    files => {
      files.set(
        `consistency/${a}.1.0.txt`,
        replaced(files, `consistency/${a}.1.5.txt`, it => it.replace("old 5", "old 0")),
      )
      files.delete(`consistency/${a}.1.5.txt`)
    },
  ],
  [
    "EV-7",
    "the size in a consistency proof written as 0",
    "bad-consistency",
    files =>
      files.set(
        `consistency/${a}.1.5.txt`,
        replaced(files, `consistency/${a}.1.5.txt`, it => it.replace("old 5", "old 0")),
      ),
  ],
  [
    "EV-12",
    "the enrolment of an officer who released it left out",
    "bad-release",
    files => {
      for (const name of [`others/${a}.1.3.cose`, `bodies/${a}.1.3.bin`, `proofs/${a}.1.3.tlog-proof`])
        files.delete(name)
    },
  ],
  [
    "EV-12",
    "an enrolment with one byte of its text changed",
    "wrong-body",
    files => flip(files, `bodies/${a}.1.2.bin`, 40),
  ],
  ["EV-2", "a file that no bundle has", "bad-bundle", files => files.set("note.txt", utf8("believe this"))],
  ["EV-2", "no charter", "missing-file", files => files.delete("charter.cbor")],
  ["EV-2", "the charter of others", "malformed", files => flip(files, "charter.cbor", 0)],
  ["EV-2", "a card with one byte changed", "bad-card", files => flip(files, "charter.cbor", 400)],
]

/** What the bundle of each case is, by name: made anew where it is asked for, since each is 100 kB. */
export const evidenceBundles = (
  line: ExampleLine,
): { name: string; clause: string; expect: string; bundle: Uint8Array }[] => {
  const whole = exampleBundle(line)
  const [a, b] = line.charter.parties.map(({ code }) => code)
  return changes(a!, b!).map(([clause, name, expect, change]) => {
    const files = filesOf(whole)
    change(files, line)
    return { name, clause, expect, bundle: packed(files) }
  })
}

/** What a judge says of it, who trusts both parties. */
export const outcomeOf = (bundle: Uint8Array, trust: readonly string[]): string => {
  const judgement = judge(bundle, trust, suite)
  if (isRefusal(judgement)) return judgement.refusal
  return judgement.outcome === true ? "proven" : judgement.outcome.refusal
}

/** The whole bundle, and of each case the files that differ: base64, null where one is gone. */
export const evidenceCases = (line: ExampleLine) => {
  const whole = exampleBundle(line)
  const before = filesOf(whole)
  const trust = line.charter.parties.map(card => fingerprint(card, suite))
  const cases: Case[] = evidenceBundles(line).map(({ name, clause, expect, bundle }) => {
    const after = filesOf(bundle)
    const names = [...new Set([...before.keys(), ...after.keys()])].sort()
    const differs = names.filter(
      it => it !== sumsFile && base64(before.get(it) ?? none) !== base64(after.get(it) ?? none),
    )
    const files = Object.fromEntries(differs.map(it => [it, after.has(it) ? base64(after.get(it)!) : null]))
    return { name, clause, expect, files }
  })
  return { trust, bundle: base64(whole), cases }
}

const none = new Uint8Array(0)

/** A case of the vectors → its bundle. */
export const bundleOfCase = (whole: string, files: Readonly<Record<string, string | null>>): Uint8Array => {
  const changed = filesOf(fromBase64(whole)!)
  for (const [name, bytes] of Object.entries(files))
    if (bytes === null) changed.delete(name)
    else changed.set(name, fromBase64(bytes)!)
  return packed(changed)
}

/** What stands at the beginning of the page. */
export const evidenceExample = (line: ExampleLine): string => {
  const whole = exampleBundle(line)
  const files = filesOf(whole)
  const [stem] = [...files.keys()].flatMap(name => /^chosen\/(.*)\.cose$/.exec(name)?.[1] ?? [])
  const shown = (name: string): string[] =>
    fromUtf8(files.get(name)!)!
      .split("\n")
      .map(text => (text.length > 90 ? `${text.slice(0, 60)}… ${text.length} characters` : text))
  const record = whole.subarray(0, 30 + "README.txt".length)
  return [
    "```",
    `a bundle of ${whole.length} bytes (whole in vectors/evidence.json); its files:`,
    ...[...files].map(([name, bytes]) => `${String(bytes.length).padStart(6)}  ${name}`),
    "",
    "its first record, before the text of README.txt:",
    ...rows(record),
    "",
    "fingerprints of its parties:",
    ...line.charter.parties.map(card => `  ${fingerprint(card, suite)}  ${card.code}`),
    "",
    `proofs/${stem}.tlog-proof:`,
    ...shown(`proofs/${stem}.tlog-proof`),
    `the beginning of consistency/${stem}.txt:`,
    ...shown(`consistency/${stem}.txt`).slice(0, 2),
    "```",
  ].join("\n")
}
