// The paths of a seed: one or two, from fibre to a modem line, each with its own weather.
import type { Prng } from "./prng.ts"
import type { Profile } from "./wire.ts"

const frameBytesMax = 262_144 + 64

/** Every eighth seed has nothing but a modem line. */
export const isThinSeed = (seed: number): boolean => seed % 8 === 5
/** In every eighth seed one path says that it is a fibre, and brings as much as an old modem. */
const isFalseSeed = (seed: number): boolean => seed % 8 === 3
/** What is said and sent there takes its time. */
export const isSlowSeed = (seed: number): boolean => isThinSeed(seed) || isFalseSeed(seed)

export const drawPaths = (chance: Prng, seed: number): Profile[] => {
  if (isThinSeed(seed)) return [chance.chance(0.5) ? modem(chance, "modem") : serial(chance, "serial")]
  const kind = chance.below(10)
  const first =
    kind < 5 ? fibre(chance, "fibre") : kind < 8 ? satellite(chance, "satellite") : datagrams(chance, "datagrams")
  const paths = [seed % 2 === 0 && !first.traits.loses ? stream(first) : first]
  const makes = [modem, serial, satellite, datagrams, fibre]
  const more = chance.pick([0, 1, 1, 2])
  for (let nth = 1; nth <= more; nth++) paths.push(dearer(chance, chance.pick(makes)(chance, `path ${nth}`)))
  if (isFalseSeed(seed)) paths[paths.length - 1] = liesOfItsRate(chance, fibre(chance, "false fibre"))
  return paths
}

/** Where it costs more than the first, which the rest is left to, or where it is slower anyway. */
const dearer = (chance: Prng, path: Profile): Profile => ({
  ...path,
  traits: { ...path.traits, cost: chance.pick([1, 2, 5]) },
})

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
    loop: some(),
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

/** As the real one: a frame that others wait for is short, and hardly anything lies in the device. */
const serial = (chance: Prng, name: string): Profile => ({
  traits: {
    ...{ name, rate: chance.pick([9_600, 115_200]), fragmentBytes: frameBytesMax, pieceBytes: 200, queueBytes: 64 },
    ...{ loses: true, keepsOrder: true },
  },
  latencyMs: chance.between(1, 300),
  jitterMs: 0,
  ...{ ...weather(chance), delay: 0, reorder: 0, double: 0 },
})

/** What nothing repairs on its way: up to a fifth is lost, doubled or overtaken. */
const datagrams = (chance: Prng, name: string): Profile => ({
  traits: {
    ...{ name, rate: chance.pick([1e6, 1e7]), fragmentBytes: chance.pick([1_200, 1_400]), queueBytes: 16_384 },
    loses: true,
  },
  latencyMs: chance.between(5, 200),
  jitterMs: chance.between(0, 50),
  ...weather(chance),
  drop: chance.pick([0.01, 0.05, 0.2]),
  double: chance.pick([0.01, 0.05, 0.2]),
  reorder: chance.pick([0.01, 0.05, 0.2]),
})

/** It takes whatever comes, and brings 64 kbit/s. */
const liesOfItsRate = (chance: Prng, path: Profile): Profile => ({
  ...path,
  traits: { ...path.traits, rate: 1e9 },
  brings: { rate: 64_000, bufferBytes: chance.pick([262_144, 4_194_304]) },
})
