// The signed messages by which epochs are begun and refused: their bytes, how they go out, and how a refusal is said (page:
// protocol/epoch.md, sections 2 and 5). What they do is in epoch.ts and heard-opening.ts.
import { decode, encode, type Value } from "./cbor.ts"
import { concat, equal, utf8 } from "./hash.ts"
import { keysAfter, type NodeKeys } from "./key.ts"
import { openingBytesMax } from "./limits.ts"
import type { Path } from "./path-state.ts"
import { isRefusal, type Refusal, type RefusalCode, refusals, refuse } from "./refusal.ts"
import { frameKinds } from "./seal.ts"
import { markBytes, type Psk } from "./secret.ts"
import { ask, type Line, type Peer } from "./state.ts"
import type { PublicKey } from "./suite.ts"

export const openingLabel = utf8("parley/1 opening")
export const refusedLabel = utf8("parley/1 opening-refused")
/** One refusal, and one new opening for a refusal, a second at most: a forger must not be able to keep us busy. (EP-7) */
export const reopenMs = 1_000

export const sendOpening = (line: Line, path: Path, frame: Uint8Array): void => {
  const room = path.traits.fragmentBytes - 7
  const pieces: Uint8Array[] = []
  if (frame.length <= path.traits.fragmentBytes) pieces.push(frame)
  else {
    // Fragments of an opening are defined before any key exists. (EP-8)
    const id = line.suite.sha256(frame).subarray(0, 4)
    const count = Math.ceil(frame.length / room)
    for (let at = 0; at < count; at++)
      pieces.push(
        concat(
          Uint8Array.of(frameKinds.openingFragment),
          id,
          Uint8Array.of(at, count),
          frame.subarray(at * room, (at + 1) * room),
        ),
      )
  }
  for (const piece of pieces) {
    path.inFlight += piece.length
    path.sentAt = line.now
    line.out.push({ do: "send", path: path.id, frame: piece })
  }
}

export const pathsOf = (line: Line, peer: Peer): Path[] =>
  [...line.state.paths.values()].filter(path => path.peer === peer.party)

export const showOpening = (line: Line, peer: Peer, frame: Uint8Array): void => {
  for (const path of pathsOf(line, peer)) sendOpening(line, path, frame)
}

export const openingFrame = (payload: Uint8Array, ed25519: Uint8Array, mlDsa65: Uint8Array | null): Uint8Array =>
  concat(Uint8Array.of(frameKinds.opening), encode([payload, ed25519, mlDsa65]))

/** What is refused: a frame by its counter, an opening by its hash, so that the refusal is good for nothing else. (EP-7) */
export type Refused = { readonly epoch: number; readonly code: RefusalCode; readonly of: number | Uint8Array }

/** Says, signed, that a frame or an opening cannot be used and why; the peer opens again. (EP-7) */
export const refuseOpening = (line: Line, peer: Peer, path: Path, { epoch, code, of }: Refused): void => {
  // A frame that cannot be read must not use up the turn of the opening that could be mended.
  const last = code === "unknown-epoch" ? "refusedAt" : "refusedOpeningAt"
  if (line.now - peer[last] < reopenMs) return
  peer[last] = line.now
  const payload = encode(
    new Map<number, Value>([
      [1, 1],
      [2, line.charter.line],
      [3, line.us],
      [4, peer.party],
      [5, epoch & 255],
      [6, refusals[code][0]],
      [7, peer.heardEpoch],
      [8, of],
    ]),
  )
  const id = ask(line, {
    about: "attestation",
    use: ed25519 => {
      if (!ed25519 || !line.state.paths.has(path.id)) return
      sendOpening(line, path, concat(Uint8Array.of(frameKinds.openingRefused), encode([payload, ed25519])))
    },
  })
  line.out.push({ do: "attest", id, keys: openingKeys(line), message: concat(refusedLabel, payload), context: null })
}

/** Our own keys in force. */
export const ownKeys = ({ state, us }: Line): NodeKeys => {
  const { tenures, generation, frontier } = state.logs[us]!
  return keysAfter(tenures, generation, frontier.size)
}

/** What openings and their refusals are signed with: our record may be older than the keys that are held, and the peer's is not. (K-6) */
export const openingKeys = (line: Line): NodeKeys =>
  typeof line.state.keyless === "object" ? line.state.keyless : ownKeys(line)

/** The peer's keys in force, as far as we hold its log, or as it has shown that they changed since. (K-5) */
export const keysOfPeer = ({ state }: Line, peer: Peer): NodeKeys => {
  const { tenures, generation, frontier } = state.logs[peer.party]!
  return peer.shownKeys.at(-1) ?? keysAfter(tenures, generation, frontier.size)
}

export const verifyBy = (
  line: Line,
  peer: Peer,
  label: Uint8Array,
  payload: Uint8Array,
  signature: Value | undefined,
  key: PublicKey = keysOfPeer(line, peer)[0],
): boolean => signature instanceof Uint8Array && line.suite.verify(key, concat(label, payload), signature)

export const readPayload = (
  line: Line,
  peer: Peer,
  payload: Value | undefined,
): ReadonlyMap<number, Value> | Refusal => {
  if (!(payload instanceof Uint8Array)) return refuse("malformed", { frame: "opening" })
  const fields = decode(payload, { bytesMax: openingBytesMax, depthMax: 4 })
  if (isRefusal(fields)) return fields
  if (!(fields instanceof Map) || fields.get(1) !== 1) return refuse("malformed", { frame: "opening" })
  const lineId = fields.get(2)
  if (!(lineId instanceof Uint8Array) || !equal(lineId, line.charter.line))
    return refuse("wrong-line", { peer: peer.party })
  if (fields.get(3) === line.us && fields.get(4) === peer.party) return refuse("looped-frame", { peer: peer.party })
  if (fields.get(3) !== peer.party || fields.get(4) !== line.us) return refuse("bad-opening", { peer: peer.party })
  return fields
}

export const readPsk = (value: Value | undefined): Psk | undefined => {
  if (value === null) return null
  if (!Array.isArray(value)) return undefined
  const [type, from, epoch, mark] = value as readonly Value[]
  if (type === 0 && value.length === 1) return [0]
  if (type === 2 && value.length === 1) return [2]
  if (type === 3 && from instanceof Uint8Array && from.length === 32) return [3, from]
  if (type !== 1 || typeof from !== "number" || typeof epoch !== "number") return undefined
  return mark instanceof Uint8Array && mark.length === markBytes ? [1, from, epoch, mark] : undefined
}
