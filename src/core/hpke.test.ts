import assert from "node:assert/strict"
import { test } from "node:test"
import { Aes256Gcm, CipherSuite, HkdfSha256 } from "@hpke/core"
import { XWing } from "@hpke/hybridkem-x-wing"
import { rfc9180 } from "../../test/fixtures/vectors.ts"
import { nobleSuite } from "../suites/noble.ts"
import { nodeSuite } from "../suites/node.ts"
import { xwingNode } from "../suites/xwing-node.ts"
import { setup } from "./hpke.ts"

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text)
const buffer = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer

test("EP-4: the key schedule gives the exports of RFC 9180, in base and psk mode, with either suite", () => {
  for (const suite of [nodeSuite, nobleSuite()]) {
    for (const vector of rfc9180.cases) {
      const given = {
        suite,
        sharedSecret: hex(vector.sharedSecret),
        info: hex(rfc9180.info),
        kemId: rfc9180.kemId,
        aeadId: vector.aeadId,
      }
      const exporter = setup(
        "psk" in vector
          ? { ...given, mode: "psk", psk: hex(vector.psk), pskId: hex(vector.pskId) }
          : { ...given, mode: "base" },
      )
      const exports = rfc9180.contexts.map(context => exporter.export(hex(context), 32).toHex())
      assert.deepEqual(exports, [...vector.exports], vector.name)
    }
  }
})

test("EP-4: with X-Wing and AES-256-GCM it agrees with a second implementation, base and psk, at every export length", async () => {
  const oracle = new CipherSuite({ kem: new XWing(), kdf: new HkdfSha256(), aead: new Aes256Gcm() })
  const seed = new Uint8Array(32).fill(9)
  const recipientPublicKey = await oracle.kem.deserializePublicKey(buffer(xwingNode.publicKey(seed)))
  const info = new TextEncoder().encode("parley/1 epoch")
  const psk = { id: new TextEncoder().encode("parley/1 pairing"), key: new Uint8Array(32).fill(4) }
  for (const mode of ["base", "psk"] as const) {
    const theirPsk = mode === "psk" ? { psk: { id: buffer(psk.id), key: buffer(psk.key) } } : {}
    const sender = await oracle.createSenderContext({
      recipientPublicKey,
      info: buffer(info),
      ...theirPsk,
    })
    const sharedSecret = xwingNode.decapsulate(seed, new Uint8Array(sender.enc))
    assert.ok(sharedSecret)
    const given = { suite: nodeSuite, sharedSecret, info }
    const ours = setup(mode === "psk" ? { ...given, mode, psk: psk.key, pskId: psk.id } : { ...given, mode })
    for (const [label, length] of [
      ["parley/1 frame key", 32],
      ["parley/1 frame iv", 12],
      ["long", 100],
    ] as const) {
      const theirs = await sender.export(buffer(new TextEncoder().encode(label)), length)
      assert.deepEqual(ours.export(label, length), new Uint8Array(theirs), `${mode}, ${label}`)
    }
  }
})

test("EP-4: another psk, psk id, mode or info gives other keys", () => {
  const given = { suite: nodeSuite, sharedSecret: new Uint8Array(32).fill(1), info: Uint8Array.of(1) }
  const psk = { mode: "psk", psk: new Uint8Array(32).fill(2), pskId: Uint8Array.of(3) } as const
  const keys = [
    setup({ ...given, mode: "base" }),
    setup({ ...given, ...psk }),
    setup({ ...given, ...psk, psk: new Uint8Array(32).fill(5) }),
    setup({ ...given, ...psk, pskId: Uint8Array.of(4) }),
    setup({ ...given, ...psk, info: Uint8Array.of(2) }),
  ].map(exporter => exporter.export("parley/1 frame key", 32).toHex())
  assert.equal(new Set(keys).size, keys.length)
})

test("EP-4: a short psk is our own fault and is never used", () => {
  const given = { suite: nodeSuite, sharedSecret: new Uint8Array(32), info: new Uint8Array(0), mode: "psk" } as const
  assert.throws(() => setup({ ...given, psk: new Uint8Array(16), pskId: Uint8Array.of(1) }))
  assert.throws(() => setup({ ...given, psk: new Uint8Array(32), pskId: new Uint8Array(0) }))
})
