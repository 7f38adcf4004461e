// Parcels of this side: made for somebody to carry, remembered by name, and read where somebody has brought one (page: protocol/epoch.md,
// EP-14 to EP-17).
import type { ParcelFile, ParcelTaken, ParcelView } from "../api/parcels.ts"
import type { Tell } from "../core/event.ts"
import { hex } from "../core/hash.ts"
import { parcelBytesMax, parcelNamesMax } from "../core/limits.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import { frameReader, lengthBytes } from "../transport/framing.ts"
import { hasFields, keptList, type Settings } from "./kept-list.ts"
import { isObject } from "./requests.ts"
import type { Running } from "./run.ts"

export type ParcelOfficeOptions = {
  readonly us: number
  readonly store: Settings
  readonly running: Pick<Running, "carried" | "parcel">
  readonly now: () => number
  /** The other side could not open one: for the log. */
  readonly unopened: (parcel: ParcelView) => void
}

export type ParcelOffice = {
  list(): readonly ParcelView[]
  /** For the other side. Remembered before its bytes are given out. (EP-15) */
  make(): Promise<ParcelFile | Refusal>
  take(request: unknown): Promise<ParcelTaken | Refusal>
  told(tell: Tell): void
  /** When the other side said of a place of our log that its parcel could not be opened, and the entry that says so. (EP-17) */
  unopened(generation: number, seq: number): { readonly at: number; readonly hash: string } | undefined
}

const bytesMax = 65_536

export const parcelOffice = ({ us, store, running, now, unopened }: ParcelOfficeOptions): ParcelOffice => {
  const parcels = keptList(store, {
    ...{ name: "parcels", field: "parcels", rowsMax: parcelNamesMax, bytesMax },
    isRow: hasFields<ParcelView>({ name: "string", at: "number", generation: "number", from: "number", to: "number" }),
  })
  return {
    list: parcels.all,
    async make() {
      const made = await running.parcel(1 - us)
      if (isRefusal(made)) return made
      const { generation, from, to, isWhole } = made
      const parcel = { name: hex(made.name), at: now(), generation, from, to }
      parcels.keep([...parcels.all().slice(1 - parcelNamesMax), parcel])
      return { ...parcel, isWhole, bytes: Buffer.from(made.bytes).toString("base64") }
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

/** The frames of a file, all of it. (F-9) */
const framesOf = (bytes: Uint8Array): Uint8Array[] | Refusal => {
  if (bytes.length > parcelBytesMax) return refuse("too-large", { bytes: bytes.length, most: parcelBytesMax })
  const frames: Uint8Array[] = []
  const broken = frameReader(frame => frames.push(frame)).push(bytes)
  const read = frames.reduce((sum, frame) => sum + lengthBytes + frame.length, 0)
  return broken !== undefined || read !== bytes.length ? refuse("malformed", { frame: "parcel" }) : frames
}
