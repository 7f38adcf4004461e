// The paths of a seed: one or two, from fibre to a modem line, each with its own weather.
import type { Prng } from "./prng.ts"
import type { Profile } from "./wire.ts"

const frameBytesMax = 262_144 + 64

/** Every eighth seed has nothing but a modem line. */
export const isThinSeed = (seed: number): boolean => seed % 8 === 5

export const drawPaths = (chance: Prng, seed: number): Profile[] => {
  if (isThinSeed(seed)) return [modem(chance, "modem")]
  const first = chance.chance(0.7) ? fibre(chance, "fibre") : satellite(chance, "satellite")
  const paths = [seed % 2 === 0 ? stream(first) : first]
  if (chance.chance(0.5)) paths.push(chance.chance(0.4) ? modem(chance, "modem") : satellite(chance, "second"))
  return paths
}

/** How bad the weather is: every kind of harm, a little of each or much of it. */
const weather = (chance: Prng) => {
  const level = chance.pick([0.002, 0.01, 0.03, 0.1])
  const some = (): number => (level * chance.between(2, 20)) / 10
  return {
    drop: some(),
    double: some(),
    delay: some(),
    reorder: some() * 2,
    corrupt: some(),
    replay: some(),
    garbage: some(),
  }
}

const fibre = (chance: Prng, name: string): Profile => ({
  traits: { name, rate: chance.pick([1e9, 1e8, 1e7]), fragmentBytes: frameBytesMax, queueBytes: 1_048_576 },
  latencyMs: chance.between(1, 60),
  jitterMs: chance.between(0, 20),
  ...weather(chance),
})

/** In order; that nothing is lost on it is promised and not kept, as by a peer that breaks the law. */
const stream = (path: Profile): Profile => ({
  ...{ ...path, jitterMs: 0, delay: 0, reorder: 0, double: 0 },
  traits: { ...path.traits, keepsOrder: true },
})

const satellite = (chance: Prng, name: string): Profile => ({
  traits: {
    name,
    rate: chance.pick([512_000, 2_000_000]),
    fragmentBytes: chance.pick([1_400, 16_384]),
    queueBytes: 65_536,
  },
  latencyMs: chance.between(250, 600),
  jitterMs: chance.between(0, 100),
  ...weather(chance),
})

const modem = (chance: Prng, name: string): Profile => ({
  traits: { name, rate: chance.pick([9_600, 19_200]), fragmentBytes: chance.pick([200, 256]), queueBytes: 256 },
  latencyMs: chance.between(50, 300),
  jitterMs: chance.between(0, 50),
  ...weather(chance),
})
