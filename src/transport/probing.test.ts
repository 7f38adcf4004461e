import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"
import { confirming, probing } from "./probing.ts"

const timers = (t: TestContext) => {
  t.mock.timers.enable({ apis: ["setTimeout"] })
  return (ms: number): void => {
    for (let at = 0; at < ms; at += 50) t.mock.timers.tick(50)
  }
}

test("F-20: sizes are asked thrice, the largest acknowledged is taken, and a path that answers nothing is given up", t => {
  const later = timers(t)
  const found: (number | undefined)[] = []
  const done = (size: number | undefined): void => void found.push(size)
  const asked: number[] = []
  const probe = (size: number) => void asked.push(size)
  const first = probing({ most: 65_535, turnMs: 100 }, probe, done)
  first.passed(548)
  first.passed(1_372)
  first.passed(1_371)
  later(400)
  assert.deepEqual(found, [1_372])
  assert.deepEqual(asked, [548, 1_200, 1_372, 1_452, 1_472, 1_452, 1_472, 1_452, 1_472])
  probing({ most: 300, turnMs: 100 }, probe, done).passed(548)
  assert.deepEqual(found, [1_372, 548], "the largest that is wanted is taken at once")
  probing({ most: 1_472, turnMs: 100 }, () => {}, done)
  later(5_200)
  assert.deepEqual(found, [1_372, 548, undefined])
})

test("F-20: a size that no more passes while smaller ones do is found out; where nothing passes it is not the size", t => {
  const later = timers(t)
  let [probes, vanished] = [0, 0]
  const confirms = confirming(
    { size: 1_452, againMs: () => 20 },
    () => {
      probes += 1
    },
    () => {
      vanished += 1
    },
  )
  confirms.left(300)
  later(20_000)
  assert.equal(probes, 0, "small ones ask nothing")
  confirms.left(1_400)
  later(5_400)
  confirms.passed(1_452)
  later(20_000)
  assert.deepEqual([probes, vanished], [3, 0])
  confirms.left(1_400)
  later(20_000)
  assert.deepEqual([probes, vanished], [13, 0], "nothing came")
  confirms.left(1_400)
  later(5_400)
  confirms.heard()
  later(20_000)
  assert.deepEqual([probes, vanished], [23, 1])
})
