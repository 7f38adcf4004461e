// What a node asks of a path to a peer. A path hands frames over, whole and in any order or not at all; it promises
// nothing else, unless its traits do.
// Implementations pass transport/contract.ts.

/** What the sync layer needs to know of a path. `rate` in bit/s, `fragmentBytes` the most that one frame may have on it. */
export type PathTraits = {
  readonly name: string // e.g. "tls:1"; shown to people
  readonly rate: number
  readonly fragmentBytes: number
  readonly queueBytes: number // bytes that may be handed over and not yet be gone
  /** What is handed over comes in that order or, when the path closes, not at all. */
  readonly keepsOrder?: true
  /** A frame may vanish on it and nobody is told: what is urgent goes twice. */
  readonly loses?: true
  /** Nothing comes back on it, so it is never up. */
  readonly isOneWay?: true
  /** How long a frame may be where others wait, so that what is more urgent waits for no longer one; without it `fragmentBytes`. */
  readonly pieceBytes?: number
  /** What a byte costs here, in the home's own measure: what is not urgent takes the cheapest path that is open. */
  readonly cost?: number
}

/** A transport that was refused or failed says why, for the log and the link chain. */
export type PathEvents = {
  /** The path is up: frames may be sent. */
  opened(): void
  /** A frame arrived whole; its bytes are the receiver's to keep. */
  heard(frame: Uint8Array): void
  /** This many bytes of handed-over frames have left. */
  flushed(bytes: number): void
  /** The path is down; `reason` is a short technical text. It goes on trying by itself until `stop`. */
  closed(reason: string): void
}

export type Transport = {
  readonly traits: PathTraits
  start(events: PathEvents): Promise<void>
  /** Hands over one frame. Ignored while the path is down. */
  send(frame: Uint8Array): void
  /** Takes the path down now, e.g. after a peer broke the law; it reconnects by itself. */
  drop(reason: string): void
  stop(): Promise<void>
  /** Where it listens, once it is started, if it does. */
  port?(): number | undefined
}
