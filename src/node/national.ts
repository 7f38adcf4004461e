// National suites of a home: what its card says of them, and that this program has them (page: protocol/charter.md, section 8).
import type { Card } from "../core/charter.ts"
import { unknownSuite } from "../core/national.ts"
import { refuse } from "../core/refusal.ts"
import type { NationalKeys } from "../core/suite.ts"
import type { FileKeys } from "../keys/file.ts"
import { HomeRefused } from "../store/store.ts"
import { nodeSuite } from "../suites/node.ts"

export type NationalOptions = {
  /** Our own country's suite, with which we sign as well. */
  readonly national?: NationalKeys | undefined
  /** National suites in which the other side may seal what it sends. */
  readonly opens?: readonly Pick<NationalKeys, "number">[]
}

/** What the card says of national suites: nothing, unless it is asked for. Who has one opens it as well. (CH-13) */
export const nationalPart = (
  { second }: FileKeys,
  { national, opens = [] }: NationalOptions,
): Pick<Card, "national"> => {
  const all = new Set([...opens, ...(national ? [national] : [])].map(({ number }) => number))
  if (all.size === 0) return {}
  return {
    national: {
      ...(second && { own: { suite: second.suite, public: second.public } }),
      opens: [...all].sort((a, b) => a - b),
    },
  }
}

/** Without the suites of its own card a home could neither sign as it said nor open what it said it would. (CH-15) */
export const requireSuites = (path: string, { national }: Card): void => {
  const unknown = national && unknownSuite(national, nodeSuite)
  if (unknown === undefined) return
  throw new HomeRefused(
    `${path} needs national suite ${unknown}, and this program does not have it.`,
    refuse("unknown-suite", { suite: unknown }),
  )
}
