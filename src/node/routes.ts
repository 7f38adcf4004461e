// Who may use which route: the one table, by which the server opens, refuses and counts, and from which its tests are made (page:
// protocol/security.md, A-20). A route without a row here cannot be served: the node does not start with one.
import type { Officer } from "../api/shapes.ts"

/** Who can stand before the node: officers by their role, the home's own CLI, a reader of its figures, and everybody else. */
export const seats = [
  "watch",
  "releaser",
  "translator",
  "auditor",
  "administrator",
  "cli",
  "monitor",
  "nobody",
] as const satisfies readonly (Officer["role"] | "cli" | "monitor" | "nobody")[]
export type Seat = (typeof seats)[number]

/** How often it may be asked: which of the stores in rate.ts a request draws from. */
export type Pace = "reads" | "orders" | "sign-ins" | "sockets"

export type Route = {
  readonly method: "GET" | "POST"
  readonly path: string
  readonly seats: readonly Seat[]
  readonly pace: Pace
  /** Of a body, in JSON. */
  readonly bytesMax: number
  readonly isSocket: boolean
  /** Its body is bytes as they are, and no JSON. A form of a stranger's page can send none of that type. */
  readonly isOctets?: true
}

const everybody: readonly Seat[] = seats
const staff: readonly Seat[] = ["watch", "releaser", "translator", "auditor", "administrator", "cli"]
/** Who speaks for this side. An administrator keeps the node and says nothing on the line. */
const speakers: readonly Seat[] = ["watch", "releaser", "cli"]
/** Whoever is shown a message on watch; the CLI shows nothing to anybody. */
const watchers: readonly Seat[] = ["watch", "releaser"]
export const isOnWatch = (seat: Seat): boolean => watchers.includes(seat)
/** Whoever may ring the other side and say that sealing begins anew. */
const deciders: readonly Seat[] = ["watch", "releaser", "administrator", "cli"]
const keepers: readonly Seat[] = ["administrator", "cli"]
const supervisors: readonly Seat[] = ["auditor", "administrator", "cli"]
/** Whoever may take evidence out of the house. */
const inspectors: readonly Seat[] = ["auditor", "administrator"]
/** Whoever may say by name that an alarm that stays has been seen. The CLI has no name. */
const alarmed: readonly Seat[] = ["watch", "releaser", "auditor", "administrator"]
const gauges: readonly Seat[] = ["auditor", "administrator", "cli", "monitor"]

/** 65,536 bytes of text, each perhaps escaped as six in JSON, and the rest of the request. */
const textBytesMax = 512 * 1_024
const wordBytesMax = 1_024
/** An officer's body in hex: two signatures of the roots are 8 kB of it, four passkeys at the most 5 kB. */
const officerBytesMax = 64 * 1_024

/** A proof in hex fills an entry at the most; a word has 2,048 bytes, each perhaps escaped as six. */
const proofBytesMax = 16 * 1_024

/** A thousand hashes, and as many again whose texts are shown. */
const choiceBytesMax = 256 * 1_024

/** 8 MiB in base64. */
const parcelBytesMax = 12 * 1_024 * 1_024

/** A part of a document that is being taken in. */
export const partBytesMax = 1_048_576

/** The one page that may use a camera. */
export const cameraPage = "/by-screen"

const reads = (path: string, who: readonly Seat[]): Route => ({
  ...{ method: "GET", path, seats: who, pace: "reads", bytesMax: wordBytesMax, isSocket: false },
})
const orders = (path: string, who: readonly Seat[], bytesMax = wordBytesMax, pace: Pace = "orders"): Route => ({
  ...{ method: "POST", path, seats: who, pace, bytesMax, isSocket: false },
})

