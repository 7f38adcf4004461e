import assert from "node:assert/strict"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { before, beforeEach, test } from "node:test"
import { type Party, pairedParties } from "../../test/fixtures/pair.ts"
import { nodeSuite as suite } from "../suites/node.ts"
import { heardEntry } from "./accept.ts"
import { type Charter, kidOf } from "./charter.ts"
import { assemble, type Body, bodyHash, type Entry, type Fields, toSign } from "./entry.ts"
import type { Effect, Event } from "./event.ts"
import { equal, utf8 } from "./hash.ts"
import { headContext, headText } from "./head.ts"
import { heardHead } from "./heads.ts"
import { newLine, step } from "./line.ts"
import { append, emptyFrontier, emptyRoot, type Frontier, rootOf } from "./log.ts"
import { kinds } from "./registry.ts"
import type { Line } from "./state.ts"
import type { Hash } from "./suite.ts"
import { heardHave } from "./sync.ts"

let charter: Charter
let author: Party
let reader: Party
before(async () => {
  const pair = await pairedParties(mkdtempSync(join(tmpdir(), "parley-accept-")))
  charter = pair.charter
  ;[author, reader] = pair.parties
})

/** A writer of the other party's log that may say anything. */
class Pen {
  frontier: Frontier = emptyFrontier()
  numbers = [0, 0, 0, 0]

  sign(changed: Partial<Fields>, by: Party = author): Entry {
    const card = charter.parties[author.us]!
    const fields: Fields = {
      line: charter.line,
      author: author.us,
      generation: 1,
      seq: this.frontier.size + 1,
      ownRoot: rootOf(this.frontier, suite),
      seen: [],
      time: 1_000,
      traffic: 3,
      precedence: 1,
      kind: kinds.stored,
      refs: [],
      action: [],
      info: [],
      handling: 0,
      releases: [],
      ...changed,
    }
    const unsigned = toSign(fields, kidOf(card.nodeKeys[0]!, suite), card.nodeKeys[0]!.alg)
    const [signature] = by.keys.sign([unsigned.signed]) as Uint8Array[]
    return assemble(unsigned, signature!, suite)
  }

  take(entry: Entry): Entry {
    this.frontier = append(this.frontier, entry.hash, suite)
    return entry
  }

  /** A message as it should be, with its next number. */
  message(changed: Partial<Fields> = {}): Entry {
    return this.sign({ kind: kinds.message, traffic: 2, number: ++this.numbers[2]!, ...changed })
  }

  charter(): { entry: Entry; body: Body } {
    const body = { salt: new Uint8Array(16), bytes: author.charterBody }
    return { entry: this.sign({ kind: kinds.charter, bodyHash: bodyHash(body, suite) }), body }
  }
}

let line: Line
let pen: Pen
let rows: Entry[]
let told: string[]
let asides: string[]

const deliver = (entry: Entry, body?: Body): void => {
  const peer = line.state.peers.get(author.us)!
  line.out = []
  heardEntry(line, peer, { cose: entry.bytes, salt: body?.salt ?? null, body: body?.bytes ?? null })
  run(line.out)
  settle()
}

const settle = (): void => run(step(line, { type: "settle", now: line.now }))

/** Does what the loop does, with a list for a disk. */
const run = (effects: readonly Effect[]): void => {
  for (const effect of effects) {
    const answer = answerTo(effect)
    if (!answer) continue
    run(step(line, answer))
    settle()
  }
}

const answerTo = (effect: Effect): Event | undefined => {
  const now = line.now
  if (effect.do === "tell" && effect.tell.type === "refused") told.push(effect.tell.refusal.refusal)
  if (effect.do === "sign")
    return { type: "signed", now, signature: (reader.keys.sign([effect.message]) as Uint8Array[])[0]! }
  if (effect.do === "append") {
    rows.push(...effect.rows.map(row => row.held.entry))
    asides.push(...effect.asides.map(aside => aside.refusal.refusal))
    return { type: "appended", now }
  }
  if (effect.do !== "recall") return undefined
  const entry = rows.find(row => row.author === effect.author && row.seq === effect.seq)
  return { type: "recalled", now, id: effect.id, held: entry ? { entry } : null }
}

beforeEach(() => {
  line = newLine({ charter, us: reader.us, suite, charterBody: reader.charterBody })
  line.now = 5_000
  line.state.epochKeyAt = 1
  pen = new Pen()
  rows = []
  told = []
  asides = []
  const first = pen.charter()
  deliver(pen.take(first.entry), first.body)
})

const theirs = (): Entry[] => rows.filter(row => row.author === author.us)

