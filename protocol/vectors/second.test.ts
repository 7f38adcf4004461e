// A second reader, written from the pages alone: it imports nothing of the first but takes a CBOR library and the platform's cryptography.
// It follows the line of the vectors from two cards to the words that were sealed. Where it fails, a page is not enough.
import { deepEqual, equal, ok } from "node:assert/strict"
import {
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  decapsulate,
  diffieHellman,
  hash,
  verify,
} from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { decode as decodeCbor, encode as encodeCbor } from "cbor2"

type Json = Record<string, string> & { from: number; to: number; epoch: number; expect: string; name: string }
const read = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, name), "utf8"))
const unhex = (text: string): Buffer => Buffer.from(text, "hex")
const sha256 = (...parts: Uint8Array[]): Buffer => hash("sha256", Buffer.concat(parts), "buffer")
const text = (words: string): Buffer => Buffer.from(words, "utf8")

/** C-1: a value whose encoding is the one that was read. */
const decode = (bytes: Uint8Array): unknown => {
  const value = decodeCbor(new Uint8Array(bytes), { preferMap: true, rejectDuplicateKeys: true })
  ok(Buffer.from(encodeCbor(value, { cde: true })).equals(bytes), "deterministic")
  return value
}
const map = (value: unknown): Map<number, unknown> => {
  ok(value instanceof Map)
  return value as Map<number, unknown>
}
const list = (value: unknown): unknown[] => {
  ok(Array.isArray(value))
  return value
}
const bytesOf = (value: unknown): Buffer => {
  ok(value instanceof Uint8Array)
  return Buffer.from(value)
}

/** E-15: algorithms, by their numbers in the registry. */
const isSigned = (
  alg: unknown,
  key: Buffer,
  message: Buffer,
  signature: Buffer,
  context: Buffer = Buffer.alloc(0),
): boolean => {
  const types = new Map([
    [-19, "ed25519"],
    [-49, "ml-dsa-65"],
    [-51_000, "slh-dsa-sha2-128s"],
  ] as const)
  const asymmetricKeyType = types.get(alg as -19)
  ok(asymmetricKeyType)
  const made = createPublicKey({ key, format: "raw-public", asymmetricKeyType })
  return verify(null, message, alg === -19 ? made : { key: made, context }, signature)
}

type Entry = { hash: Buffer; payload: Map<number, unknown>; isSigned: boolean }
/** E-1, E-15. */
const readEntry = (cose: Buffer, key: Buffer): Entry => {
  const [header, unprotected, payload, signature] = list(decode(cose)).map(item => item)
  equal(map(unprotected).size, 0)
  const protectedHeader = map(decode(bytesOf(header)))
  deepEqual([...protectedHeader.keys()], [1, 4])
  ok(bytesOf(protectedHeader.get(4)).equals(sha256(key).subarray(0, 8)))
  const signed = Buffer.from(encodeCbor(["Signature1", header, new Uint8Array(0), payload], { cde: true }))
  return {
    hash: sha256(Buffer.of(0), cose),
    payload: map(decode(bytesOf(payload))),
    isSigned: isSigned(protectedHeader.get(1), key, signed, bytesOf(signature)),
  }
}

/** L-1. */
const treeRoot = (leaves: readonly Buffer[]): Buffer => {
  if (leaves.length <= 1) return leaves[0] ?? sha256()
  let left = 1
  while (left * 2 < leaves.length) left *= 2
  return sha256(Buffer.of(1), treeRoot(leaves.slice(0, left)), treeRoot(leaves.slice(left)))
}

const { cards, charter, signatures } = read("charter.json")
const cardBytes = [unhex(cards[0].card), unhex(cards[1].card)]
const cardBody = (card: Buffer): Map<number, unknown> => map(decode(bytesOf(list(decode(card))[0])))
const keysOf = (card: Buffer, field: 4 | 5): [number, Buffer][] =>
  list(cardBody(card).get(field)).map(row => [list(row)[0] as number, bytesOf(list(row)[1])])
const nodeKey = (party: number): Buffer => keysOf(cardBytes[party]!, 5)[0]![1]
const charterBytes = Buffer.from(
  encodeCbor(
    new Map<number, unknown>([
      [1, 1],
      [2, cardBytes.map(card => new Uint8Array(card))],
    ]),
    { cde: true },
  ),
)
const line = sha256(charterBytes).subarray(0, 16)

test("CH-3, CH-4: a second reader verifies both cards and makes the charter", () => {
  for (const card of cardBytes) {
    const [body, signed] = list(decode(card))
    const message = Buffer.concat([text("parley/1 card"), bytesOf(body)])
    for (const [at, [alg, key]] of keysOf(card, 4).entries()) {
      const context = alg === -51_000 ? text("parley/1 card") : undefined
      ok(isSigned(alg, key, message, bytesOf(list(signed)[at]), context))
    }
  }
  ok(Buffer.compare(sha256(cardBytes[0]!), sha256(cardBytes[1]!)) < 0)
  equal(sha256(charterBytes).toString("hex"), charter.hash)
  equal(line.toString("hex"), charter.line)
})

