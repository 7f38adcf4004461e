// Writing our own log: orders, automatic receipts, keys and heads (page: protocol/receipt.md, section 1, and log.md, section 4).
// One entry after the other is signed, because each commits to the tree before it; all that waits is then written at once.

import { rememberAct } from "./accept.ts"
import { encodeBreakBody, encodeEpochKeyBody } from "./body.ts"
import { kidOf } from "./charter.ts"
import { assemble, type Body, bodyHash, decodeEntry, entryBytes, type Fields, type Seen, toSign } from "./entry.ts"
import type { Order } from "./event.ts"
import { beginOwnGeneration } from "./generation.ts"
import { hex, utf8 } from "./hash.ts"
import { type Head, headText } from "./head.ts"
import { isKeyChange } from "./key.ts"
import { changeOwnKeys, isByRoots, lackKey, signingKey, unlawfulChange } from "./key-change.ts"
import {
  bodyBytesMax,
  entryBytesMax,
  epochMsMax,
  headEntriesMax,
  headQuietMs,
  headShare,
  ordersMax,
  refsMax,
  saltBytes,
} from "./limits.ts"
import { append, emptyRoot, rootOf } from "./log.ts"
import { ownKeys } from "./opening.ts"
import { isThin } from "./paths.ts"
import { isJudged, judgeEntry } from "./policy.ts"
import { isRefusal, type Refusal, refuse } from "./refusal.ts"
import { kinds, saysSomething, traffics } from "./registry.ts"
import { isAnswered, isInDoubt } from "./restore.ts"
import { ownSecond, secondSigned } from "./second.ts"
import { ask, type Line } from "./state.ts"
import { ownLog } from "./sync.ts"

const service = traffics.indexOf("service")
/** Own entries written in one transaction, at the most: the first must not wait for the thousandth. */
const batchMax = 256
const headContext = utf8("parley/1 head")
const headBytes = 3_500
/** Of a P-384 signature, the longest that an entry may carry. */
const signatureBytes = 96

export const takeOrder = (line: Line, order: Order): void => {
  const { state } = line
  const no = (refusal: ReturnType<typeof refuse>): void => {
    line.out.push({ do: "tell", tell: { type: "notDone", order: order.id, refusal } })
  }
  // A new generation is the way out of both; other keys by the roots' leave, out of the second. (K-6, L-11)
  if (state.restored && order.kind !== kinds.generation) return no(refuse("restored"))
  if (state.keyless && !isByRoots(order)) return no(refuse("key-missing"))
  const bytes = order.body?.bytes.length ?? 0
  if (bytes > bodyBytesMax) return no(refuse("too-large", { bytes, most: bodyBytesMax }))
  if (state.orders.length >= ordersMax) return no(refuse("busy", { waiting: state.orders.length }))
  state.orders.push(order)
}

export const serviceOrder = (
  kind: number,
  precedence: number,
  fields: { refs?: Order["refs"]; body?: Body },
): Order => ({
  id: 0,
  kind,
  traffic: service,
  precedence,
  refs: fields.refs ?? [],
  ...(fields.body ? { body: fields.body } : {}),
  action: [],
  info: [],
  handling: 0,
  releases: [],
})

/** The salt of a body that holds nothing secret: derived, so that a step needs no chance. */
export const openSalt = (line: Line, bytes: Uint8Array): Body => ({
  salt: line.suite.sha256(utf8("parley/1 open salt"), line.charter.line, bytes).slice(0, saltBytes),
  bytes,
})

/** The first entry of a log names its charter; a log of which nothing is said yet begins with it. (CH-5) */
const housekeeping = (line: Line): Order | null => {
  const own = ownLog(line)
  const { state } = line
  if (own.generation === 1 && own.frontier.size === 0)
    return serviceOrder(kinds.charter, 2, { body: openSalt(line, line.charterBody) })
  const anew = [...state.peers.values()].find(peer => peer.breakToSay)
  if (anew?.breakToSay) {
    const body = openSalt(line, encodeBreakBody(anew.breakToSay))
    anew.breakToSay = null
    return serviceOrder(kinds.break, 2, { body })
  }
  const owed = state.receiptOwed
  if (!owed) return null
  if (owed.withoutBody.length > 0)
    return serviceOrder(kinds["without-body"], owed.precedence, { refs: owed.withoutBody.splice(0, refsMax) })
  if (owed.expired.length > 0)
    return serviceOrder(kinds.expired, owed.precedence, { refs: owed.expired.splice(0, refsMax) })
  const refs = owed.refs.splice(0, refsMax)
  if (owed.refs.length === 0) state.receiptOwed = null
  return serviceOrder(kinds.stored, owed.precedence, { refs })
}

