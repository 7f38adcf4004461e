// A hundred thousand mutated frames and entries, each refused by its name: none is taken, none throws, none changes what is held, and none
// takes long. PARLEY_SEED draws others. What fills the hundred thousand is the law's vectors, of every kind of entry and frame.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { exampleLine } from "../protocol/vectors/line.ts"
import { madeBefore } from "../protocol/vectors/make.ts"
import { bytes, pairedReader, type Reader } from "../protocol/vectors/reader.ts"
import { prng } from "../sim/prng.ts"
import { encode } from "../src/core/cbor.ts"
import { checkSignature, decodeEntry } from "../src/core/entry.ts"
import { concat, equal } from "../src/core/hash.ts"
import { snapshotOf } from "../src/core/line.ts"
import { isRefusal } from "../src/core/refusal.ts"
import { sealFrame } from "../src/core/seal.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { mutant } from "./fixtures/mutate.ts"

const seed = Number(process.env.PARLEY_SEED ?? 1)
const each = 50_000
/** No single one may hold the loop longer: a false signature costs a tenth of a millisecond, collection of what is thrown away some ten. */
const longestMs = 3_000
/** The heap afterwards, at most, over what it was: what is refused is not kept. */
const heapMost = 64 * 1_048_576

type Said = { readonly cose: string; readonly salt?: string; readonly body?: string }
const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../protocol/vectors/${name}.json`, import.meta.url), "utf8"))
const [entryVectors, keyVectors, epochVectors, frameVectors] = ["entry", "key", "epoch", "frame"].map(read)
const good: Said[] = [
  ...entryVectors.cases.filter((it: { expect: string }) => it.expect === "ok"),
  ...keyVectors.cases.flatMap((it: { heard: Said[] }) => it.heard),
]
const entries = [...new Set(good.map(it => it.cose))].map(bytes)
const example = await exampleLine(madeBefore())
const keys = example.charter.parties.map(card => card.nodeKeys[0]!)

const plain = (frameVectors.parts as { readonly types?: readonly string[]; readonly plain: string }[])
  .filter(({ types = [] }) => !types.includes("entry"))
  .map(it => bytes(it.plain))
/** As a part of a frame, with a signature that is false: what was truly signed would be taken, or kept aside, in whatever it travels. */
const entryPart = ({ cose, salt, body }: Said): Uint8Array => {
  const forged = bytes(cose)
  for (let at = forged.length - 24; at < forged.length; at++) forged[at]! ^= 0xa5
  return encode([[3, forged, salt === undefined ? null : bytes(salt), body === undefined ? null : bytes(body), 0]])
}
const rotation = (keyVectors.cases[0].heard as Said[])[0]!
const frames: Uint8Array[] = [
  ...epochVectors.openings.map((it: { frame: string }) => bytes(it.frame)),
  ...epochVectors.sealed.map((it: { frame: string }) => bytes(it.frame)),
  ...epochVectors.refused.map((it: { frame: string }) => bytes(it.frame)),
  ...epochVectors.openingRefused.map((it: { frame: string }) => bytes(it.frame)),
  ...epochVectors.fragments.frames.map(bytes),
  concat(Uint8Array.of(5), encode([bytes(rotation.cose), bytes(rotation.salt ?? ""), bytes(rotation.body ?? "")])),
]

const byKind = [...Map.groupBy(frames, frame => frame[0]).values()]

/** Runs until so many were refused; answers by which names. `refused` gives the name, or undefined for what is passed over in silence. */
const drive = (what: string, one: () => string | undefined): Map<string, number> => {
  const names = new Map<string, number>()
  const heap = heapNow()
  let [count, passed, longest] = [0, 0, 0]
  const began = performance.now()
  while (count < each) {
    const from = performance.now()
    const name = one()
    longest = Math.max(longest, performance.now() - from)
    if (name === undefined) passed++
    else count++
    if (name !== undefined) names.set(name, (names.get(name) ?? 0) + 1)
    assert.ok(passed < each, "most are refused by name")
  }
  const grown = heapNow() - heap
  const rate = Math.round((count + passed) / ((performance.now() - began) / 1_000))
  const table = [...names].sort((a, b) => b[1] - a[1]).map(([name, times]) => `${name} ${times}`)
  console.log(
    `${what}, seed ${seed}: ${count} refused, ${passed} passed over, ${rate} a second, longest ${longest.toFixed(1)} ms`,
  )
  console.log(`  ${table.join(", ")}; heap ${(grown / 1_048_576).toFixed(1)} MB more`)
  assert.ok(longest < longestMs, `one took ${longest} ms`)
  assert.ok(grown < heapMost, `${grown} bytes were kept`)
  return names
}

setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as () => void
const heapNow = (): number => {
  collect()
  return process.memoryUsage().heapUsed
}

/** All that is written with every entry: numbers, secrets, what the other side holds. */
const snapshotHash = ({ line }: Reader): string => Buffer.from(nodeSuite.sha256(snapshotOf(line))).toString("hex")

/** What the node holds of the other side: all of it durable. */
const held = ({ rows, line }: Reader): string =>
  JSON.stringify([
    rows.length,
    line.state.logs.map(log => [log.frontier.size, Buffer.from(log.root).toString("hex"), log.broken, log.ahead.size]),
  ])

test("E-1, E-15: 50,000 mutated entries of every kind are refused by name, and none throws", () => {
  const by = prng(seed).fork("entries")
  const names = drive("entries", () => {
    for (;;) {
      const given = mutant(by.pick(entries), entries, by)
      if (entries.some(one => equal(one, given))) continue
      const entry = decodeEntry(given, nodeSuite)
      const verdict = isRefusal(entry) ? entry : checkSignature(entry, keys, nodeSuite)
      assert.notEqual(verdict, true, `taken: ${Buffer.from(given).toString("hex")}`)
      return isRefusal(verdict) ? verdict.refusal : undefined
    }
  })
  for (const name of [
    "malformed",
    "too-deep",
    "too-large",
    "newer-law",
    "wrong-version",
    "unknown-key",
    "bad-signature",
  ])
    assert.ok((names.get(name) ?? 0) > 0, `${name} never came`)
})

test("F-3, F-4, EP-3: 50,000 mutated frames of every kind change nothing that is held, and the line goes on", () => {
  const by = prng(seed).fork("frames")
  const node = pairedReader(example, epochVectors, [epochVectors.openings[0].frame])
  const before = [snapshotHash(node), held(node)]
  drive("frames", () => {
    const one = by.pick(byKind[by.below(byKind.length)]!)
    // What follows the kind is CBOR in all but the sealed ones.
    const given = by.chance(0.4) ? concat(one.subarray(0, 1), mutant(one.subarray(1), [], by)) : mutant(one, frames, by)
    if (frames.some(one => equal(one, given))) return undefined
    node.told.length = 0
    node.sent.length = 0
    node.hears(given)
    return node.told[0]
  })
  assert.deepEqual([snapshotHash(node), held(node)], before)
  assert.deepEqual(node.dropped, [])
  // It still reads what is true: the next frame of the epoch is opened and answered.
  node.told.length = 0
  node.hears(sealedBy(3, Uint8Array.of(0x81, 0x85, 7, 9, 0xf6, 0, 0x80)))
  assert.deepEqual(node.told, [])
})

/** Sealed as the peer would: what it says is false, its frame is not. */
const sealedBy = (counter: number, text: Uint8Array): Uint8Array => {
  const { key, iv } = epochVectors.openings[2]
  const way = { line: example.charter.line, from: 0, to: 1 }
  return sealFrame(nodeSuite, { key: bytes(key), iv: bytes(iv) }, way, { epoch: 1, path: 0, counter, plain: text })
}

test("F-2, E-13: 50,000 mutated plaintexts, truly sealed by a peer that breaks the law, bring no entry into the record", () => {
  const by = prng(seed).fork("plaintexts")
  const texts = [...plain, ...good.map(entryPart)]
  let node = pairedReader(example, epochVectors, [epochVectors.openings[0].frame])
  let [before, counter] = [held(node), 3]
  drive("plaintexts", () => {
    node.told.length = 0
    node.sent.length = 0
    // Parts that were changed into other lawful ones are heard and answered; the record is what they must not reach.
    node.hears(sealedBy(counter++, mutant(by.pick(texts), texts, by)))
    const name = node.told[0]
    if (node.dropped.length > 0) {
      // It says hello under another charter, or more than was granted: the path is closed, and a new one begins.
      assert.equal(held(node), before)
      node = pairedReader(example, epochVectors, [epochVectors.openings[0].frame])
      ;[before, counter] = [held(node), 3]
    }
    return name
  })
  assert.equal(held(node), before)
})
