// Of the classes of src/suites/classes.test.ts what takes seconds; and the Wycheproof project's own vectors, where a copy of them is given:
// WYCHEPROOF=folder of its testvectors_v1. They are not kept here; without them that test says that it is left out.
import assert from "node:assert/strict"
import { createPrivateKey, createPublicKey, decapsulate, diffieHellman, hkdfSync } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { join as joined } from "node:path"
import { test } from "node:test"
import { x25519 } from "@noble/curves/ed25519.js"
import { p256, p384 } from "@noble/curves/nist.js"
import { hkdf } from "@noble/hashes/hkdf.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js"
import { slh_dsa_sha2_128s } from "@noble/post-quantum/slh-dsa.js"
import { isXwingPublic } from "../src/core/hpke.ts"
import { lowSigned } from "../src/core/release.ts"
import { type Algorithm, algorithms, type PublicKey } from "../src/core/suite.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { xwingNode } from "../src/suites/xwing-node.ts"
import { bigint, flip, hex, join, judged, message, suites, utf8 } from "./fixtures/judged.ts"

test("CH-3: SLH-DSA-SHA2-128s: one bit anywhere, another context, key or length is false, and both suites say so", () => {
  const context = utf8("parley/1 card")
  const pair = slh_dsa_sha2_128s.keygen(new Uint8Array(48).fill(5))
  const key: PublicKey = { alg: algorithms.slhDsa128s, public: pair.publicKey }
  const good = slh_dsa_sha2_128s.sign(message, pair.secretKey, { context, extraEntropy: false })
  judged(key, { "as signed": good }, true, context)
  // FIPS 205: 16 bytes of randomness, 14 × 13 × 16 of FORS, 7 × 44 × 16 of the hypertree.
  const places = [0, 15, 16, 16 + 14 * 13 * 16 - 1, 16 + 14 * 13 * 16, 5_000, 7_855]
  judged(key, Object.fromEntries(places.map(at => [`bit at ${at}`, flip(good, at)])), false, context)
  judged(key, { "a byte less": good.subarray(0, -1), "a byte more": join(good, new Uint8Array(1)) }, false, context)
  judged(key, { "no context": good }, false)
  judged({ ...key, public: flip(pair.publicKey, 31) }, { "another key": good }, false, context)
})

type Case = Readonly<Record<string, string>> & { readonly flags?: readonly string[] }
type Group = { readonly tests: readonly Case[]; readonly publicKey: unknown } & Readonly<Record<string, unknown>>
const folder = process.env.WYCHEPROOF ?? ""
const groups = (name: string): Group[] =>
  JSON.parse(readFileSync(joined(folder, `${name}_test.json`), "utf8")).testGroups
const left = !existsSync(folder) && "WYCHEPROOF names no folder of the project's testvectors_v1: left out"
const of = (test: Case, name: string): Uint8Array => hex(test[name] ?? "")
const isValid = ({ result }: Case): boolean => result === "valid"
const about = (name: string, { tcId, flags }: Case): string => `${name} ${tcId}: ${flags}`
const orNone = (make: () => Uint8Array): string => {
  try {
    return make().toHex()
  } catch {
    return "none"
  }
}

const signed: readonly (readonly [string, Algorithm])[] = [
  ["ed25519", algorithms.ed25519],
  ["ecdsa_secp256r1_sha256_p1363", algorithms.esp256],
  ["ecdsa_secp384r1_sha384_p1363", algorithms.esp384],
  ["mldsa_65_verify", algorithms.mlDsa65],
]

/** E-15 takes the lower s alone. */
const isHigh = (alg: Algorithm, signature: Uint8Array): boolean => {
  const curve = alg === algorithms.esp256 ? p256 : alg === algorithms.esp384 ? p384 : undefined
  const s = curve && signature.slice(signature.length / 2)
  return s !== undefined && s.length > 0 && bigint(s) > curve!.Point.Fn.ORDER / 2n
}

test("E-15: Wycheproof's signatures: both suites say what it says, but for the higher s", { skip: left }, () => {
  let cases = 0
  for (const [name, alg] of signed)
    for (const { publicKey, tests } of groups(name)) {
      const raw = typeof publicKey === "string" ? publicKey : (Object(publicKey).pk ?? Object(publicKey).uncompressed)
      for (const each of tests) {
        const key: PublicKey = { alg, public: hex(raw) }
        const expected = isValid(each) && !isHigh(alg, of(each, "sig"))
        const context = each.ctx === undefined ? undefined : of(each, "ctx")
        for (const [suite, { verify }] of suites)
          assert.equal(
            verify(key, of(each, "msg"), of(each, "sig"), context),
            expected,
            `${suite}, ${about(name, each)}`,
          )
        cases++
      }
    }
  for (const { publicKey, tests } of groups("ecdsa_secp256r1_sha256"))
    for (const each of tests) {
      const raw = lowSigned(of(each, "sig"))
      const key: PublicKey = { alg: algorithms.esp256, public: hex(Object(publicKey).uncompressed) }
      const isGood = raw !== undefined && nodeSuite.verify(key, of(each, "msg"), raw)
      assert.equal(isGood, isValid(each), about("DER", each))
      cases++
    }
  console.log(`${cases} signatures of Wycheproof`)
})

