// Sealing epochs: how two nodes come to share frame keys, one direction at a time (page: protocol/epoch.md). A starting process
// never goes on with an old sending epoch: it opens a fresh one, so that no key and nonce can come twice after a crash or a restore.
import { decode, encode, type Value } from "./cbor.ts"
import { concat, equal, utf8 } from "./hash.ts"
import { epochFramesMax, epochMsMax, epochsKept, openingBytesMax } from "./limits.ts"
import { isRefusal, type Refusal, type RefusalCode, refusals, refuse } from "./refusal.ts"
import {
  counterOf,
  frameKinds,
  freshWindow,
  headerBytes,
  isReplay,
  markReceived,
  openFrame,
  sealFrame,
  tagBytes,
} from "./seal.ts"
import { derive, keepSecret, type Psk, pairingSecret, secretOf } from "./secret.ts"
import type { Ask, Line, Path, Peer } from "./state.ts"

const openingLabel = utf8("parley/1 opening")
const refusedLabel = utf8("parley/1 opening-refused")
/** Frames kept while the opening that they are sealed under is being read. (EP-6) */
const earlyFramesMax = 64
/** One refusal, and one new opening for a refusal, a second at most: a forger must not be able to keep us busy. (EP-7) */
const reopenMs = 1_000

export const ask = (line: Line, question: Ask): number => {
  const id = line.state.nextAsk++
  line.state.asks.set(id, question)
  return id
}

const sendOpening = (line: Line, path: Path, frame: Uint8Array): void => {
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

const pathsOf = (line: Line, peer: Peer): Path[] =>
  [...line.state.paths.values()].filter(path => path.peer === peer.party)

const showOpening = (line: Line, peer: Peer, frame: Uint8Array): void => {
  for (const path of pathsOf(line, peer)) sendOpening(line, path, frame)
}

/** What a newly opened path is told before anything sealed: openings that the peer may not have. */
export const showOpenings = (line: Line, peer: Peer, path: Path): void => {
  if (peer.baseOpening) sendOpening(line, path, peer.baseOpening)
  if (peer.sending && !peer.sending.confirmed) sendOpening(line, path, peer.sending.opening)
  if (!peer.sending) openEpoch(line, peer)
}

/** Begins a sending epoch, or what must come before it: our base encapsulation, made once. (EP-1, EP-4) */
export const openEpoch = (line: Line, peer: Peer): void => {
  if (peer.opening || pathsOf(line, peer).length === 0) return
  const base = peer.pairingOurs === null
  if (!base && pairingSecret(line, peer) === null) return
  peer.opening = true
  const card = line.charter.parties[peer.party]!
  const to = base ? { number: 0, publicKey: card.base } : { number: peer.keyNumber, publicKey: peer.publicKey }
  const id = ask(line, {
    about: "encapsulation",
    use: (enc, secret) => signOpening(line, peer, { base, keyNumber: to.number, enc, secret }),
  })
  line.out.push({ do: "encapsulate", id, publicKey: to.publicKey })
}

const choosePsk = (peer: Peer): readonly [0] | readonly [1, number, number] => {
  const proven = peer.usePairing ? undefined : peer.secrets.findLast(it => it.proven)
  peer.usePairing = false
  return proven ? [1, proven.from, proven.epoch] : [0]
}

const signOpening = (
  line: Line,
  peer: Peer,
  made: { base: boolean; keyNumber: number; enc: Uint8Array; secret: Uint8Array },
): void => {
  const epoch = made.base ? 0 : peer.nextEpoch
  const psk: Psk = made.base ? null : choosePsk(peer)
  const way = { from: line.us, to: peer.party, epoch }
  const keys = derive(line, way, made.secret, { psk, key: psk && secretOf(line, peer, psk) })
  const fields = new Map<number, Value>([
    [1, 1],
    [2, line.charter.line],
    [3, way.from],
    [4, way.to],
    [5, epoch],
    [6, made.keyNumber],
    [7, made.enc],
    [8, psk],
    [9, line.now],
  ])
  const payload = encode(fields)
  const id = ask(line, {
    about: "attestation",
    use: (ed25519, mlDsa65) => {
      const frame = concat(Uint8Array.of(frameKinds.opening), encode([payload, ed25519, mlDsa65]))
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
          counter: 0,
          opening: frame,
          openedAt: line.now,
          confirmed: false,
          shownAt: line.now,
        }
        showOpening(line, peer, frame)
      })
    },
  })
  line.out.push({ do: "attest", id, message: concat(openingLabel, payload), context: made.base ? openingLabel : null })
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
  const candidates = peer.receiving.filter(it => (it.epoch & 255) === frame[1])
  if (candidates.length === 0) {
    if (peer.earlyOpening) {
      if (peer.early.length < earlyFramesMax) peer.early.push({ path: path.id, frame })
      return undefined
    }
    refuseOpening(line, peer, path, frame[1]!, "unknown-epoch")
    return undefined
  }
  const counter = counterOf(frame)
  const way = { line: line.charter.line, from: peer.party, to: line.us }
  for (const epoch of candidates) {
    if (isReplay(epoch.window, counter)) return refuse("replayed-frame", { epoch: epoch.epoch, counter })
    const plain = openFrame(line.suite, epoch, way, frame)
    if (!plain) continue
    markReceived(epoch.window, counter)
    const secret = peer.secrets.find(it => it.from === peer.party && it.epoch === epoch.epoch)
    if (secret) secret.proven = true
    return plain
  }
  return refuse("bad-frame", { epoch: frame[1]!, counter })
}

