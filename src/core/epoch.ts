// Sealing epochs: how two nodes come to share frame keys, one direction at a time (page: protocol/epoch.md). A starting process
// never goes on with an old sending epoch: it opens a fresh one, so that no key and nonce can come twice after a crash or a restore.
import { beginBreak, provePairing } from "./break.ts"
import { decode, encode, type Value } from "./cbor.ts"
import { concat, equal } from "./hash.ts"
import { lackKey, showChanges } from "./key-change.ts"
import { epochFramesMax, epochMsMax, openingBytesMax } from "./limits.ts"
import {
  openingFrame,
  openingKeys,
  openingLabel,
  pathsOf,
  readPayload,
  refusedLabel,
  refuseOpening,
  reopenMs,
  sendOpening,
  showOpening,
  verifyBy,
} from "./opening.ts"
import type { Path } from "./path-state.ts"
import { isRefusal, type Refusal, refusals, refuse } from "./refusal.ts"
import { counterOf, headerBytes, isReplay, markReceived, openFrame, sealFrame, tagBytes } from "./seal.ts"
import { derive, hasPairing, keepSecret, markOf, type Psk, pairingSecret } from "./secret.ts"
import { ask, type Line, type Peer, type Sending } from "./state.ts"

/** Frames kept while the opening that they are sealed under is being read. (EP-6) */
const earlyFramesMax = 64
/** A request to begin anew that was refused is made again this often. */
const breakAgainMs = 30_000

/** What a newly opened path is told before anything sealed: openings that the peer may not have. */
export const showOpenings = (line: Line, peer: Peer, path: Path): void => {
  showChanges(line, peer, path)
  if (peer.baseOpening) sendOpening(line, path, peer.baseOpening)
  if (peer.breakOurs) sendOpening(line, path, peer.breakOurs.opening)
  if (peer.sending && !peer.sending.confirmed) sendOpening(line, path, peer.sending.opening)
  if (!peer.sending) openEpoch(line, peer)
}

/** Begins a sending epoch, or what must come before it: our base encapsulation, made once. (EP-1, EP-4) */
export const openEpoch = (line: Line, peer: Peer): void => {
  if (peer.opening || line.state.keyless === true || pathsOf(line, peer).length === 0) return
  const base = peer.pairing === null && peer.pairingOurs === null
  if (!base && !hasPairing(line, peer)) return
  peer.opening = true
  const card = line.charter.parties[peer.party]!
  const to = base ? { number: 0, publicKey: card.base } : { number: peer.keyNumber, publicKey: peer.publicKey }
  const id = ask(line, {
    about: "encapsulation",
    use: (enc, secret) => signOpening(line, peer, { base, keyNumber: to.number, enc, secret }),
  })
  line.out.push({ do: "encapsulate", id, publicKey: to.publicKey })
}

/** A pairing made anew is tried first; where it is refused, as by a side whose officer has said no, the old secrets are. */
const choosePsk = (line: Line, peer: Peer): { psk: Exclude<Psk, null | readonly [2]>; key: Uint8Array } => {
  const { pairing, usePairing: refused } = peer
  const isNew = pairing !== null && !pairing.proven
  peer.usePairing = false
  const proven = refused && !isNew ? undefined : peer.secrets.findLast(it => it.proven)
  if (proven && !(isNew && !refused)) {
    const mark = markOf(line.suite, proven.secret)
    return { psk: [1, proven.from, proven.epoch, mark], key: proven.secret }
  }
  const first = pairing?.proven ? null : pairingSecret(line, peer)
  if (first && !(isNew && !refused)) return { psk: [0], key: first }
  if (!pairing) throw new Error("an epoch is opened on a secret that is there")
  return { psk: [3, pairing.id], key: pairing.secret }
}

