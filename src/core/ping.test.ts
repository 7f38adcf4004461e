// What a pong tells of a path, and what one tells that answers nothing; and how much of what a peer asks may wait for it.
import assert from "node:assert/strict"
import { before, beforeEach, test } from "node:test"
import { type ExampleLine, exampleLine } from "../../protocol/vectors/line.ts"
import { madeBefore } from "../../protocol/vectors/make.ts"
import { nodeSuite as suite } from "../suites/node.ts"
import { newLine, step } from "./line.ts"
import type { Path } from "./path-state.ts"
import { heardPong } from "./ping.ts"
import { sendPing } from "./probe.ts"
import type { Line, Peer } from "./state.ts"

let example: ExampleLine
before(async () => {
  example = await exampleLine(madeBefore())
})

const traits = { name: "tls", rate: 1e9, keepsOrder: true, fragmentBytes: 262_144, queueBytes: 1_048_576 } as const
let line: Line
let peer: Peer
let path: Path
beforeEach(() => {
  const { charter, parties } = example
  line = newLine({ charter, us: 0, suite, charterBody: parties[0].charterBody })
  step(line, { type: "pathOpened", now: 50_000, path: 3, peer: 1, traits })
  path = line.state.paths.get(3)!
  peer = line.state.peers.get(1)!
})

const pong = (echo: number): void =>
  heardPong(line, peer, path, { type: "pong", echo, now: line.now, frames: 1, bytes: 100 })

test("S-9: a pong whose ping was never said, or was answered before, tells nothing of its path", () => {
  sendPing(line, path)
  const [asked] = path.pings
  path.isDoubtful = true
  line.now += 400
  for (const echo of [0, 49_999, line.now, line.now + 7]) pong(echo)
  assert.deepEqual([path.roundTripMs, path.isDoubtful, path.pings.length], [null, true, 1])
  pong(asked!.echo)
  assert.deepEqual([path.roundTripMs, path.isDoubtful, path.pings.length], [400, false, 0])
  line.now += 60_000
  path.isDoubtful = true
  pong(asked!.echo)
  assert.deepEqual([path.roundTripMs, peer.roundTripMs, path.isDoubtful], [400, 400, true])
})

test("S-9: a round trip is taken from when the ping was said by our clock, which may be set back meanwhile", () => {
  sendPing(line, path)
  const [asked] = path.pings
  step(line, { type: "woke", now: line.now + 300 })
  step(line, { type: "woke", now: line.now - 40_000 })
  line.now += 100
  pong(asked!.echo)
  assert.equal(path.roundTripMs, 400)
})

test("S-9: of pings that are said in one millisecond each is known by its pong", () => {
  for (let at = 0; at < 3; at++) {
    path.queue.forEach(parts => {
      parts.length = 0
    })
    sendPing(line, path)
  }
  assert.equal(new Set(path.pings.map(({ echo }) => echo)).size, 3)
  line.now += 5
  pong(path.pings[1]!.echo)
  assert.equal(path.pings.length, 1, "what was said before it is answered with it")
})
