// What an entry needs of officers before it counts as theirs, and what is wrong with what it carries (page: protocol/officer.md,
// section 4). One judgement for who writes, who receives and who verifies years later: they must never differ.
import { type Act, actDigest } from "./act.ts"
import type { Charter } from "./charter.ts"
import type { Body, Entry, Fields } from "./entry.ts"
import { hex } from "./hash.ts"
import { decodeOfficerBody, type Officer, type Officers, officerFault, type Role, withOfficer } from "./officer.ts"
import { isRefusal, type Refusal, refuse } from "./refusal.ts"
import { isReceipt, kinds, saysSomething } from "./registry.ts"
import { proofFault } from "./release.ts"
import type { Suite } from "./suite.ts"
import type { Terms } from "./terms.ts"

const people: readonly Role[] = ["watch", "releaser", "break-glass"]
const administrators: readonly Role[] = ["administrator", "break-glass"]
/** One at least of several. */
const releasers: readonly Role[] = ["releaser", "break-glass"]

/** Whose proof may stand on an entry of this kind. (OF-4) */
const rolesFor = (kind: number): readonly Role[] => (saysSomething(kind) || isReceipt(kind) ? people : administrators)

const hasRole = (officer: Officer, wanted: readonly Role[]): boolean =>
  officer.roles.some(role => wanted.includes(role))

/** The terms that say what is asked of officers. */
export type Asking = Pick<Terms, "proofs" | "releases">

/** How many officers have to prove an entry of this kind and precedence. (OF-8) */
export const personsFor = (kind: number, precedence: number, { proofs, releases }: Asking): number => {
  if (kind === kinds.seconded || kind === kinds.objected) return 1
  const own = proofs.some(row => row.kind === kind && precedence >= row.precedence) ? 1 : 0
  if (!saysSomething(kind)) return own
  return Math.max(own, releases.findLast(row => precedence >= row.precedence)?.persons ?? 0)
}

/** What is asked before an entry takes its place: `entry` may lack its signature still. */
export type Judged = { readonly entry: Fields | Entry; readonly body?: Body }

/** True for what `judgeEntry` has anything to say of; of all others it need not be asked. */
export const isJudged = ({ kind, precedence, releases }: Fields, terms: Terms): boolean =>
  kind === kinds.officer || releases.some(it => it.type !== "node") || personsFor(kind, precedence, terms) > 0

export type Judgement = {
  /** Why the entry is to be marked. It keeps its place all the same: a log has no holes. */
  readonly refusal?: Refusal
  /** The author's officers after it. */
  readonly officers: Officers
}

/** `before`: the author's officers after all entries below this one. (OF-3, OF-6, OF-8) */
export const judgeEntry = ({ entry, body }: Judged, before: Officers, charter: Charter, suite: Suite): Judgement => {
  const refusal = releaseFault(entry, before, charter.terms, suite)
  if (refusal !== undefined) return { refusal, officers: before }
  if (entry.kind !== kinds.officer) return { officers: before }
  const officer = body ? decodeOfficerBody(body.bytes) : refuse("bad-officer", { why: "no body" })
  if (isRefusal(officer)) return { refusal: officer, officers: before }
  const { line, author } = entry
  const fault = officerFault(officer, before, { line, author, card: charter.parties[author]! }, suite)
  return fault ? { refusal: fault, officers: before } : { officers: withOfficer(before, officer) }
}

/** What officers prove: an act, with their releases beside it. */
export type Proving = Act & Pick<Fields, "releases">

/** Whose good proofs it carries, each officer once; or why one of them is none, whatever the others are. (OF-6) */
export const provenBy = (
  proving: Proving,
  officers: Officers,
  suite: Suite,
): ReadonlyMap<string, Officer> | Refusal => {
  const digest = actDigest(proving, suite)
  const proven = new Map<string, Officer>()
  for (const release of proving.releases) {
    if (release.type === "node") continue
    const about = { officer: release.officer, digest: hex(digest) }
    const officer = officers.inOffice.get(release.officer)
    if (officer === undefined) return refuse("bad-release", { ...about, why: "not in office" })
    if (!hasRole(officer, rolesFor(proving.kind))) return refuse("bad-release", { ...about, why: "role" })
    const fault = proofFault(release, officer, digest, suite)
    if (fault !== undefined) return refuse("bad-release", { ...about, why: fault })
    proven.set(officer.code, officer)
  }
  return proven
}

/** Of two and more one at least releases. (OF-8) */
export const isReleaser = (officer: Officer): boolean => hasRole(officer, releasers)

const releaseFault = (entry: Fields, officers: Officers, terms: Terms, suite: Suite): Refusal | undefined => {
  const { kind, precedence, releases, time, sole } = entry
  const persons = personsFor(kind, precedence, terms)
  if (persons === 0 && releases.every(it => it.type === "node")) return undefined
  const proven = provenBy(entry, officers, suite)
  if (isRefusal(proven)) return proven
  const missing = (why?: string): Refusal => {
    const about = { persons, given: proven.size, digest: hex(actDigest(entry, suite)) }
    return refuse("release-missing", why === undefined ? about : { ...about, why })
  }
  // Of three and more none is spared: who agreed on so many wanted them all. (OF-9)
  const isAlone = persons === 2 && sole !== undefined && proven.size === 1
  if (isAlone) return time - sole >= terms.soleMs ? undefined : missing("too soon")
  if (proven.size < persons) return missing()
  const isReleased = persons < 2 || [...proven.values()].some(isReleaser)
  return isReleased ? undefined : missing("releaser")
}
