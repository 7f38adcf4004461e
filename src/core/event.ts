// What happens to a line, and what it wants done (page: protocol/sync.md, section 1). Events are past, effects imperative; `step`
// turns one into the others, in order. Events carry the time; chance and keys come as answers to effects.
import type { Body, DeskAddress, Entry, Release, Unsigned } from "./entry.ts"
import type { Head } from "./head.ts"
import type { NodeKeys } from "./key.ts"
import type { Refusal, RefusalCode } from "./refusal.ts"
import type { Hash, PublicKey } from "./suite.ts"

/** What somebody here wants said. `id` names the order in its answer. */
export type Order = {
  readonly id: number
  readonly kind: number
  readonly traffic: number
  readonly precedence: number
  readonly refs: readonly Hash[]
  readonly body?: Body
  readonly action: readonly DeskAddress[]
  readonly info: readonly DeskAddress[]
  readonly handling: number
  readonly act?: Uint8Array
  readonly releases: readonly Release[]
  readonly sole?: number
  readonly notAfter?: number
  /** Of a new generation: it names an earlier place than the last of the old log. */
  readonly upTo?: true
}

/** The own entry that is being signed; `key`: by which. */
export type Signing = {
  readonly order: Order | null
  readonly key: PublicKey
  readonly unsigned: Unsigned
  readonly body?: Body
}

/** An entry with its body, as stored and served. */
export type Held = {
  readonly entry: Entry
  readonly body?: Body
  /** Made anew from less than its author has signed: if its signature is false, that may be for what was put in its place. (S-11) */
  readonly rebuilt?: true
}

/** Places of a closed or distrusted stretch of a log: all rows that are held of it are marked. */
export type MarkedSpan = {
  readonly author: number
  readonly generation: number
  readonly from: number
  readonly to: number
  readonly refusal: Refusal
}

/** An entry as it was written, not read again: what is served goes out as it is. */
export type Stored = {
  readonly seq: number
  readonly bytes: Uint8Array
  readonly salt?: Uint8Array
  readonly body?: Uint8Array
}

/** As a transport has them (transport/transport.ts). */
export type PathTraits = {
  readonly rate: number
  readonly fragmentBytes: number
  readonly queueBytes: number
  readonly keepsOrder?: true
  readonly loses?: true
  readonly pieceBytes?: number
  readonly cost?: number
}

/** `lived`: the keys have been in use before, so that an empty record is a lost one. `held`: node keys that are here, where those that are
 *  in force by this record are not. (L-11, K-6) */
type Started = { readonly type: "started"; readonly lived?: boolean; readonly held?: NodeKeys | undefined }

export type Event = { readonly now: number } & (
  | Started
  | { readonly type: "ordered"; readonly order: Order }
  | { readonly type: "pathOpened"; readonly path: number; readonly peer: number; readonly traits: PathTraits }
  /** `isRemoved`: its number may be another path's from here on. */
  | { readonly type: "pathClosed"; readonly path: number; readonly isRemoved?: true }
  | { readonly type: "heard"; readonly path: number; readonly frame: Uint8Array }
  | { readonly type: "flushed"; readonly path: number; readonly bytes: number }
  /** Null: the key is not held here. (K-6) */
  | { readonly type: "signed"; readonly signature: Uint8Array | null }
  | { readonly type: "signedSecond"; readonly signature: Uint8Array }
  | {
      readonly type: "attested"
      readonly id: number
      /** Null: the key is not held here. */
      readonly ed25519: Uint8Array | null
      readonly mlDsa65: Uint8Array | null
    }
  | { readonly type: "encapsulated"; readonly id: number; readonly enc: Uint8Array; readonly secret: Uint8Array }
  | { readonly type: "decapsulated"; readonly id: number; readonly secret: Uint8Array | null }
  | { readonly type: "epochKeyMade"; readonly number: number; readonly publicKey: Uint8Array }
  /** `wanted`: documents that rows of it name, and that are to be fetched. */
  | { readonly type: "appended"; readonly wanted?: readonly WantedDocument[] }
  | {
      readonly type: "served"
      readonly path: number
      readonly author: number
      readonly generation: number
      readonly from: number
      readonly rows: readonly Stored[]
      readonly head?: Head
    }
  | { readonly type: "recalled"; readonly id: number; readonly held: Held | null }
  | {
      readonly type: "checked"
      readonly author: number
      readonly generation: number
      readonly to: number
      readonly bad: readonly Hash[]
    }
  /** Somebody touched a console here, or consoles came and went. */
  | { readonly type: "watched"; readonly lastHuman: number | null; readonly consoles: number }
  /** An officer has rung the other side about its request to begin anew. `order` names the answer. (EP-10) */
  | {
      readonly type: "breakDecided"
      readonly order: number
      readonly peer: number
      readonly code: string
      readonly confirmed: boolean
      readonly officer: string
    }
  /** The frames of a parcel that was read here, as the file has them. `order` names the answer. (EP-16) */
  | { readonly type: "carried"; readonly order: number; readonly peer: number; readonly frames: readonly Uint8Array[] }
  | ({ readonly type: "documentWanted" } & WantedDocument)
  | { readonly type: "documentDropped"; readonly root: Hash }
  | { readonly type: "chunkKept"; readonly root: Hash; readonly index: number }
  /** There is no room for it, or the disk does not take it. */
  | { readonly type: "chunkNotKept"; readonly root: Hash }
  /** `record`: as it travels (D-4); null where it is not given. */
  | {
      readonly type: "chunkRead"
      readonly path: number
      readonly root: Hash
      readonly index: number
      readonly record: Uint8Array | null
      readonly code: RefusalCode
    }
  | { readonly type: "woke" }
  /** All that had queued up has been stepped: sign, append and send what waits. */
  | { readonly type: "settle" }
)

