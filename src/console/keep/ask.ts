// What the keepers of a node ask of it: keys, sheets for the roots, sessions, evidence.
import type { ExportRequest, ExportView } from "../../api/export.ts"
import type { KeysView, SheetFile, SignaturesFile } from "../../api/keys.ts"
import type { OrderReply, PrepareRequest, SessionView } from "../../api/shapes.ts"
import { type Failure, get, post, postForFile } from "../ask.ts"

/** New keys are made, and a bundle of a long record is weighed, before these are answered. */
const longMs = 60_000

export const askKeys = (): Promise<KeysView | Failure> => get<KeysView>("/api/keys/standing")
export const rotateKeys = (algorithm: string | null): Promise<OrderReply | Failure> =>
  post<OrderReply>("/api/keys/rotate", algorithm === null ? {} : { algorithm }, longMs)
export const prepareSheet = (request: PrepareRequest): Promise<SheetFile | Failure> =>
  post<SheetFile>("/api/keys/prepare", request, longMs)
export const commitSheet = (signed: SignaturesFile): Promise<OrderReply | Failure> =>
  post<OrderReply>("/api/keys/commit", signed, longMs)

export const askSessions = (): Promise<readonly SessionView[] | Failure> => get<readonly SessionView[]>("/api/sessions")
export const endSession = (id: string): Promise<object | Failure> => post("/api/sessions/end", { id })
export const endOthers = (): Promise<object | Failure> => post("/api/sessions/end", { others: true })

export const lookAtExport = (request: ExportRequest): Promise<ExportView | Failure> =>
  post<ExportView>("/api/export/look", request, longMs)
export const takeExport = (request: ExportRequest): Promise<Uint8Array<ArrayBuffer> | Failure> =>
  postForFile("/api/export", request, longMs)
