// A party that holds real keys and breaks the law. It runs the same node as everybody, and lies where its frames are sealed and its
// entries signed: whatever the node says in good faith can be doubled, forged or replaced by something else that is truly signed.
// Noisy lies must leave no trace: afterwards the record converges as if they had not been told. A breaking lie ends the liar's own
// log; the other side must then keep what it had, say what it found, and go on.
import { decode, encode, type Value } from "../src/core/cbor.ts"
import { assemble, decodeEntry, type Entry, type Fields, toSign } from "../src/core/entry.ts"
import { bodyBytesMax, cborDepthMax, entryBytesMax, frameBytesMax } from "../src/core/limits.ts"
import { isRefusal, type RefusalCode } from "../src/core/refusal.ts"
import { kinds } from "../src/core/registry.ts"
import type { Suite } from "../src/core/suite.ts"
import type { Signer } from "../src/keys/signer.ts"
import type { FaultKind, Faults } from "./faults.ts"
import type { Prng } from "./prng.ts"

export const breakingLies = ["fork", "falseOwnRoot", "reusedAct", "falseReceipt", "forgedRelease"] as const
export type BreakingLie = (typeof breakingLies)[number]

/** What the other side says when it has been told such a lie: one of these at the least. */
export const expected: Readonly<Record<BreakingLie, readonly RefusalCode[]>> = {
  // Where only one branch came, what follows the other betrays it: as the next entry, or held across the gap.
  fork: ["two-histories", "wrong-own-root", "false-own-root"],
  falseOwnRoot: ["wrong-own-root", "false-own-root"],
  reusedAct: ["act-reused"],
  falseReceipt: ["false-receipt"],
  forgedRelease: ["bad-release"],
}

export type Liar = {
  /** Wraps what the liar's node seals with and signs with. */
  suite(honest: Suite): Suite
  signer(honest: Signer): Signer
  /** The next entry that is fit for it is replaced. */
  strike(lie: BreakingLie): void
  /** No more lies from now on. */
  rest(): void
  /** The true entry in whose place something else was sent. */
  struck(): { readonly seq: number; readonly hash: Uint8Array } | null
}

export type LiarOptions = {
  readonly chance: Prng
  readonly party: number
  readonly suite: Suite
  readonly keys: Signer
  readonly faults: Faults
  /** The most that one frame may have on a path. */
  readonly frameMax: (path: number) => number
  readonly noise: number
}

const sealOverhead = 12 + 16 + 8
const helloPart = 1
const havePart = 2
const entryPart = 3
const shortPart = 11
const piecePart = 13

