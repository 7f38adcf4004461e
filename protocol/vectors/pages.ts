// The worked examples and tables of the pages. A page holds a mark, `<!-- example NAME -->`, and below it a fence or a table that
// is written here and nowhere else, so that no page can say what the code does not do.

import { actDigest } from "../../src/core/act.ts"
import { encode, type Value } from "../../src/core/cbor.ts"
import { toSign } from "../../src/core/entry.ts"
import { encodePart, joinParts } from "../../src/core/frame.ts"
import { concat, hex, utf8 } from "../../src/core/hash.ts"
import { headText } from "../../src/core/head.ts"
import { consistencyProof, inclusionProof, treeRoot } from "../../src/core/proof.ts"
import { field, kinds } from "../../src/core/registry.ts"
import { sealFrame } from "../../src/core/seal.ts"
import { nodeSuite as suite } from "../../src/suites/node.ts"
import { annotate, type Labels, rows } from "./annotate.ts"
import type { Case } from "./cases-cbor.ts"
import { charterCases } from "./cases-charter.ts"
import { oneOfEach, otherLog } from "./cases-entry.ts"
import { epochCases } from "./cases-epoch.ts"
import { evidenceExample } from "./cases-evidence.ts"
import { type ExampleLine, Pen, type Said, start } from "./line.ts"
import { documentExample } from "./page-document.ts"
import { officerExample } from "./page-officer.ts"
import { keyExample } from "./pages-key.ts"
import { fence, limitsTable, registryTables } from "./tables.ts"

const row = (name: string, bytes: Uint8Array): string => `${name.padEnd(14)}${hex(bytes)}`
const fieldLabels: Labels = Object.fromEntries(Object.entries(field).map(([name, key]) => [String(key), name]))

const entryExample = (line: ExampleLine, { entry, body }: Said): string => {
  const unsigned = toSign(entry, entry.kid, entry.alg)
  const key = line.charter.parties[entry.author]!.nodeKeys[0]!
  return fence(
    `the entry, ${entry.bytes.length} bytes:`,
    ...rows(entry.bytes),
    "",
    "read as COSE_Sign1:",
    annotate(entry.bytes, { "": "COSE_Sign1", "0": "protected", "1": "unprotected", "2": "payload", "3": "signature" }),
    "",
    "protected header:",
    annotate(unsigned.protectedBytes, { "1": "alg", "4": "kid" }),
    "",
    "payload:",
    annotate(unsigned.payload, fieldLabels),
    "",
    `Sig_structure, ${entry.signed.length} bytes, which the signature covers:`,
    ...rows(entry.signed),
    "",
    row("public key", key.public),
    row("kid", entry.kid),
    row("entry hash", entry.hash),
    ...(body ? [row("salt", body.salt), `body          ${hex(body.bytes)}`, row("body hash", entry.bodyHash!)] : []),
  )
}

const actExample = ({ entry }: Said): string => {
  const desks = (list: readonly { party: number; desk: number }[]): Value => list.map(it => [it.party, it.desk])
  const { line, author, traffic, precedence, notAfter, kind, refs, action, info, handling, bodyHash, act, sole } = entry
  const said = encode([
    line,
    author,
    act ?? null,
    traffic,
    precedence,
    notAfter ?? null,
    kind,
    refs,
    desks(action),
    desks(info),
    handling,
    bodyHash ?? null,
    sole ?? null,
  ])
  const places = [
    "line",
    "author",
    "act",
    "traffic",
    "precedence",
    "notAfter",
    "kind",
    "refs",
    "action",
    "info",
    "handling",
    "bodyHash",
    "sole",
  ]
  return fence(
    annotate(said, Object.fromEntries(places.map((name, at) => [String(at), name]))),
    "",
    row("act digest", actDigest(entry, suite)),
  )
}