export const routes: readonly Route[] = [
  orders("/api/sign-in", everybody, wordBytesMax, "sign-ins"),
  orders("/api/sign-out", everybody, wordBytesMax, "reads"),
  orders("/api/passkeys/challenge", everybody, wordBytesMax, "reads"),
  orders("/api/passkeys/sign-in", everybody, 8 * wordBytesMax, "sign-ins"),
  // By a session, or by an invitation, which nobody brings who is signed in.
  orders("/api/passkeys/options", everybody),
  orders("/api/passkeys", everybody, 8 * wordBytesMax),
  reads("/api/passkeys", supervisors),
  orders("/api/passkeys/drop", keepers),
  orders("/api/passkeys/invite", keepers),
  reads("/api/line", staff),
  reads("/api/messages", staff),
  reads("/api/reported", staff),
  reads("/api/charter", staff),
  reads("/api/heads", staff),
  reads("/api/entries", staff),
  reads("/api/entries/:hash", staff),
  orders("/api/orders", speakers, textBytesMax),
  reads("/api/waiting", speakers),
  orders("/api/waiting", speakers, textBytesMax),
  orders("/api/waiting/release", speakers, proofBytesMax),
  orders("/api/waiting/aside", speakers, proofBytesMax),
  orders("/api/break", deciders),
  orders("/api/alarms/acknowledge", alarmed),
  orders("/api/alarms/proof", alarmed),
  // From the house's own terminal alone: at a console it would stand on a screen. 1,024 characters, each perhaps escaped as six.
  orders("/api/duress", ["cli"], 8 * wordBytesMax),
  orders("/api/reported", keepers, textBytesMax),
  orders("/api/displayed", watchers, wordBytesMax, "reads"),
  orders("/api/human", watchers, wordBytesMax, "reads"),
  reads("/api/sessions", supervisors),
  orders("/api/sessions/end", keepers),
  reads("/api/keys", staff),
  reads("/api/keys/standing", staff),
  orders("/api/keys/rotate", keepers),
  // Not the CLI, which reads the home itself.
  orders("/api/export/look", inspectors, choiceBytesMax),
  orders("/api/export", inspectors, choiceBytesMax),
  reads("/api/officers", staff),
  orders("/api/officers", keepers, officerBytesMax),
  orders("/api/keys/prepare", keepers, 16 * 1_024),
  orders("/api/keys/commit", keepers, 64 * 1_024),
  reads("/api/parcels", supervisors),
  reads("/api/parcels/waiting", keepers),
  orders("/api/parcels", keepers),
  orders("/api/parcels/take", keepers, parcelBytesMax),
  reads("/api/documents", staff),
  reads("/api/documents/content", staff),
  orders("/api/documents/begin", speakers),
  { ...orders("/api/documents/part", speakers, partBytesMax, "reads"), isOctets: true },
  orders("/api/documents/finish", speakers),
  orders("/api/documents/fetch", speakers),
  orders("/api/documents/drop", speakers),
  orders("/api/documents/withdraw", speakers),
  reads("/api/paths", staff),
  orders("/api/paths", keepers, 32 * 1_024),
  orders("/api/paths/remove", keepers),
  { ...reads("/api/live", staff), pace: "sockets", isSocket: true },
  // To a stranger it says whether the node is well, and no more.
  reads("/health", everybody),
  reads("/metrics", gauges),
  // The console again, where it may use a camera; who is no administrator is sent to where it may not.
  reads(cameraPage, everybody),
  // The console's own files.
  reads("/*", everybody),
]

/** What an unpaired home serves instead, on loopback, to whoever keeps it. (CH-10) */
const cardBytesMax = 128 * 1_024
export const ceremonyRoutes: readonly Route[] = [
  orders("/api/sign-in", everybody, wordBytesMax, "sign-ins"),
  orders("/api/sign-out", everybody, wordBytesMax, "reads"),
  reads("/api/line", staff),
  reads("/api/ceremony", keepers),
  orders("/api/ceremony/terms", keepers, cardBytesMax),
  orders("/api/ceremony/take", keepers),
  orders("/api/ceremony/card", keepers, cardBytesMax),
  orders("/api/ceremony/words", keepers, 8 * wordBytesMax),
  orders("/api/ceremony/confirm", keepers, 16 * wordBytesMax),
  orders("/api/ceremony/secret", keepers),
  orders("/api/ceremony/fallback", keepers, 8 * wordBytesMax),
  orders("/api/ceremony/run", keepers),
  reads("/*", everybody),
]

export type RouteAt = (method: string, path: string | undefined) => Route | undefined

/** HEAD is a GET of which only the head is answered. */
export const routesOf = (table: readonly Route[]): RouteAt => {
  const rows = new Map(table.map(route => [`${route.method} ${route.path}`, route]))
  return (method, path) => rows.get(`${method === "HEAD" ? "GET" : method} ${path}`)
}
