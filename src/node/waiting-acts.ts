// Acts that wait for a second officer, as they are kept: in a setting of the record, so that they are durable, and sealed in a locked home
// like everything else that somebody has written (page: protocol/security.md, A-34).
import type { Proof, WaitingOrder, WaitingView } from "../api/shapes.ts"
import { type Refusal, refuse } from "../core/refusal.ts"
import { hasFields, keptList, type Settings } from "./kept-list.ts"

export type Kept = {
  /** Without proofs: what they were made for. */
  readonly order: Omit<WaitingOrder, "releases" | "sole">
  readonly releases: readonly Proof[]
  readonly digest: string
  readonly at: number
  /** Who was signed in when it was laid down. */
  readonly name: string
  /** How far our own log went: what of it was released stands after that. */
  readonly after: { readonly generation: number; readonly size: number }
  readonly aside?: NonNullable<WaitingView["aside"]>
}

export type WaitingActs = {
  list(): readonly Kept[]
  find(act: string): Kept | undefined
  /** In the place of what waited under its act; durable when it returns, and nothing is changed by what is refused. */
  put(kept: Kept): true | Refusal
  /** False where none of them waited. */
  drop(acts: readonly string[]): boolean
}

export const waitingActsMax = 16
export const waitingBytesMax = 524_288

export const waitingActs = (store: Settings): WaitingActs => {
  const acts = keptList(store, {
    ...{ name: "waiting", field: "acts", rowsMax: waitingActsMax, bytesMax: waitingBytesMax },
    isRow: hasFields<Kept>({ order: "object", releases: "array", digest: "string", at: "number", after: "object" }),
  })
  return {
    list: acts.all,
    find: act => acts.all().find(({ order }) => order.act === act),
    put(kept) {
      const held = acts.all().findIndex(({ order }) => order.act === kept.order.act)
      const next = held < 0 ? [...acts.all(), kept] : acts.all().with(held, kept)
      const over = acts.over(next)
      if (over) return refuse("too-many-waiting", over)
      acts.keep(next)
      return true
    },
    drop(dropped) {
      const next = acts.all().filter(({ order }) => !dropped.includes(order.act))
      if (next.length === acts.all().length) return false
      acts.keep(next)
      return true
    },
  }
}
