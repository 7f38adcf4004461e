// Changes of node keys in a line's state: how an entry that changes them takes effect, on either side, and how it is shown to a peer that
// cannot open anything sealed by them yet (page: protocol/key.md).
import { about, refused } from "./aside.ts"
import { decode, encode } from "./cbor.ts"
import { bodyHash, decodeEntry, type Entry, type Fields } from "./entry.ts"
import type { Held, Order } from "./event.ts"
import { unlawfulOpening } from "./generation.ts"
import { concat, equal } from "./hash.ts"
import { judgeAnew } from "./heads.ts"
import {
  cardTenure,
  decodeGenerationBody,
  decodeKeyBody,
  type Holder,
  isKeyChange,
  judge,
  keysAfter,
  type NodeKeys,
  revokedBy,
  type Tenure,
  tenureOf,
} from "./key.ts"
import { shownBytesMax } from "./limits.ts"
import { keysOfPeer, ownKeys, sendOpening } from "./opening.ts"
import type { Path } from "./path-state.ts"
import { isRefusal, type Refusal, refuse } from "./refusal.ts"
import { kinds } from "./registry.ts"
import { frameKinds } from "./seal.ts"
import type { Line, Log, Peer } from "./state.ts"
import type { PublicKey } from "./suite.ts"

/** Changes that are shown again at the most: more than these nobody makes while a peer cannot be reached. (K-5) */
const shownMax = 8

const holderOf = ({ charter }: Line, { author, tenures }: Log): Holder => ({ charter, author, tenures })

/** An entry that changes its author's keys has its place. `proof`: what its own signature is worth. (K-2, K-3) */
export const changeKeys = (line: Line, log: Log, held: Held, proof: true | Refusal): void => {
  const { entry } = held
  const tenure = proof === true ? tenureOf(holderOf(line, log), held, line.suite) : refuse("bad-signature-covered")
  if (isRefusal(tenure)) {
    // It was said, so it stays; it changes nothing.
    const problem = refuse(tenure.refusal, { ...about(entry), ...tenure.details })
    line.state.stagedMarks.push({ hash: entry.hash, refusal: problem })
    return refused(line, problem, log.author)
  }
  takeTenure(line, log, held, tenure)
}

const takeTenure = (line: Line, log: Log, held: Held, tenure: Tenure): void => {
  const { generation, seq } = held.entry
  for (const span of revokedBy(log.tenures, held)) {
    const refusal = refuse("key-revoked", { author: log.author, generation: span.generation, from: span.from })
    line.state.stagedSpans.push({ author: log.author, ...span, refusal })
    refused(line, refusal, log.author)
  }
  const ours = log.author === line.us
  log.tenures.push(tenure)
  log.changes.push({ generation, seq, held: ours ? held : null })
  judgeAnew(line, log)
  // The record has come to the keys that this home holds.
  const { keyless } = line.state
  if (ours && typeof keyless === "object" && equal(keyless[0].public, tenure.keys[0].public)) line.state.keyless = false
  const peer = line.state.peers.get(log.author)
  const now = keysAfter(log.tenures, log.generation, log.frontier.size)
  const shown = peer?.shownKeys.at(-1)
  if (peer && shown && equal(shown[0].public, now[0].public)) peer.shownKeys = []
}

/** Our own change is signed. What comes after it is signed with the new keys; the old ones go once it is durable. (K-6) */
export const changeOwnKeys = (line: Line, held: Held): void => {
  const own = line.state.logs[line.us]!
  const tenure = tenureOf(holderOf(line, own), held, line.suite)
  // Asked before it was signed, and nothing came between.
  if (isRefusal(tenure)) throw new Error(`our own change of keys is refused: ${JSON.stringify(tenure)}`)
  takeTenure(line, own, held, tenure)
  line.state.keyless = false
  // What was opened with the old keys, and is not proven to be taken, never will be: it is opened with the new ones. (K-5)
  for (const peer of line.state.peers.values()) if (peer.sending?.confirmed === false) peer.sending = null
  line.state.afterAppend.push(() => line.out.push({ do: "keepNodeKeys", key: tenure.keys[0] }))
}

