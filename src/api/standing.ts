// What a node tells its people of itself that is out of the ordinary: keys that are due to be changed, and a home that waits to be whole.

export type YearlyView = {
  /** Of the entry that brought the keys in force, by this home's own clock; null when it is not held. */
  readonly since: number | null
  readonly state: "fresh" | "due" | "late"
}

/** What a home that was put back from a copy waits for. */
export type RestoreView = {
  /** Entries of our own log that are here. */
  readonly ours: number
  readonly generation: number
  /** Entries of it that somebody is known to hold. */
  readonly claimed: number
  /** Somebody holds a later generation of it. */
  readonly newer: boolean
  /** Somebody holds another entry of ours at a place where we hold one: it does not become whole by itself. */
  readonly forked: boolean
  /** Entries of the other side that our log says we had seen, and that are not here. */
  readonly lacking: number
  readonly peers: readonly {
    readonly party: number
    readonly up: boolean
    readonly answered: boolean
    /** It was put back from a copy as well: each waits for the other. */
    readonly restored: boolean
  }[]
}
