// The lamps of the chain, as this node knows them.
import type { Lamp } from "../api/shapes.ts"
import { deadAfterMs } from "../core/limits.ts"
import type { LineStatus } from "./line-status.ts"

/** The peer learns of a touch at most this often. */
export const touchMs = 1_000
const nodeStaleMs = 5_000

/** Four lamps, each with its age; a reader makes NOT KNOWN of what is older than it may be. (DESIGN 2.2) */
export const lamps = ({ peers }: LineStatus, now: number): Lamp[] => {
  const peer = peers[0]
  const node: Lamp = { name: "node", state: "up", heardAt: now, staleMs: nodeStaleMs, detail: null }
  if (peer === undefined) return [node]
  const staleMs = deadAfterMs + touchMs
  const { up, heardAt, roundTripMs, consoles, lastHuman } = peer
  const known = heardAt !== null && now - heardAt <= staleMs
  return [
    node,
    // That the link is down is known here and now; that it is up is known from what was last heard over it.
    { name: "link", state: up ? "up" : "down", heardAt: up ? heardAt : now, staleMs, detail: up ? roundTripMs : null },
    { name: "their-node", state: known ? "up" : "unknown", heardAt, staleMs, detail: null },
    {
      name: "their-console",
      state: known ? (consoles > 0 ? "up" : "down") : "unknown",
      heardAt,
      staleMs,
      detail: lastHuman,
    },
  ]
}
