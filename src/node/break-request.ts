// What an officer has typed about beginning anew, read from JSON or refused before anything of it is done (page: protocol/epoch.md, EP-10).
import type { Charter } from "../core/charter.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { isObject } from "./requests.ts"
import type { Running } from "./run.ts"

/** Sixteen digits and whatever stands between them. */
const breakCodeCharsMax = 64
const wrong = (field: string): Refusal => refuse("bad-request", { field })

const readBreak = (
  request: unknown,
  { charter, us }: { readonly charter: Charter; readonly us: number },
): { peer: number; code: string; confirmed: boolean } | Refusal => {
  if (!isObject(request)) return wrong("body")
  const { party, code, confirmed } = request
  if (typeof party !== "number" || party === us || charter.parties[party] === undefined) return wrong("party")
  if (typeof code !== "string" || code.length > breakCodeCharsMax) return wrong("code")
  return typeof confirmed === "boolean" ? { peer: party, code, confirmed } : wrong("confirmed")
}

type Place = { readonly charter: Charter; readonly us: number; readonly running: Pick<Running, "decideBreak"> }

/** An officer has rung the other side, and typed what was read out there. (EP-10) */
export const decideBreak = async (request: unknown, officer: string, place: Place): Promise<Refusal | null> => {
  const decision = readBreak(request, place)
  return isRefusal(decision) ? decision : place.running.decideBreak({ ...decision, officer })
}