test("R-2, R-3: an accepted entry and the receipt for it are written together", () => {
  const entry = pen.take(pen.message())
  deliver(entry)
  assert.deepEqual(told, [])
  const receipt = rows.findLast(row => row.author === reader.us)!
  assert.equal(receipt.kind, kinds.stored)
  assert.equal(receipt.seen[0]!.size, 2)
  assert.ok(equal(receipt.seen[0]!.root, rootOf(pen.frontier, suite)))
})

test("R-2: a receipt is not receipted", () => {
  const before = rows.length
  deliver(pen.take(pen.sign({})))
  assert.equal(rows.length, before + 1)
})

const refusedNext: [string, string, (pen: Pen) => Entry][] = [
  ["E-3: an entry of another line", "wrong-line", pen => pen.message({ line: new Uint8Array(16) })],
  ["E-4: an author who is no party", "unknown-author", pen => pen.message({ author: 7 })],
  [
    "E-5: a first entry of the next generation that opens none",
    "bad-generation",
    pen => pen.message({ generation: 2, seq: 1 }),
  ],
  ["E-7: a false own root", "wrong-own-root", pen => pen.message({ ownRoot: suite.sha256(utf8("false")) })],
  ["E-10: a number out of turn", "wrong-number", pen => pen.message({ number: 9 })],
  ["E-15: a signature that is not its author's", "bad-signature", pen => pen.sign({}, reader)],
  ["CH-5: a second charter entry", "other-charter", pen => pen.sign({ kind: kinds.charter })],
]
for (const [what, refusal, make] of refusedNext)
  test(`${what} is refused as ${refusal}, and nothing is stored`, () => {
    const before = theirs().length
    deliver(make(pen))
    assert.deepEqual(told, [refusal])
    assert.equal(theirs().length, before)
  })

test("E-14: an act may be recorded once", () => {
  const act = new Uint8Array(16).fill(9)
  deliver(pen.take(pen.message({ act })))
  deliver(pen.message({ act }))
  assert.deepEqual(told, ["act-reused"])
  assert.deepEqual(asides, ["act-reused"])
})

test("L-8: two histories: the first keeps its number, the second is kept aside, never receipted", () => {
  const first = pen.message({ number: 1 })
  const second = pen.message({ number: 1, time: 2_000 })
  deliver(first)
  deliver(second)
  assert.deepEqual(told, ["two-histories"])
  assert.deepEqual(asides, ["two-histories"])
  assert.equal(theirs().filter(row => row.seq === 2).length, 1)
})

/** Both branches of a fork at seq 2, and what follows the first of them. */
const fork = (): { spoken: Entry; other: Entry; next: Entry } => {
  const other = pen.message({ number: 1, time: 2_000 })
  const spoken = pen.take(pen.message({ number: 1 }))
  return { spoken, other, next: pen.message({ number: 2 }) }
}

for (const [what, order, refusal] of [
  ["the next entry follows the other branch", ["other", "next", "spoken"], "wrong-own-root"],
  ["an entry across the gap follows the other branch", ["next", "other", "spoken"], "false-own-root"],
] as const)
  test(`L-7, L-8: a log is stopped, since ${what}: the branch that comes then is kept as proof, and nothing is taken`, () => {
    const said = fork()
    for (const name of order) deliver(said[name])
    assert.deepEqual(told, [refusal, "two-histories"])
    assert.equal(asides.at(-1), "two-histories")
    assert.ok(theirs().some(row => equal(row.hash, said.other.hash)))
    assert.ok(!theirs().some(row => equal(row.hash, said.spoken.hash)))
    assert.equal(line.state.logs[author.us]!.frontier.size, 2)
    deliver(pen.message({ seq: 4 }))
    assert.equal(told.length, 2)
    assert.ok(!theirs().some(row => row.seq === 4))
  })

test("L-9, S-1: a second history that is heard again is kept once and told once, in a stopped log as well", () => {
  const { spoken, other, next } = fork()
  for (const entry of [other, spoken, spoken, next, next, spoken]) deliver(entry)
  assert.deepEqual(told, ["two-histories", "wrong-own-root"])
  assert.deepEqual(asides, told)
})

test("L-8: another entry at a taken place that is not even signed is only a forgery", () => {
  deliver(pen.message({ number: 1 }))
  deliver(pen.sign({ seq: 2 }, reader))
  assert.deepEqual(told, ["bad-signature"])
  assert.deepEqual(asides, [])
})

test("S-6: an entry across a gap is stored at once and receipted by name, and takes its place when the gap fills", () => {
  const first = pen.take(pen.message())
  const second = pen.take(pen.message())
  deliver(second)
  const receipt = rows.findLast(row => row.author === reader.us)!
  assert.ok(receipt.refs.some(ref => equal(ref, second.hash)))
  assert.equal(receipt.seen[0]!.size, 1)
  deliver(first)
  assert.equal(line.state.logs[author.us]!.frontier.size, 3)
  assert.deepEqual(told, [])
})

