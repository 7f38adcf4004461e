import assert from "node:assert/strict"
import { before, test } from "node:test"
import { bundleOfCase, exampleBundle, filesOf, packed } from "../../protocol/vectors/cases-evidence.ts"
import { chief, duty, withProofs } from "../../protocol/vectors/cases-officer.ts"
import { act, type ExampleLine, exampleLine, Pen, type Said } from "../../protocol/vectors/line.ts"
import { madeBefore } from "../../protocol/vectors/make.ts"
import { fc } from "../../test/fixtures/property.ts"
import type { Fields } from "../core/entry.ts"
import { base64, concat, equal, fromUtf8, hex, utf8 } from "../core/hash.ts"
import { encodeKeyBody } from "../core/key.ts"
import { isRefusal } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import { nodeSuite as suite } from "../suites/node.ts"
import { writeBundle } from "./bundle.ts"
import { type Judgement, judge } from "./judge.ts"
import { tell } from "./say.ts"
import { fingerprint, parseFingerprint } from "./trust.ts"
import { readZip, writeZip } from "./zip.ts"

let line: ExampleLine
let whole: Uint8Array
let trust: readonly string[]
let judgement: Judgement
before(async () => {
  line = await exampleLine(madeBefore())
  whole = exampleBundle(line)
  trust = line.charter.parties.map(card => fingerprint(card, suite))
  judgement = judged(whole, trust)
})

const judged = (bundle: Uint8Array, given: readonly string[]): Judgement => {
  const found = judge(bundle, given, suite)
  if (isRefusal(found)) return assert.fail(`refused: ${JSON.stringify(found)}`)
  return found
}
const outcome = (bundle: Uint8Array, given = trust): string => {
  const found = judge(bundle, given, suite)
  if (isRefusal(found)) return found.refusal
  return found.outcome === true ? "proven" : found.outcome.refusal
}

test("EV-9: of each chosen entry it is said who signed, released, countersigned and acknowledged it, and what covers it", () => {
  const [verdict] = judgement.entries
  const [a, b] = line.charter.parties.map(({ code }) => code)
  assert.equal(judgement.entries.length, 1)
  assert.equal(verdict!.stem, `${a}.1.5`)
  assert.deepEqual([verdict!.proven, verdict!.signed, verdict!.trusted, verdict!.included], [true, true, true, 6])
  assert.deepEqual(
    verdict!.released.map(({ officer, proven }) => [officer, proven]),
    [
      ["duty-1", true],
      ["7", true],
    ],
  )
  assert.deepEqual(
    verdict!.countersigned.map(({ party, by, size, pq }) => [party, by, size, pq]),
    [[1, `${b}.1.2`, 5, true]],
  )
  assert.deepEqual(
    verdict!.receipts.map(({ kind, by }) => [kind, by]),
    [
      [kinds.stored, `${b}.1.2`],
      [kinds.acknowledged, `${b}.1.3`],
      [kinds.answer, `${b}.1.4`],
    ],
  )
  assert.deepEqual([verdict!.body, verdict!.text?.text], ["shown", "Is the balloon at 35.0 N yours?"])
})

test("EV-9: the verdicts are said in three languages, line for line", () => {
  const [en, ja, zh] = (["en", "ja", "zh"] as const).map(language => tell(judgement, language))
  for (const other of [ja!, zh!]) {
    assert.deepEqual(
      other.entries.map(({ lines }) => lines.map(({ holds }) => holds)),
      en!.entries.map(({ lines }) => lines.map(({ holds }) => holds)),
    )
    assert.notEqual(other.title, en!.title)
    for (const text of other.entries.flatMap(({ lines }) => lines.map(it => it.text))) assert.doesNotMatch(text, /[{}]/)
  }
})

test("EV-8: without a fingerprint, or with one of somebody else, nothing is proven, and it is said whose is missing", () => {
  assert.equal(outcome(whole, []), "untrusted")
  assert.equal(outcome(whole, ["0".repeat(64)]), "untrusted")
  assert.equal(outcome(whole, [...trust, "0".repeat(64)]), "untrusted")
  assert.equal(outcome(whole, [trust[1]!]), "untrusted", "the other side's word alone does not prove this entry")
  assert.equal(outcome(whole, [trust[0]!]), "proven")
  assert.equal(judged(whole, []).entries[0]!.proven, false)
  assert.equal(parseFingerprint(` ${trust[0]!.toUpperCase().replace(/(.{4})/g, "$1 ")}`), trust[0])
  assert.equal(parseFingerprint("12"), undefined)
})

test("EV-10: the same record, choice and page give the same bytes", () => assert.ok(equal(exampleBundle(line), whole)))

