// Three planted bugs. A simulator that does not find them proves nothing by finding none.
import { restoreSnapshot, snapshot } from "../src/core/snapshot.ts"
import { freshState, type State } from "../src/core/state.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { keysOf, parties } from "./parties.ts"
import { type Prng, prng } from "./prng.ts"
import { runSeed, type SeedOptions } from "./seed.ts"
import type { Ground } from "./side.ts"

const seedsMax = 12

type Canary = { readonly name: string; readonly plant: () => SeedOptions; readonly found: RegExp }

/** A receipt before the write: the disk says that it is done, and writes a little later. */
const receiptBeforeWrite: Canary = {
  name: "a receipt before the write",
  found: /durable|stored/,
  plant: () => ({
    stage: ({ all, sides }) => {
      sides[1].disk.lie()
      const sync = (): void => {
        sides[1].disk.sync()
        all.after(50, sync)
      }
      sync()
    },
  }),
}

/** A counter resumed after a crash: the process takes its sending epoch up again as it was when the last process began. */
const counterResumed: Canary = {
  name: "a counter resumed after a crash",
  found: /one key and nonce/,
  plant: () => ({
    ground: (ground, party, chance) => (party === 0 ? resuming(ground, party, chance) : ground),
  }),
}

const resuming = (ground: Ground, party: number, chance: Prng): Ground => {
  const known = parties(nodeSuite)
  const seed = chance.next()
  const name = known.names[party]!
  let first: Uint8Array | null = null
  let starts = 0
  const signer = (): ReturnType<Ground["signer"]> => {
    starts += 1
    // The same encapsulation comes again, as from a generator that was seeded by a saved state.
    return { ...ground.signer(), encapsulate: keysOf(name, prng(seed).bytes).encapsulate }
  }
  const read = (bytes: Uint8Array): State => {
    const state = freshState(known.charter, party, nodeSuite)
    restoreSnapshot(state, bytes)
    return state
  }
  const resumed = (now: Uint8Array): Uint8Array => {
    first ??= now
    const state = read(now)
    for (const [at, before] of read(first).peers) {
      const { nextEpoch, secrets, keyNumber, publicKey } = before
      Object.assign(state.peers.get(at)!, { nextEpoch, secrets, keyNumber, publicKey })
    }
    return snapshot(state)
  }
  return {
    ...ground,
    signer,
    store: inner => {
      const store = ground.store(inner)
      let started = false
      return {
        ...store,
        state: () => {
          const bytes = store.state()
          if (!bytes || started || starts < 2) return bytes
          started = true
          return resumed(bytes)
        },
      }
    },
  }
}

/** A home goes on from a copy, cut off, and nobody has said that it is one: it says again, otherwise, what it has said before. */
const copyUnmarked: Canary = {
  name: "a copy that nobody has marked",
  found: /an honest peer|an order is there 0 times/,
  plant: () => ({
    stage: ({ all, sides: [side], wires }) => {
      const minute = 60_000
      all.after(4 * minute, () => side.disk.copy())
      const again = (): void => {
        if (!side.running()) return void all.after(1_000, again)
        for (const wire of wires) wire.cut()
        side.putBack(false, 50)
        all.after(500, () => side.officers.burst(20, 100))
        all.after(5_000, () => {
          for (const wire of wires) wire.mend()
        })
      }
      all.after(8 * minute, again)
    },
  }),
}

const planted = [receiptBeforeWrite, counterResumed, copyUnmarked]

/** 0 when all were found. */
export const canaries = async (say: (line: string) => void): Promise<number> => {
  let missed = 0
  for (const { name, plant, found } of planted) {
    let seed = 0
    let what: string | null = null
    while (what === null && ++seed <= seedsMax) {
      const result = await runSeed(seed, plant())
      what = result.found !== null && found.test(result.found) ? result.found : null
      if (result.found !== null && what === null)
        say(`canary ${name}: seed=${seed} found something else: ${result.found}`)
    }
    if (what === null) missed += 1
    say(
      what === null
        ? `canary ${name}: not found in ${seedsMax} seeds`
        : `canary ${name}: found by seed=${seed}: ${what}`,
    )
  }
  say(JSON.stringify({ canaries: planted.length, found: planted.length - missed }))
  return missed === 0 ? 0 : 1
}