test("CH-5: a second reader verifies the roots' signatures over the charter", () => {
  const message = Buffer.concat([text("parley/1 charter"), charterBytes])
  for (const party of [0, 1]) {
    const rows = list(map(decode(unhex(signatures[party].body))).get(1))
    for (const [at, [alg, key]] of keysOf(cardBytes[party]!, 4).entries()) {
      const [named, kid, signature] = list(rows[at])
      equal(named, alg)
      ok(bytesOf(kid).equals(sha256(key).subarray(0, 8)))
      ok(isSigned(alg, key, message, bytesOf(signature), alg === -51_000 ? text("parley/1 charter") : undefined))
    }
  }
})

test("E-1, E-7, E-12, E-14, E-15: a second reader follows a log of every kind from entry to entry", () => {
  const good: Json[] = read("entry.json").cases.filter((it: Json) => it.name.startsWith("a well-formed entry"))
  const leaves: Buffer[] = []
  for (const { cose, hash: name, salt, body, actDigest } of good) {
    const entry = readEntry(unhex(cose!), nodeKey(0))
    const { payload } = entry
    ok(entry.isSigned)
    equal(entry.hash.toString("hex"), name)
    ok(bytesOf(payload.get(2)).equals(line))
    equal(payload.get(5), leaves.length + 1)
    ok(bytesOf(payload.get(6)).equals(treeRoot(leaves)))
    if (salt && body) ok(bytesOf(payload.get(15)).equals(sha256(unhex(salt), unhex(body))))
    if (actDigest) {
      const absent = [2, 3, 19, 10, 12, 9, 13].map(key => payload.get(key) ?? null)
      const said = [
        ...absent,
        payload.get(14) ?? [],
        payload.get(16) ?? [],
        payload.get(17) ?? [],
        payload.get(18) ?? 0,
        payload.get(15) ?? null,
        payload.get(21) ?? null,
      ]
      equal(sha256(text("parley/1 act"), encodeCbor(said, { cde: true })).toString("hex"), actDigest)
    }
    leaves.push(entry.hash)
  }
  equal(leaves.length, 22)
})

test("L-4: a second reader verifies a head by its text and both signatures", () => {
  const { head, text: checkpoint, note } = read("head.json").cases[0]
  const origin = `parley/1/${line.toString("hex")}/${head.author}/${head.generation}`
  equal(checkpoint, `${origin}\n${head.size}\n${unhex(head.root).toString("base64")}\n`)
  const [first, second] = keysOf(cardBytes[0]!, 5)
  ok(isSigned(first![0], first![1], text(checkpoint), unhex(head.ed25519)))
  ok(isSigned(second![0], second![1], text(checkpoint), unhex(head.mlDsa65), text("parley/1 head")))
  const signed = (type: Buffer, key: Buffer, signature: string): string => {
    const id = sha256(text(`${origin}\n`), type, key).subarray(0, 4)
    return `— ${origin} ${Buffer.concat([id, unhex(signature)]).toString("base64")}\n`
  }
  const other = Buffer.concat([Buffer.of(0xff), text("parley/1 ML-DSA-65")])
  equal(
    note,
    `${checkpoint}\n${signed(Buffer.of(1), first![1], head.ed25519)}${signed(other, second![1], head.mlDsa65)}`,
  )
})

/** EP-1: X-Wing. */
const xwing = (seed: Buffer, enc: Buffer): Buffer => {
  const expanded = hash("shake256", seed, { outputEncoding: "buffer", outputLength: 96 })
  const mlKem = createPrivateKey({ key: expanded.subarray(0, 64), format: "raw-seed", asymmetricKeyType: "ml-kem-768" })
  const x = createPrivateKey({ key: expanded.subarray(64), format: "raw-private", asymmetricKeyType: "x25519" })
  const theirs = enc.subarray(1_088)
  const shared = diffieHellman({
    privateKey: x,
    publicKey: createPublicKey({ key: theirs, format: "raw-public", asymmetricKeyType: "x25519" }),
  })
  const ours = createPublicKey(x).export({ format: "raw-public" })
  const label = unhex("5c2e2f2f5e5c")
  return hash(
    "sha3-256",
    Buffer.concat([decapsulate(mlKem, enc.subarray(0, 1_088)), shared, theirs, ours, label]),
    "buffer",
  )
}