const logExample = (line: ExampleLine, said: readonly Said[]): string => {
  const leaves = said.map(it => it.entry.hash)
  const shown = (name: string, hashes: readonly Uint8Array[]): string[] => [
    name,
    ...hashes.map(hash => `  ${hex(hash)}`),
  ]
  const head = { author: 0, generation: 1, size: leaves.length, root: treeRoot(leaves, suite) }
  return fence(
    ...shown("entry hashes, which are the leaves 1 to 3:", leaves),
    ...shown(
      "roots of sizes 0 to 3:",
      [0, 1, 2, 3].map(size => treeRoot(leaves.slice(0, size), suite)),
    ),
    ...shown("proof that leaf 2 is in the tree of size 3:", inclusionProof(leaves, 2, suite)),
    ...shown("proof that the tree of size 3 continues that of size 2:", consistencyProof(leaves, 2, suite)),
    "",
    "text of the head of size 3, whose lines each end in one newline:",
    headText(line.charter.line, head).trimEnd(),
    "",
    "in hex:",
    ...rows(utf8(headText(line.charter.line, head))),
  )
}

const noteExample = (line: ExampleLine): string => {
  const pen = new Pen(line, 0)
  pen.charter()
  const head = pen.head()
  return fence(
    `ed25519, 64 bytes:`,
    ...rows(head.ed25519),
    `mlDsa65, ${head.mlDsa65.length} bytes, which begins:`,
    ...rows(head.mlDsa65.subarray(0, 64)),
  )
}

const orderExample = (cases: readonly Case[]): string => {
  const found = cases.find(it => it.name.startsWith("a clock ten years ahead"))
  if (found === undefined) throw new Error("the vectors hold a clock ten years ahead")
  type Row = { author: number; seq: number; time: number; hash: string; seen: { author: number; size: number }[] }
  const logs = found.logs as Row[][]
  const placed = found.placed as [number, number, number][]
  const said = (it: Row): string => {
    const seen = it.seen.map(one => `, had seen ${one.author}.1 to ${one.author}.${one.size}`).join("")
    return `  ${it.author}.${it.seq}  time ${it.time}  hash ${it.hash.slice(0, 8)}…${seen}`
  }
  return fence(
    "held:",
    ...logs.flat().map(said),
    "placed:",
    ...placed.map(([author, seq, time]) => `  ${author}.${seq}  effective time ${time}`),
  )
}

const receiptExample = (line: ExampleLine): string => {
  const pen = new Pen(line, 0)
  const { pen: other, said } = otherLog(line)
  pen.charter()
  const { entry } = pen.say({ kind: kinds.stored, precedence: 2, seen: other.seen() })
  return fence(
    "entries of party 1, which party 0 holds durably:",
    ...said.map(
      it => `  seq ${it.entry.seq}, kind ${it.entry.kind}, precedence ${it.entry.precedence}: ${hex(it.entry.hash)}`,
    ),
    "",
    `the receipt, entry 2 of party 0, ${entry.bytes.length} bytes:`,
    ...rows(entry.bytes),
    "",
    "its payload:",
    annotate(toSign(entry, entry.kid, entry.alg).payload, {
      ...fieldLabels,
      "7.0.0": "author",
      "7.0.1": "generation",
      "7.0.2": "size",
      "7.0.3": "root",
    }),
  )
}

const haveLabels = (at: string): Labels => ({
  [at]: "have",
  [`${at}.0.0`]: "author",
  [`${at}.0.1`]: "generation",
  [`${at}.0.2`]: "size",
  [`${at}.0.3`]: "ranges beyond",
})

const syncExample = (line: ExampleLine): string => {
  const have = [
    { author: 0, generation: 1, size: 5, ahead: [[7, 9]] as const },
    { author: 1, generation: 1, size: 3, ahead: [] },
  ]
  const hello = encodePart({
    type: "hello",
    charterHash: line.charter.hash,
    have,
    credit: 4_194_304,
    now: start,
    restored: false,
    takesShort: true,
  })
  const want = encodePart({ type: "want", author: 0, generation: 1, from: 6, to: 6 })
  return fence(
    "a node that lacks entry 6 of party 0 says hello, and asks a second later:",
    hex(hello),
    annotate(hello, {
      "0": "HELLO",
      "1": "charter hash",
      ...haveLabels("2"),
      "3": "credit",
      "4": "now",
      "5": "restored",
      "6": "takes SHORT",
    }),
    "",
    hex(want),
    annotate(want, { "0": "WANT", "1": "author", "2": "generation", "3": "from", "4": "to" }),
  )
}