/** The next own entry to sign, if there is one: housekeeping goes first, a repeated act is answered without a new entry. */
const nextOrder = (line: Line): Order | null => {
  const { state } = line
  const first = state.orders.findIndex(isByRoots)
  if (first >= 0 && (!state.restored || state.orders[first]!.kind === kinds.generation))
    return state.orders.splice(first, 1)[0]!
  if (isInDoubt(line) || state.keyless) return null
  const own = ownLog(line)
  const automatic = housekeeping(line)
  if (automatic) return automatic
  for (;;) {
    const order = state.orders.shift()
    if (!order) return null
    const before = order.act ? own.acts.get(hex(order.act)) : undefined
    if (before === undefined) return order
    state.afterwards.push(
      before
        ? { type: "done", order: order.id, entry: before }
        : { type: "notDone", order: order.id, refusal: refuse("act-reused") },
    )
  }
}

const seenNow = (line: Line): Seen[] =>
  line.state.logs
    .filter(log => log.author !== line.us && log.frontier.size > 0)
    .map(log => ({ author: log.author, generation: log.generation, size: log.frontier.size, root: log.root }))

/** Begins the signature of the next own entry; false when nothing waits or the batch is full. */
export const signNext = (line: Line): boolean => {
  const { state } = line
  // A receipt is written together with what it is for, however full the batch is.
  if (state.stagedOwn.length >= batchMax && !state.receiptOwed) return false
  const order = nextOrder(line)
  if (!order) return false
  const own = ownLog(line)
  const anew = order.kind === kinds.generation
  const fields: Fields = {
    line: line.charter.line,
    author: line.us,
    generation: own.generation + (anew ? 1 : 0),
    seq: anew ? 1 : own.frontier.size + 1,
    ownRoot: anew ? emptyRoot(line.suite) : own.root,
    seen: seenNow(line),
    time: line.now,
    ...(order.notAfter === undefined ? {} : { notAfter: order.notAfter }),
    traffic: order.traffic,
    ...(saysSomething(order.kind) ? { number: own.numbers[order.traffic]! + 1 } : {}),
    precedence: order.precedence,
    kind: order.kind,
    refs: order.refs,
    ...(order.body ? { bodyHash: bodyHash(order.body, line.suite) } : {}),
    action: order.action,
    info: order.info,
    handling: order.handling,
    ...(order.act ? { act: order.act } : {}),
    releases: order.releases,
    ...(order.sole === undefined ? {} : { sole: order.sole }),
  }
  const fault = faultOf(line, fields, order.body)
  if (fault) {
    state.afterwards.push({ type: "notDone", order: order.id, refusal: fault })
    return signNext(line)
  }
  const key = signingKey(line, fields, order)
  const second = ownSecond(line.charter, line.us, line.suite)
  // Where a second signature will stand, it is counted before it is there.
  const unsigned = toSign(fields, kidOf(key, line.suite), key.alg, second?.room)
  const bytes = entryBytes(unsigned, signatureBytes)
  if (bytes > entryBytesMax) {
    const refusal = refuse("too-large", { bytes, most: entryBytesMax })
    state.afterwards.push({ type: "notDone", order: order.id, refusal })
    return signNext(line)
  }
  const unlawful = unlawfulChange(line, unsigned.fields, order)
  if (unlawful) {
    state.afterwards.push({ type: "notDone", order: order.id, refusal: unlawful })
    return signNext(line)
  }
  state.signing = { order: order.id === 0 ? null : order, key, unsigned, ...(order.body ? { body: order.body } : {}) }
  if (second) line.out.push({ do: "signSecond", suite: second.room.suite, message: secondSigned(fields) })
  else line.out.push({ do: "sign", key, message: unsigned.signed })
  return true
}

/** Our own country's signature is there: the common one covers it. (E-21) */
export const heardSignedSecond = (line: Line, signature: Uint8Array): void => {
  const signing = line.state.signing!
  const { fields, kid, alg } = signing.unsigned
  const second = ownSecond(line.charter, line.us, line.suite)
  // Who knows the suite checks it, ourselves first: what is false must never be covered.
  if (!second?.verify(secondSigned(fields), signature))
    throw new Error("our own national signature does not verify by the key in our card")
  const unsigned = toSign(fields, kid, alg, { ...second.room, signature })
  line.state.signing = { ...signing, unsigned }
  line.out.push({ do: "sign", key: signing.key, message: unsigned.signed })
}

/** OF-10: what the law would mark is not signed. Asked at its place in the log, where it is known who is in office. */
const faultOf = (line: Line, entry: Fields, body: Body | undefined): Refusal | undefined => {
  if (!isJudged(entry, line.charter.terms)) return undefined
  const { officers } = ownLog(line)
  return judgeEntry({ entry, ...(body ? { body } : {}) }, officers, line.charter, line.suite).refusal
}

