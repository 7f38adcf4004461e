// A stream of messages both ways, through nodes that are killed again and again; then what both records must be.
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { prng } from "../sim/prng.ts"
import { hex } from "../src/core/hash.ts"
import { kinds } from "../src/core/registry.ts"
import { messageView, RecordReader } from "../src/node/main.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { claimsAreTrue, cli, entryOf, pairedHomes, rowsOf, Side } from "./crash-line.ts"

export type Crashes = { readonly messages: number; readonly kills: number; readonly seed: number }

/** Orders that one side's officers have open at once. */
const atOnce = 8
const settleMsMax = 60_000

const bothTrue = (a: Side, b: Side): void => {
  claimsAreTrue(a, b)
  claimsAreTrue(b, a)
}

/** Speaks number after number, never further than `allowed` says. */
const talk = async (side: Side, count: number, allowed: () => number): Promise<void> => {
  let next = 1
  const one = async (): Promise<void> => {
    for (;;) {
      if (next > count) return
      if (next > allowed()) await pause(5)
      else await side.say(next++)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, one))
}

/** Everything that both disks hold, in an order of its own; and what a reader of each is shown, in the joint order. */
const held = (side: Side): { readonly rows: string[]; readonly shown: string[] } =>
  side.reading(store => {
    const reader = new RecordReader(side.charter, side.us, store)
    reader.read()
    const { charter, us } = side
    const views = { charter, us, record: reader.record, store, suite: nodeSuite }
    return {
      rows: rowsOf(store)
        .map(row => `${row.author}/${row.seq} ${hex(row.hash)} ${row.body?.length ?? 0}`)
        .sort(),
      shown: reader.record.page(0, reader.record.total).map(place => messageView(views, place).hash),
    }
  })

/** Every act once and under the hash that was answered; every message there once, and stored there by the other's receipt. */
const nothingLostOrDoubled = (sides: readonly [Side, Side], each: number): void => {
  for (const side of sides) {
    const said = side.reading(rowsOf).filter(row => row.author === side.us && entryOf(row).kind === kinds.message)
    const acts = new Map(said.map(row => [hex(entryOf(row).act ?? new Uint8Array()), hex(row.hash)]))
    assert.equal(said.length, each, "as many messages as were said")
    assert.equal(acts.size, each, "no act twice")
    for (const [act, hash] of side.done)
      assert.equal(acts.get(act), hash, "what was answered as durable is what is held")
    const numbers = said.map(row => entryOf(row).number ?? 0).sort((a, b) => a - b)
    assert.deepEqual(
      numbers,
      Array.from({ length: each }, (_, at) => at + 1),
      "numbers without a gap",
    )
  }
}

const settled = async (sides: readonly [Side, Side]): Promise<void> => {
  const until = performance.now() + settleMsMax
  for (;;) {
    const [a, b] = await Promise.all(sides.map(side => side.line()))
    if (a && b && a.queued === 0 && b.queued === 0 && JSON.stringify(a.sizes) === JSON.stringify(b.sizes)) return
    assert.ok(performance.now() < until, `not settled: ${JSON.stringify([a?.sizes, a?.queued, b?.sizes, b?.queued])}`)
    await pause(100)
  }
}

export const survive = async ({ messages, kills, seed }: Crashes): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "parley-crash-"))
  const [homeA, homeB] = await pairedHomes(folder)
  const sides = [new Side(homeA), new Side(homeB)] as const
  const chance = prng(seed)
  const each = messages / 2
  let isOver = false
  let allowed = 0
  try {
    for (const side of sides) side.start()
    const talks = Promise.all(sides.map(side => talk(side, each, () => allowed)))
    const looks = sides.map(async side => {
      while (!isOver) {
        await side.look()
        await pause(50)
      }
    })
    for (let kill = 1; kill <= kills; kill++) {
      allowed = Math.ceil((each * kill) / kills)
      // At any moment: while it starts, while it talks, while it catches up.
      await pause(chance.between(0, 1_200))
      const victim = chance.pick(sides)
      await victim.end("SIGKILL")
      bothTrue(...sides)
      victim.start()
    }
    await talks
    await settled(sides)
    isOver = true
    await Promise.all(looks)
    bothTrue(...sides)
    for (const side of sides) assert.equal(await side.end("SIGTERM"), 0, "it ends cleanly when it is asked to")
    nothingLostOrDoubled(sides, each)
    const [a, b] = [held(sides[0]), held(sides[1])]
    assert.deepEqual(a, b, "both records are equal, in one order")
    for (const { home } of sides) {
      const verified = spawnSync(process.execPath, [cli, "verify", home, "--json"], { encoding: "utf8" })
      assert.equal(verified.status, 0, verified.stdout + verified.stderr)
    }
  } catch (error) {
    throw new Error(`seed=${seed}, homes in ${folder}`, { cause: error })
  } finally {
    isOver = true
    for (const side of sides) side.abandon()
  }
  rmSync(folder, { recursive: true })
}
