// Acts that wait for a second officer, as they are kept: in a setting of the record, so that they are durable, and sealed in a locked home
// like everything else that somebody has written (page: protocol/security.md, A-34).
import type { Proof, WaitingOrder, WaitingView } from "../api/shapes.ts"
import { type Refusal, refuse } from "../core/refusal.ts"
import type { Store } from "../store/store.ts"

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
const name = "waiting"
const version = 1

export const waitingActs = (store: Pick<Store, "setting" | "set">): WaitingActs => {
  let all = read(store.setting(name))
  const write = (next: readonly Kept[], bytes: Uint8Array): void => {
    store.set(name, bytes)
    all = next
  }
  return {
    list: () => all,
    find: act => all.find(({ order }) => order.act === act),
    put(kept) {
      const held = all.findIndex(({ order }) => order.act === kept.order.act)
      const next = held < 0 ? [...all, kept] : all.with(held, kept)
      const bytes = bytesOf(next)
      if (next.length > waitingActsMax) return refuse("too-many-waiting", { most: waitingActsMax })
      if (bytes.length > waitingBytesMax)
        return refuse("too-many-waiting", { bytes: bytes.length, most: waitingBytesMax })
      write(next, bytes)
      return true
    },
    drop(acts) {
      const next = all.filter(({ order }) => !acts.includes(order.act))
      if (next.length === all.length) return false
      write(next, bytesOf(next))
      return true
    },
  }
}

const bytesOf = (acts: readonly Kept[]): Uint8Array => new TextEncoder().encode(JSON.stringify({ version, acts }))

/** What this very program has written; anything else is a damaged disk. */
const read = (bytes: Uint8Array | undefined): readonly Kept[] => {
  if (bytes === undefined) return []
  const kept = JSON.parse(new TextDecoder().decode(bytes)) as { readonly version: number; readonly acts: Kept[] }
  if (kept.version !== version) throw new Error(`What waits for a second officer is of version ${kept.version}.`)
  return kept.acts
}
