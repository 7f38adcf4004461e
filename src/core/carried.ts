// Keys for what is carried by hand, and what came in a parcel (page: protocol/epoch.md, section 7). They live for weeks, and touch nothing
// of the epochs of paths that answer.
import { heardEntry } from "./accept.ts"
import { encodeEpochKeyBody } from "./body.ts"
import type { CarriedAnswer } from "./event.ts"
import { heardPiece } from "./fetch.ts"
import type { Part } from "./frame.ts"
import { equal, hex } from "./hash.ts"
import { heardShown } from "./key-change.ts"
import { carriedFirstMs, carriedMs, carriedRenewMs, parcelNamesMax } from "./limits.ts"
import { type HeardParcel, openParcel, parcelKeys, readParcel } from "./parcel.ts"
import { isRefusal, refuse } from "./refusal.ts"
import { kinds } from "./registry.ts"
import { isAnswered } from "./restore.ts"
import { frameKinds } from "./seal.ts"
import { secretOf } from "./secret.ts"
import { ask, type Line, type Peer } from "./state.ts"
import { ownLog } from "./sync.ts"
import { openSalt, serviceOrder } from "./write.ts"

/** Where the signer keeps keys of class 1: beside those of class 0, under numbers that no epoch key comes to. */
const classStep = 2 ** 32

/** Whether a signer's key is one of these. */
export const isCarriedKey = (number: number): boolean => number >= classStep

/** When the next is to be published, or the oldest erased; Infinity when neither. (EP-13) */
export const carriedDueAt = (line: Line): number => {
  const { state } = line
  const { at, making, kept } = state.carried
  const oldest = kept.length > 1 ? kept[0]!.at + carriedMs : Infinity
  if (ownLog(line).frontier.size === 0 || state.restored || state.keyless || making || !isAnswered(line)) return oldest
  if (at === 0) return line.now
  return Math.min(oldest, at + (kept.length === 0 ? carriedFirstMs : carriedRenewMs))
}

/** What is due of that. The hour of the first begins when the log has. */
export const keepCarried = (line: Line): void => {
  const { out, state } = line
  const { carried } = state
  for (const old of carried.kept.slice(0, -1)) {
    if (line.now - old.at < carriedMs) break
    out.push({ do: "eraseEpochKey", number: classStep + old.number })
    carried.kept.shift()
    state.dirty = true
  }
  if (carriedDueAt(line) > line.now) return
  const isFirst = carried.at === 0
  carried.at = line.now
  if (isFirst) return
  carried.making = true
  out.push({ do: "makeEpochKey", number: classStep + carried.number + 1 })
}

export const heardCarriedKey = (line: Line, made: { number: number; publicKey: Uint8Array }): void => {
  const { carried, orders } = line.state
  carried.making = false
  carried.number = made.number - classStep
  carried.kept.push({ number: carried.number, at: line.now })
  line.state.dirty = true
  const body = openSalt(line, encodeEpochKeyBody({ number: carried.number, public: made.publicKey, class: 1 }))
  orders.push(serviceOrder(kinds["epoch-key"], 2, { body }))
}

type Carried = { readonly order: number; readonly peer: number; readonly frames: readonly Uint8Array[] }

/** A parcel was read here. Nothing of it is used before all of it is opened. (EP-16) */
export const heardCarried = (line: Line, { order, peer: party, frames }: Carried): void => {
  const answer = (said: CarriedAnswer): void => void line.state.afterwards.push({ type: "carried", order, said })
  const peer = line.state.peers.get(party)
  const at = frames.findIndex(frame => frame[0] !== frameKinds.keysShown)
  if (!peer || at < 0) return answer(refuse("malformed", { frame: "parcel" }))
  for (const frame of frames.slice(0, at)) {
    const fault = heardShown(line, peer, frame)
    if (fault) return answer(fault)
  }
  const parcel = readParcel(line, peer, frames[at]!)
  if (isRefusal(parcel)) return answer(parcel)
  const secret = secretOf(line, peer, parcel.psk)
  if (!secret) return cannotOpen(line, parcel, answer)
  const use = (shared: Uint8Array | null): void => {
    if (!shared) return cannotOpen(line, parcel, answer)
    const keys = parcelKeys(line, { from: party, to: line.us }, shared, { psk: parcel.psk, key: secret })
    const parts = openParcel(line, party, keys, frames.slice(at + 1))
    answer(isRefusal(parts) ? parts : takeParts(line, peer, parcel, parts))
  }
  const id = ask(line, { about: "decapsulation", use })
  line.out.push({ do: "decapsulate", id, number: classStep + parcel.keyNumber, enc: parcel.enc })
}

const takeParts = (line: Line, peer: Peer, { name }: HeardParcel, parts: readonly Part[]): CarriedAnswer => {
  const held = (): number => line.state.logs[peer.party]!.frontier.size
  const before = held()
  for (const part of parts) if (part.type === "entry") heardEntry(line, peer, part)
  // What names a document is in the record before a part of the document is looked at.
  const pieces = parts.filter(part => part.type === "piece")
  if (pieces.length > 0) {
    line.state.dirty = true
    line.state.afterAppend.push(() => {
      for (const piece of pieces) heardPiece(line, peer.party, piece)
    })
  }
  return {
    name: hex(name),
    isOpen: true,
    entries: parts.filter(({ type }) => type === "entry").length,
    fresh: held() - before,
    chunks: pieces.length,
  }
}

/** Its key is gone, or what it builds on: said once for each parcel. (EP-17) */
const cannotOpen = (line: Line, { name }: HeardParcel, answer: (said: CarriedAnswer) => void): void => {
  const { carried, orders, restored, keyless } = line.state
  answer({ name: hex(name), isOpen: false, entries: 0, fresh: 0, chunks: 0 })
  if (restored || keyless || carried.unopened.some(known => equal(known, name))) return
  carried.unopened = [...carried.unopened.slice(1 - parcelNamesMax), name]
  line.state.dirty = true
  orders.push(serviceOrder(kinds.undecipherable, 1, { refs: [name] }))
}
