// A record of many entries, made by two nodes in one process on their real homes: what one side says comes to the other, with receipts.
import { isRefusal } from "../src/core/refusal.ts"
import { type Home, openHome } from "../src/node/home.ts"
import { type Running, run } from "../src/node/run.ts"
import { openSqlite } from "../src/store/sqlite.ts"
import type { Store } from "../src/store/store.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { wire } from "../test/fixtures/pair.ts"
import { pairedHomes, ring } from "./homes.ts"
import { messageOrder } from "./message.ts"
import { realWorld } from "./world.ts"

export type LongRecord = { readonly homes: readonly [Home, Home]; readonly entries: number; remove(): void }

/** Orders at once: as many as fit between two heads. */
const ordersAtOnce = 1_000

/** At least so many entries, half of them of each side. */
export const longRecord = async (entries: number): Promise<LongRecord> => {
  const { sides, remove } = await pairedHomes()
  const homes = [openHome(sides[0].path, ring), openHome(sides[1].path, ring)] as const
  const line = wire()
  const nodes: { readonly running: Running; readonly store: Store; readonly world: { stop(): void } }[] = []
  for (const [at, home] of homes.entries()) {
    const store = openSqlite(home.record, { now: Date.now, cipher: home.cipher })
    const world = realWorld()
    const running = await run({
      charter: home.charter,
      us: home.us,
      charterBody: home.charterBody,
      suite: nodeSuite,
      signer: home.keys,
      store,
      paths: [{ peer: 1 - home.us, transport: line.ends[at === 0 ? 0 : 1] }],
      world,
      check: () => [],
      tell: () => {},
      failed: error => {
        throw error
      },
    })
    nodes.push({ running, store, world })
  }
  const sizesAt = ({ running }: { readonly running: Running }): number[] => running.status().logs.map(log => log.size)
  /** Entries, once each side holds all that the other has written and knows that its own is held; 0 while it does not. */
  const settled = (): number => {
    const [first = [], second = []] = nodes.map(sizesAt)
    const isEqual = first.every((size, author) => size === second[author])
    const isKnown = nodes.every(({ running }, at) => {
      const own = homes[at]?.us ?? 0
      // What receipts alone have added is not receipted itself.
      return (running.status().peers[0]?.confirmed ?? 0) >= (first[own] ?? 0) - 8
    })
    return isEqual && isKnown ? first.reduce((sum, size) => sum + size, 0) : 0
  }
  const orders = async (count: number): Promise<void> => {
    const all = nodes.flatMap(({ running }) =>
      Array.from({ length: count / 2 }, (_, at) => running.order(messageOrder(at))),
    )
    for (const said of await Promise.all(all)) if (isRefusal(said)) throw new Error(`refused: ${said.refusal}`)
  }
  let counted = 0
  while (counted < entries) {
    await orders(Math.min(entries, ordersAtOnce))
    // The other side holds it too before there is more, so that the record grows as a long conversation does.
    for (counted = settled(); counted === 0; counted = settled()) await new Promise(resolve => setTimeout(resolve, 1))
  }
  await new Promise(resolve => setTimeout(resolve, 600)) // the heads of the last entries
  counted = settled() || counted
  for (const { running, store, world } of nodes) {
    await running.stop()
    world.stop()
    store.close()
  }
  return { homes, entries: counted, remove }
}
