// Registry of kinds and field keys (page: protocol/registry.md). Numbers are never reused.

/** Field keys of an entry's payload. Keys below 64 are critical; 64 to 255 are stored and relayed unread. (E-16) */
export const field = {
  version: 1,
  line: 2,
  author: 3,
  generation: 4,
  seq: 5,
  ownRoot: 6,
  seen: 7,
  time: 8,
  notAfter: 9,
  traffic: 10,
  number: 11,
  precedence: 12,
  kind: 13,
  refs: 14,
  bodyHash: 15,
  action: 16,
  info: 17,
  handling: 18,
  act: 19,
  releases: 20,
  sole: 21,
  second: 64, // not critical: who does not know the suite keeps it unread (E-21)
} as const
export const firstFreeCritical = 22
export const firstNonCritical = 64
export const lastNonCritical = 255

/** Traffic: what a word counts as. `service` is the line's own housekeeping; it is never a statement. (E-10) */
export const traffics = ["real", "drill", "test", "service"] as const
export type Traffic = (typeof traffics)[number]

/** Precedence, lowest first, so that the number compares. (E-11) */
export const precedences = ["BULK", "ROUTINE", "PRIORITY", "IMMEDIATE", "FLASH"] as const
export type Precedence = (typeof precedences)[number]

/** Kinds of entry. An unknown kind is stored, counted, relayed and shown as data. (E-16) */
export const kinds = {
  charter: 1, //         body: the root signatures over the charter; always entry 1 of generation 1
  generation: 2, //      opens a new generation; refs the old head's last entry
  key: 3, //             body: other node keys, signed by those in force and by themselves
  "epoch-key": 4, //     body: an X-Wing public key to seal to
  officer: 5, //         body: an officer of the author, enrolled or retired, signed by its roots
  break: 7, //           body: two break openings; sealing began anew, and who confirmed it
  "reported-record": 8, // body: history as reported, with its source; nobody's statement
  stored: 16, //         receipt: everything in `seen`, and refs beyond a gap, is durable here with its body
  displayed: 17, //      receipt: shown on a console while somebody was on watch
  ring: 18, //           an alarm is ringing unanswered here since
  acknowledged: 19, //   receipt: a named person has taken notice
  "read-back": 20, //    receipt: a named person restates it
  "passed-up": 21, //    receipt: shown to a senior
  deferred: 22, //       receipt: will be answered by a time
  declined: 23, //       receipt: will not be answered, with a reason
  refused: 24, //        receipt: was not accepted, with the refusal's number
  expired: 25, //        receipt: arrived after its not-after
  undecipherable: 26, // receipt: could not be opened; seal it again
  "without-body": 27, // receipt: stored, but its body is missing
  seconded: 28, //       the second officer signs afterwards what was released by one
  objected: 29, //       the second officer objects to it, with a reason
  "document-stored": 30, // receipt: a document that refs[0] names is durable here, all of it
  message: 32, //        free text
  answer: 33, //         free text that answers refs[0]
} as const
export type Kind = keyof typeof kinds
export const kindName: ReadonlyMap<number, Kind> = new Map(
  Object.entries(kinds).map(([name, number]) => [number, name as Kind]),
)

/** Kinds that say something: they carry a number, may ring, and are owed receipts one by one. Forms follow from 64 on. */
export const saysSomething = (kind: number): boolean => kind === kinds.message || kind === kinds.answer || kind >= 64
/** Receipts and ring states are never receipted; everything else is owed `stored`. */
export const isReceipt = (kind: number): boolean => kind >= 16 && kind < 32
