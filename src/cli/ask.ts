// Questions and orders to this home's running node, over its loopback API, with the secret that the node left in the home.

import type { DocumentKept, DocumentView, UploadBegun } from "../api/documents.ts"
import type { SheetFile, SignaturesFile } from "../api/keys.ts"
import type { ParcelFile, ParcelRequest, ParcelTaken, ParcelView, ParcelWaiting } from "../api/parcels.ts"
import type { Invitation, PendingPasskey } from "../api/passkeys.ts"
import type { PathRequest, PathView } from "../api/paths.ts"
import type {
  BreakRequest,
  EntryView,
  KeyView,
  LineView,
  OfficersView,
  OrderReply,
  OrderRequest,
  PrepareRequest,
  Problem,
  WaitingAside,
  WaitingRelease,
  WaitingReply,
  WaitingView,
} from "../api/shapes.ts"
import type { Role } from "../core/officer.ts"
import { isRefusal } from "../core/refusal.ts"
import { openCharter, readApiDoor } from "../node/main.ts"
import { Refused } from "./say.ts"

/** An order must be durable when it is answered; a node that takes longer is not well. */
const timeoutMs = 30_000

export type Node = {
  order(request: OrderRequest): Promise<OrderReply>
  entry(hash: string): Promise<EntryView>
  line(): Promise<LineView>
  keys(): Promise<KeyView[]>
  rotateKeys(algorithm?: string): Promise<OrderReply>
  officers(): Promise<OfficersView[]>
  /** A body that the roots have signed, in hex. */
  enrol(body: string): Promise<OrderReply>
  prepareKeys(request: PrepareRequest): Promise<SheetFile>
  commitKeys(signatures: SignaturesFile): Promise<OrderReply>
  decideBreak(request: BreakRequest): Promise<void>
  /** An empty one forgets it. */
  duress(word: string): Promise<void>
  waiting(): Promise<WaitingView[]>
  lay(request: OrderRequest): Promise<WaitingView>
  releaseWaiting(request: WaitingRelease): Promise<WaitingReply>
  setAside(request: WaitingAside): Promise<void>
  pendingPasskeys(): Promise<PendingPasskey[]>
  dropPasskey(code: string): Promise<void>
  invite(request: {
    readonly code: string
    readonly name: string
    readonly roles: readonly Role[]
  }): Promise<Invitation>
  parcels(): Promise<ParcelView[]>
  parcelsWaiting(): Promise<ParcelWaiting>
  /** Of all that waits, if nothing else is said. */
  makeParcel(request?: ParcelRequest): Promise<ParcelFile>
  /** Its bytes in base64. */
  takeParcel(bytes: string): Promise<ParcelTaken>
  documents(): Promise<DocumentView[]>
  beginDocument(): Promise<UploadBegun>
  documentPart(upload: string, at: number, bytes: Uint8Array): Promise<void>
  finishDocument(upload: string): Promise<DocumentKept>
  changeDocument(what: "fetch" | "drop" | "withdraw", root: string): Promise<void>
  document(root: string): Promise<AsyncIterable<Uint8Array>>
  paths(): Promise<PathView[]>
  addPath(request: PathRequest): Promise<void>
  removePath(name: string): Promise<void>
}

export const nodeOf = (home: string): Node => {
  openCharter(home) // says first what else is wrong: no home, or not paired
  const door = readApiDoor(home)
  const answered = async (path: string, body?: object | Uint8Array): Promise<Response> => {
    if (door === undefined)
      throw new Error(`The node of ${home} has not been started yet; start it with: parley run ${home}`)
    const isOctets = body instanceof Uint8Array
    const type = isOctets ? "application/octet-stream" : "application/json"
    const answer = await fetch(`${door.url}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${door.secret}`, ...(body && { "content-type": type }) },
      ...(body && { body: isOctets ? Buffer.from(body) : JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((cause: unknown) => {
      throw new Error(`The node of ${home} does not answer at ${door.url}; is it running?`, { cause })
    })
    if (answer.ok) return answer
    const value: unknown = await answer.json()
    if (isProblem(value)) throw new Refused(value, value.sentence)
    throw new Error(`The node answered ${answer.status}.`)
  }
  const ask = async <T>(path: string, body?: object | Uint8Array): Promise<T> => {
    const answer = await answered(path, body)
    return (answer.status === 204 ? undefined : await answer.json()) as T
  }
  return {
    order: request => ask("/api/orders", request),
    entry: hash => ask(`/api/entries/${encodeURIComponent(hash)}`),
    line: () => ask("/api/line"),
    keys: () => ask("/api/keys"),
    officers: () => ask("/api/officers"),
    enrol: body => ask("/api/officers", { body }),
    prepareKeys: request => ask("/api/keys/prepare", request),
    commitKeys: signatures => ask("/api/keys/commit", signatures),
    rotateKeys: algorithm => ask("/api/keys/rotate", algorithm === undefined ? {} : { algorithm }),
    decideBreak: request => ask("/api/break", request),
    duress: word => ask("/api/duress", { word }),
    waiting: () => ask("/api/waiting"),
    lay: request => ask("/api/waiting", request),
    releaseWaiting: request => ask("/api/waiting/release", request),
    setAside: request => ask("/api/waiting/aside", request),
    pendingPasskeys: () => ask("/api/passkeys"),
    dropPasskey: code => ask("/api/passkeys/drop", { code }),
    invite: request => ask("/api/passkeys/invite", request),
    parcels: () => ask("/api/parcels"),
    parcelsWaiting: () => ask("/api/parcels/waiting"),
    makeParcel: (request = {}) => ask("/api/parcels", request),
    takeParcel: bytes => ask("/api/parcels/take", { bytes }),
    documents: () => ask("/api/documents"),
    beginDocument: () => ask("/api/documents/begin", {}),
    documentPart: (upload, at, bytes) => ask(`/api/documents/part?upload=${upload}&at=${at}`, bytes),
    finishDocument: upload => ask("/api/documents/finish", { upload }),
    changeDocument: (what, root) => ask(`/api/documents/${what}`, { root }),
    document: async root => {
      const { body } = await answered(`/api/documents/content?root=${root}`)
      if (body === null) throw new Error("The node gave no content.")
      return body
    },
    paths: () => ask("/api/paths"),
    addPath: request => ask("/api/paths", request),
    removePath: name => ask("/api/paths/remove", { name }),
  }
}

const isProblem = (value: unknown): value is Problem => isRefusal(value) && "sentence" in value