/** What became of a parcel. `name` in hex; `isOpen` false: its key is gone, and its maker is told. `fresh`: by how many entries the log
 *  has grown; others were held, or wait beyond a gap. */
export type CarriedAnswer =
  | {
      readonly name: string
      readonly isOpen: boolean
      readonly entries: number
      readonly fresh: number
      readonly chunks: number
    }
  | Refusal

/** A document of a peer's that is to be fetched; `held`: chunks that are here. (D-5) */
export type WantedDocument = {
  readonly peer: number
  readonly root: Hash
  readonly size: number
  readonly held: readonly number[]
}

/** A row to be written: an entry newly accepted or newly signed here. */
export type Accepted = { readonly held: Held; readonly gapBefore: boolean }

/** What one write holds, and what is done once it is durable. */
export type Writing = {
  readonly rows: readonly Accepted[]
  readonly own: readonly { readonly order: Order | null; readonly held: Held }[]
  readonly heads: readonly Head[]
  readonly tells: readonly Tell[]
  readonly after: readonly (() => void)[]
}

export type Effect =
  | { readonly do: "sign"; readonly key: PublicKey; readonly message: Uint8Array }
  /** By our own country's suite; before the other, which covers it. (E-21) */
  | { readonly do: "signSecond"; readonly suite: number; readonly message: Uint8Array }
  | {
      readonly do: "attest"
      readonly id: number
      readonly keys: NodeKeys
      readonly message: Uint8Array
      readonly context: Uint8Array | null
    }
  /** The keys before these are not needed any more: their change is durable. (K-6) */
  | { readonly do: "keepNodeKeys"; readonly key: PublicKey }
  | { readonly do: "encapsulate"; readonly id: number; readonly publicKey: Uint8Array }
  | { readonly do: "decapsulate"; readonly id: number; readonly number: number; readonly enc: Uint8Array }
  | { readonly do: "makeEpochKey"; readonly number: number }
  | { readonly do: "eraseEpochKey"; readonly number: number }
  | {
      readonly do: "append"
      readonly rows: readonly Accepted[]
      readonly heads: readonly Head[]
      readonly asides: readonly { readonly author: number; readonly bytes: Uint8Array; readonly refusal: Refusal }[]
      readonly marks: readonly { readonly hash: Hash; readonly refusal: Refusal }[]
      readonly spans: readonly MarkedSpan[]
      readonly state: Uint8Array
    }
  | { readonly do: "send"; readonly path: number; readonly frame: Uint8Array }
  | { readonly do: "drop"; readonly path: number; readonly reason: RefusalCode | "silent" }
  | {
      readonly do: "serve"
      readonly path: number
      readonly author: number
      readonly generation: number
      readonly from: number
      readonly to: number
      readonly bytesMax: number
      /** Size of the head that went before on this path; below `from` where none covers it, and one is to be read. */
      readonly coveredTo: number
    }
  | {
      readonly do: "recall"
      readonly id: number
      readonly author: number
      readonly generation: number
      readonly seq: number
      readonly hash?: Hash
    }
  | {
      readonly do: "check"
      readonly author: number
      readonly generation: number
      readonly from: number
      readonly to: number
      /** The key in force over the whole stretch. */
      readonly key: PublicKey
    }
  /** To be made durable, and answered by `chunkKept` or `chunkNotKept`. */
  | { readonly do: "keepChunk"; readonly root: Hash; readonly index: number; readonly bytes: Uint8Array }
  | { readonly do: "readChunk"; readonly path: number; readonly root: Hash; readonly index: number }
  | { readonly do: "wakeAt"; readonly at: number }
  | { readonly do: "tell"; readonly tell: Tell }

/** What people here are told, always after it is durable. */
export type Tell =
  | { readonly type: "rows"; readonly rows: readonly Accepted[] }
  | { readonly type: "done"; readonly order: number; readonly entry: Entry }
  | { readonly type: "notDone"; readonly order: number; readonly refusal: Refusal }
  /** Our log up to there was handed over, or where `from` is given only what is from there on. */
  | { readonly type: "sent"; readonly peer: number; readonly seq: number; readonly from?: number }
  | { readonly type: "refused"; readonly refusal: Refusal; readonly peer: number | null }
  /** A request to begin anew came, was decided about, or is over: what is wanted is read from the line's status. */
  | { readonly type: "break"; readonly peer: number }
  | { readonly type: "decided"; readonly order: number; readonly refusal: Refusal | null }
  | { readonly type: "carried"; readonly order: number; readonly said: CarriedAnswer }
  /** Of a document of a peer's: `held` of `of` chunks are durable here. */
  | {
      readonly type: "document"
      readonly peer: number
      readonly root: Hash
      readonly what: "coming" | "whole" | "withdrawn" | "wrong" | "notKept"
      readonly held: number
      readonly of: number
    }
  /** Of a document of ours: the peer says that it holds so many chunks. */
  | { readonly type: "asked"; readonly peer: number; readonly root: Hash; readonly held: number }
  | { readonly type: "link"; readonly peer: number; readonly up: boolean }
  | {
      readonly type: "peer"
      readonly peer: number
      readonly lastHuman: number | null
      readonly consoles: number
      readonly roundTripMs: number | null
      readonly clockOffsetMs: number | null
    }
