// What is measured, for Prometheus. Numbers and names of the law only: nothing of what was said.
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client"
import type { LineStatus } from "./line-status.ts"
import type { PathStatus } from "./path-status.ts"

export type Metrics = {
  readonly registry: Registry
  readonly entries: Counter<"party">
  readonly refusals: Counter<"code">
  readonly orders: Counter<"outcome">
  readonly consoles: Gauge
}

/** `status` is asked whenever somebody reads the metrics. */
export const openMetrics = (
  status: () => LineStatus,
  paths: () => readonly PathStatus[],
  codeOf: (party: number) => string,
): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const gauge = (
    name: string,
    help: string,
    labelNames: string[],
    set: (gauge: Gauge, line: LineStatus) => void,
  ): void => {
    new Gauge({
      name: `parley_${name}`,
      help,
      labelNames,
      registers,
      collect() {
        set(this, status())
      },
    })
  }
  gauge("log_size", "Entries held without a gap", ["party"], (size, { logs }) => {
    for (const log of logs) size.set({ party: codeOf(log.author) }, log.size)
  })
  gauge("queued", "Own entries not known to be stored at the peer", [], (queued, line) => queued.set(line.queued))
  gauge("link_up", "1 while the link is up", ["peer"], (up, { peers }) => {
    for (const peer of peers) up.set({ peer: codeOf(peer.party) }, peer.up ? 1 : 0)
  })
  gauge("round_trip_seconds", "Last round trip", ["peer"], (seconds, { peers }) => {
    for (const peer of peers)
      if (peer.roundTripMs !== null) seconds.set({ peer: codeOf(peer.party) }, peer.roundTripMs / 1_000)
  })
  gauge("clock_offset_seconds", "The peer's clock less ours", ["peer"], (seconds, { peers }) => {
    for (const peer of peers)
      if (peer.clockOffsetMs !== null) seconds.set({ peer: codeOf(peer.party) }, peer.clockOffsetMs / 1_000)
  })
  const ofPaths = (name: string, help: string, of: (path: PathStatus) => number | null): void =>
    gauge(`path_${name}`, help, ["path"], each => {
      // A path that was taken away is no more.
      each.reset()
      for (const path of paths()) {
        const value = of(path)
        if (value !== null) each.set({ path: path.name }, value)
      }
    })
  ofPaths("up", "1 while the peer answers on this path", ({ state }) => (state === "up" ? 1 : 0))
  ofPaths("round_trip_seconds", "Last round trip of this path", ({ roundTripMs }) =>
    roundTripMs === null ? null : roundTripMs / 1_000,
  )
  ofPaths(
    "loss_ratio",
    "Share of our frames that did not come on this path, of the last few hundred",
    ({ loss }) => loss,
  )
  ofPaths("waiting_bytes", "What waits to be sent on this path", ({ waiting }) =>
    waiting.reduce((sum, { bytes }) => sum + bytes, 0),
  )
  return {
    registry,
    entries: new Counter({
      name: "parley_entries_total",
      help: "Entries stored since the start",
      labelNames: ["party"],
      registers,
    }),
    refusals: new Counter({
      name: "parley_refusals_total",
      help: "What the line refused",
      labelNames: ["code"],
      registers,
    }),
    orders: new Counter({
      name: "parley_orders_total",
      help: "Orders of officers",
      labelNames: ["outcome"],
      registers,
    }),
    consoles: new Gauge({ name: "parley_consoles", help: "Consoles that are open", registers }),
  }
}