const signOpening = (
  line: Line,
  peer: Peer,
  made: { base: boolean; keyNumber: number; enc: Uint8Array; secret: Uint8Array },
): void => {
  const epoch = made.base ? 0 : peer.nextEpoch
  const secret = made.base ? { psk: null, key: null } : choosePsk(line, peer)
  const way = { from: line.us, to: peer.party, epoch }
  const keys = derive(line, way, made.secret, secret)
  const fields = new Map<number, Value>([
    [1, 1],
    [2, line.charter.line],
    [3, way.from],
    [4, way.to],
    [5, epoch],
    [6, made.keyNumber],
    [7, made.enc],
    [8, secret.psk],
    [9, line.now],
  ])
  const payload = encode(fields)
  const by = openingKeys(line)
  const id = ask(line, {
    about: "attestation",
    use: (ed25519, mlDsa65) => {
      if (!ed25519) {
        // Without the key in force nothing can be opened; whoever changes the keys begins again. (K-6)
        peer.opening = false
        return lackKey(line, null, by[0])
      }
      // The keys have changed meanwhile: what the old ones have signed is judged by the new ones. (K-5)
      if (!made.base && !equal(by[0].public, openingKeys(line)[0].public)) {
        peer.opening = false
        return openEpoch(line, peer)
      }
      const frame = openingFrame(payload, ed25519, mlDsa65)
      peer.opening = false
      line.state.dirty = true
      if (made.base) {
        peer.pairingOurs = keys.psk
        peer.baseOpening = frame
        line.state.afterAppend.push(() => {
          showOpening(line, peer, frame)
          openEpoch(line, peer)
        })
        return
      }
      peer.nextEpoch = epoch + 1
      keepSecret(peer, line.us, epoch, keys.psk)
      line.state.afterAppend.push(() => {
        if (!peer.sending) peer.reopened = true
        peer.sending = {
          ...keys,
          epoch,
          anew: secret.psk?.[0] === 3,
          counter: 0,
          opening: frame,
          openedAt: line.now,
          confirmed: false,
          provenFrom: 0,
        }
        // It could not judge what keys have signed that it does not know. (K-5)
        for (const path of pathsOf(line, peer)) showChanges(line, peer, path)
        showOpening(line, peer, frame)
      })
    },
  })
  const message = concat(openingLabel, payload)
  line.out.push({ do: "attest", id, keys: by, message, context: made.base ? openingLabel : null })
}

/** A frame for this peer, or nothing while no epoch is open. Begins the next epoch when this one is worn. (EP-5) */
export const seal = (line: Line, peer: Peer, path: Path, plain: Uint8Array): Uint8Array | null => {
  const sending = peer.sending
  if (!sending || sending.counter >= epochFramesMax + 65_536) return null
  if (sending.counter >= epochFramesMax || line.now - sending.openedAt >= epochMsMax) openEpoch(line, peer)
  const way = { line: line.charter.line, from: line.us, to: peer.party }
  return sealFrame(line.suite, sending, way, { epoch: sending.epoch, path: path.id, counter: sending.counter++, plain })
}

/** The plaintext of a sealed frame; undefined when there is none (yet). */
export const unseal = (line: Line, peer: Peer, path: Path, frame: Uint8Array): Uint8Array | Refusal | undefined => {
  if (frame.length < headerBytes + tagBytes) return refuse("bad-frame", { bytes: frame.length })
  const counter = counterOf(frame)
  // No honest sender comes near it, and it could not be named in a refusal.
  if (!Number.isSafeInteger(counter)) return refuse("bad-frame", { epoch: frame[1]! })
  const candidates = peer.receiving.filter(it => (it.epoch & 255) === frame[1])
  if (candidates.length === 0) {
    if (isOurs(line, peer, frame)) return refuse("looped-frame", { peer: peer.party })
    if (peer.earlyOpening) {
      if (peer.early.length < earlyFramesMax) peer.early.push({ path: path.id, frame })
      return undefined
    }
    refuseOpening(line, peer, path, { epoch: frame[1]!, code: "unknown-epoch", of: counter })
    return undefined
  }
  const way = { line: line.charter.line, from: peer.party, to: line.us }
  for (const epoch of candidates) {
    if (isReplay(epoch.window, counter)) return refuse("replayed-frame", { epoch: epoch.epoch, counter })
    const plain = openFrame(line.suite, epoch, way, frame)
    if (!plain) continue
    markReceived(epoch.window, counter)
    const secret = peer.secrets.find(it => it.from === peer.party && it.epoch === epoch.epoch)
    if (secret) secret.proven = true
    if (epoch.anew) provePairing(line, peer, { from: peer.party, epoch: epoch.epoch })
    return plain
  }
  return isOurs(line, peer, frame)
    ? refuse("looped-frame", { peer: peer.party })
    : refuse("bad-frame", { epoch: frame[1]!, counter })
}

/** A path that brings back what it was given, as a modem with its echo on: asked only of what is the peer's by none of its epochs. */
const isOurs = ({ suite, charter, us }: Line, { sending, party }: Peer, frame: Uint8Array): boolean =>
  sending !== null && openFrame(suite, sending, { line: charter.line, from: us, to: party }, frame) !== undefined

