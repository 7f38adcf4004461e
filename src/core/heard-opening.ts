// The peer opens an epoch to us (page: protocol/epoch.md, sections 2 and 3).
import { type HeardBreak, heardBreak, newPairing } from "./break.ts"
import { decode, type Value } from "./cbor.ts"
import { openEpoch } from "./epoch.ts"
import { concat, equal } from "./hash.ts"
import { showChanges } from "./key-change.ts"
import { epochsKept, openingBytesMax } from "./limits.ts"
import {
  keysOfPeer,
  openingLabel,
  type Refused,
  readPayload,
  readPsk,
  refuseOpening,
  reopenMs,
  verifyBy,
} from "./opening.ts"
import type { Path } from "./path-state.ts"
import { isRefusal, type Refusal, refuse } from "./refusal.ts"
import { freshWindow } from "./seal.ts"
import { derive, keepSecret, secretOf } from "./secret.ts"
import { ask, type Line, type Peer } from "./state.ts"
import type { PublicKey } from "./suite.ts"

/** The peer opens an epoch to us. `done` is called once its frames can be read, with those that came too early. (EP-3, EP-4) */
export const heardOpening = (
  line: Line,
  peer: Peer,
  path: Path,
  frame: Uint8Array,
  done: (epoch: number) => void,
): Refusal | undefined => {
  const list = decode(frame.subarray(1), { bytesMax: openingBytesMax, depthMax: 4 })
  if (isRefusal(list)) return list
  if (!Array.isArray(list) || list.length !== 3) return refuse("malformed", { frame: "opening" })
  const [payload, ed25519, mlDsa65] = list as readonly Value[]
  const fields = readPayload(line, peer, payload)
  if (isRefusal(fields)) return fields
  const [epoch, keyNumber, enc, psk] = [fields.get(5), fields.get(6), fields.get(7), readPsk(fields.get(8))]
  if (
    typeof epoch !== "number" ||
    epoch > 0xffff_ffff ||
    epoch < 0 ||
    typeof keyNumber !== "number" ||
    !(enc instanceof Uint8Array) ||
    psk === undefined
  )
    return refuse("malformed", { frame: "opening" })
  // A base opening is of the life before any change of keys (K-5), or of a home that has lost its record, and not its keys (K-6).
  const inForce = keysOfPeer(line, peer)
  const signers = psk === null ? [line.charter.parties[peer.party]!.nodeKeys, inForce] : [inForce]
  const by = signers.find(([key]) => verifyBy(line, peer, openingLabel, payload as Uint8Array, ed25519, key))
  if (by === undefined) return refuse("bad-opening", { peer: peer.party })
  const of = line.suite.sha256(frame)
  const said = { epoch, keyNumber, enc, payload: payload as Uint8Array, mlDsa65, hash: of, time: fields.get(9) }
  if (psk === null) return heardBase(line, peer, path, said, by[1]!)
  if (psk[0] === 2)
    return epoch === 0 ? heardBreak(line, peer, path, said) : refuse("bad-opening", { peer: peer.party })
  if (mlDsa65 !== null || epoch === 0) return refuse("bad-opening", { peer: peer.party })
  if (epoch <= peer.heardEpoch) {
    // A copy of the peer's home may have opened this number before, with another secret: only the very same opening is known here.
    if (peer.receiving.some(it => it.epoch === epoch && equal(it.enc, enc))) done(epoch)
    else if (!peer.earlyOpening) refuseCopy(line, peer, path, { epoch, code: "replayed-frame", of })
    return undefined
  }
  const secret = secretOf(line, peer, psk)
  if (!secret) {
    const waits = psk[0] === 3 ? newPairing(line, peer) : undefined
    if (psk[0] === 3 && waits && equal(waits.id, psk[1])) {
      // The other side's officer has confirmed, ours has not: it is shown again until then. (EP-11)
      refuseOpening(line, peer, path, { epoch, code: "break-held", of })
      return undefined
    }
    refuseCopy(line, peer, path, { epoch, code: "unknown-secret", of })
    // At first contact the peer may be a step ahead of us: that is no fault, and it opens again when asked.
    return psk[0] === 0 ? undefined : refuse("unknown-secret", { peer: peer.party, epoch })
  }
  if (peer.earlyOpening) return undefined
  peer.earlyOpening = true
  const use = (sharedSecret: Uint8Array | null): void => {
    if (!sharedSecret) {
      peer.earlyOpening = false
      refuseCopy(line, peer, path, { epoch, code: "undecipherable", of })
      return
    }
    const keys = derive(line, { from: peer.party, to: line.us, epoch }, sharedSecret, { psk, key: secret })
    peer.heardEpoch = epoch
    keepSecret(peer, peer.party, epoch, keys.psk)
    peer.baseOpening = null
    const anew = psk[0] === 3
    if (keyNumber === line.state.epochKey) line.state.epochKeyUsed = true
    line.state.dirty = true
    line.state.afterAppend.push(() => {
      peer.earlyOpening = false
      peer.receiving = [...peer.receiving.slice(1 - epochsKept), { ...keys, epoch, anew, enc, window: freshWindow() }]
      done(epoch)
    })
  }
  line.out.push({ do: "decapsulate", id: ask(line, { about: "decapsulation", use }), number: keyNumber, enc })
  return undefined
}

/** It opens as a home may that was put back from a copy: one from before our last changes of keys could not read why it is refused.
 *  (K-5) */
const refuseCopy = (line: Line, peer: Peer, path: Path, refused: Refused): void => {
  if (line.now - peer.refusedOpeningAt < reopenMs) return
  peer.lacksKeys = true
  showChanges(line, peer, path)
  refuseOpening(line, peer, path, refused)
}

/** A base opening is for a first contact. From a side of which we hold entries, or another base opening, it says that one of us has
 *  lost what it had: that begins anew, with officers, and not by itself. (EP-9) */
const heardBase = (
  line: Line,
  peer: Peer,
  path: Path,
  base: HeardBreak & { readonly epoch: number },
  post: PublicKey,
): Refusal | undefined => {
  const { epoch, keyNumber, enc, payload, mlDsa65, hash } = base
  if (epoch !== 0 || keyNumber !== 0 || !(mlDsa65 instanceof Uint8Array))
    return refuse("bad-opening", { peer: peer.party })
  if (peer.earlyOpening || (peer.theirBase && equal(peer.theirBase, hash))) return undefined
  // Of a line that was paired before this was kept, nothing can be told.
  if (peer.pairingTheirs && !peer.theirBase) return undefined
  if (!line.suite.verify(post, concat(openingLabel, payload), mlDsa65, openingLabel))
    return refuse("bad-opening", { peer: peer.party })
  const log = line.state.logs[peer.party]!
  if (peer.pairingTheirs || log.frontier.size > 0) {
    refuseCopy(line, peer, path, { epoch: 0, code: "other-first-opening", of: hash })
    return undefined
  }
  peer.earlyOpening = true
  const use = (sharedSecret: Uint8Array | null): void => {
    peer.earlyOpening = false
    if (!sharedSecret) return
    const keys = derive(line, { from: peer.party, to: line.us, epoch: 0 }, sharedSecret, { psk: null, key: null })
    peer.pairingTheirs = keys.psk
    peer.theirBase = hash
    line.state.dirty = true
    line.state.afterAppend.push(() => openEpoch(line, peer))
  }
  line.out.push({ do: "decapsulate", id: ask(line, { about: "decapsulation", use }), number: 0, enc })
  return undefined
}
