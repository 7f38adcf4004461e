// Making a parcel: own entries, sealed to a key that waits for them, as one file (page: protocol/epoch.md, EP-14 and EP-15). Nothing of the
// line's state is touched; its encapsulation is its own, so that it may be made again at any time.
import { encodeEntryPart, joinParts } from "../core/frame.ts"
import { concat } from "../core/hash.ts"
import { changesToShow } from "../core/key-change.ts"
import { parcelBytesMax } from "../core/limits.ts"
import { ownKeys } from "../core/opening.ts"
import { padded, paddedBytes } from "../core/pad.ts"
import {
  parcelFrame,
  parcelKeys,
  parcelLabel,
  parcelName,
  parcelPayload,
  parcelTo,
  sealInParcel,
} from "../core/parcel.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { headerBytes, tagBytes } from "../core/seal.ts"
import type { Line } from "../core/state.ts"
import type { Hash } from "../core/suite.ts"
import type { Signer } from "../keys/signer.ts"
import type { Store } from "../store/store.ts"
import { frameReader, lengthBytes, lengthOf } from "../transport/framing.ts"
import type { LoopDocuments } from "./loop-documents.ts"

/** `from` above `to`: the peer is proven to hold all, and the parcel says so by being empty. `isWhole`: nothing more would follow. */
export type Parcel = {
  readonly bytes: Uint8Array
  readonly name: Hash
  readonly generation: number
  readonly from: number
  readonly to: number
  readonly isWhole: boolean
  /** Of the document, the first chunk that is not in it. */
  readonly nextChunk: number
}

/** A frame's plaintext, and the most that one read of the store gives. */
const frameBytes = 65_536
const readBytes = 1_048_576
/** What joins parts in a frame, and the shortest that fills it, take no more. (F-10) */
const joiningBytes = 16

type Means = {
  readonly store: Pick<Store, "read">
  readonly signer: Signer
  readonly documents: Pick<LoopDocuments, "piece">
}

/** Of the own log: what comes after an entry, up to another; then chunks of one document, from one on; and no file larger than that. */
export type Stretch = {
  readonly after?: number
  readonly upTo?: number
  readonly document?: { readonly root: Uint8Array; readonly chunk: number }
  readonly bytesMax?: number
}

export const makeParcel = async (
  line: Line,
  party: number,
  { store, signer, documents }: Means,
  now: number,
  { after = 0, upTo = Infinity, document, bytesMax = parcelBytesMax }: Stretch = {},
): Promise<Parcel | Refusal> => {
  const peer = line.state.peers.get(party)
  if (!peer) return refuse("unknown-author", { author: party })
  const to = parcelTo(line, peer)
  if (isRefusal(to)) return to
  const [key] = ownKeys(line)
  if (!signer.holds(key)) return refuse("key-missing")
  const { generation, frontier } = line.state.logs[line.us]!
  const from = Math.max(peer.confirmed, after) + 1
  const shown = changesToShow(line, peer)
  const { enc, secret } = await signer.encapsulate(to.public)
  const payload = parcelPayload(line, peer, to, enc, now)
  const [signature] = await signer.sign([concat(parcelLabel, payload)], key)
  const opening = parcelFrame(payload, signature!)
  const keys = parcelKeys(line, { from: line.us, to: party }, secret, { psk: to.psk, key: to.secret })
  const seal = (counter: number, plain: Uint8Array): Uint8Array => sealInParcel(line, party, keys, counter, plain)
  const file = new FrameFile([...shown, opening], seal, Math.min(bytesMax, parcelBytesMax))
  let last = from - 1
  for (const part of parts(line, store, { generation, from, to: Math.min(upTo, frontier.size) })) {
    const isIn = file.add(part.bytes)
    // Without its first entry a stretch would be empty, as if the other side were proven to hold all.
    if (!isIn && last < from) return refuse("too-large", { entry: from, most: bytesMax })
    if (!isIn) break
    last = part.seq
  }
  let nextChunk = document?.chunk ?? 0
  for (let more = document !== undefined; more; nextChunk += more ? 1 : 0) {
    const piece = document && documents.piece(document.root, nextChunk)
    more = piece !== undefined && file.add(piece)
  }
  file.end()
  const name = parcelName(line, opening)
  return { bytes: file.bytes(), name, generation, from, to: last, isWhole: last === frontier.size, nextChunk }
}

const parts = function* (
  line: Line,
  store: Pick<Store, "read">,
  of: { readonly generation: number; readonly from: number; readonly to: number },
): Generator<{ readonly seq: number; readonly bytes: Uint8Array }> {
  for (let from = of.from; from <= of.to; ) {
    const rows = store.read({ author: line.us, generation: of.generation, from, to: of.to }, readBytes)
    for (const { seq, bytes, salt, body } of rows)
      yield { seq, bytes: encodeEntryPart({ cose: bytes, salt: salt ?? null, body: body ?? null }, true, line.suite) }
    const last = rows.at(-1)
    if (last === undefined) return
    from = last.seq + 1
  }
}

/** `counter`: of the frames that were sealed before, each once. */
type Seal = (counter: number, plain: Uint8Array) => Uint8Array

/** Frames one after the other, each with its length before it (F-9), none beyond what a parcel may have. */
class FrameFile {
  readonly #seal: Seal
  readonly #bytesMax: number
  #sealed = 0
  readonly #frames: Uint8Array[]
  #bytes: number
  #waiting: Uint8Array[] = []
  #waitingBytes = 0

  constructor(first: readonly Uint8Array[], seal: Seal, bytesMax: number) {
    this.#seal = seal
    this.#bytesMax = bytesMax
    this.#frames = [...first]
    this.#bytes = first.reduce((sum, frame) => sum + lengthBytes + frame.length, 0)
  }

  /** False when it does not fit any more. */
  add(part: Uint8Array): boolean {
    if (this.#waitingBytes + part.length > frameBytes) this.end()
    const frame = lengthBytes + headerBytes + tagBytes + paddedBytes(this.#waitingBytes + part.length + joiningBytes)
    if (this.#bytes + frame > this.#bytesMax) return false
    this.#waiting.push(part)
    this.#waitingBytes += part.length
    return true
  }

  end(): void {
    if (this.#waiting.length === 0) return
    const frame = this.#seal(this.#sealed++, joinParts(padded(this.#waiting, 2 * frameBytes)))
    this.#frames.push(frame)
    this.#bytes += lengthBytes + frame.length
    this.#waiting = []
    this.#waitingBytes = 0
  }

  bytes(): Uint8Array {
    return concat(...this.#frames.flatMap(frame => [lengthOf(frame), frame]))
  }
}

/** The frames of a file, all of it. (F-9) */
export const framesOf = (bytes: Uint8Array): Uint8Array[] | Refusal => {
  if (bytes.length > parcelBytesMax) return refuse("too-large", { bytes: bytes.length, most: parcelBytesMax })
  const frames: Uint8Array[] = []
  const broken = frameReader(frame => frames.push(frame)).push(bytes)
  const read = frames.reduce((sum, frame) => sum + lengthBytes + frame.length, 0)
  return broken !== undefined || read !== bytes.length ? refuse("malformed", { frame: "parcel" }) : frames
}
