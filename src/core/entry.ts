// One entry: what a party says, signed, at one place of its log (page: protocol/entry.md). Decoding gives an Entry that is already
// well formed, or a Refusal; whether it fits the log is core/log.ts's to say.
import type { Hash } from "./suite.ts"

/** The largest contiguous size of a peer's log that the author held durably, and the root computed from it. (E-8) */
export type Seen = {
  readonly author: number
  readonly generation: number
  readonly size: number
  readonly root: Hash
}

/** A desk of a party, by its place in the charter's list of that party's desks. */
export type DeskAddress = { readonly party: number; readonly desk: number }

/** A person's release. `node`: said by the node, `officer` is the name given out under the disclosure policy, proof empty.
 *  `key`: `proof` is the officer key's signature over the act digest. `passkey`: `proof` is the WebAuthn assertion. (E-15) */
export type Release = {
  readonly type: "node" | "key" | "passkey"
  readonly officer: string
  readonly proof: Uint8Array
}

/** The signed fields. Absent optional fields are absent on the wire. Times are UTC milliseconds since 1970 by the author's clock. */
export type Fields = {
  readonly line: Uint8Array // 16 B
  readonly author: number // place in the charter's parties, from 0
  readonly generation: number // from 1
  readonly seq: number // from 1
  readonly ownRoot: Hash // the author's tree root at size seq − 1; the empty root for 1
  readonly seen: readonly Seen[] // by author, ascending; a peer of which nothing is held is left out
  readonly time: number
  readonly notAfter?: number
  readonly traffic: number // index in registry.traffics
  readonly number?: number // from 1, gapless per author, generation and traffic; only what says something has one
  readonly precedence: number // index in registry.precedences
  readonly kind: number
  readonly refs: readonly Hash[]
  readonly bodyHash?: Hash // SHA-256(salt ‖ body)
  readonly action: readonly DeskAddress[]
  readonly info: readonly DeskAddress[]
  readonly handling: number // 0: none; else place in the charter's labels, from 1
  readonly act?: Uint8Array // 16 B
  readonly releases: readonly Release[]
}

export type Entry = Fields & {
  readonly bytes: Uint8Array // the whole COSE_Sign1
  readonly hash: Hash // leaf hash: SHA-256(0x00 ‖ bytes). What refs, receipts and people name it by.
  readonly signed: Uint8Array // Sig_structure, what the signature covers
  readonly kid: Uint8Array // first 8 bytes of SHA-256 of the public key
  readonly alg: number
  readonly signature: Uint8Array
}

/** A body and its salt travel beside the entry. */
export type Body = { readonly salt: Uint8Array; readonly bytes: Uint8Array }

/** An entry as it is stored and sent: the body is absent when there is none, or when it is not held. */
export type Record_ = { readonly entry: Entry; readonly body?: Body }