/** EP-4, section 4: the exporter of RFC 9180. */
const exporter = (shared: Buffer, info: Buffer, psk: Buffer, pskId: Buffer) => {
  const suite = Buffer.concat([text("HPKE"), unhex("647a00010002")])
  const extract = (salt: Buffer, label: string, key: Buffer): Buffer =>
    createHmac("sha256", salt)
      .update(Buffer.concat([text("HPKE-v1"), suite, text(label), key]))
      .digest()
  const expand = (key: Buffer, label: string, about: Buffer, length: number): Buffer => {
    const labeled = Buffer.concat([Buffer.of(length >> 8, length & 255), text("HPKE-v1"), suite, text(label), about])
    return createHmac("sha256", key)
      .update(Buffer.concat([labeled, Buffer.of(1)]))
      .digest()
      .subarray(0, length)
  }
  const none = Buffer.alloc(0)
  const context = Buffer.concat([
    Buffer.of(psk.length > 0 ? 1 : 0),
    extract(none, "psk_id_hash", pskId),
    extract(none, "info_hash", info),
  ])
  const secret = expand(extract(shared, "secret", psk), "exp", context, 32)
  return (label: string, length: number): Buffer => expand(secret, "sec", text(label), length)
}

test("EP-3, EP-4, F-4, F-2: a second reader opens every epoch and reads what was sealed", () => {
  const { openings, pairing, sealed } = read("epoch.json") as {
    openings: Json[]
    pairing: { secret: string }
    sealed: Json[]
  }
  const left = new Map<string, Buffer>()
  let frameKeys: { key: Buffer; iv: Buffer } = { key: Buffer.alloc(0), iv: Buffer.alloc(0) }
  for (const { from, to, epoch, frame, recipientSeed } of openings) {
    const whole = unhex(frame!)
    equal(whole[0], 2)
    const [payloadBytes, ed25519, mlDsa65] = list(decode(whole.subarray(1)))
    const payload = map(decode(bytesOf(payloadBytes)))
    deepEqual(
      [1, 3, 4, 5].map(key => payload.get(key)),
      [1, from, to, epoch],
    )
    const message = Buffer.concat([text("parley/1 opening"), bytesOf(payloadBytes)])
    const [first, second] = keysOf(cardBytes[from]!, 5)
    ok(isSigned(first![0], first![1], message, bytesOf(ed25519)))
    const psk = payload.get(8) as null | [number, number, number, Uint8Array]
    if (psk === null) ok(isSigned(second![0], second![1], message, bytesOf(mlDsa65), text("parley/1 opening")))
    else equal(mlDsa65, null)
    const number = Buffer.alloc(4)
    number.writeUInt32BE(epoch)
    const info = Buffer.concat([text("parley/1 epoch"), line, Buffer.of(from, to), number, sha256(charterBytes)])
    const pskId =
      psk === null
        ? Buffer.alloc(0)
        : psk[0] === 0
          ? text("parley/1 pairing")
          : Buffer.concat([text("parley/1 epoch"), Buffer.of(psk[1], 0, 0, 0, psk[2]), psk[3]])
    const secret = psk === null ? Buffer.alloc(0) : left.get(psk.slice(0, 3).join(" "))
    ok(secret)
    if (psk && psk.length === 4) ok(sha256(text("parley/1 psk mark"), secret).subarray(0, 8).equals(psk[3]))
    const exported = exporter(xwing(unhex(recipientSeed!), bytesOf(payload.get(7))), info, secret, pskId)
    left.set(psk === null ? `base ${from}` : `1 ${from} ${epoch}`, exported("parley/1 psk", 32))
    if (left.size === 2 && psk === null)
      left.set("0", sha256(text("parley/1 pairing"), line, left.get("base 0")!, left.get("base 1")!))
    if (epoch === 1) frameKeys = { key: exported("parley/1 frame key", 32), iv: exported("parley/1 frame iv", 12) }
  }
  equal(left.get("0")?.toString("hex"), pairing.secret)
  const types: unknown[] = []
  for (const { frame } of sealed) {
    const whole = unhex(frame!)
    const nonce = Buffer.from(frameKeys.iv.map((byte, at) => (at < 4 ? byte : byte ^ whole[at]!)))
    const decipher = createDecipheriv("aes-256-gcm", frameKeys.key, nonce)
    decipher.setAAD(Buffer.concat([whole.subarray(0, 12), line, Buffer.of(0, 1)]))
    decipher.setAuthTag(whole.subarray(-16))
    const plain = Buffer.concat([decipher.update(whole.subarray(12, -16)), decipher.final()])
    for (const part of list(decode(plain)).map(list)) {
      types.push(part[0])
      if (part[0] !== 3) continue
      const { payload, isSigned } = readEntry(bytesOf(part[1]), nodeKey(0))
      ok(isSigned)
      ok(bytesOf(payload.get(15)).equals(sha256(bytesOf(part[2]), bytesOf(part[3]))))
    }
  }
  deepEqual(types, [1, 3, 3])
})
