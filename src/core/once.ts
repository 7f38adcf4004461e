// What is said again and again, or because the peer asks, waits on a path once: a peer that asks and never reads must not fill this node
// (page: protocol/sync.md, S-4).
import type { Outgoing, Path } from "./path-state.ts"

/** At one precedence: four times as many as a peer keeps of the questions of a path (S-7, D-6). */
const namedMax = 256

/** The newest takes the place of what waits under its name. What there are too many of is left out: it is said again when it is due. */
export const enqueueOnce = (path: Path, item: Outgoing & { readonly name: string }): void => {
  const queue = path.queue[item.precedence]!
  let named = 0
  for (const [at, { name }] of queue.entries()) {
    if (name === item.name) {
      queue[at] = item
      return
    }
    if (name !== undefined) named += 1
  }
  if (named < namedMax) queue.push(item)
}

export const waits = (path: Path, precedence: number, name: string): boolean =>
  path.queue[precedence]!.some(it => it.name === name)
