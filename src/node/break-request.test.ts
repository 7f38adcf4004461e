// What an officer typed about beginning anew reaches the loop as it was typed, or not at all. (EP-10)
import assert from "node:assert/strict"
import { before, test } from "node:test"
import { exampleLine } from "../../protocol/vectors/line.ts"
import { madeBefore } from "../../protocol/vectors/make.ts"
import type { Charter } from "../core/charter.ts"
import { refuse } from "../core/refusal.ts"
import { decideBreak } from "./break-request.ts"

let charter: Charter
before(async () => {
  charter = (await exampleLine(madeBefore())).charter
})

type Decided = { readonly peer: number; readonly code: string; readonly confirmed: boolean; readonly officer: string }

const place = (answer = null as ReturnType<typeof refuse> | null) => {
  const heard: Decided[] = []
  const decide = async (decision: Decided) => {
    heard.push(decision)
    return answer
  }
  return { heard, at: { charter, us: 0, running: { decideBreak: decide } } }
}

test("EP-10, A-3: a decision goes to the loop with the officer's name, and its refusal comes back", async () => {
  const good = place()
  assert.equal(await decideBreak({ party: 1, code: "1234 5678", confirmed: true }, "Åsa", good.at), null)
  assert.equal(await decideBreak({ party: 1, code: "1", confirmed: false }, "Åsa", good.at), null)
  assert.deepEqual(good.heard, [
    { peer: 1, code: "1234 5678", confirmed: true, officer: "Åsa" },
    { peer: 1, code: "1", confirmed: false, officer: "Åsa" },
  ])
  const refusal = await decideBreak({ party: 1, code: "1", confirmed: true }, "Åsa", place(refuse("no-break")).at)
  assert.equal(refusal?.refusal, "no-break")
})

test("A-3: what is not of the form is refused with its field, and the loop hears nothing of it", async () => {
  const { heard, at } = place()
  for (const [request, field] of [
    [null, "body"],
    [[], "party"],
    ["x", "body"],
    [{}, "party"],
    [{ party: 0, code: "1", confirmed: true }, "party"],
    [{ party: 2, code: "1", confirmed: true }, "party"],
    [{ party: "1", code: "1", confirmed: true }, "party"],
    [{ party: 1, code: 1, confirmed: true }, "code"],
    [{ party: 1, code: "1".repeat(65), confirmed: true }, "code"],
    [{ party: 1, code: "1" }, "confirmed"],
    [{ party: 1, code: "1", confirmed: "yes" }, "confirmed"],
  ] as const) {
    const refusal = await decideBreak(request, "Åsa", at)
    assert.equal(refusal?.refusal, "bad-request", JSON.stringify(request))
    if (!Array.isArray(request)) assert.equal(refusal?.details.field, field, JSON.stringify(request))
  }
  assert.deepEqual(heard, [])
})
