// Beginning anew after a side has lost what its epochs left behind (page: protocol/epoch.md, section 6). Each side shows a break opening,
// signed with both of its node's keys; neither takes the other's before an officer has rung the other side and typed the number that
// was read out there. Only then is there a new pairing secret; the old ones stay until it is proven.
import { encode, type Value } from "./cbor.ts"
import { concat, equal } from "./hash.ts"
import { breakAheadMs } from "./limits.ts"
import { keysOfPeer, openingFrame, openingKeys, openingLabel, refuseOpening, showOpening } from "./opening.ts"
import type { Path } from "./path-state.ts"
import { type Refusal, refuse } from "./refusal.ts"
import { breakLabel, derive, pairingFrom } from "./secret.ts"
import { ask, type Line, type Peer } from "./state.ts"
import type { Hash } from "./suite.ts"

const breakPsk = [2] as const

/** Sixteen digits of an opening, to be read out and typed: 53 bits, bound to both signatures of whoever made it. (EP-10) */
export const breakCode = (hash: Hash): string => {
  const number = new DataView(hash.buffer, hash.byteOffset, 8).getBigUint64(0) % 10_000_000_000_000_000n
  return number
    .toString()
    .padStart(16, "0")
    .replace(/(\d{4})(?=\d)/g, "$1 ")
}

/** Our own break opening, made once and kept until the new pairing is proven. (EP-9) */
export const beginBreak = (line: Line, peer: Peer): void => {
  if (peer.breakOurs || peer.breaking) return
  peer.breaking = true
  const { keyNumber } = peer
  const use = (enc: Uint8Array, secret: Uint8Array): void => {
    const way = { from: line.us, to: peer.party, epoch: 0 }
    const keys = derive(line, way, secret, { psk: null, key: null }, breakLabel)
    const payload = encode(
      new Map<number, Value>([
        [1, 1],
        [2, line.charter.line],
        [3, way.from],
        [4, way.to],
        [5, 0],
        [6, keyNumber],
        [7, enc],
        [8, breakPsk],
        [9, line.now],
      ]),
    )
    const signed = (ed25519: Uint8Array | null, mlDsa65: Uint8Array | null): void => {
      if (!ed25519) {
        // Without the key in force nothing can be asked for. (K-6)
        peer.breaking = false
        line.state.keyless = true
        return
      }
      const opening = openingFrame(payload, ed25519, mlDsa65)
      peer.breaking = false
      peer.breakOurs = { opening, secret: keys.psk }
      peer.baseOpening = null
      line.state.dirty = true
      line.state.afterwards.push({ type: "break", peer: peer.party })
      line.state.afterAppend.push(() => showOpening(line, peer, opening))
    }
    const id = ask(line, { about: "attestation", use: signed })
    line.out.push({
      do: "attest",
      id,
      keys: openingKeys(line),
      message: concat(openingLabel, payload),
      context: openingLabel,
    })
  }
  const id = ask(line, { about: "encapsulation", use })
  line.out.push({ do: "encapsulate", id, publicKey: peer.publicKey })
}

export type HeardBreak = {
  readonly hash: Hash
  readonly keyNumber: number
  readonly enc: Uint8Array
  readonly payload: Uint8Array
  readonly mlDsa65: Value | undefined
  readonly time: Value | undefined
}

/** The other side asks to begin anew. It is held, and does nothing. (EP-9) */
export const heardBreak = (line: Line, peer: Peer, path: Path, heard: HeardBreak): Refusal | undefined => {
  const { hash, keyNumber, enc, payload, mlDsa65, time } = heard
  const held = peer.breakTheirs
  if (peer.pairing && equal(peer.pairing.theirs, hash)) return undefined
  if (held && equal(held.hash, hash)) return undefined
  if (!(mlDsa65 instanceof Uint8Array) || typeof time !== "number") return refuse("bad-opening", { peer: peer.party })
  const post = keysOfPeer(line, peer)[1]
  if (!line.suite.verify(post, concat(openingLabel, payload), mlDsa65, openingLabel))
    return refuse("bad-opening", { peer: peer.party })
  if (time <= peer.brokenAt || time > line.now + breakAheadMs) {
    refuseOpening(line, peer, path, { epoch: 0, code: "old-break", of: hash })
    return refuse("old-break", { peer: peer.party, time })
  }
  if (held && time <= held.time) return undefined
  const use = (sharedSecret: Uint8Array | null): void => {
    if (!sharedSecret) return refuseOpening(line, peer, path, { epoch: 0, code: "undecipherable", of: hash })
    const way = { from: peer.party, to: line.us, epoch: 0 }
    const { psk } = derive(line, way, sharedSecret, { psk: null, key: null }, breakLabel)
    peer.breakTheirs = { hash, secret: psk, time }
    const refusal = refuse("break-held", { peer: peer.party, time })
    line.out.push({ do: "tell", tell: { type: "refused", refusal, peer: peer.party } })
    line.out.push({ do: "tell", tell: { type: "break", peer: peer.party } })
    beginBreak(line, peer)
  }
  line.out.push({ do: "decapsulate", id: ask(line, { about: "decapsulation", use }), number: keyNumber, enc })
  return undefined
}

/** What a break opening of each makes: its name, and the new pairing secret. Undefined until both are there. (EP-11) */
export const newPairing = (line: Line, peer: Peer) => {
  const { breakOurs, breakTheirs } = peer
  if (!breakOurs || !breakTheirs) return undefined
  const ours = { hash: line.suite.sha256(breakOurs.opening), secret: breakOurs.secret }
  return pairingFrom(line, peer, ours, breakTheirs)
}

export type BreakDecision = {
  readonly order: number
  readonly peer: number
  /** The number that the other side read out, digits with or without spaces. */
  readonly code: string
  readonly confirmed: boolean
  readonly officer: string
}

/** An officer has rung the other side: the break opening held here, if it is that one, is taken or set aside. (EP-10) */
export const decideBreak = (line: Line, { order, peer: party, code, confirmed, officer }: BreakDecision): void => {
  const peer = line.state.peers.get(party)
  const held = peer?.breakTheirs
  const made = peer && newPairing(line, peer)
  const digits = (text: string): string => text.replaceAll(" ", "")
  if (!peer?.breakOurs || !held || !made || digits(code) !== digits(breakCode(held.hash))) {
    line.out.push({ do: "tell", tell: { type: "decided", order, refusal: refuse("no-break", { peer: party }) } })
    return
  }
  peer.brokenAt = held.time
  peer.breakTheirs = null
  line.state.dirty = true
  line.state.afterwards.push({ type: "decided", order, refusal: null }, { type: "break", peer: party })
  if (!confirmed) {
    peer.breakOurs = null
    return
  }
  const ours = line.suite.sha256(peer.breakOurs.opening)
  peer.pairing = { ...made, theirs: held.hash, proven: false }
  peer.breakToSay = { theirs: held.hash, ours, officer }
  // What this process seals from now on is opened on the new secret; until it is proven the other side's old openings are still read.
  peer.sending = null
}

/** A frame was opened, or can be, under an epoch that was opened on the new secret: what came before it is erased. (EP-11) */
export const provePairing = (line: Line, peer: Peer, at: { from: number; epoch: number }): void => {
  if (!peer.pairing || peer.pairing.proven) return
  peer.pairing.proven = true
  peer.breakOurs = null
  peer.secrets = peer.secrets.filter(it => it.from === at.from && it.epoch === at.epoch)
  line.state.dirty = true
  line.out.push({ do: "tell", tell: { type: "break", peer: peer.party } })
}