/** Why an order of ours that changes keys must not be signed; undefined for all others. (K-3) */
export const unlawfulChange = (line: Line, fields: Fields, order: Order): Refusal | undefined => {
  if (!isKeyChange(fields.kind)) return undefined
  const own = line.state.logs[line.us]!
  // Before anything is proven to have arrived, the first openings may still be on their way, signed with the card's keys. (K-5)
  if (own.generation === 1 && [...line.state.peers.values()].some(peer => peer.confirmed === 0))
    return refuse("bad-key-change", { field: "nothing is receipted yet" })
  const { body } = order
  const tenure = tenureOf(holderOf(line, own), { entry: fields, ...(body && { body }) }, line.suite)
  if (isRefusal(tenure)) return tenure
  const opening = fields.kind === kinds.generation && body ? decodeGenerationBody(body.bytes) : undefined
  return opening && !isRefusal(opening) ? unlawfulOpening(line, opening, order.upTo === true) : undefined
}

/** The key that an order of ours is signed with: the one in force, or what the roots bring with it. (K-1) */
export const signingKey = (line: Line, fields: Fields, order: Order): PublicKey => {
  const own = line.state.logs[line.us]!
  const { body } = order
  const tenure = isKeyChange(fields.kind)
    ? tenureOf(holderOf(line, own), { entry: fields, ...(body && { body }) }, line.suite)
    : undefined
  return tenure && !isRefusal(tenure) && tenure.byRoots ? tenure.keys[0] : ownKeys(line)[0]
}

/** What the roots have signed goes on where a key is missing; a new generation also where the log is not whole. (K-6, K-8, K-9) */
export const isByRoots = ({ kind, body }: Order): boolean => {
  if (kind === kinds.generation) return true
  const change = kind === kinds.key && body ? decodeKeyBody(body.bytes) : undefined
  return change !== undefined && !isRefusal(change) && change.type === "revocation"
}

/** The signer holds no key of that name: this home, or its record, is from before the key was changed. `held`: what it has
 *  instead. (K-6) */
export const lackKey = (
  line: Line,
  order: Order | null,
  by: PublicKey = ownKeys(line)[0],
  held: NodeKeys | true = true,
): void => {
  const { state } = line
  state.attestingHead = false
  // Asked before the keys changed, and answered after: the new ones may well be here.
  if (!equal(by.public, ownKeys(line)[0].public)) return
  const refusal = refuse("key-missing")
  if (order) state.afterwards.push({ type: "notDone", order: order.id, refusal })
  if (state.keyless) return
  state.keyless = held
  refused(line, refusal, null)
}

/** Keys that are held where the one in force by this record is not. What the record knows as replaced opens nothing; what it does not
 *  know yet is newer than the record, and the peer knows it. (K-6) */
export const lackInForce = (line: Line, held: NodeKeys): void => {
  const { tenures } = line.state.logs[line.us]!
  const isOld = tenures.some(({ keys }) => equal(keys[0].public, held[0].public))
  lackKey(line, null, ownKeys(line)[0], isOld || held)
}

/** The keys as they were left: the record holds the entries that changed them. */
export const restoreKeys = (line: Line, changes: readonly Held[]): void => {
  for (const log of line.state.logs) {
    log.tenures = [cardTenure(line.charter.parties, log.author)]
    for (const change of log.changes) {
      const held = changes.find(it => isAt(it, log, change))
      if (!held) continue // the record is read in a second pass
      const tenure = tenureOf(holderOf(line, log), held, line.suite)
      if (isRefusal(tenure)) throw new Error("the record holds a change of keys that is none")
      revokedBy(log.tenures, held)
      log.tenures.push(tenure)
    }
    if (log.author === line.us)
      log.changes = log.changes.map(change => ({ ...change, held: changes.find(it => isAt(it, log, change)) ?? null }))
  }
}

const isAt = ({ entry }: Held, { author }: Log, place: { generation: number; seq: number }): boolean =>
  entry.author === author && entry.generation === place.generation && entry.seq === place.seq

