// The ladder of a message: how far it came, each step with its place, its time and its proof. "sent" is our own claim and says so;
// everything else is proven by an entry of the record.
import type { MessageView, Rung, RungName } from "../api/shapes.ts"

export type Step = {
  readonly name: RungName
  readonly state: "proven" | "claimed" | "pending" | "queued" | "withheld"
  readonly rung?: Rung
}

const ends: readonly RungName[] = ["answered", "deferred", "declined"]
const mishaps: readonly RungName[] = ["refused", "expired", "undecipherable", "without-body"]

const step = (name: RungName, rung: Rung | undefined): Step =>
  rung ? { name, state: rung.rung === "sent" ? "claimed" : "proven", rung } : { name, state: "pending" }

/** The rungs in their order; what has not happened yet stands as pending, so that the reader sees what is still to come. */
export const ladder = (
  message: MessageView,
  us: number,
  lineIsUp: boolean,
  withheld: readonly RungName[] = [],
): readonly Step[] => {
  const ours = message.author === us
  const latest = new Map<RungName, Rung>()
  for (const rung of message.rungs) {
    // The author's own node stores it too; what counts is that somebody else did.
    if (rung.rung === "stored" && rung.party === message.author) continue
    const held = latest.get(rung.rung)
    if (!held || rung.at >= held.at) latest.set(rung.rung, rung)
  }
  const steps: Step[] = [step("released", latest.get("released"))]
  // OF-9, OF-11: one has released it where two are asked for; the second speaks afterwards.
  if (message.second) {
    const name = message.second === "objected" ? "objected" : "seconded"
    steps.push(step(name, latest.get(name)))
  }
  if (ours) steps.push(step("sent", latest.get("sent")))
  const stored = step("stored", latest.get("stored"))
  const bad = mishaps.flatMap(name => (latest.has(name) ? [step(name, latest.get(name))] : []))
  if (stored.state === "pending" && ours && !lineIsUp && bad.length === 0)
    steps.push({ name: "stored", state: "queued" })
  else if (stored.state !== "pending" || bad.length === 0) steps.push(stored)
  steps.push(...bad)
  if (bad.length > 0 && stored.state === "pending") return steps
  // A console rings before anybody looks at it.
  const ringing = latest.get("ring")
  if (ringing && !latest.has("acknowledged")) steps.push(step("ring", ringing))
  const displayed = step("displayed", latest.get("displayed"))
  const isWithheld = displayed.state === "pending" && withheld.includes("displayed")
  steps.push(isWithheld ? { name: "displayed", state: "withheld" } : displayed)
  steps.push(step("acknowledged", latest.get("acknowledged")))
  for (const name of ["read-back", "passed-up"] as const) if (latest.has(name)) steps.push(step(name, latest.get(name)))
  const ended = ends.filter(name => latest.has(name))
  for (const name of ended) steps.push(step(name, latest.get(name)))
  if (ended.length === 0 && message.waits) steps.push(step("answered", undefined))
  return steps
}

/** The highest rung reached, for the boards. */
export const reached = (steps: readonly Step[]): Step | undefined =>
  steps.findLast(step => step.state === "proven" || step.state === "claimed")