test("EV-5, EV-6, EV-12: after a change of keys the bundle brings the change, and what the new keys signed is proven by it alone", () => {
  const [ours, theirs] = [new Pen(line, 0), new Pen(line, 1)]
  const said = [ours.charter(), theirs.charter()]
  const change = ours.rotation()
  said.push(ours.say({ kind: kinds.key, precedence: 2 }, encodeKeyBody(change)))
  ours.keys = change.keys
  const first = ours.say({ kind: kinds.message, traffic: 2 })
  said.push(first, theirs.say({ kind: kinds.stored, seen: ours.seen() }))
  const written = writeBundle({
    charter: line.charter,
    suite,
    entries: said.map(({ entry }) => entry.bytes),
    heads: [ours.head(), theirs.head()],
    bodyOf: hash => said.find(({ entry }) => equal(entry.hash, hash))?.body,
    chosen: [first.entry],
    shows: () => false,
    page: utf8("page"),
  })
  assert.ok(!isRefusal(written))
  assert.equal(outcome(written.bytes), "proven")
  const files = filesOf(written.bytes)
  const [a] = line.charter.parties.map(({ code }) => code)
  for (const name of files.keys()) if (name.includes(`${a}.1.2.`)) files.delete(name)
  assert.equal(outcome(packed(files)), "unknown-key")
})

test("OF-11, EV-9: the second officer is shown after what one released, and never the one who released it", () => {
  const [ours, theirs] = [new Pen(line, 0), new Pen(line, 1)]
  const said = [ours.charter(), theirs.charter()]
  for (const name of ["duty", "chief"] as const)
    said.push(ours.say({ kind: kinds.officer, precedence: 2 }, line.officers[name].body))
  const by = (name: string, fields: Partial<Fields> & { readonly kind: number }, signer: typeof duty): Said =>
    ours.take(withProofs(ours, { precedence: 4, traffic: 0, act: act(name), ...fields }, [signer]))
  const sole = by("sole", { kind: kinds.message, sole: ours.time - line.charter.terms.soleMs }, duty)
  const refs = [sole.entry.hash]
  said.push(sole, by("self", { kind: kinds.seconded, refs }, duty), by("other", { kind: kinds.seconded, refs }, chief))
  said.push(theirs.say({ kind: kinds.stored, seen: ours.seen() }))
  const written = writeBundle({
    ...{ charter: line.charter, suite, chosen: [sole.entry], shows: () => false, page: utf8("page") },
    entries: said.map(({ entry }) => entry.bytes),
    heads: [ours.head(), theirs.head()],
    bodyOf: hash => said.find(({ entry }) => equal(entry.hash, hash))?.body,
  })
  assert.ok(!isRefusal(written))
  const [verdict] = judged(written.bytes, trust).entries
  assert.equal(verdict!.proven, true)
  assert.deepEqual(
    verdict!.receipts
      .filter(({ kind }) => kind === kinds.seconded)
      .map(({ officers }) => officers.map(it => it.officer)),
    [["7"]],
  )
})

test("EV-11: nothing that was not chosen is in it, and the hash of its page is said", () => {
  const names = [...filesOf(whole).keys()]
  const [a] = line.charter.parties.map(({ code }) => code)
  assert.ok(!names.some(name => name.includes(`${a}.1.6.`)), "a word that was not chosen")
  assert.ok(!fromUtf8Loosely(whole).includes("Nothing of this is shown."))
  assert.ok(!fromUtf8Loosely(whole).includes("It is."), "the answer is named, its text was not chosen")
  assert.equal(judgement.page, hex(suite.sha256(filesOf(whole).get("verify.html")!)))
})

const fromUtf8Loosely = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

test("EV-3: a file that is not the one listed is named, though its checksum be mended", () => {
  const files = filesOf(whole)
  files.set("README.txt", utf8("something else"))
  assert.equal(outcome(writeZip(files)), "changed-file")
})

test("EV-1, EV-3: any one byte changed, anywhere: refused", () => {
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
      assert.notEqual(outcome(whole.with(at, whole[at]! ^ bits)), "proven", `byte ${at} ^ ${bits}`)
    }),
    { numRuns: 400 },
  )
})

test("EV-4, EV-5, EV-6, EV-7: any one byte of what is signed changed, and the lists made anew: never proven with another content", () => {
  const files = filesOf(whole)
  const unsigned = ["README.txt", "verify.html", "sha256sums"]
  const names = [...files.keys()].filter(name => !unsigned.includes(name))
  const anywhere = fc
    .constantFrom(...names)
    .chain(name => fc.tuple(fc.constant(name), fc.nat(files.get(name)!.length - 1)))
  fc.assert(
    fc.property(anywhere, fc.integer({ min: 1, max: 255 }), ([name, at], bits) => {
      const bytes = files.get(name)!
      const bundle = bundleOfCase(base64(whole), { [name]: base64(bytes.with(at, bytes[at]! ^ bits)) })
      assert.notEqual(outcome(bundle), "proven", `${name} byte ${at} ^ ${bits}`)
    }),
    { numRuns: 150 },
  )
})