/** The peer says that it can open our epoch. */
export const epochConfirmed = (line: Line, peer: Peer, epoch: number): void => {
  if (peer.sending?.epoch === epoch) peer.sending.confirmed = true
  const secret = peer.secrets.find(it => it.from === line.us && it.epoch === epoch)
  if (secret) secret.proven = true
  peer.baseOpening = null
}

/** Says, signed, that a frame or an opening cannot be used and why; the peer opens again. (EP-7) */
const refuseOpening = (line: Line, peer: Peer, path: Path, epoch: number, code: RefusalCode): void => {
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
      [5, epoch],
      [6, refusals[code][0]],
      [7, peer.heardEpoch],
    ]),
  )
  const id = ask(line, {
    about: "attestation",
    use: ed25519 => {
      if (!line.state.paths.has(path.id)) return
      sendOpening(line, path, concat(Uint8Array.of(frameKinds.openingRefused), encode([payload, ed25519])))
    },
  })
  line.out.push({ do: "attest", id, message: concat(refusedLabel, payload), context: null })
}

const verifyBy = (
  line: Line,
  peer: Peer,
  label: Uint8Array,
  payload: Uint8Array,
  signature: Value | undefined,
): boolean =>
  signature instanceof Uint8Array &&
  line.suite.verify(line.charter.parties[peer.party]!.nodeKeys[0]!, concat(label, payload), signature)

const readPayload = (line: Line, peer: Peer, payload: Value | undefined): ReadonlyMap<number, Value> | Refusal => {
  if (!(payload instanceof Uint8Array)) return refuse("malformed", { frame: "opening" })
  const fields = decode(payload, { bytesMax: openingBytesMax, depthMax: 4 })
  if (isRefusal(fields)) return fields
  if (!(fields instanceof Map) || fields.get(1) !== 1) return refuse("malformed", { frame: "opening" })
  const lineId = fields.get(2)
  if (!(lineId instanceof Uint8Array) || !equal(lineId, line.charter.line))
    return refuse("wrong-line", { peer: peer.party })
  if (fields.get(3) !== peer.party || fields.get(4) !== line.us) return refuse("bad-opening", { peer: peer.party })
  return fields
}

/** The other side refused our opening or our frame. */
export const heardRefusal = (line: Line, peer: Peer, frame: Uint8Array): Refusal | undefined => {
  const list = decode(frame.subarray(1), { bytesMax: openingBytesMax, depthMax: 4 })
  if (isRefusal(list)) return list
  if (!Array.isArray(list)) return refuse("malformed", { frame: "opening refused" })
  const [payload, signature] = list as readonly Value[]
  const fields = readPayload(line, peer, payload)
  if (isRefusal(fields)) return fields
  if (!verifyBy(line, peer, refusedLabel, payload as Uint8Array, signature))
    return refuse("bad-opening", { peer: peer.party })
  const number = fields.get(6)
  const heard = fields.get(7)
  const sending = peer.sending
  if (number === refusals["unknown-epoch"][0]) {
    if (!sending || (sending.epoch & 255) !== fields.get(5)) return undefined
    if (!sending.confirmed && sending.shownAt !== line.now) {
      if (line.now - peer.shownAgainAt < reopenMs) return undefined
      peer.shownAgainAt = line.now
      showOpening(line, peer, sending.opening)
      sending.shownAt = line.now
      return undefined
    }
  }
  if (line.now - peer.reopenedAt < reopenMs) return undefined
  peer.reopenedAt = line.now
  if (number === refusals["unknown-secret"][0]) peer.usePairing = true
  if (number === refusals.undecipherable[0]) {
    // It has lost the key that it published last, as a home restored from a copy has: its card's key is left. (EP-7)
    peer.keyNumber = 0
    peer.publicKey = line.charter.parties[peer.party]!.base
  }
  if (typeof heard === "number" && heard >= peer.nextEpoch && heard < 0xffff_ffff) peer.nextEpoch = heard + 1
  peer.sending = null
  openEpoch(line, peer)
  return undefined
}