test("F-3, EP-4: Wycheproof's AES-256-GCM, HMAC and HKDF: both suites say what it says", { skip: left }, () => {
  let cases = 0
  for (const { keySize, tagSize, ivSize, tests } of groups("aes_gcm"))
    for (const each of keySize === 256 && tagSize === 128 && ivSize === 96 ? tests : []) {
      const [key, iv, aad, plain] = ["key", "iv", "aad", "msg"].map(name => of(each, name)) as Uint8Array[]
      const sealed = join(of(each, "ct"), of(each, "tag"))
      for (const [suite, { open, seal }] of suites) {
        assert.equal(
          open(key!, iv!, aad!, sealed)?.toHex(),
          isValid(each) ? each.msg : undefined,
          `${suite}, ${about("GCM", each)}`,
        )
        if (isValid(each)) assert.deepEqual(seal(key!, iv!, aad!, plain!), sealed)
      }
      cases++
    }
  for (const { tagSize, tests } of groups("hmac_sha256"))
    for (const each of tests) {
      for (const [suite, { hmacSha256 }] of suites) {
        const mac = hmacSha256(of(each, "key"), of(each, "msg"))
          .toHex()
          .slice(0, Number(tagSize) / 4)
        assert.equal(mac === each.tag, isValid(each), `${suite}, ${about("HMAC", each)}`)
      }
      cases++
    }
  for (const { tests } of groups("hkdf_sha256"))
    for (const each of tests.filter(isValid)) {
      const [ikm, salt, info, size] = [of(each, "ikm"), of(each, "salt"), of(each, "info"), Number(each.size)]
      assert.equal(
        Buffer.from(hkdfSync("sha256", ikm, salt, info, size)).toString("hex"),
        each.okm,
        about("HKDF", each),
      )
      assert.equal(hkdf(sha256, ikm, salt, info, size).toHex(), each.okm, about("HKDF", each))
      cases++
    }
  console.log(`${cases} cases of Wycheproof`)
})

test("EP-1, EP-2: Wycheproof's X25519 and ML-KEM-768: both implementations say what it says", { skip: left }, () => {
  let cases = 0
  for (const { tests } of groups("x25519"))
    for (const each of tests) {
      const [secret, u] = [of(each, "private"), of(each, "public")]
      const privateKey = createPrivateKey({
        key: Buffer.from(secret),
        format: "raw-private",
        asymmetricKeyType: "x25519",
      })
      const publicKey = createPublicKey({ key: Buffer.from(u), format: "raw-public", asymmetricKeyType: "x25519" })
      const expected = /^0+$/.test(each.shared ?? "") ? "none" : each.shared
      assert.equal(
        orNone(() => Uint8Array.from(diffieHellman({ privateKey, publicKey }))),
        expected,
        about("X25519", each),
      )
      assert.equal(
        orNone(() => x25519.getSharedSecret(secret, u)),
        expected,
        about("X25519", each),
      )
      cases++
    }
  for (const { tests } of groups("mlkem_768"))
    for (const each of tests) {
      const [seed, enc] = [of(each, "seed"), of(each, "c")]
      const key = (): ReturnType<typeof createPrivateKey> =>
        createPrivateKey({ key: Buffer.from(seed), format: "raw-seed", asymmetricKeyType: "ml-kem-768" })
      const expected = isValid(each) ? each.K : "none"
      assert.equal(
        orNone(() => Uint8Array.from(decapsulate(key(), enc))),
        expected,
        about("ML-KEM", each),
      )
      assert.equal(
        orNone(() => ml_kem768.decapsulate(enc, ml_kem768.keygen(seed).secretKey)),
        expected,
        about("ML-KEM", each),
      )
      cases++
    }
  for (const { tests } of groups("mlkem_768_encaps"))
    for (const each of tests) {
      const key = join(of(each, "ek"), new Uint8Array(32).fill(9))
      assert.equal(isXwingPublic(key), isValid(each), about("a key", each))
      assert.equal(xwingNode.encapsulate(key) !== undefined, isValid(each), about("a key", each))
      cases++
    }
  console.log(`${cases} exchanges of Wycheproof`)
})
