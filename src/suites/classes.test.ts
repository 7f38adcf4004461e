// Cases of the classes that the Wycheproof project looks for, made here for each primitive that is used, and what RFCs publish of it. They
// are not Wycheproof's own: test/classes.slow.ts runs those where a copy of them is given. Both suites must judge alike.
import assert from "node:assert/strict"
import { createPrivateKey, createPublicKey, diffieHellman, scryptSync } from "node:crypto"
import { test } from "node:test"
import { ED25519_TORSION_SUBGROUP, ed25519, x25519 } from "@noble/curves/ed25519.js"
import { scrypt } from "@noble/hashes/scrypt.js"
import { ml_dsa65 } from "@noble/post-quantum/ml-dsa.js"
import { bigint, flip, hex, join, judged, little, message, suites, utf8 } from "../../test/fixtures/judged.ts"
import { gcm256, rfc4231, rfc5869, rfc7748, rfc7914 } from "../../test/fixtures/vectors-symmetric.ts"
import { algorithms, type PublicKey } from "../core/suite.ts"
import { xwingNoble } from "./xwing-noble.ts"
import { xwingNode } from "./xwing-node.ts"

test("E-15: Ed25519: S beyond the order, R that is not canonical or of small order, and other lengths are false", () => {
  const secret = new Uint8Array(32).fill(6)
  const key: PublicKey = { alg: algorithms.ed25519, public: ed25519.getPublicKey(secret) }
  const good = ed25519.sign(message, secret)
  const [r, s] = [good.subarray(0, 32), bigint(good.slice(32).toReversed())]
  const { ORDER } = ed25519.Point.Fn
  const p = 2n ** 255n - 19n
  judged(key, { "as signed": good }, true)
  judged(
    key,
    {
      "S + L": join(r, little(s + ORDER, 32)),
      "S + 8 L": join(r, little(s + 8n * ORDER, 32)),
      "S = L": join(r, little(ORDER, 32)),
      "S = 0": join(r, new Uint8Array(32)),
      "S with its top bits set": join(r, little(s + 2n ** 255n, 32)),
      "−S": join(r, little(ORDER - s, 32)),
      "all zero": new Uint8Array(64),
      "R of y = p": join(little(p, 32), good.subarray(32)),
      "R of y = p + 1": join(little(p + 1n, 32), good.subarray(32)),
      "R no point": join(little(2n, 32), good.subarray(32)),
      "R with its sign changed": join(r.with(31, r[31]! ^ 0x80), good.subarray(32)),
      "R and S exchanged": join(good.subarray(32), r),
      empty: new Uint8Array(0),
      "63 bytes": good.subarray(0, 63),
      "65 bytes": join(good, new Uint8Array(1)),
      ...Object.fromEntries(ED25519_TORSION_SUBGROUP.map(point => [`R ${point}`, join(hex(point), good.subarray(32))])),
    },
    false,
  )
  // y of prime order and y + p is written in 255 bits for the few y below 19 only; none of them may be a key twice.
  for (let y = 0n; y < 19n; y++)
    for (const sign of [0, 0x80]) {
      const twice = little(y + p, 32)
      twice[31]! |= sign
      for (const [name, suite] of suites)
        assert.equal(suite.sound({ ...key, public: twice }), false, `${name}: y = p + ${y}`)
    }
})

test("F-3: AES-256-GCM: the specification's cases 13 to 16; each bit of a tag and every shorter one counts", () => {
  for (const [name, suite] of suites)
    for (const { key, iv, aad, plain, sealed, tag } of gcm256) {
      const given = [hex(key), hex(iv), hex(aad)] as const
      const whole = hex(sealed + tag)
      assert.equal(suite.seal(...given, hex(plain)).toHex(), sealed + tag, name)
      assert.equal(suite.open(...given, whole)?.toHex(), plain, name)
      for (let bit = 0; bit < 128; bit++) {
        const at = whole.length - 16 + (bit >> 3)
        assert.equal(
          suite.open(...given, whole.with(at, whole[at]! ^ (1 << (bit & 7)))),
          undefined,
          `${name}: tag bit ${bit}`,
        )
      }
      for (let bytes = 0; bytes < 16; bytes++)
        assert.equal(
          suite.open(...given, join(hex(sealed), hex(tag).subarray(0, bytes))),
          undefined,
          `${name}: a tag of ${bytes}`,
        )
      assert.equal(suite.open(given[0], given[1], join(given[2], Uint8Array.of(0)), whole), undefined, `${name}: aad`)
      assert.equal(
        suite.open(given[0], given[1], given[2], join(whole, Uint8Array.of(0))),
        undefined,
        `${name}: longer`,
      )
    }
})

