// The enrolled officers of a simulated party, with keys of their own, and what they sign: FLASH is released by both of them, sometimes by
// one alone who says when the other was asked; acknowledging it takes one. (OF-8, OF-9)
import { actDigest } from "../src/core/act.ts"
import type { Charter } from "../src/core/charter.ts"
import { bodyHash, type Release } from "../src/core/entry.ts"
import type { Order } from "../src/core/event.ts"
import type { Officer } from "../src/core/officer.ts"
import { personsFor } from "../src/core/policy.ts"
import { algorithms } from "../src/core/suite.ts"
import { seededKeys } from "../src/keys/seeded.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { xwingNoble } from "../src/suites/xwing-noble.ts"

export type Person = { readonly officer: Officer; readonly sign: (digest: Uint8Array) => Uint8Array }

const roles = { duty: "watch", chief: "releaser" } as const

/** The second is a releaser. */
export const peopleOf = (name: string): readonly [Person, Person] => {
  const person = (code: keyof typeof roles, issue: number): Person => {
    const seed = nodeSuite.sha256(new TextEncoder().encode(`parley simulator officer ${name} ${code}`))
    const signer = seededKeys(seed, xwingNoble)
    const { public: key } = signer.keys[0]
    const officer = { code, inOffice: true, roles: [roles[code]], issue }
    return {
      officer: { ...officer, keys: [{ type: "key", alg: algorithms.ed25519, public: key }] },
      sign: digest => {
        const signed = signer.sign([digest])
        if (signed instanceof Promise || !signed[0]) throw new Error("a seeded key signs at once")
        return signed[0]
      },
    }
  }
  return [person("duty", 1), person("chief", 2)]
}

type Unproven = Omit<Order, "id" | "releases"> & { readonly act: Uint8Array }

export type Proving = {
  readonly charter: Charter
  readonly us: number
  readonly people: readonly [Person, Person]
}

/** As many proofs as the charter asks for; one fewer where `sole` is said. None, where a node's own word is enough. */
export const proofs = (order: Unproven, { charter, us, people }: Proving, by: "both" | "chief" = "both"): Release[] => {
  const persons = personsFor(order.kind, order.precedence, charter.terms)
  if (persons === 0) return []
  const hash = order.body && bodyHash(order.body, nodeSuite)
  const act = { ...order, line: charter.line, author: us, ...(hash && { bodyHash: hash }) }
  const digest = actDigest(act, nodeSuite)
  const signing = by === "chief" ? [people[1]] : people.slice(0, order.sole === undefined ? persons : persons - 1)
  return signing.map(({ officer, sign }) => ({ type: "key", officer: officer.code, proof: sign(digest) }))
}