const readPsk = (value: Value | undefined): Psk | undefined => {
  if (value === null) return null
  if (!Array.isArray(value)) return undefined
  const [type, from, epoch] = value as readonly Value[]
  if (type === 0 && value.length === 1) return [0]
  return type === 1 && typeof from === "number" && typeof epoch === "number" ? [1, from, epoch] : undefined
}

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
  if (!Array.isArray(list)) return refuse("malformed", { frame: "opening" })
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
  if (!verifyBy(line, peer, openingLabel, payload as Uint8Array, ed25519))
    return refuse("bad-opening", { peer: peer.party })
  if (psk === null) return heardBase(line, peer, { epoch, keyNumber, enc, payload: payload as Uint8Array, mlDsa65 })
  if (mlDsa65 !== null || epoch === 0) return refuse("bad-opening", { peer: peer.party })
  if (epoch <= peer.heardEpoch) {
    // A copy of the peer's home may have opened this number before, with another secret: only the very same opening is known here.
    if (peer.receiving.some(it => it.epoch === epoch && equal(it.enc, enc))) done(epoch)
    else if (!peer.earlyOpening) refuseOpening(line, peer, path, epoch & 255, "replayed-frame")
    return undefined
  }
  const secret = secretOf(line, peer, psk)
  if (!secret) {
    refuseOpening(line, peer, path, epoch & 255, "unknown-secret")
    // At first contact the peer may be a step ahead of us: that is no fault, and it opens again when asked.
    return psk[0] === 0 ? undefined : refuse("unknown-secret", { peer: peer.party, epoch })
  }
  if (peer.earlyOpening) return undefined
  peer.earlyOpening = true
  const use = (sharedSecret: Uint8Array | null): void => {
    if (!sharedSecret) {
      peer.earlyOpening = false
      refuseOpening(line, peer, path, epoch & 255, "undecipherable")
      return
    }
    const keys = derive(line, { from: peer.party, to: line.us, epoch }, sharedSecret, { psk, key: secret })
    peer.heardEpoch = epoch
    keepSecret(peer, peer.party, epoch, keys.psk)
    peer.baseOpening = null
    if (keyNumber === line.state.epochKey) line.state.epochKeyUsed = true
    line.state.dirty = true
    line.state.afterAppend.push(() => {
      peer.earlyOpening = false
      peer.receiving = [...peer.receiving.slice(1 - epochsKept), { ...keys, epoch, enc, window: freshWindow() }]
      done(epoch)
    })
  }
  line.out.push({ do: "decapsulate", id: ask(line, { about: "decapsulation", use }), number: keyNumber, enc })
  return undefined
}

type BaseOpening = {
  epoch: number
  keyNumber: number
  enc: Uint8Array
  payload: Uint8Array
  mlDsa65: Value | undefined
}

const heardBase = (line: Line, peer: Peer, base: BaseOpening): Refusal | undefined => {
  const { epoch, keyNumber, enc, payload, mlDsa65 } = base
  const post = line.charter.parties[peer.party]!.nodeKeys[1]!
  if (epoch !== 0 || keyNumber !== 0 || !(mlDsa65 instanceof Uint8Array))
    return refuse("bad-opening", { peer: peer.party })
  if (peer.pairingTheirs || peer.earlyOpening) return undefined
  if (!line.suite.verify(post, concat(openingLabel, payload), mlDsa65, openingLabel))
    return refuse("bad-opening", { peer: peer.party })
  peer.earlyOpening = true
  const use = (sharedSecret: Uint8Array | null): void => {
    peer.earlyOpening = false
    if (!sharedSecret) return
    const keys = derive(line, { from: peer.party, to: line.us, epoch: 0 }, sharedSecret, { psk: null, key: null })
    peer.pairingTheirs = keys.psk
    line.state.dirty = true
    line.state.afterAppend.push(() => openEpoch(line, peer))
  }
  line.out.push({ do: "decapsulate", id: ask(line, { about: "decapsulation", use }), number: 0, enc })
  return undefined
}