test("L-8: what was held across a gap and proves false stops the log, by name", () => {
  const first = pen.take(pen.message())
  deliver(pen.message({ seq: 3, ownRoot: suite.sha256(utf8("false")) }))
  deliver(first)
  assert.deepEqual(told, ["false-own-root"])
  assert.equal(line.state.logs[author.us]!.broken, true)
})

test("L-5: a claim to have seen a record of ours that is not ours is an alarm, and the entry is kept", () => {
  const seen = [{ author: reader.us, generation: 1, size: 1, root: suite.sha256(utf8("false")) as Hash }]
  deliver(pen.take(pen.message({ seen })))
  assert.deepEqual(told, ["seen-mismatch"])
  assert.equal(line.state.logs[author.us]!.frontier.size, 2)
  assert.equal(line.state.peers.get(author.us)!.confirmed, 0)
})

test("R-4: a receipt for what we have not written is a lie, and proves nothing", () => {
  const seen = [{ author: reader.us, generation: 1, size: 1, root: emptyRoot(suite) }]
  deliver(pen.take(pen.sign({ seen })))
  assert.deepEqual(told, ["false-receipt"])
  assert.equal(line.state.peers.get(author.us)!.confirmed, 0)
})

test("L-5: a claim to have seen more of our log than we hold means that we were restored: nothing more is signed", () => {
  const before = rows.length
  const seen = [{ author: reader.us, generation: 1, size: 50, root: suite.sha256(utf8("later")) as Hash }]
  deliver(pen.take(pen.message({ seen })))
  assert.deepEqual(told, ["restored"])
  assert.equal(line.state.restored, true)
  assert.equal(rows.length, before + 1)
})

const path = { peer: 0 } as Parameters<typeof heardHead>[1]
const signedHead = async (root: Hash, size: number) => {
  const unsigned = { author: author.us, generation: 1, size, root }
  const message = utf8(headText(charter.line, unsigned))
  const [ed25519] = (await author.keys.sign([message])) as Uint8Array[]
  return { ...unsigned, ed25519: ed25519!, mlDsa65: await author.keys.signPost(message, headContext) }
}

test("L-4: a head whose signature of either kind is false is refused by name", async () => {
  const head = await signedHead(rootOf(pen.frontier, suite), 1)
  for (const part of ["ed25519", "mlDsa65"] as const) {
    const bad = head[part].slice()
    bad[5]! ^= 1
    heardHead(line, path, { ...head, [part]: bad })
    settle()
  }
  assert.deepEqual(told, ["bad-head-signature", "bad-head-signature"])
  assert.equal(line.state.logs[author.us]!.headSize, 0)
})

test("L-4: a truly signed head over another tree is an alarm", async () => {
  heardHead(line, path, await signedHead(suite.sha256(utf8("another tree")), 1))
  settle()
  assert.deepEqual(told, ["bad-head"])
})

test("L-7: entries under a signed head are stored together, their own signatures checked afterwards", async () => {
  const entries = [
    pen.take(pen.message()),
    pen.take(pen.sign({ kind: kinds.message, traffic: 2, number: 2 }, reader)),
    pen.take(pen.message({ number: 3 })),
  ]
  heardHead(line, path, await signedHead(rootOf(pen.frontier, suite), 4))
  deliver(entries[0]!)
  deliver(entries[1]!)
  assert.equal(theirs().length, 1, "they wait for the head")
  deliver(entries[2]!)
  assert.equal(theirs().length, 4)
  assert.equal(line.state.logs[author.us]!.headSize, 4)
  assert.ok(line.state.logs[author.us]!.checkedTo < 4)
  run(step(line, { type: "checked", now: line.now, author: author.us, generation: 1, to: 4, bad: [entries[1]!.hash] }))
  settle()
  assert.deepEqual(told, ["bad-signature-covered"])
})

test("L-11: an unsigned claim to more of our log stops signing for a minute, then is called false, and is not believed again", () => {
  const mine = (): number => rows.filter(row => row.author === reader.us).length
  const peer = line.state.peers.get(author.us)!
  const lie = (): void => heardHave(line, peer, [{ author: reader.us, generation: 1, size: 999, ahead: [] }])
  const before = mine()
  lie()
  deliver(pen.take(pen.message()))
  assert.equal(mine(), before, "nothing is signed while the claim may be true")
  line.now += 60_000
  settle()
  settle()
  assert.deepEqual(told, ["seen-mismatch"])
  assert.equal(line.state.restored, false)
  assert.ok(mine() > before, "what waited is signed")
  lie()
  deliver(pen.take(pen.message()))
  assert.equal(told.length, 1)
})
