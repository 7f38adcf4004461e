// Questions and orders to our own node. Never throws: what the world or the node refuses comes back as a value.
import type {
  BreakRequest,
  EntryView,
  MessagePage,
  OfficersView,
  OrderReply,
  OrderRequest,
  Problem,
  ReportedView,
  WaitingAside,
  WaitingRelease,
  WaitingReply,
  WaitingView,
} from "../api/shapes.ts"
import { concat } from "../core/hash.ts"
import type { Unmade } from "./passkey/create.ts"

export type Failure =
  | { readonly failed: "no-node" }
  | { readonly failed: "refused"; readonly problem: Problem }
  /** Nobody has signed what the charter wants signed. */
  | { readonly failed: "unsigned"; readonly why: "not-given" | "no-passkey" }
  /** An authenticator has given no passkey, and not signed in with one. */
  | { readonly failed: "unmade"; readonly why: Unmade }
export const isFailure = (value: object): value is Failure => "failed" in value

const isProblem = (value: unknown): value is Problem =>
  typeof value === "object" && value !== null && "refusal" in value && typeof value.refusal === "string"

const badRequest = (status: number): Problem => ({
  refusal: status === 401 ? "not-signed-in" : status >= 500 ? "failed" : "bad-request",
  sentence: "",
  details: { status },
  at: Date.now(),
})

export const failureOf = (status: number, value: unknown): Failure => ({
  failed: "refused",
  problem: isProblem(value) ? value : badRequest(status),
})

const asked = async <T extends object>(path: string, init: RequestInit): Promise<T | Failure> => {
  try {
    const answer = await fetch(path, { credentials: "same-origin", cache: "no-store", ...init })
    const text = await answer.text()
    const value: unknown = text === "" ? {} : JSON.parse(text)
    if (answer.ok) return value as T
    return failureOf(answer.status, value)
  } catch {
    return { failed: "no-node" }
  }
}

/** A file, whole. */
export const postForFile = async (
  path: string,
  body: object,
  ms: number,
): Promise<Uint8Array<ArrayBuffer> | Failure> => {
  try {
    const headers = { "content-type": "application/json" }
    const sent = { method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(ms) }
    const answer = await fetch(path, { credentials: "same-origin", cache: "no-store", ...sent })
    if (answer.ok) return new Uint8Array(await answer.arrayBuffer())
    const value: unknown = await answer.json()
    return { failed: "refused", problem: isProblem(value) ? value : badRequest(answer.status) }
  } catch {
    return { failed: "no-node" }
  }
}

export const get = <T extends object>(path: string): Promise<T | Failure> => asked<T>(path, { method: "GET" })
export const post = <T extends object>(path: string, body: object, ms = 15_000): Promise<T | Failure> =>
  asked<T>(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    // An order that hangs is worse than one that failed: its act makes the second try harmless.
    signal: AbortSignal.timeout(ms),
  })

/** Octets of a file, as they are. */
export const postOctets = (path: string, octets: Blob, signal: AbortSignal): Promise<object | Failure> =>
  asked(path, { method: "POST", headers: { "content-type": "application/octet-stream" }, body: octets, signal })

/** What a node gives out as octets, at most the first `most` of them. */
export const getOctets = async (path: string, most: number): Promise<Uint8Array<ArrayBuffer> | Failure> => {
  const stopping = new AbortController()
  try {
    const init = { method: "GET", signal: stopping.signal } as const
    const answer = await fetch(path, { credentials: "same-origin", cache: "no-store", ...init })
    if (!answer.ok || answer.body === null) return failureOf(answer.status, await answer.json())
    const parts: Uint8Array[] = []
    let bytes = 0
    for (const reader = answer.body.getReader(); bytes < most; ) {
      const { done, value } = await reader.read()
      if (done) break
      parts.push(value)
      bytes += value.length
    }
    return concat(...parts).slice(0, most)
  } catch {
    return { failed: "no-node" }
  } finally {
    stopping.abort()
  }
}

export const askMessages = (after: number, limit: number): Promise<MessagePage | Failure> =>
  get<MessagePage>(`/api/messages?after=${after}&limit=${limit}`)
export const askReported = (): Promise<readonly ReportedView[] | Failure> =>
  get<readonly ReportedView[]>("/api/reported")
export const askEntry = (hash: string): Promise<EntryView | Failure> => get<EntryView>(`/api/entries/${hash}`)
export const order = (request: OrderRequest): Promise<OrderReply | Failure> => post<OrderReply>("/api/orders", request)
export const askOfficers = (): Promise<readonly OfficersView[] | Failure> =>
  get<readonly OfficersView[]>("/api/officers")
export const layDown = (request: OrderRequest): Promise<WaitingView | Failure> =>
  post<WaitingView>("/api/waiting", request)
export const releaseWaiting = (request: WaitingRelease): Promise<WaitingReply | Failure> =>
  post<WaitingReply>("/api/waiting/release", request)
export const setAside = (request: WaitingAside): Promise<object | Failure> => post("/api/waiting/aside", request)
export const signIn = (token: string): Promise<object | Failure> => post("/api/sign-in", { token })
export const signOut = (): Promise<object | Failure> => post("/api/sign-out", {})
export const reportDisplayed = (hash: string): Promise<object | Failure> => post("/api/displayed", { hash })
export const decideBreak = (request: BreakRequest): Promise<object | Failure> => post("/api/break", request)
export const acknowledgeAlarm = (id: string): Promise<object | Failure> => post("/api/alarms/acknowledge", { id })
export const reportHuman = (): Promise<object | Failure> => post("/api/human", {})
export const askLine = (): Promise<object | Failure> => get("/api/line")

/** The newest page; `after` is how many stand before it. */
export const askLatest = async (size: number): Promise<{ page: MessagePage; after: number } | Failure> => {
  const count = await askMessages(0, 1)
  if (isFailure(count)) return count
  const after = Math.max(0, count.total - size)
  const page = await askMessages(after, size)
  return isFailure(page) ? page : { page, after }
}
