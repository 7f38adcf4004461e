// Chance of the simulator: xoshiro128** (Blackman and Vigna), seeded by splitmix32. One seed gives one stream, and `fork` gives each
// room of the world a stream of its own, so that a change in one does not shift the others.

export type Prng = {
  /** 32 bits. */
  next(): number
  /** An integer from 0 to n − 1. */
  below(n: number): number
  /** An integer from `least` to `most`, both included. */
  between(least: number, most: number): number
  chance(probability: number): boolean
  pick<Item>(items: readonly Item[]): Item
  bytes(count: number): Uint8Array
  fork(name: string): Prng
}

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by))

const splitmix = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
}

/** FNV-1a: names only choose a stream. */
const nameNumber = (name: string): number => {
  let number = 0x811c9dc5
  for (let at = 0; at < name.length; at++) number = Math.imul(number ^ name.charCodeAt(at), 0x01000193)
  return number >>> 0
}

export const prng = (seed: number): Prng => {
  const mix = splitmix(seed)
  let [a, b, c, d] = [mix(), mix(), mix(), mix()]
  const next = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotate(d, 11)
    return result
  }
  const own: Prng = {
    next,
    below: n => Math.floor((next() / 0x1_0000_0000) * n),
    between: (least, most) => least + own.below(most - least + 1),
    chance: probability => next() < probability * 0x1_0000_0000,
    pick: items => {
      const item = items[own.below(items.length)]
      if (item === undefined) throw new Error("nothing to pick from")
      return item
    },
    bytes: count => {
      const drawn = new Uint8Array(count)
      for (let at = 0; at < count; at++) drawn[at] = next() >>> 24
      return drawn
    },
    fork: name => prng((next() ^ nameNumber(name)) >>> 0),
  }
  return own
}
