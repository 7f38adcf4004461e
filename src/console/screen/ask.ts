// What is asked of a node about parcels that go by codes on a screen.
import type { ParcelFile, ParcelTaken, ParcelWaiting } from "../../api/parcels.ts"
import { base64 } from "../../core/hash.ts"
import { codesBytesMax } from "../../core/limits.ts"
import { type Failure, get, post } from "../ask.ts"

export const askWaiting = (): Promise<ParcelWaiting | Failure> => get<ParcelWaiting>("/api/parcels/waiting")
export const makeParcel = (after: number): Promise<ParcelFile | Failure> =>
  post<ParcelFile>("/api/parcels", { after, bytesMax: codesBytesMax })
export const takeParcel = (bytes: Uint8Array): Promise<ParcelTaken | Failure> =>
  post<ParcelTaken>("/api/parcels/take", { bytes: base64(bytes) }, 30_000)