/** Own changes that the peer is not proven to hold, or may have lost, as frames: it could not open what is signed with the keys that they
 *  bring. (K-5) */
export const changesToShow = (line: Line, peer: Peer): Uint8Array[] => {
  const own = line.state.logs[line.us]!
  const unproven = own.changes.filter(
    ({ generation, seq, held }) =>
      held !== null &&
      (peer.lacksKeys || (generation === own.generation ? seq > peer.confirmed : peer.confirmed === 0)),
  )
  return unproven.slice(-shownMax).map(({ held }) => {
    const { entry, body } = held!
    const parts = encode([entry.bytes, body?.salt ?? null, body?.bytes ?? null])
    return concat(Uint8Array.of(frameKinds.keysShown), parts)
  })
}

/** Not again on a path where what went before has not left yet: on a modem line one change takes seconds. */
export const showChanges = (line: Line, peer: Peer, path: Path): void => {
  if (path.inFlight > path.traits.queueBytes) return
  for (const frame of changesToShow(line, peer)) sendOpening(line, path, frame)
}

/** The keys that a change names as new, whoever signed it. */
const keysBrought = ({ kind }: Entry, body: Uint8Array): NodeKeys | null => {
  const change = kind === kinds.generation ? decodeGenerationBody(body) : decodeKeyBody(body)
  return isRefusal(change) ? null : change.keys
}

/** What a path can make of an honest frame that is not sealed, or of the order of two. */
const unsealed: ReadonlySet<string> = new Set(["unknown-key", "bad-signature"])

/** The peer shows a change of its keys that its log will bring. It is believed as the log itself would be, and changes nothing but by
 *  which keys openings are judged until the log is there. The frame is not sealed: what is altered in it says nothing of the peer. (K-5) */
export const heardShown = (line: Line, peer: Peer, frame: Uint8Array): Refusal | undefined => {
  const parts = decode(frame.subarray(1), { bytesMax: shownBytesMax, depthMax: 2 })
  if (isRefusal(parts)) return parts
  const [cose, salt, bytes] = Array.isArray(parts) && parts.length === 3 ? parts : []
  if (!(cose instanceof Uint8Array && salt instanceof Uint8Array && bytes instanceof Uint8Array))
    return refuse("malformed", { frame: "keys shown" })
  const entry = decodeEntry(cose, line.suite)
  if (isRefusal(entry)) return entry
  const held = { entry, body: { salt, bytes } }
  const isTheirs = equal(entry.line, line.charter.line) && entry.author === peer.party
  if (!isTheirs || !isKeyChange(entry.kind)) return refuse("bad-key-change", about(entry))
  if (!entry.bodyHash || !equal(bodyHash(held.body, line.suite), entry.bodyHash))
    return refuse("bad-frame", about(entry))
  // Held already, or shown before.
  const log = line.state.logs[peer.party]!
  const { generation, frontier } = log
  if (entry.generation < generation || (entry.generation === generation && entry.seq <= frontier.size)) return undefined
  const brought = keysBrought(entry, bytes)
  if (brought && peer.shownKeys.some(([key]) => equal(key.public, brought[0].public))) return undefined
  const begin = { generation, after: frontier.size, byRoots: false, revoked: false }
  const holder = {
    ...holderOf(line, log),
    tenures: [...log.tenures, ...peer.shownKeys.map(keys => ({ ...begin, keys }))],
  }
  const proof = judge(holder, held, line.suite)
  const tenure = proof === true ? tenureOf(holder, held, line.suite) : proof
  // An earlier one, shown again after a later one, is nothing new.
  if (isRefusal(tenure) && tenure.refusal === "key-replaced") return undefined
  if (isRefusal(tenure)) return unsealed.has(tenure.refusal) ? refuse("bad-frame", about(entry)) : tenure
  if (!equal(keysOfPeer(line, peer)[0].public, tenure.keys[0].public))
    peer.shownKeys = [...peer.shownKeys, tenure.keys].slice(-shownMax)
  return undefined
}