test("EV-2: any one file left out: refused, or one fact fewer and never a false one", () => {
  for (const name of filesOf(whole).keys()) {
    const files = filesOf(whole)
    files.delete(name)
    const found = judge(name === "sha256sums" ? writeZip(files) : packed(files), trust, suite)
    if (isRefusal(found) || found.outcome !== true) continue
    const [before, after] = [judgement.entries[0]!, found.entries[0]!]
    assert.ok(
      after.countersigned.length <= before.countersigned.length && after.receipts.length <= before.receipts.length,
    )
    assert.match(name, /^(bodies\/.*\.1\.5|consistency|keys|others)/, `${name} is not needed`)
  }
})

// Records by hand, as a stranger's zip would have them.

const central = 0x02014b50
const signatureAt = (zip: Uint8Array, sign: number): number => {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.length)
  for (let at = 0; at < zip.length - 3; at++) if (view.getUint32(at, true) === sign) return at
  return -1
}
const refusalOf = (zip: Uint8Array): string => {
  const read = readZip(zip)
  return isRefusal(read) ? `${read.refusal} ${read.details.why ?? ""}`.trim() : "read"
}
const small = (): Uint8Array =>
  writeZip(
    new Map([
      ["a.txt", utf8("aa")],
      ["b.txt", utf8("bb")],
    ]),
  )
const edited = (edit: (view: DataView, zip: Uint8Array) => void): Uint8Array => {
  const zip = small()
  edit(new DataView(zip.buffer), zip)
  return zip
}
const renamed = (from: string, to: string): Uint8Array => {
  const text = Buffer.from(small()).toString("latin1").replaceAll(from, to)
  return new Uint8Array(Buffer.from(text, "latin1"))
}

test("EV-1: what is written is read, and files keep their bytes", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^[a-z]{1,8}\/[a-z0-9]{1,8}\.bin$/), fc.uint8Array(), { minKeys: 1 }),
      files => {
        const given = new Map(Object.entries(files))
        const read = readZip(writeZip(given))
        assert.ok(!isRefusal(read))
        assert.deepEqual(
          [...read],
          [...given].sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      },
    ),
  )
})

test("EV-1: any bytes are read or refused, and never thrown at", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), bytes => assert.notEqual(refusalOf(bytes), "read")))
  fc.assert(
    fc.property(fc.nat(small().length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
      const zip = small()
      zip[at]! ^= bits
      assert.notEqual(refusalOf(zip), "read")
    }),
  )
})

test("EV-1: a zip bomb is refused by its method, before anything is unpacked", () => {
  const bomb = edited(view => {
    view.setUint16(8, 8, true)
    view.setUint32(22, 0xfffffffe, true)
  })
  assert.equal(refusalOf(bomb), "packed-bundle")
})

test("EV-1: a path that escapes is refused by name, and nothing is written anywhere", () => {
  for (const name of ["/.txt", "../xx", "..\\xx", "C:xxx", "./txt"])
    assert.equal(refusalOf(renamed("b.txt", name)), "path-escapes", name)
})

test("EV-1: sizes that lie, one name twice, names out of order, overlap, encryption, zip64, comments, and what follows: bad-bundle", () => {
  const lies = {
    "a size that is not the file's": edited(view => view.setUint32(22, 3, true)),
    "a file longer than the bundle": edited(view => {
      view.setUint32(18, 5_000, true)
      view.setUint32(22, 5_000, true)
    }),
    "one name twice": renamed("b.txt", "a.txt"),
    "names out of order": renamed("b.txt", "A.txt"),
    encrypted: edited(view => view.setUint16(6, 1, true)),
    "a name that the law does not have": renamed("b.txt", "b txt"),
    "a header or a checksum": edited(view => view.setUint16(6, 8, true)),
  }
  for (const [why, zip] of Object.entries(lies)) assert.equal(refusalOf(zip), `bad-bundle ${why}`)
  const directory = "bad-bundle a directory that is not of these files"
  assert.equal(refusalOf(concat(small(), utf8("more"))), directory)
  assert.equal(refusalOf(edited((view, zip) => view.setUint16(zip.length - 2, 4, true))), directory, "a comment")
  assert.equal(
    refusalOf(edited((view, zip) => view.setUint32(signatureAt(zip, central) + 42, 1, true))),
    directory,
    "a record that lies over another",
  )
  assert.equal(
    refusalOf(edited(view => view.setUint32(22, 0xffffffff, true))),
    "bad-bundle a size that is not the file's",
  )
  assert.equal(refusalOf(concat(utf8("MZ"), small())), "bad-bundle no files", "something before the first")
})

test("EV-1: text in the bundle of the example is what people read in three languages", () => {
  const readme = fromUtf8(filesOf(whole).get("README.txt")!)!
  for (const name of ["Tokyo", "東京", "东京"]) assert.ok(readme.includes(name))
  assert.doesNotMatch(readme, /[{}]/)
})
