// What of a line's state is durable, and how a process that starts takes it up (page: protocol/sync.md, section 2). Written in the same
// transaction as the entries that it follows from.
import { carriedValue, restoreCarried } from "./carried-state.ts"
import { decode, encode, type Value } from "./cbor.ts"
import { officersValue, restoreOfficers } from "./officer.ts"
import type { Log, Peer, State } from "./state.ts"

const flag = (value: boolean): number => (value ? 1 : 0)

/** The durable part, as deterministic CBOR. Private to one node and one version: a migration rewrites it, the law does not know it. */
export const snapshot = (state: State): Uint8Array =>
  encode([
    1,
    state.logs.map(log => [
      log.generation,
      log.frontier.size,
      [...log.frontier.peaks],
      log.root,
      log.numbers,
      log.seen,
      log.headSize,
      log.checkedTo,
      flag(log.broken),
      [...log.ahead].map(([seq, it]) => [
        seq,
        it.ownRoot,
        it.hash,
        it.traffic,
        it.number,
        it.act,
        it.kid,
        flag(it.isJudged),
      ]),
      log.changes.map(it => [it.generation, it.seq]),
      officersValue(log.officers),
      log.closed,
    ]),
    [...state.peers.values()].map(peer => [
      peer.party,
      peer.confirmed,
      peer.pairingOurs,
      peer.pairingTheirs,
      peer.baseOpening,
      peer.nextEpoch,
      peer.heardEpoch,
      peer.secrets.map(it => [it.from, it.epoch, it.secret, flag(it.proven)]),
      peer.keyNumber,
      peer.publicKey,
      peer.theirBase,
      peer.breakOurs && [peer.breakOurs.opening, peer.breakOurs.secret],
      peer.pairing && [peer.pairing.id, peer.pairing.secret, peer.pairing.theirs, flag(peer.pairing.proven)],
      peer.brokenAt,
      peer.breakToSay && [peer.breakToSay.theirs, peer.breakToSay.ours, peer.breakToSay.officer],
    ]),
    [state.epochKey, state.epochKeyAt, flag(state.epochKeyUsed), flag(state.restored), state.asideCount],
    carriedValue(state.carried),
  ])

type Row = readonly Value[]
const rows = (value: Value | undefined): readonly Row[] => value as readonly Row[]

/** The snapshot is our own, written under our own lock: what does not fit is our fault, and throws. */
export const restoreSnapshot = (state: State, bytes: Uint8Array): void => {
  const value = decode(bytes, { bytesMax: bytes.length, depthMax: 8 })
  if (!Array.isArray(value) || value[0] !== 1) throw new Error("the snapshot of this home is of another version")
  for (const [author, row] of rows(value[1]).entries()) restoreLog(state.logs[author]!, row)
  for (const row of rows(value[2])) restorePeer(state.peers.get(row[0] as number)!, row)
  const [epochKey, epochKeyAt, used, restored, asides] = value[3] as readonly number[]
  // What was claimed before is forgotten with the process: every peer is asked again.
  if (restored === 1) for (const party of state.peers.keys()) state.unanswered.add(party)
  state.carried = restoreCarried(value[4])
  Object.assign(state, { epochKey, epochKeyAt, epochKeyUsed: used === 1, restored: restored === 1, asideCount: asides })
}

const restoreLog = (log: Log, row: Row): void => {
  const [generation, size, peaks, root, numbers, seen, headSize, checkedTo, broken] = row
  log.generation = generation as number
  log.frontier = { size: size as number, peaks: (peaks as readonly Uint8Array[]).map(peak => peak.slice()) }
  log.root = (root as Uint8Array).slice()
  log.numbers = [...(numbers as readonly number[])]
  log.seen = [...(seen as readonly number[])]
  log.headSize = headSize as number
  log.checkedTo = checkedTo as number
  log.broken = broken === 1
  log.claimed = log.frontier.size
  for (const [seq, ownRoot, hash, traffic, number, act, kid, judged] of rows(row[9]))
    log.ahead.set(seq as number, {
      ownRoot: (ownRoot as Uint8Array).slice(),
      hash: (hash as Uint8Array).slice(),
      traffic: traffic as number,
      number: number as number,
      act: act instanceof Uint8Array ? act.slice() : null,
      kid: kid instanceof Uint8Array ? kid.slice() : null,
      isJudged: judged === 1,
    })
  log.officers = restoreOfficers(row[11])
  log.claimed = Math.max(log.claimed, ...log.ahead.keys())
  // A snapshot of before keys could change has no such row.
  log.closed = [...((row[12] ?? []) as readonly number[])]
  log.changes = rows(row[10] ?? []).map(([at, seq]) => ({ generation: at as number, seq: seq as number, held: null }))
}

const restorePeer = (peer: Peer, row: Row): void => {
  const copy = (value: Value | undefined): Uint8Array | null => (value instanceof Uint8Array ? value.slice() : null)
  peer.confirmed = row[1] as number
  peer.pairingOurs = copy(row[2])
  peer.pairingTheirs = copy(row[3])
  peer.baseOpening = copy(row[4])
  peer.nextEpoch = row[5] as number
  peer.heardEpoch = row[6] as number
  peer.secrets = rows(row[7]).map(([from, epoch, secret, proven]) => ({
    from: from as number,
    epoch: epoch as number,
    secret: (secret as Uint8Array).slice(),
    proven: proven === 1,
  }))
  peer.keyNumber = row[8] as number
  peer.publicKey = (row[9] as Uint8Array).slice()
  restoreBreak(peer, row, copy)
  peer.sentTo = peer.confirmed
}

/** A snapshot from before there were breaks has none of it. */
const restoreBreak = (peer: Peer, row: Row, copy: (value: Value | undefined) => Uint8Array | null): void => {
  const [ours, pairing, said] = [row[11], row[12], row[14]].map(it => (Array.isArray(it) ? (it as Row) : null))
  const bytes = (value: Value | undefined): Uint8Array => copy(value) ?? new Uint8Array(0)
  peer.theirBase = copy(row[10])
  peer.breakOurs = ours ? { opening: bytes(ours[0]), secret: bytes(ours[1]) } : null
  peer.pairing = pairing
    ? { id: bytes(pairing[0]), secret: bytes(pairing[1]), theirs: bytes(pairing[2]), proven: pairing[3] === 1 }
    : null
  peer.brokenAt = typeof row[13] === "number" ? row[13] : 0
  peer.breakToSay = said ? { theirs: bytes(said[0]), ours: bytes(said[1]), officer: String(said[2]) } : null
}
