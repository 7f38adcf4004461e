// Room for connections that have not shown who they are: what a stranger can take of a node is bounded (page: protocol/charter.md, CH-2).
import type { Socket } from "node:net"

/** Connections that have not yet shown who they are. */
const halfOpenMax = 16

type Places<Item> = {
  take(name: string, item: Item): void
  leave(name: string): Item | undefined
  readonly held: ReadonlyMap<string, Item>
}

/** A socket's, and that of the TLS around it. */
export const nameOf = (socket: Socket): string => `${socket.remoteAddress} ${socket.remotePort}`

/**
 * Who gives way when all places are taken: the oldest of the address that holds most of them. A stranger who fills them from one
 * address only pushes out their own; to keep the peer out they would need sixteen connections within each of its handshakes.
 */
export const places = <Item>(addressOf: (item: Item) => string, turnAway: (item: Item) => void): Places<Item> => {
  const held = new Map<string, Item>()
  return {
    held,
    take: (name, item) => {
      if (held.size >= halfOpenMax) {
        const byAddress = Map.groupBy(held, ([, each]) => addressOf(each))
        const [most] = [...byAddress.values()].sort((a, b) => b.length - a.length)
        const [oldest] = most ?? []
        if (oldest) {
          held.delete(oldest[0])
          turnAway(oldest[1])
        }
      }
      held.set(name, item)
    },
    leave: name => {
      const item = held.get(name)
      held.delete(name)
      return item
    },
  }
}