export const liar = ({ chance, party, suite, keys, faults, frameMax, noise }: LiarOptions): Liar => {
  let resting = false
  let lie: BreakingLie | null = null
  let struck: { readonly seq: number; readonly hash: Uint8Array } | null = null
  let signed = 0
  let planted = false
  /** The place of the entry that was replaced: the true one is never sent. */
  let replaced: { readonly seq: number; readonly part: Value } | null = null
  const acts: Uint8Array[] = []

  const resign = (entry: Entry, changed: Partial<Fields>): Uint8Array => {
    const { bytes, hash, signed, kid, alg, signature, ...fields } = entry
    const unsigned = toSign({ ...fields, ...changed }, kid, alg)
    const [made] = keys.sign([unsigned.signed]) as Uint8Array[]
    return assemble(unsigned, made!, suite).bytes
  }

  /** Something that nobody may accept, made from a true entry. */
  const noisy = (part: readonly Value[], entry: Entry): { kind: FaultKind; parts: Value[] } => {
    const with_ = (cose: Uint8Array): Value => [entryPart, cose, ...part.slice(2)]
    switch (chance.below(6)) {
      case 0:
        return { kind: "flood", parts: Array.from({ length: chance.between(20, 60) }, () => part) }
      case 1: {
        const author = chance.chance(0.8) ? 1 - party : 5
        return { kind: "forgedAuthor", parts: [with_(resign(entry, { author, seen: [] }))] }
      }
      case 2:
        return { kind: "wrongLine", parts: [with_(resign(entry, { line: chance.bytes(16) }))] }
      case 4:
        // It holds more of the other's log than there is: unsigned, and so a doubt and no proof. (L-11)
        return { kind: "falseHave", parts: [[havePart, [[1 - party, 1, chance.between(100_000, 2 ** 40), []]]]] }
      case 3:
        return { kind: "oversized", parts: [oversized(part, chance)] }
      default:
        return {
          kind: "garbage",
          parts: [[chance.between(10, 99), chance.bytes(9)], ...(chance.chance(0.3) ? [malformed(chance)] : [])],
        }
    }
  }

  /** The entry that takes a true one's place, if this one is fit for it. */
  const breaking = (entry: Entry): Uint8Array | null => {
    switch (lie) {
      case "fork":
        return entry.kind === kinds.message ? resign(entry, { time: entry.time + 1 }) : null
      case "falseOwnRoot":
        return entry.seq > 3 ? resign(entry, { ownRoot: chance.bytes(32) }) : null
      case "reusedAct": {
        const act = acts[0]
        return act && entry.act && entry.kind !== kinds.charter ? resign(entry, { act }) : null
      }
      case "falseReceipt": {
        const seen = entry.seen[0]
        if (entry.kind !== kinds.stored || !seen) return null
        return resign(entry, { seen: [{ ...seen, root: chance.bytes(32) }] })
      }
      case "forgedRelease": {
        // A word of its node, said to be an officer's whom nobody has enrolled. (OF-6)
        const release = { type: "key", officer: "duty-1", proof: chance.bytes(64) } as const
        return entry.kind === kinds.message ? resign(entry, { releases: [release] }) : null
      }
      case null:
        return null
      default:
        return lie satisfies never
    }
  }

  const fits = (parts: readonly Value[], path: number): boolean =>
    encode(parts).length + sealOverhead <= Math.min(frameMax(path), frameBytesMax)

  const twist = (plain: Uint8Array, path: number): Uint8Array => {
    const list = decode(plain, { bytesMax: frameBytesMax, depthMax: cborDepthMax })
    if (!Array.isArray(list)) return plain
    const parts: Value[] = []
    const extra: Value[] = []
    for (const part of list as readonly Value[]) {
      const entry = ownEntry(part)
      if (!entry) {
        parts.push(resting ? part : altered(part, chance))
        continue
      }
      const made = replaced || resting ? null : breaking(entry)
      // Half of the path's room is left, so that both branches of a fork fit in.
      if (made && lie && 2 * plain.length < frameMax(path) - 200) {
        replaced = { seq: entry.seq, part: [entryPart, made, ...(part as Value[]).slice(2)] }
        faults[lie] += 1
        struck = { seq: entry.seq, hash: entry.hash }
      }
      // A fork's other branch is shown as well: that is what proves it.
      if (replaced?.seq === entry.seq) parts.push(...(lie === "fork" ? [replaced.part, part] : [replaced.part]))
      else parts.push(part)
      if (entry.act && acts.length < 4 && !made) acts.push(entry.act.slice())
      if (!resting && chance.chance(noise)) {
        const { kind, parts: made } = noisy(part as Value[], entry)
        const room = kind === "flood" ? made.filter((_, at) => fits([...list, ...made.slice(0, at + 1)], path)) : made
        if (room.length === 0 || !fits([...parts, ...extra, ...room], path)) continue
        faults[kind] += 1
        extra.push(...room)
      }
    }
    const whole = [...parts, ...extra]
    return fits(whole, path) ? encode(whole) : plain
  }

  const ownEntry = (part: Value): Entry | null => {
    if (!Array.isArray(part) || part[0] !== entryPart || !(part[1] instanceof Uint8Array)) return null
    const entry = decodeEntry(part[1].slice(), suite)
    return isRefusal(entry) || entry.author !== party ? null : entry
  }

  return {
    suite: honest => ({
      ...honest,
      // The header, which is authenticated beside the plaintext, names the path in its third byte.
      seal: (key, nonce, aad, plain) => honest.seal(key, nonce, aad, twist(plain, aad[2]!)),
      open(key, nonce, aad, sealed) {
        const plain = honest.open(key, nonce, aad, sealed)
        return plain && whole(plain)
      },
    }),
    signer: honest => ({
      ...honest,
      // Planted: one entry of its own log with a false signature, which its true heads will cover. Two could block it for good.
      sign: (messages, by) => {
        const made = honest.sign(messages, by) as Uint8Array[]
        signed += 1
        if (resting || planted || signed < 20 || !isEntry(messages[0]!) || !chance.chance(0.02)) return made
        planted = true
        faults.planted += 1
        return made.map(signature => signature.with(8, signature[8]! ^ 1))
      },
    }),
    strike: which => {
      lie = which
    },
    rest: () => {
      resting = true
    },
    struck: () => struck,
  }
}

/** What is heard, without the word of a HELLO that entries may come short: what is sent whole can be lied about. (S-11) */
const whole = (plain: Uint8Array): Uint8Array => {
  const list = decode(plain, { bytesMax: frameBytesMax, depthMax: cborDepthMax })
  if (!Array.isArray(list)) return plain
  const parts: readonly Value[] = list
  return encode(parts.map(part => (Array.isArray(part) && part[0] === helloPart ? part.slice(0, 6) : part)))
}

/** Now and then a chunk of its documents is not what it has said of them: one bit of where it begins. Its node would give no such. */
const altered = (part: Value, chance: Prng): Value => {
  if (!Array.isArray(part) || part[0] !== piecePart || part[3] !== 0) return part
  const bytes = part[4]
  if (!(bytes instanceof Uint8Array) || !chance.chance(0.2)) return part
  const at = chance.below(bytes.length)
  return [...part.slice(0, 4), bytes.with(at, bytes[at]! ^ 1)]
}

const signature1 = [0x84, 0x6a, 0x53, 0x69] // the head of ["Signature1", …
const isEntry = (message: Uint8Array): boolean => signature1.every((byte, at) => message[at] === byte)

const oversized = (part: readonly Value[], chance: Prng): Value =>
  chance.chance(0.5)
    ? [entryPart, new Uint8Array(entryBytesMax + 1).fill(0x84), null, null, 0]
    : [entryPart, part[1]!, new Uint8Array(16), new Uint8Array(bodyBytesMax + 1), 0]

const malformed = (chance: Prng): Value =>
  chance.pick<Value>([
    [1, 2, 3],
    [3],
    [4, 0, 0, 0, 0],
    [5, 1, 1, 1],
    [6, 1, 900_000, 1, new Uint8Array(1)],
    [12, new Uint8Array(32), 0, chance.below(2 ** 20), 2 ** 40, 0],
    [13, chance.bytes(8), chance.below(2_000), chance.below(2 ** 20), chance.bytes(40)],
    [14, chance.bytes(32), 109],
    [2, [[0, 1, -1, []]]],
    [],
    7,
    [entryPart, new Uint8Array(40), null, null, 0],
    [shortPart, 1, chance.between(1, 400), null, new Map(), chance.bytes(64), null, null, 0],
    [shortPart, 1, chance.between(1, 400), chance.bytes(13), new Map([[7, 7]]), chance.bytes(64), null, null, 0],
    [shortPart, 1, 1, 1],
  ])
