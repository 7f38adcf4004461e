// A line on which one side alone has its own country's suite: SM2 with SM3, and SM4-GCM within the frames. Two whole nodes under a virtual
// clock; both records are whole, and the common suite is enough for all of it.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { encode } from "../src/core/cbor.ts"
import type { Card } from "../src/core/charter.ts"
import { assemble, decodeEntry, type Entry, toSign } from "../src/core/entry.ts"
import { newLine } from "../src/core/line.ts"
import { unknownSuite } from "../src/core/national.ts"
import { openParcel, parcelKeys, sealInParcel } from "../src/core/parcel.ts"
import { isRefusal } from "../src/core/refusal.ts"
import { secondOf, secondSigned } from "../src/core/second.ts"
import type { Suite } from "../src/core/suite.ts"
import { type Verified, verify } from "../src/evidence/verify.ts"
import { requireSuites } from "../src/node/national.ts"
import { memoryDisk } from "../src/store/memory.ts"
import { HomeRefused, type Store } from "../src/store/store.ts"
import { nobleSuite } from "../src/suites/noble.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { sm } from "../src/suites/sm.ts"
import { Cable, confirms, isUp, type Pair, refusalsOf } from "./fixtures/cable.ts"
import { pairedParties } from "./fixtures/pair.ts"

const folder = mkdtempSync(join(tmpdir(), "parley-national-"))
after(() => rmSync(folder, { recursive: true }))
let one: Pair
let both: Pair
before(async () => {
  one = await pairedParties(join(folder, "one"), { national: sm })
  both = await pairedParties(join(folder, "both"), { national: sm, opens: [sm.number] })
})
/** A program without the file of any country. */
const { national: _, ...common } = nodeSuite
const commonSuite: Suite = common

type Watched = { readonly suite: Suite; readonly lengths: () => readonly number[] }
/** The common suite, and how long what it sealed was. */
const watched = (suite: Suite): Watched => {
  const lengths: number[] = []
  const seal: Suite["seal"] = (key, nonce, aad, plain) => {
    lengths.push(plain.length)
    return suite.seal(key, nonce, aad, plain)
  }
  return { suite: { ...suite, seal }, lengths: () => lengths }
}

/** Who has a suite of its own, and the other one. */
const placesIn = ({ charter }: Pair): { readonly first: 0 | 1; readonly second: 0 | 1 } =>
  charter.parties[0]!.code === "aland" ? { first: 0, second: 1 } : { first: 1, second: 0 }

/** Each side says three things, through an outage and with a body that is cut in fragments. */
const talk = async (
  pair: Pair,
  suites: readonly [Suite, Suite],
): Promise<{ stores: readonly [Store, Store]; refusals: string[] }> => {
  const stores = [memoryDisk().open(), memoryDisk().open()] as const
  const line = new Cable(pair, { fragmentBytes: 1_400 })
  const { first, second } = placesIn(pair)
  const a = await line.start(first, { suite: suites[0], store: stores[0] })
  const b = await line.start(second, { suite: suites[1], store: stores[1] })
  await line.until("up", () => isUp(a) && isUp(b))
  const long = {
    salt: new Uint8Array(16),
    bytes: encode(
      new Map<number, string>([
        [1, "en"],
        [2, "x".repeat(9_000)],
      ]),
    ),
  }
  for (const node of [a, b]) await confirms(line, node, node.order("a word"))
  line.cut()
  const waiting = [a.order("in the dark", { body: long }), b.order("as well")]
  line.mend()
  for (const [at, node] of [a, b].entries()) await confirms(line, node, waiting[at]!)
  for (const node of [a, b]) await confirms(line, node, node.order("a last word"))
  await line.wait(2_000)
  return { stores, refusals: [...refusalsOf(a), ...refusalsOf(b)] }
}

const verified = (pair: Pair, store: Store, suite: Suite): Promise<Verified> => {
  const heads = pair.charter.parties.flatMap((_, author) => store.heads(author, 1))
  const rows = store.since(0, 10_000).map(({ row }) => row)
  return verify({ charter: pair.charter, suite, rows, heads, depth: "signatures" })
}
const entriesOf = (pair: Pair, store: Store, code: string): Entry[] =>
  store.since(0, 10_000).flatMap(({ row }) => {
    const entry = decodeEntry(row.bytes, nodeSuite)
    return !isRefusal(entry) && pair.charter.parties[entry.author]?.code === code ? [entry] : []
  })

