// Keys that take their time, as a hardware module does: every answer comes later, while everything else goes on.
import type { Signer } from "../src/keys/signer.ts"
import type { Prng } from "./prng.ts"
import type { Universe } from "./world.ts"

export const slowSigner = (all: Universe, chance: Prng, keys: Signer): Signer => {
  /** What is asked is done at once, in order, and told later: the keys' own chance must not depend on who waits longest. */
  const later = async <Value>(most: number, value: Promise<Value> | Value): Promise<Value> => {
    await new Promise<void>(resolve => all.after(chance.between(0, most), resolve))
    return value
  }
  return {
    keys: keys.keys,
    holds: keys.holds,
    sign: (messages, by) => later(3, keys.sign(messages, by)),
    signPost: (message, context, by) => later(30, keys.signPost(message, context, by)),
    makeNodeKeys: alg => later(20, keys.makeNodeKeys(alg)),
    keepNodeKeys: key => later(20, keys.keepNodeKeys(key)),
    makeEpochKey: number => later(20, keys.makeEpochKey(number)),
    eraseEpochKey: number => later(20, keys.eraseEpochKey(number)),
    encapsulate: publicKey => later(20, keys.encapsulate(publicKey)),
    decapsulate: (number, enc) => later(20, keys.decapsulate(number, enc)),
  }
}