test("EP-4: HMAC and HKDF give what RFC 4231 and RFC 5869 publish, with either suite", () => {
  for (const [name, suite] of suites) {
    for (const { key, data, mac } of rfc4231)
      assert.equal(suite.hmacSha256(hex(key), hex(data)).toHex().slice(0, mac.length), mac, name)
    for (const { secret, salt, info, bytes, output } of rfc5869) {
      const prk = suite.hmacSha256(salt === "" ? new Uint8Array(32) : hex(salt), hex(secret))
      let [okm, last] = [new Uint8Array(0), new Uint8Array(0)]
      for (let at = 1; okm.length < bytes; at++) {
        last = Uint8Array.from(suite.hmacSha256(prk, join(last, hex(info), Uint8Array.of(at))))
        okm = Uint8Array.from(join(okm, last))
      }
      assert.equal(okm.subarray(0, bytes).toHex(), output, name)
    }
  }
})

const exchanges = {
  node: (secret: Uint8Array, u: Uint8Array): Uint8Array => {
    const privateKey = createPrivateKey({
      key: Buffer.from(secret),
      format: "raw-private",
      asymmetricKeyType: "x25519",
    })
    const publicKey = createPublicKey({ key: Buffer.from(u), format: "raw-public", asymmetricKeyType: "x25519" })
    return Uint8Array.from(diffieHellman({ privateKey, publicKey }))
  },
  noble: (secret: Uint8Array, u: Uint8Array): Uint8Array => x25519.getSharedSecret(secret, u),
}
/** RFC 7748, section 6.1 and section 7: these give zero whatever the private key is; written as they are and with p added. */
const smallOrder = [
  ...["00".repeat(32), `01${"00".repeat(31)}`],
  ...[
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  ],
  ...["ec", "ed", "ee"].map(first => `${first}${"ff".repeat(30)}7f`),
]

test("EP-1: X25519: RFC 7748's products; points of small order are refused by both, and X-Wing takes zero for them", () => {
  for (const [name, exchange] of Object.entries(exchanges)) {
    for (const { scalar, u, product } of rfc7748) assert.equal(exchange(hex(scalar), hex(u)).toHex(), product, name)
    for (const point of smallOrder)
      assert.throws(() => exchange(hex(rfc7748[0].scalar), hex(point)), Error, `${name}: ${point}`)
    const [{ scalar, u, product }] = rfc7748
    const topBit = hex(u)
    topBit[31]! |= 0x80
    assert.equal(exchange(hex(scalar), topBit).toHex(), product, `${name}: the top bit says nothing`)
  }
  const seed = new Uint8Array(32).fill(8)
  const noble = xwingNoble(bytes => new Uint8Array(bytes).fill(2))
  const key = xwingNode.publicKey(seed)
  const made = noble.encapsulate(key)
  assert.ok(made)
  for (const point of [...smallOrder, `02${"00".repeat(31)}`, `f0${"ff".repeat(31)}`]) {
    const enc = join(made.enc.subarray(0, 1_088), hex(point))
    assert.deepEqual(xwingNode.decapsulate(seed, enc), noble.decapsulate(seed, enc), point)
    assert.notDeepEqual(noble.decapsulate(seed, enc), made.secret)
  }
})

