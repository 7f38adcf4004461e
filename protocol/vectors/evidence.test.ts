// Bundles of the vectors, each with one change and its list of hashes made anew, judged on both suites. (EV)
import { equal } from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { isRefusal } from "../../src/core/refusal.ts"
import { judge } from "../../src/evidence/judge.ts"
import { nobleSuite } from "../../src/suites/noble.ts"
import { nodeSuite } from "../../src/suites/node.ts"
import { bundleOfCase } from "./cases-evidence.ts"

type Vectors = {
  readonly trust: readonly string[]
  readonly bundle: string
  readonly cases: readonly {
    readonly name: string
    readonly clause: string
    readonly expect: string
    readonly files: Readonly<Record<string, string | null>>
  }[]
}
const vectors: Vectors = JSON.parse(readFileSync(join(import.meta.dirname, "evidence.json"), "utf8"))
const suites = { node: nodeSuite, noble: nobleSuite() } as const

for (const [door, suite] of Object.entries(suites))
  for (const { name, clause, expect, files } of vectors.cases)
    test(`EV-2, EV-4, EV-5, EV-6, EV-7: a bundle (${clause}), ${name}: ${expect} (${door})`, () => {
      const judgement = judge(bundleOfCase(vectors.bundle, files), vectors.trust, suite)
      if (isRefusal(judgement)) equal(judgement.refusal, expect)
      else equal(judgement.outcome === true ? "proven" : judgement.outcome.refusal, expect)
    })
