// How often each may ask (page: protocol/security.md, A-21): stores of requests that fill steadily and hold so many. A session draws
// from its own; who has none, from the store of the address. What is refused costs nothing more than the refusal.
import type { Pace } from "./routes.ts"

export type Filling = { readonly perSecond: number; readonly holds: number }

export const paces: Readonly<Record<Pace | "strangers", Filling>> = {
  reads: { perSecond: 100, holds: 500 },
  orders: { perSecond: 20, holds: 100 },
  // A console opens its socket again once a second, for ever, each of its tabs.
  sockets: { perSecond: 10, holds: 30 },
  "sign-ins": { perSecond: 1, holds: 30 },
  // All the officers behind one proxy have its address until they are signed in.
  strangers: { perSecond: 100, holds: 1_000 },
}

const namesMax = 10_000

/** Draws one for a name: 0 when there was one, else the milliseconds until there will be. */
export type Limiter = (name: string, now: number) => number

export const limiter = ({ perSecond, holds }: Filling): Limiter => {
  const stores = new Map<string, { left: number; at: number }>()
  return (name, now) => {
    const held = stores.get(name) ?? { left: holds, at: now }
    held.left = Math.min(holds, held.left + (Math.max(0, now - held.at) / 1_000) * perSecond)
    held.at = now
    // Whoever asked last stands last: of too many names, the one longest silent is forgotten, whose store is full or nearly so.
    stores.delete(name)
    if (stores.size >= namesMax) for (const oldest of stores.keys().take(1)) stores.delete(oldest)
    stores.set(name, held)
    if (held.left < 1) return Math.ceil(((1 - held.left) / perSecond) * 1_000)
    held.left--
    return 0
  }
}
