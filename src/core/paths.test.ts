// Numbers of paths, which another path may have next: nothing of the one before passes to it.
import assert from "node:assert/strict"
import { before, beforeEach, test } from "node:test"
import { type ExampleLine, exampleLine } from "../../protocol/vectors/line.ts"
import { madeBefore } from "../../protocol/vectors/make.ts"
import { nodeSuite as suite } from "../suites/node.ts"
import { newLine, step } from "./line.ts"
import type { Line } from "./state.ts"
import { pump } from "./sync.ts"

let example: ExampleLine
before(async () => {
  example = await exampleLine(madeBefore())
})

const traits = { name: "tls", rate: 1e9, keepsOrder: true, fragmentBytes: 262_144, queueBytes: 1_048_576 } as const
let line: Line
beforeEach(() => {
  const { charter, parties } = example
  line = newLine({ charter, us: 0, suite, charterBody: parties[0].charterBody })
})
const opens = (path: number): void => void step(line, { type: "pathOpened", now: line.now, path, peer: 1, traits })

test("S-12: what a path was found to bear is known when it opens again, and not of another that has its number", () => {
  line.now = 1_000
  line.state.windows.set(0, 2_048)
  opens(0)
  step(line, { type: "pathClosed", now: line.now, path: 0 })
  opens(0)
  assert.equal(line.state.paths.get(0)?.window, 2_048)
  step(line, { type: "pathClosed", now: line.now, path: 0, isRemoved: true })
  opens(0)
  assert.equal(line.state.paths.get(0)?.window, 65_536)
  // One that is down is taken away as well.
  line.state.windows.set(0, 2_048)
  step(line, { type: "pathClosed", now: line.now, path: 0 })
  line.state.windows.set(0, 2_048)
  step(line, { type: "pathClosed", now: line.now, path: 0, isRemoved: true })
  opens(0)
  assert.equal(line.state.paths.get(0)?.window, 65_536)
})

test("D-5: what was asked by a path that closed is asked anew at once, though its number is in use again", () => {
  line.now = 1_000
  const asked = (): number =>
    line.state.paths
      .get(0)!
      .queue.flat()
      .filter(({ name }) => name?.startsWith("ask ")).length
  const greeted = (): void => {
    line.state.peers.get(1)!.helloHeard = true
    line.state.paths.get(0)!.helloSent = true
    pump(line)
  }
  const root = new Uint8Array(32).fill(5)
  step(line, { type: "documentWanted", now: line.now, peer: 1, root, size: 9_000, held: [] })
  opens(0)
  greeted()
  assert.equal(asked(), 1)
  step(line, { type: "pathClosed", now: line.now, path: 0 })
  opens(0)
  greeted()
  assert.equal(asked(), 1)
})
