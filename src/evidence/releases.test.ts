import { deepEqual, equal } from "node:assert/strict"
import { test } from "node:test"
import { duty, withProofs } from "../../protocol/vectors/cases-officer.ts"
import { act, exampleLine, Pen, type Said } from "../../protocol/vectors/line.ts"
import { madeBefore } from "../../protocol/vectors/make.ts"
import type { OfficerName } from "../../protocol/vectors/officers.ts"
import { kinds } from "../core/registry.ts"
import { nodeSuite as suite } from "../suites/node.ts"
import type { Held } from "./log.ts"
import { type Verified, verify } from "./verify.ts"

const line = await exampleLine(madeBefore())

/** Enrolled, released, retired, released again; and what the other party's roots have signed. */
const record = (): Said[] => {
  const pen = new Pen(line, 0)
  const enrol = (name: OfficerName): Said => pen.say({ kind: kinds.officer, precedence: 2 }, line.officers[name].body)
  const say = (name: string): Said =>
    pen.take(withProofs(pen, { kind: kinds.message, precedence: 3, act: act(name) }, [duty]))
  return [pen.charter(), say("early"), enrol("duty"), say("good"), enrol("foreign"), enrol("retired"), say("late")]
}

const verified = (said: readonly Said[], changed: (row: Held) => Held = row => row): Promise<Verified> => {
  const rows = said.map(({ entry: { author, generation, seq, hash, bytes }, body }) =>
    changed({ author, generation, seq, hash, bytes, ...(body && { salt: body.salt, body: body.bytes }) }),
  )
  return verify({ charter: line.charter, suite, rows, heads: [], depth: "signatures" })
}

test("OF-12: who verifies a record finds the marks of its nodes, and says how many releases are proven", async () => {
  const proved = await verified(record())
  deepEqual(
    proved.first.map(({ seq, refusal, details }) => [seq, refusal, details.why]),
    [
      [2, "bad-release", "not in office"],
      [5, "bad-officer", "unknown-key"],
      [7, "bad-release", "not in office"],
    ],
  )
  deepEqual([proved.officers, proved.releases, proved.releasesUnjudged], [2, 1, 0])
})

test("OF-12, A-9: without the texts of officers' entries their releases are not judged, and that is said", async () => {
  const proved = await verified(record(), ({ salt, body, ...row }) =>
    row.seq === 3 ? { ...row, unread: "locked" } : { ...row, ...(salt && body && { salt, body }) },
  )
  equal(proved.faults, 1)
  deepEqual([proved.releases, proved.releasesUnjudged], [0, 2])
})
