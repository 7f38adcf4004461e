// One table of vectors, two suites: what the one accepts or refuses, the other does.
import assert from "node:assert/strict"
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto"
import { test } from "node:test"
import { ED25519_TORSION_SUBGROUP, ed25519 } from "@noble/curves/ed25519.js"
import { p256, p384 } from "@noble/curves/nist.js"
import { sha512 } from "@noble/hashes/sha2.js"
import { ml_dsa65 } from "@noble/post-quantum/ml-dsa.js"
import { rfc8032, rfc9964 } from "../../test/fixtures/vectors.ts"
import { algorithms, type PublicKey, type Suite } from "../core/suite.ts"
import { nobleSuite } from "./noble.ts"
import { nodeSuite } from "./node.ts"

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text)
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const flip = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at, (bytes.at(at) ?? 0) ^ 1)
const rawPublic = (key: KeyObject): Uint8Array => Uint8Array.from(key.export({ format: "raw-public" }))

const suites: readonly (readonly [string, Suite])[] = [
  ["node", nodeSuite],
  ["noble", nobleSuite({ compress: nodeSuite.compress, decompress: nodeSuite.decompress })],
]
const message = utf8("風船は気象観測用です。")
const context = utf8("parley/1 head")

for (const [name, suite] of suites) {
  test(`E-15: ${name} verifies every Ed25519 vector of RFC 8032, and none that was altered`, () => {
    for (const vector of rfc8032) {
      const key: PublicKey = { alg: algorithms.ed25519, public: hex(vector.public) }
      const [said, signature] = [hex(vector.message), hex(vector.signature)]
      assert.equal(suite.verify(key, said, signature), true, vector.name)
      assert.equal(suite.verify(key, said, flip(signature, 0)), false, vector.name)
      assert.equal(suite.verify(key, said, flip(signature, 32)), false, vector.name)
      assert.equal(suite.verify(key, Uint8Array.of(...said, 0), signature), false, vector.name)
      assert.equal(suite.verify(key, said, signature, context), false, "Ed25519 has no context here")
    }
  })

  test(`L-4: ${name} verifies the ML-DSA-65 signature of RFC 9964 and heeds the context`, () => {
    const pair = ml_dsa65.keygen(hex(rfc9964.seed))
    const key: PublicKey = { alg: algorithms.mlDsa65, public: pair.publicKey }
    assert.ok(
      pair.publicKey.toHex().startsWith(rfc9964.publicStart) && pair.publicKey.toHex().endsWith(rfc9964.publicEnd),
    )
    const signature = ml_dsa65.sign(utf8(rfc9964.message), pair.secretKey, { extraEntropy: false })
    assert.ok(signature.toHex().startsWith(rfc9964.signatureStart) && signature.toHex().endsWith(rfc9964.signatureEnd))
    assert.equal(suite.verify(key, utf8(rfc9964.message), signature), true)
    assert.equal(suite.verify(key, utf8(rfc9964.message), signature, context), false)
    const platform = createPrivateKey({
      key: Buffer.from(hex(rfc9964.seed)),
      format: "raw-seed",
      asymmetricKeyType: "ml-dsa-65",
    })
    const hedged = sign(null, message, { key: platform, context })
    assert.equal(suite.verify(key, message, hedged, context), true, "signed by the platform")
    assert.equal(suite.verify(key, message, hedged), false)
    assert.equal(suite.verify(key, message, flip(hedged, 100), context), false)
    assert.equal(suite.verify(key, message, hedged, new Uint8Array(256)), false, "a context has at most 255 bytes")
  })

  test(`CH-3: ${name} verifies SLH-DSA-SHA2-128s by the platform's key, with its context`, () => {
    const signature = slhSigned()
    const key: PublicKey = { alg: algorithms.slhDsa128s, public: slhPublic }
    assert.equal(suite.verify(key, message, signature, context), true)
    assert.equal(suite.verify(key, message, signature), false)
    assert.equal(suite.verify(key, message, flip(signature, 7_000), context), false)
  })

  test(`E-15: ${name} verifies P-256 and P-384 in their raw form, and refuses the high-s twin`, () => {
    for (const [alg, namedCurve, digest] of [
      [algorithms.esp256, "P-256", "sha256"],
      [algorithms.esp384, "P-384", "sha384"],
    ] as const) {
      const pair = generateKeyPairSync("ec", { namedCurve })
      const key: PublicKey = { alg, public: rawPublic(pair.publicKey) }
      const raw = sign(digest, message, { key: pair.privateKey, dsaEncoding: "ieee-p1363" })
      const [low, high] = lowAndHigh(alg, raw)
      assert.equal(suite.verify(key, message, low), true, namedCurve)
      assert.equal(suite.verify(key, message, high), false, `${namedCurve}, high s`)
      assert.equal(suite.verify(key, utf8("altered"), low), false, namedCurve)
    }
  })

  test(`E-15: ${name} refuses keys that are malformed, not canonical or not of prime order, without a throw`, () => {
    const one = "01".padEnd(64, "0")
    const bad: [string, PublicKey][] = [
      ["too short", { alg: algorithms.ed25519, public: new Uint8Array(31) }],
      ["not a point", { alg: algorithms.ed25519, public: hex("02".padEnd(64, "0")) }],
      ["y = 1 + p, not canonical", { alg: algorithms.ed25519, public: hex(`ee${"ff".repeat(30)}7f`) }],
      ["the neutral point, sign bit set", { alg: algorithms.ed25519, public: hex(`01${"00".repeat(30)}80`) }],
      ["a good key plus torsion", { alg: algorithms.ed25519, public: mixed() }],
      ["off P-256", { alg: algorithms.esp256, public: Uint8Array.of(4, ...new Uint8Array(64).fill(1)) }],
      ["compressed P-256", { alg: algorithms.esp256, public: p256.getPublicKey(new Uint8Array(32).fill(3), true) }],
      ["ML-DSA too short", { alg: algorithms.mlDsa65, public: new Uint8Array(1_951) }],
      ...ED25519_TORSION_SUBGROUP.map((point): [string, PublicKey] => [
        "small order",
        { alg: algorithms.ed25519, public: hex(point) },
      ]),
    ]
    for (const [what, key] of bad) {
      assert.equal(suite.sound(key), false, what)
      // R the neutral point and s zero: good under a lenient reading for any key of small order.
      assert.equal(suite.verify(key, message, hex(one + "00".repeat(32))), false, what)
      assert.equal(suite.verify(key, message, new Uint8Array(3)), false, what)
    }
    assert.equal(suite.sound({ alg: algorithms.ed25519, public: hex(rfc8032[0].public) }), true)
  })

  test(`E-15: ${name} takes the cofactorless equation: a signature whose R hides torsion is false`, () => {
    const { key, signature } = torsionSigned()
    assert.equal(ed25519.verify(signature, message, key.public), true, "good in the cofactored reading")
    assert.equal(suite.verify(key, message, signature), false)
  })

  test(`F-3: ${name} seals and opens AES-256-GCM, and a false tag, nonce or header opens nothing`, () => {
    // The GCM specification's test case 14: zero key, zero nonce, one zero block.
    const [key, nonce, none] = [new Uint8Array(32), new Uint8Array(12), new Uint8Array(0)]
    const sealed = suite.seal(key, nonce, none, new Uint8Array(16))
    assert.equal(sealed.toHex(), "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919")
    assert.deepEqual(suite.open(key, nonce, none, sealed), new Uint8Array(16))
    assert.equal(suite.open(key, nonce, none, flip(sealed, 0)), undefined)
    assert.equal(suite.open(key, nonce.with(0, 1), none, sealed), undefined)
    assert.equal(suite.open(key, nonce, message, sealed), undefined)
    assert.equal(suite.open(key, nonce, none, sealed.subarray(0, 15)), undefined)
    const bound = suite.seal(key, nonce, message, message)
    assert.deepEqual(suite.open(key, nonce, message, bound), message)
  })

  test(`E-12: ${name} hashes parts as their concatenation, short and long`, () => {
    assert.equal(suite.sha256().toHex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    assert.equal(suite.sha256(utf8("abc")).toHex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    assert.deepEqual(suite.sha256(utf8("a"), utf8("bc")), suite.sha256(utf8("abc")))
    const long = new Uint8Array(9_000).fill(7)
    assert.deepEqual(suite.sha256(long.subarray(0, 10), long.subarray(10)), suite.sha256(long))
    assert.equal(Object.getPrototypeOf(suite.sha256(long)), Uint8Array.prototype, "a Buffer would alias its slices")
    // RFC 4231, test case 2.
    const mac = suite.hmacSha256(utf8("Jefe"), utf8("what do ya want for nothing?"))
    assert.equal(mac.toHex(), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
  })

  test(`F-3: ${name} unpacks what it packed, and nothing beyond the bound`, () => {
    const body = utf8("風船は気象観測用です。".repeat(40))
    const packed = suite.compress(body)
    assert.ok(packed.length < body.length / 4)
    assert.deepEqual(suite.decompress(packed, body.length), body)
    assert.equal(suite.decompress(packed, body.length - 1), undefined)
    assert.equal(suite.decompress(Uint8Array.of(1, 2, 3), 100), undefined)
  })
}

test("F-3: a suite without compression says so, and is otherwise whole", () => {
  assert.throws(() => nobleSuite().compress(message), /no compression/)
})

const slh = generateKeyPairSync("slh-dsa-sha2-128s")
const slhPublic = rawPublic(slh.publicKey)
let slhSignature: Uint8Array | undefined
const slhSigned = (): Uint8Array => {
  slhSignature ??= Uint8Array.from(sign(null, message, { key: slh.privateKey, context }))
  return slhSignature
}

/** A signature and its twin (r, n − s), the low one first. */
const lowAndHigh = (alg: number, raw: Uint8Array): readonly [Uint8Array, Uint8Array] => {
  const half = raw.length / 2
  const order = (alg === algorithms.esp256 ? p256 : p384).Point.Fn.ORDER
  const s = BigInt(`0x${raw.subarray(half).toHex()}`)
  const withS = (value: bigint): Uint8Array =>
    Uint8Array.of(...raw.subarray(0, half), ...hex(value.toString(16).padStart(half * 2, "0")))
  const low = s < order - s ? s : order - s
  return [withS(low), withS(order - low)]
}

const torsionPoint = () => {
  const point = ED25519_TORSION_SUBGROUP.map(text => ed25519.Point.fromHex(text, true)).find(each => !each.is0())
  assert.ok(point)
  return point
}

const mixed = (): Uint8Array => ed25519.Point.BASE.multiply(7n).add(torsionPoint()).toBytes()

/** What a dishonest author can make with an honest key: R' = R + torsion, and the scalar to match. */
const torsionSigned = () => {
  const { BASE, Fn } = ed25519.Point
  const a = 11n
  const r = 13n
  const key: PublicKey = { alg: algorithms.ed25519, public: BASE.multiply(a).toBytes() }
  const point = BASE.multiply(r).add(torsionPoint()).toBytes()
  const k =
    BigInt(
      `0x${sha512(Uint8Array.of(...point, ...key.public, ...message))
        .toReversed()
        .toHex()}`,
    ) % Fn.ORDER
  const s = Fn.create(r + k * a)
  return { key, signature: Uint8Array.of(...point, ...hex(s.toString(16).padStart(64, "0")).toReversed()) }
}