const count = (from: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => from + at)

const frameExample = (): string => {
  const keys = { key: count(0, 32), iv: count(0x40, 12) }
  const way = { line: count(0x80, 16), from: 0, to: 1 }
  const plain = joinParts([encodePart({ type: "pong", echo: 1, now: 2, frames: 3, bytes: 400 })])
  const frame = sealFrame(suite, keys, way, { epoch: 0x1234_5678, path: 3, counter: 258, plain })
  const nonce = keys.iv.map((byte, at) => byte ^ (at < 4 ? 0 : frame[at]!))
  return fence(
    row("key", keys.key),
    row("iv", keys.iv),
    `line          ${hex(way.line)}, from party 0 to party 1`,
    `plaintext     ${hex(plain)}   one part: PONG, echo 1, now 2`,
    `header        ${hex(frame.subarray(0, 12))}   0x01, low byte of epoch 0x12345678, path 3, flags 0, counter 258`,
    row("nonce", nonce),
    row("aad", concat(frame.subarray(0, 12), way.line, Uint8Array.of(0, 1))),
    row("frame", frame),
    "on a stream, with its length before it:",
    `              ${hex(concat(Uint8Array.of(0, 0, 0, frame.length), frame))}`,
  )
}

const epochExample = (line: ExampleLine): string => {
  const { openings, pairing, sealed } = epochCases(line) as {
    openings: Case[]
    pairing: { secret: string }
    sealed: Case[]
  }
  const [ours, theirs, first] = openings
  if (ours === undefined || theirs === undefined || first === undefined) throw new Error("four openings")
  const text = (value: unknown): string => String(value)
  const info = concat(utf8("parley/1 epoch"), line.charter.line, Uint8Array.of(0, 1, 0, 0, 0, 1), line.charter.hash)
  const frame = Uint8Array.fromHex(text(first.frame))
  const labels = {
    "1": "version",
    "2": "line",
    "3": "from",
    "4": "to",
    "5": "epoch",
    "6": "key number",
    "7": "enc",
    "8": "psk",
    "9": "time",
  }
  const payloadAt = 5 // kind, array, head of three bytes
  const payload = frame.subarray(payloadAt, payloadAt + ((frame[3]! << 8) | frame[4]!))
  const short = (name: string, value: unknown): string => `${name.padEnd(26)}${text(value)}`
  return fence(
    short('exported "parley/1 psk" of epoch 0, 0 to 1', "").trimEnd(),
    `  ${text(ours.exported)}`,
    "the same of epoch 0, 1 to 0",
    `  ${text(theirs.exported)}`,
    "pairing secret",
    `  ${pairing.secret}`,
    "",
    `the opening of epoch 1 from 0 to 1, ${frame.length} bytes; its payload:`,
    annotate(payload, labels),
    "",
    short("X-Wing private key (seed)", first.recipientSeed),
    short("X-Wing shared secret", first.sharedSecret),
    short("mode", "psk; psk = the pairing secret"),
    short("psk_id", hex(utf8("parley/1 pairing"))),
    "info",
    ...rows(info).map(each => `  ${each}`),
    short('"parley/1 frame key"', first.key),
    short('"parley/1 frame iv"', first.iv),
    short('"parley/1 psk"', first.exported),
    "",
    "the first frame under it, counter 0:",
    ...rows(Uint8Array.fromHex(text(sealed[0]?.frame))),
  )
}