test("CH-13, CH-14, E-21: one side signs by its own suite as well; the other, without it, holds and proves the same record", async () => {
  const pair = one
  const seen = watched(commonSuite)
  const { stores, refusals } = await talk(pair, [nodeSuite, seen.suite])
  assert.deepEqual(refusals, [])
  const bytes = stores.map(store =>
    ["aland", "bland"].map(code => entriesOf(pair, store, code).map(it => it.bytes.toHex())),
  )
  assert.deepEqual(bytes[0], bytes[1])
  const own = entriesOf(pair, stores[1], "aland")
  assert.ok(own.length >= 4)
  // By the platform without the suite, by the browser's suite, and by who knows it.
  for (const [store, suite] of [
    [stores[0], nodeSuite],
    [stores[1], commonSuite],
    [stores[1], nobleSuite()],
  ] as const) {
    const proof = await verified(pair, store, suite)
    assert.deepEqual([proof.faults, proof.first], [0, []])
    const [good, unknown] = suite === nodeSuite ? [own.length, 0] : [0, own.length]
    assert.deepEqual([proof.secondSignatures, proof.secondSignaturesUnknown], [good, unknown])
  }
  for (const entry of entriesOf(pair, stores[0], "bland"))
    assert.equal(secondOf(entry, pair.charter, nodeSuite), "none")
})

test("F-14: towards a side that opens the suite, what is sealed is sealed by it within; the other direction has the common one alone", async () => {
  const pair = both
  const opened = { count: 0 }
  const counting = {
    ...sm,
    open: (...given: Parameters<typeof sm.open>) => {
      opened.count++
      return sm.open(...given)
    },
  }
  const from = watched(nodeSuite)
  const to = watched({ ...nodeSuite, national: [counting] })
  const { stores, refusals } = await talk(pair, [from.suite, to.suite])
  assert.deepEqual(refusals, [])
  assert.ok(opened.count > 10, "frames came in that layer")
  // The layer's tag is 16 bytes: lengths of the padding's classes, and those with 16 more.
  assert.ok(from.lengths().includes(256 + 16) && !from.lengths().includes(256))
  assert.ok(to.lengths().includes(256) && !to.lengths().includes(256 + 16))
  assert.ok(Math.max(...from.lengths()) <= 1_400 - 28, "a path's frame holds the layer as well")
  for (const store of stores) assert.equal((await verified(pair, store, nodeSuite)).faults, 0)
})

test("F-14: what is carried by hand has the layer as well, and opens only with it", () => {
  const at = (us: 0 | 1) =>
    newLine({ charter: both.charter, us, suite: nodeSuite, charterBody: both.parties[us].charterBody })
  const { first: from, second } = placesIn(both)
  const [sender, reader] = [at(from), at(second)]
  const secret = { psk: [0] as const, key: new Uint8Array(32).fill(7) }
  const keys = parcelKeys(sender, { from, to: reader.us }, new Uint8Array(32), secret)
  assert.equal(keys.inner?.suite.number, sm.number)
  assert.equal(parcelKeys(reader, { from: reader.us, to: from }, new Uint8Array(32), secret).inner, undefined)
  const frame = sealInParcel(sender, reader.us, keys, 0, Uint8Array.of(0x81, 0x83, 8, 1, 2))
  assert.deepEqual(openParcel(reader, from, keys, [frame]), [{ type: "pong", echo: 1, now: 2, frames: 0, bytes: 0 }])
  const bare = openParcel(reader, from, { key: keys.key, iv: keys.iv }, [frame])
  assert.ok(isRefusal(bare))
})

test("F-15: a frame without the layer, or with another's, is a bad frame, and the record does not suffer", async () => {
  const pair = both
  const line = new Cable(pair)
  const { first, second } = placesIn(pair)
  let isHonest = true
  const lying = {
    ...sm,
    seal: (...given: Parameters<typeof sm.seal>) => {
      const sealed = sm.seal(...given)
      return isHonest ? sealed : sealed.with(0, sealed[0]! ^ 1)
    },
  }
  const a = await line.start(first, { suite: { ...nodeSuite, national: [lying] } })
  const b = await line.start(second)
  await line.until("up", () => isUp(a) && isUp(b))
  isHonest = false
  const said = a.order("unheard")
  await line.until("refused", () => refusalsOf(b).includes("bad-frame"))
  isHonest = true
  await confirms(line, a, said)
})

