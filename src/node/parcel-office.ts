// Parcels of this side: made for somebody to carry, remembered by name, and read where somebody has brought one (page: protocol/epoch.md,
// EP-14 to EP-17).
import type { ParcelFile, ParcelTaken, ParcelView } from "../api/parcels.ts"
import type { Tell } from "../core/event.ts"
import { hex } from "../core/hash.ts"
import { parcelBytesMax, parcelNamesMax } from "../core/limits.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import type { Store } from "../store/store.ts"
import { frameReader } from "../transport/framing.ts"
import { isObject } from "./requests.ts"
import type { Running } from "./run.ts"

export type ParcelOfficeOptions = {
  readonly us: number
  readonly store: Pick<Store, "setting" | "set">
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

const setting = "parcels"

export const parcelOffice = ({ us, store, running, now, unopened }: ParcelOfficeOptions): ParcelOffice => {
  let all = read(store.setting(setting))
  const keep = (next: readonly ParcelView[]): void => {
    store.set(setting, new TextEncoder().encode(JSON.stringify(next)))
    all = next
  }
  return {
    list: () => all,
    async make() {
      const made = await running.parcel(1 - us)
      if (isRefusal(made)) return made
      const { generation, from, to, isWhole } = made
      const parcel = { name: hex(made.name), at: now(), generation, from, to }
      keep([...all.slice(1 - parcelNamesMax), parcel])
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
        const at = all.findIndex(parcel => parcel.name === name && parcel.unopened === undefined)
        if (at < 0) continue
        const parcel = { ...all[at]!, unopened: { at: time, hash: hex(hash) } }
        keep(all.with(at, parcel))
        unopened(parcel)
      }
    },
    unopened: (generation, seq) =>
      all.findLast(
        parcel => parcel.unopened && parcel.generation === generation && parcel.from <= seq && seq <= parcel.to,
      )?.unopened,
  }
}

/** The frames of a file, all of it. (F-9) */
const framesOf = (bytes: Uint8Array): Uint8Array[] | Refusal => {
  if (bytes.length > parcelBytesMax) return refuse("too-large", { bytes: bytes.length, most: parcelBytesMax })
  const frames: Uint8Array[] = []
  const broken = frameReader(frame => frames.push(frame)).push(bytes)
  const read = frames.reduce((sum, frame) => sum + 4 + frame.length, 0)
  return broken !== undefined || read !== bytes.length ? refuse("malformed", { frame: "parcel" }) : frames
}

/** Written by this node alone, in its own record. */
const read = (bytes: Uint8Array | undefined): readonly ParcelView[] =>
  bytes === undefined ? [] : (JSON.parse(new TextDecoder().decode(bytes)) as ParcelView[])