/** The signature is there: the entry takes its place and waits to be written. */
export const heardSigned = (line: Line, signature: Uint8Array | null): void => {
  const { state } = line
  const { order, unsigned, body } = state.signing!
  state.signing = null
  if (!signature) return lackKey(line, order)
  const entry = assemble(unsigned, signature, line.suite)
  // What our own law would not read must never be written: the order is refused, and the log is as it was.
  const read = decodeEntry(entry.bytes, line.suite)
  if (isRefusal(read)) {
    if (order) state.afterwards.push({ type: "notDone", order: order.id, refusal: read })
    return
  }
  const own = ownLog(line)
  if (entry.kind === kinds.generation) beginOwnGeneration(line, body ? { entry, body } : { entry })
  own.frontier = append(own.frontier, entry.hash, line.suite)
  own.root = rootOf(own.frontier, line.suite)
  own.claimed = own.frontier.size
  own.checkedTo = own.frontier.size
  if (entry.number !== undefined) own.numbers[entry.traffic] = entry.number
  state.roots.set(own.frontier.size, own.root)
  rememberAct(own, entry)
  state.ownEntryAt = line.now
  if (isKeyChange(entry.kind)) changeOwnKeys(line, body ? { entry, body } : { entry })
  const held = body ? { entry, body } : { entry }
  if (entry.kind === kinds.officer) own.officers = judgeEntry(held, own.officers, line.charter, line.suite).officers
  state.staged.push({ held, gapBefore: false })
  state.stagedOwn.push({ order, held })
  // A signed entry of ours says what we hold of every peer: no separate frame is owed.
  for (const peer of state.peers.values()) peer.haveDue = null
}

/** A head is due: enough entries, or quiet after the last; on a thin path as its share of the rate allows. (L-6) */
export const headDueAt = (line: Line): number => {
  const own = ownLog(line)
  const { state } = line
  if (own.frontier.size === own.headSize || !mayMakeHead(line)) return Infinity
  if (own.frontier.size - own.headSize >= headEntriesMax) return line.now
  const open = [...state.paths.values()]
  const thin = open.length > 0 && open.every(path => isThin(path.traits))
  const quiet = state.ownEntryAt + headQuietMs
  if (!thin) return quiet
  const spacing = Math.min(...open.map(path => path.headSentAt + (headBytes * 8_000) / (headShare * path.traits.rate)))
  return Math.max(quiet, spacing)
}

/** So many entries since the last head that it may not wait for quiet. */
export const headOverdue = (line: Line): boolean =>
  mayMakeHead(line) && ownLog(line).frontier.size - ownLog(line).headSize >= headEntriesMax

/** Not by a home that may have said more than it knows, nor by one without the key: of its own log, which comes back to it, no head is
 *  asked of a signer that can give none. (L-11, K-6) */
const mayMakeHead = (line: Line): boolean => {
  const { attestingHead, keyless } = line.state
  return !attestingHead && !keyless && !isInDoubt(line)
}

export const makeHead = (line: Line): void => {
  const own = ownLog(line)
  const { author, generation, root } = own
  const size = own.frontier.size
  line.state.attestingHead = true
  const unsigned = { author, generation, size, root }
  const message = utf8(headText(line.charter.line, unsigned))
  const keys = ownKeys(line)
  const use = (ed25519: Uint8Array | null, mlDsa65: Uint8Array | null): void => {
    line.state.attestingHead = false
    if (!ed25519) return lackKey(line, null, keys[0])
    if (own.generation !== generation || !mlDsa65) return
    const head: Head = { ...unsigned, ed25519, mlDsa65 }
    own.headSize = size
    line.state.stagedHeads.push(head)
  }
  const id = ask(line, { about: "attestation", use })
  line.out.push({ do: "attest", id, keys, message, context: headContext })
}

/** A fresh key to be sealed to, once the last has been used for a day: what was sealed to the old one is then out of reach. (EP-2) */
export const epochKeyDueAt = (line: Line): number => {
  const { state } = line
  if (ownLog(line).frontier.size === 0 || state.restored || state.keyless) return Infinity
  if (state.epochKey === 0 && state.epochKeyAt === 0) return line.now
  return state.epochKeyUsed && isAnswered(line) ? state.epochKeyAt + epochMsMax : Infinity
}

export const makeEpochKey = (line: Line): void => {
  line.state.epochKeyAt = line.now
  line.state.epochKeyUsed = false
  line.out.push({ do: "makeEpochKey", number: line.state.epochKey + 1 })
}

const epochKeysKept = 4

export const heardEpochKey = (line: Line, made: { number: number; publicKey: Uint8Array }): void => {
  const { state } = line
  state.epochKey = made.number
  state.dirty = true
  const body = openSalt(line, encodeEpochKeyBody({ number: made.number, public: made.publicKey, class: 0 }))
  state.orders.push(serviceOrder(kinds["epoch-key"], 2, { body }))
  // The card's key, number 0, stays: a peer that lost everything else can still open to it.
  if (made.number > epochKeysKept)
    state.afterAppend.push(() => line.out.push({ do: "eraseEpochKey", number: made.number - epochKeysKept }))
}