test("E-22: a second signature that is missing, of another form, false or another entry's is named by who knows the suite, and decides nothing", async () => {
  const pair = one
  const { stores } = await talk(pair, [nodeSuite, commonSuite])
  const [entry, next] = entriesOf(pair, stores[1], "aland").slice(1)
  assert.ok(entry && next)
  const { keys } = pair.parties.find(({ card }) => card.code === "aland")!
  const again = async (second?: { suite: number; signature: Uint8Array }): Promise<Entry> => {
    const unsigned = toSign(entry, entry.kid, entry.alg, second)
    const [signature] = await keys.sign([unsigned.signed])
    const made = decodeEntry(assemble(unsigned, signature!, nodeSuite).bytes, nodeSuite)
    assert.ok(!isRefusal(made))
    return made
  }
  const good = keys.second!.sign(secondSigned(entry))
  const outcome = (given: Entry, suite: Suite = nodeSuite): string => {
    const second = secondOf(given, pair.charter, suite)
    return isRefusal(second) ? second.refusal : second
  }
  assert.equal(outcome(await again({ suite: 1, signature: good })), "good")
  assert.equal(outcome(await again()), "second-missing")
  assert.equal(outcome(await again({ suite: 2, signature: good })), "second-missing")
  assert.equal(outcome(await again({ suite: 1, signature: good.with(5, good[5]! ^ 1) })), "second-false")
  assert.equal(outcome(await again({ suite: 1, signature: new Uint8Array(64) })), "second-false")
  assert.equal(outcome(await again({ suite: 1, signature: good.subarray(1) })), "second-false")
  assert.equal(outcome(await again({ suite: 1, signature: keys.second!.sign(secondSigned(next)) })), "second-false")
  assert.equal(outcome(await again(), commonSuite), "unknown")
  // In a record it is a fault for who knows the suite, and none for who does not.
  const rows = stores[1].since(0, 10_000).map(({ row }) => row)
  const until = rows.filter(row => row.author !== entry.author || row.seq < entry.seq)
  const bare = await again()
  const { author, generation, seq, hash, bytes } = bare
  const changed = [...until, { author, generation, seq, hash, bytes }]
  const faults = async (suite: Suite): Promise<string[]> =>
    (await verify({ charter: pair.charter, suite, rows: changed, heads: [], depth: "signatures" })).first
      .map(it => it.refusal)
      .filter(it => it !== "seen-mismatch")
  assert.deepEqual([await faults(nodeSuite), await faults(commonSuite)], [["second-missing"], []])
})

test("E-22, CH-14: who knows the suite is told of a false second signature, and the entry stands, unmarked and receipted", async () => {
  const line = new Cable(both)
  const { first, second } = placesIn(both)
  const { keys } = both.parties[first]
  const lying = { ...sm, verify: () => true }
  const signer = { ...keys, keys: keys.keys, second: { ...keys.second!, sign: () => new Uint8Array(64) } }
  const a = await line.start(first, { suite: { ...nodeSuite, national: [lying] }, signer })
  const b = await line.start(second)
  await line.until("up", () => isUp(a) && isUp(b))
  await confirms(line, a, a.order("a word"))
  await line.until("told", () => refusalsOf(b).includes("second-false"))
  assert.deepEqual([b.store.marks(), b.store.asides()], [[], []])
})

test("CH-15: a home whose card names a suite that its program does not have is refused by name and does not start", () => {
  const { card } = one.parties.find(it => it.card.code === "aland")!
  const needs = (national: Card["national"]): string | undefined => {
    try {
      requireSuites("/home", { ...card, ...(national && { national }) })
      return undefined
    } catch (error) {
      return error instanceof HomeRefused ? error.refusal.refusal : String(error)
    }
  }
  assert.equal(needs(undefined), undefined)
  assert.equal(needs({ own: { suite: 240, public: new Uint8Array(1) }, opens: [] }), "unknown-suite")
  assert.equal(needs({ opens: [1, 240] }), "unknown-suite")
  // Of the other side's card nothing is asked.
  assert.equal(unknownSuite(card.national!, commonSuite), 1)
})