const charterExample = async (line: ExampleLine): Promise<string> => {
  const { words } = (await charterCases(line)) as { words: Record<string, string> }
  const [a, b] = line.parties
  const bodyAt = 4 // array, head of three bytes
  const body = a.card.bytes.subarray(bodyAt, bodyAt + ((a.card.bytes[2]! << 8) | a.card.bytes[3]!))
  const key = (at: string): Labels => ({
    [`${at}.0.0`]: "alg",
    [`${at}.0.1`]: "public key",
    [`${at}.1.0`]: "alg",
    [`${at}.1.1`]: "public key",
  })
  const cardLabels: Labels = {
    "1": "version",
    "2": "code",
    "3": "names",
    "3.1": "en",
    "3.2": "ja",
    "3.3": "zh",
    "4": "root keys",
    ...key("4"),
    "5": "node keys",
    ...key("5"),
    "6": "SHA-256 of the TLS public key",
    "7": "X-Wing base key",
    "8": "addresses",
    "9": "desks",
    "10": "zone",
    "11": "language",
    "12": "nonce",
    "14": "terms",
    "14.1": "example",
    "14.2": "languages",
    "14.3": "reply clocks",
    "14.4": "FLASH budget",
    "14.5": "retention, years",
    "14.6": "disclosure",
    "14.7": "handling labels",
    "14.8": "releases",
    "14.9": "forms",
    "14.10": "proofs",
    "14.11": "sole, ms",
  }
  return fence(
    `the card of ${a.card.code}, ${a.card.bytes.length} bytes; its body:`,
    annotate(body, cardLabels),
    "",
    `two signatures follow it, by the root keys in their order: 64 and 7,856 bytes.`,
    "",
    `SHA-256 of this card, ${a.card.code}, the lower: party 0`,
    `  ${hex(a.card.hash)}`,
    `SHA-256 of the other card, ${b.card.code}: party 1`,
    `  ${hex(b.card.hash)}`,
    `charter: a2 01 01 02 82 (card of party 0 as bytes) (card of party 1 as bytes), ${line.charter.bytes.length} bytes; its SHA-256`,
    `  ${hex(line.charter.hash)}`,
    "line id, the first 16 bytes of it",
    `  ${hex(line.charter.line)}`,
    "",
    "words of the ceremony, which are the same on both sides",
    `  ${words.digits}`,
    `  ${words.en}`,
    `  ${words.ja}`,
    `  ${words.zh}`,
  )
}

const securityExample = ({ entry }: Said): string => {
  const altered = entry.bytes.slice()
  const at = altered.length - 66 // the last byte of the payload
  altered[at - 1]! ^= 1
  return fence(
    `an entry                  ${hex(entry.hash)}`,
    `with bit 0 of byte ${at - 1} turned  ${hex(suite.sha256(Uint8Array.of(0), altered))}`,
    "refused as                bad-signature (15)",
  )
}

/** By name, what stands below its mark. */
export const examples = async (line: ExampleLine, orders: readonly Case[]): Promise<Record<string, string>> => {
  const log = oneOfEach(line)
  const message = log.find(it => it.kind === "message")
  const answer = log.find(it => it.kind === "answer")
  if (message === undefined || answer === undefined) throw new Error("one of each kind")
  return {
    entry: entryExample(line, message),
    act: actExample(message),
    body: fence(annotate(answer.body!.bytes, { "1": "language", "2": "text" })),
    log: logExample(line, log.slice(0, 3)),
    head: noteExample(line),
    order: orderExample(orders),
    receipt: receiptExample(line),
    sync: syncExample(line),
    frame: frameExample(),
    key: keyExample(line),
    epoch: epochExample(line),
    document: documentExample(),
    charter: await charterExample(line),
    evidence: evidenceExample(line),
    limits: limitsTable(),
    officer: officerExample(line),
    security: securityExample(message),
    ...registryTables(),
  }
}

const mark = /<!-- example ([a-z]+) -->\n(?:```\n[\s\S]*?\n```\n|(?:\|.*\n)+)?/g

/** The page with every example written anew. */
export const fill = (page: string, made: Readonly<Record<string, string>>): string =>
  page.replace(mark, (_, name: string) => {
    const example = made[name]
    if (example === undefined) throw new Error(`no example is called ${name}`)
    return `<!-- example ${name} -->\n${example}\n`
  })
