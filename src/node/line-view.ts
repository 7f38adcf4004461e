// The line as a console is told of it when it opens, and again when something of it has changed that no beat carries.

import type { AlarmView } from "../api/alarm.ts"
import type { LineView, Officer, Problem } from "../api/shapes.ts"
import type { RestoreView } from "../api/standing.ts"
import type { Charter } from "../core/charter.ts"
import { levelOf } from "../core/disclosure.ts"
import { hex } from "../core/hash.ts"
import { precedences } from "../core/registry.ts"
import type { Suite } from "../core/suite.ts"
import type { StoreReader } from "../store/store.ts"
import { clocksOf } from "./clocks.ts"
import { yearlyOf } from "./key-standing.ts"
import { lamps } from "./lamps.ts"
import type { LineStatus } from "./line-status.ts"
import type { Running } from "./run.ts"
import { partyView, policyOf } from "./views.ts"

export type LineViewOptions = {
  readonly charter: Charter
  readonly us: number
  readonly running: Pick<Running, "status" | "tenures">
  readonly store: Pick<StoreReader, "read">
  readonly suite: Suite
  readonly now: () => number
  readonly version: string
  readonly release: string | null
  /** Alarms that stay. */
  readonly alarms: { list(): readonly AlarmView[] }
}

export const lineView = (options: LineViewOptions, officer: Officer, refusals: readonly Problem[]): LineView => {
  const { charter, us, now, version, release, running } = options
  const status = running.status()
  const restore = restoreView(status, us)
  const yearly = officer.role === "administrator" ? yearlyOf(options) : undefined
  return {
    line: hex(charter.line),
    example: charter.terms.example,
    us: partyView(charter, us),
    them: charter.parties.flatMap((_, party) => (party === us ? [] : [partyView(charter, party)])),
    officer,
    lamps: lamps(status, now()),
    queued: status.queued,
    ...(restore && { restored: true as const, restore }),
    sizes: status.logs.map(({ author, generation, size }) => ({ party: author, generation, size })),
    replyClocks: charter.terms.replyClocks.flatMap(({ precedence, ms }) => {
      const name = precedences[precedence]
      return name === undefined ? [] : [{ precedence: name, ms }]
    }),
    withheld: (["displayed", "ring"] as const).filter(rung => levelOf(charter.terms.disclosure, rung) === "withheld"),
    policy: policyOf(charter),
    now: now(),
    clocks: clocksOf(status),
    version,
    release,
    breaks: status.breaks,
    alarms: options.alarms.list(),
    // K-10: for whoever can do it.
    ...(yearly && yearly.state !== "fresh" && { yearly }),
    refusals,
  }
}

/** What a home that was put back from a copy waits for; undefined for one that is whole. */
export const restoreView = ({ restored, restore, logs, peers }: LineStatus, us: number): RestoreView | undefined =>
  restored
    ? {
        ours: logs[us]?.size ?? 0,
        generation: logs[us]?.generation ?? 1,
        claimed: restore.claimed,
        newer: restore.newer,
        forked: restore.forked,
        lacking: restore.lacking,
        peers: peers.map(({ party, up }) => ({
          ...{ party, up },
          answered: !restore.unanswered.includes(party),
          restored: restore.restoredPeers.includes(party),
        })),
      }
    : undefined
