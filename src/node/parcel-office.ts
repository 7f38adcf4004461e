// Parcels of this side: made for somebody to carry, remembered by name, and read where somebody has brought one (page: protocol/epoch.md,
// EP-14 to EP-17).
import { hash } from "node:crypto"
import type { ParcelFile, ParcelTaken, ParcelView, ParcelWaiting } from "../api/parcels.ts"
import type { Tell } from "../core/event.ts"
import { hex } from "../core/hash.ts"
import { parcelBytesMax } from "../core/limits.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import type { Offered } from "./document-desk.ts"
import { hasFields, keptList, type Settings } from "./kept-list.ts"
import { framesOf, type Parcel, type Stretch } from "./parcel.ts"
import { isObject } from "./requests.ts"
import type { Running } from "./run.ts"

export type ParcelOfficeOptions = {
  readonly us: number
  readonly store: Settings
  readonly running: Pick<Running, "carried" | "parcel" | "own" | "status">
  /** Documents of ours that the other side is not proven to hold. */
  readonly offered: () => readonly Offered[]
  readonly now: () => number
  /** The other side could not open one: for the log. */
  readonly unopened: (parcel: ParcelView) => void
}

export type ParcelOffice = {
  list(): readonly ParcelView[]
  /** What the other side is not proven to hold. */
  waiting(): ParcelWaiting
  /** For the other side. Remembered before its bytes are given out. (EP-15) */
  make(request?: unknown): Promise<ParcelFile | Refusal>
  /** The same, for what sends it itself. */
  made(stretch: Stretch): Promise<Parcel | Refusal>
  take(request: unknown): Promise<ParcelTaken | Refusal>
  told(tell: Tell): void
  /** When the other side said of a place of our log that its parcel could not be opened, and the entry that says so. (EP-17) */
  unopened(generation: number, seq: number): { readonly at: number; readonly hash: string } | undefined
}

/** The law asks for 64 (EP-15); a folder of many and what goes round on a one-way path are remembered beside each other. */
const rowsMax = 256
const rowsBytesMax = 131_072

export const parcelOffice = ({ us, store, running, offered, now, unopened }: ParcelOfficeOptions): ParcelOffice => {
  const parcels = keptList(store, {
    ...{ name: "parcels", field: "parcels", rowsMax, bytesMax: rowsBytesMax },
    isRow: hasFields<ParcelView>({ name: "string", at: "number", generation: "number", from: "number", to: "number" }),
  })
  const made = async (stretch: Stretch): Promise<Parcel | Refusal> => {
    const parcel = await running.parcel(1 - us, stretch)
    if (isRefusal(parcel)) return parcel
    const { generation, from, to, bytes, nextChunk } = parcel
    const { root, chunk = 0 } = stretch.document ?? {}
    const row = {
      ...{ name: hex(parcel.name), at: now(), generation, from, to, hash: hash("sha256", bytes, "hex") },
      ...(root && { document: { root: hex(root), from: chunk, to: nextChunk - 1 } }),
    }
    parcels.keep([...parcels.all().slice(1 - rowsMax), row])
    return parcel
  }
  return {
    list: parcels.all,
    waiting() {
      const { generation, size } = running.own()
      const { confirmed = 0 } = running.status().peers.find(({ party }) => party === 1 - us) ?? {}
      const documents = offered()
        .filter(document => document.generation === generation)
        .map(({ root, size }) => ({ root: hex(root), size }))
      return { generation, from: confirmed + 1, to: size, documents }
    },
    made,
    async make(request) {
      const stretch = stretchOf(request, offered())
      if (isRefusal(stretch)) return stretch
      const parcel = await made(stretch)
      if (isRefusal(parcel)) return parcel
      const { isWhole, nextChunk, bytes } = parcel
      const name = hex(parcel.name)
      const kept = parcels.all().findLast(row => row.name === name)
      if (kept === undefined) throw new Error("A parcel was made and is not remembered.")
      return { ...kept, isWhole, nextChunk, bytes: Buffer.from(bytes).toString("base64") }
    },
    async take(request) {
      const text = isObject(request) ? request.bytes : undefined
      if (typeof text !== "string" || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
        return refuse("bad-request", { field: "bytes" })
      const bytes = Uint8Array.from(Buffer.from(text, "base64"))
      const frames = framesOf(bytes)
      return isRefusal(frames) ? frames : running.carried(1 - us, frames)
    },
    told(tell) {
      if (tell.type !== "rows") return
      for (const { held } of tell.rows) {
        const { author, kind, refs, time, hash } = held.entry
        const [name] = kind === kinds.undecipherable && author !== us ? refs.map(hex) : []
        const all = parcels.all()
        const at = all.findIndex(parcel => parcel.name === name && parcel.unopened === undefined)
        if (at < 0) continue
        const parcel = { ...all[at]!, unopened: { at: time, hash: hex(hash) } }
        parcels.keep(all.with(at, parcel))
        unopened(parcel)
      }
    },
    unopened: (generation, seq) =>
      parcels
        .all()
        .findLast(
          parcel => parcel.unopened && parcel.generation === generation && parcel.from <= seq && seq <= parcel.to,
        )?.unopened,
  }
}

const isPlace = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0

/** A document goes with the entry that names it. (EP-15) */
const stretchOf = (request: unknown, offered: readonly Offered[]): Stretch | Refusal => {
  const { after, document, bytesMax = parcelBytesMax } = isObject(request) ? request : {}
  if (!isPlace(bytesMax) || bytesMax > parcelBytesMax) return refuse("bad-request", { field: "bytesMax" })
  if (after !== undefined) return isPlace(after) ? { after, bytesMax } : refuse("bad-request", { field: "after" })
  if (document === undefined) return { bytesMax }
  const { root, chunk } = isObject(document) ? document : {}
  const named = offered.find(each => hex(each.root) === root)
  if (named === undefined || !isPlace(chunk)) return refuse("bad-request", { field: "document" })
  return { after: named.seq - 1, upTo: named.seq, bytesMax, document: { root: named.root, chunk } }
}
