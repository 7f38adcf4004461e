// What a node keeps of keys for carried media (page: protocol/epoch.md, section 7). All of it but `making` is durable.
import type { EpochKey } from "./body.ts"
import type { Value } from "./cbor.ts"
import { isXwingPublic } from "./hpke.ts"
import type { Hash } from "./suite.ts"

export type CarriedState = {
  /** Own keys of class 1: the last number; when it was made, or when the log began; those that are not erased, the oldest first. */
  number: number
  at: number
  kept: { readonly number: number; at: number }[]
  making: boolean
  /** Parcels that could not be opened here and of which our log has said so. */
  unopened: readonly Hash[]
  /** By party: the newest key of class 1 that it has published. */
  readonly theirs: Map<number, { readonly number: number; readonly public: Uint8Array }>
}

export const noneCarried = (): CarriedState => ({
  number: 0,
  at: 0,
  kept: [],
  making: false,
  unopened: [],
  theirs: new Map(),
})

export const carriedValue = ({ number, at, kept, unopened, theirs }: CarriedState): Value => [
  number,
  at,
  kept.map(it => [it.number, it.at]),
  [...unopened],
  [...theirs].map(([party, key]) => [party, key.number, key.public]),
]

/** A snapshot from before there were such keys has none of it. */
export const restoreCarried = (value: Value | undefined): CarriedState => {
  if (!Array.isArray(value)) return noneCarried()
  const [number, at, kept, unopened, theirs] = value as [
    number,
    number,
    readonly (readonly [number, number])[],
    readonly Uint8Array[],
    readonly (readonly [number, number, Uint8Array])[],
  ]
  return {
    ...{ number, at, making: false },
    kept: kept.map(([number, at]) => ({ number, at })),
    unopened: unopened.map(name => name.slice()),
    theirs: new Map(theirs.map(([party, number, key]) => [party, { number, public: key.slice() }])),
  }
}

/** The other side has published one. (EP-13) */
export const takeCarriedKey = ({ theirs }: CarriedState, party: number, key: EpochKey): void => {
  if (key.number <= (theirs.get(party)?.number ?? 0) || !isXwingPublic(key.public)) return
  theirs.set(party, { number: key.number, public: key.public.slice() })
}
