// Which alarms that stay stand before whom, and how they sound (page: protocol/security.md, A-40 to A-42).
import type { AlarmView } from "../api/alarm.ts"
import type { Officer } from "../api/shapes.ts"
import type { Sounding } from "./sound.ts"

export const standingAlarms = (all: readonly AlarmView[]): readonly AlarmView[] =>
  all.filter(alarm => alarm.acknowledged === undefined)

/** The node refuses the others too. */
export const mayAcknowledge = ({ what }: AlarmView, role: Officer["role"]): boolean =>
  role === "auditor" || role === "administrator" || (what === "two-histories" && role !== "translator")

/** As an IMMEDIATE message would, at the consoles of those who can do something about it. */
export const soundingOf = (all: readonly AlarmView[], role: Officer["role"]): Sounding | undefined => {
  const first = standingAlarms(all).find(alarm => mayAcknowledge(alarm, role))
  return first && { hash: first.id, precedence: "IMMEDIATE", traffic: "real" }
}