test("EP-2: ML-KEM-768: a coefficient of 3,329 or more anywhere in a key is refused, and a false enc gives both one secret", () => {
  const seed = new Uint8Array(32).fill(8)
  const key = xwingNode.publicKey(seed)
  const noble = xwingNoble(bytes => new Uint8Array(bytes).fill(2))
  const withCoefficient = (at: number, value: number): Uint8Array => {
    const changed = key.slice()
    const byte = (at >> 1) * 3
    if (at % 2 === 0) {
      changed[byte] = value & 255
      changed[byte + 1] = (changed[byte + 1]! & 0xf0) | (value >> 8)
    } else {
      changed[byte + 1] = (changed[byte + 1]! & 0x0f) | ((value & 15) << 4)
      changed[byte + 2] = value >> 4
    }
    return changed
  }
  for (const at of [0, 1, 255, 256, 511, 766, 767])
    for (const [value, isKey] of [
      [3_328, true],
      [3_329, false],
      [3_330, false],
      [4_095, false],
    ] as const)
      for (const kem of [xwingNode, noble])
        assert.equal(kem.encapsulate(withCoefficient(at, value)) !== undefined, isKey, `${at}: ${value}`)
  const made = noble.encapsulate(key)
  assert.ok(made)
  for (const at of [0, 500, 959, 960, 1_087]) {
    const enc = flip(made.enc, at)
    const [one, again, other] = [
      xwingNode.decapsulate(seed, enc),
      xwingNode.decapsulate(seed, enc),
      noble.decapsulate(seed, enc),
    ]
    assert.deepEqual([one, again], [other, other])
    assert.notDeepEqual(one, made.secret)
  }
  for (const bytes of [0, 1_088, 1_119, 1_121])
    for (const kem of [xwingNode, noble]) assert.equal(kem.decapsulate(seed, new Uint8Array(bytes)), undefined)
})

test("L-4: ML-DSA-65: a hint out of order, too full or with something behind it, z, the challenge and lengths are judged alike", () => {
  const context = utf8("parley/1 head")
  const pair = ml_dsa65.keygen(new Uint8Array(32).fill(5))
  const key: PublicKey = { alg: algorithms.mlDsa65, public: pair.publicKey }
  const good = ml_dsa65.sign(message, pair.secretKey, { context, extraEntropy: false })
  // FIPS 204, algorithm 20: 48 bytes of challenge, z, then 55 places of hints and 6 bytes that say where each polynomial's end.
  const hints = 3_309 - 61
  const ends = good.slice(-6)
  const last = ends[5]!
  const inFirst = ends[0]!
  assert.ok(inFirst >= 2 && last < 55, "this signature has what the cases need")
  const swapped = good.slice()
  swapped[hints] = good[hints + 1]!
  swapped[hints + 1] = good[hints]!
  const twice = good.with(hints + 1, good[hints]!)
  judged(key, { "as signed": good }, true, context)
  judged(
    key,
    {
      "a hint out of order": swapped,
      "a hint twice": twice,
      "something behind the hints": good.with(hints + last, 1),
      "ends beyond 55": good.with(-1 + good.length, 56),
      "ends that go back": good.with(good.length - 5, Math.max(0, inFirst - 1)),
      "the challenge": flip(good, 0),
      "z at its largest": good.slice().fill(0, 48, 48 + 640),
      "z at its least": good.slice().fill(0xff, 48, 48 + 640),
      "all zero": new Uint8Array(3_309),
      "a byte less": good.subarray(0, -1),
      "a byte more": join(good, new Uint8Array(1)),
    },
    false,
    context,
  )
  judged(key, { "another context": good }, false, utf8("parley/1 heaD"))
  judged(key, { "no context": good }, false)
  judged(key, { "a context of 256": good }, false, new Uint8Array(256))
  const empty = ml_dsa65.sign(message, pair.secretKey, { extraEntropy: false })
  judged(key, { "an empty context is none": empty }, true, new Uint8Array(0))
  for (const at of [0, 31, 32, 1_951])
    judged({ ...key, public: flip(pair.publicKey, at) }, { "another key": good }, false, context)
})

test("CH-6: scrypt gives what RFC 7914 publishes, and the smallest of it by a second implementation", () => {
  for (const { password, salt, N, r, p, key } of rfc7914) {
    assert.equal(scryptSync(password, salt, 64, { N, r, p, maxmem: 64 * 1_048_576 }).toString("hex"), key)
    if (N < 1_000) assert.equal(scrypt(utf8(password), utf8(salt), { N, r, p, dkLen: 64 }).toHex(), key)
  }
})