/** The peer says that it can open our epoch. */
export const epochConfirmed = (line: Line, peer: Peer, epoch: number): void => {
  if (peer.sending?.epoch === epoch && !peer.sending.confirmed) {
    peer.lacksKeys = false
    peer.sending.confirmed = true
    peer.sending.provenFrom = peer.sending.counter
  }
  const secret = peer.secrets.find(it => it.from === line.us && it.epoch === epoch)
  if (secret) secret.proven = true
  if (peer.sending?.epoch === epoch && peer.sending.anew) provePairing(line, peer, { from: line.us, epoch })
  peer.baseOpening = null
}

/** Whether a refusal names what stands now: a frame that the peer has not proven to be able to read, or the opening that it has not
 *  taken. One that was recorded and is shown again names what is over, and costs no good epoch. (EP-7) */
const isAboutNow = (line: Line, sending: Sending, fields: ReadonlyMap<number, Value>): boolean => {
  const [lowByte, number, of] = [fields.get(5), fields.get(6), fields.get(8)]
  if ((sending.epoch & 255) !== lowByte) return false
  if (number === refusals["unknown-epoch"][0])
    return typeof of === "number" && of >= sending.provenFrom && of < sending.counter
  return !sending.confirmed && of instanceof Uint8Array && equal(of, line.suite.sha256(sending.opening))
}

/** A refusal that begins a break, or is of one. True when it is no matter of an epoch. (EP-9) */
const heardOfBreak = (line: Line, peer: Peer, fields: ReadonlyMap<number, Value>): boolean => {
  const [number, of] = [fields.get(6), fields.get(8)]
  const names = (frame: Uint8Array | undefined | null): boolean =>
    of instanceof Uint8Array && frame instanceof Uint8Array && equal(of, line.suite.sha256(frame))
  if (number === refusals["break-held"][0]) return true
  if (number === refusals["other-first-opening"][0]) {
    if (names(peer.baseOpening)) beginBreak(line, peer)
    return true
  }
  // It has no use for what it cannot read while its own request waits here for an officer.
  if (number === refusals["unknown-secret"][0] && peer.breakTheirs) return true
  if (!names(peer.breakOurs?.opening)) return false
  if (number === refusals.undecipherable[0]) sealToCard(line, peer)
  if (number === refusals["old-break"][0])
    line.out.push({ do: "tell", tell: { type: "refused", refusal: refuse("old-break"), peer: peer.party } })
  if (line.now - peer.reopenedAt < breakAgainMs) return true
  peer.reopenedAt = line.now
  peer.breakOurs = null
  beginBreak(line, peer)
  return true
}

/** It has lost the key that it published last, as a home restored from a copy has: its card's key is left. (EP-7) */
const sealToCard = (line: Line, peer: Peer): void => {
  peer.keyNumber = 0
  peer.publicKey = line.charter.parties[peer.party]!.base
}

/** The other side refused our opening or our frame. */
export const heardRefusal = (line: Line, peer: Peer, frame: Uint8Array): Refusal | undefined => {
  const list = decode(frame.subarray(1), { bytesMax: openingBytesMax, depthMax: 4 })
  if (isRefusal(list)) return list
  if (!Array.isArray(list) || list.length !== 2) return refuse("malformed", { frame: "opening refused" })
  const [payload, signature] = list as readonly Value[]
  const fields = readPayload(line, peer, payload)
  if (isRefusal(fields)) return fields
  if (!verifyBy(line, peer, refusedLabel, payload as Uint8Array, signature))
    return refuse("bad-opening", { peer: peer.party })
  const number = fields.get(6)
  const heard = fields.get(7)
  const { sending } = peer
  if (heardOfBreak(line, peer, fields)) return undefined
  if (!sending || !isAboutNow(line, sending, fields)) return undefined
  if (number === refusals["unknown-epoch"][0] && !sending.confirmed) {
    if (line.now - peer.shownAgainAt < reopenMs) return undefined
    // Shown again already, and it still cannot be read there.
    if (line.now - peer.shownAgainAt < 10 * reopenMs) peer.lacksKeys = true
    peer.shownAgainAt = line.now
    for (const path of pathsOf(line, peer)) showOpenings(line, peer, path)
    return undefined
  }
  if (line.now - peer.reopenedAt < reopenMs) return undefined
  peer.reopenedAt = line.now
  if (number === refusals["unknown-secret"][0]) peer.usePairing = true
  if (number === refusals.undecipherable[0]) sealToCard(line, peer)
  if (typeof heard === "number" && heard >= peer.nextEpoch && heard < 0xffff_ffff) peer.nextEpoch = heard + 1
  peer.sending = null
  openEpoch(line, peer)
  return undefined
}
