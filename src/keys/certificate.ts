// A self-signed X.509 certificate for the TLS coat (page: protocol/charter.md, section 2). Nothing rests on its names or dates: the
// peer pins the SHA-256 of the public key from our card. Written by hand, since the platform reads certificates and makes none.
import { createPublicKey, hash, type KeyObject, sign } from "node:crypto"
import type { TlsIdentity } from "./signer.ts"

const tags = {
  boolean: 1,
  integer: 2,
  bits: 3,
  octets: 4,
  oid: 6,
  utf8: 12,
  utcTime: 23,
  time: 24,
  sequence: 48,
  set: 49,
}
const ed25519Oid = der(tags.sequence, der(tags.oid, Buffer.from("2b6570", "hex")))
const commonNameOid = der(tags.oid, Buffer.from("550403", "hex"))
const basicConstraintsOid = der(tags.oid, Buffer.from("551d13", "hex"))
const alternativeNameOid = der(tags.oid, Buffer.from("551d11", "hex"))
const name = "parley"

/** The same key gives the same certificate to the byte: Ed25519 is deterministic, and the serial number comes from the key. */
export const tlsIdentity = (privateKey: KeyObject): TlsIdentity => {
  const spki = createPublicKey(privateKey).export({ type: "spki", format: "der" })
  const digest = hash("sha256", spki, "buffer")
  const body = der(
    tags.sequence,
    der(0xa0, der(tags.integer, Buffer.of(2))), // version 3
    der(tags.integer, Buffer.concat([Buffer.of(0x40), digest.subarray(0, 15)])), // positive, and no leading zero
    ed25519Oid,
    distinguishedName,
    // RFC 5280: dates up to 2049 as UTCTime, whose 70 is 1970. A clock that is wrong must not close the line.
    der(tags.sequence, der(tags.utcTime, ascii("700101000000Z")), der(tags.time, ascii("99991231235959Z"))),
    distinguishedName,
    spki,
    der(0xa3, der(tags.sequence, notAuthority, alternativeName)),
  )
  const certificate = der(tags.sequence, body, ed25519Oid, bitString(sign(null, body, privateKey)))
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }),
    cert: pem(certificate),
    spki: Uint8Array.from(digest),
  }
}

function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content])
  const bytes = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 255]
  if (length > 0xffff) throw new Error("a certificate of ours is never so large")
  return Buffer.concat([Buffer.of(tag, ...bytes), content])
}

function ascii(text: string): Buffer {
  return Buffer.from(text, "latin1")
}

const bitString = (bytes: Uint8Array): Buffer => der(tags.bits, Buffer.of(0), bytes)

const distinguishedName = der(
  tags.sequence,
  der(tags.set, der(tags.sequence, commonNameOid, der(tags.utf8, ascii(name)))),
)

const notAuthority = der(
  tags.sequence,
  basicConstraintsOid,
  der(tags.boolean, Buffer.of(0xff)), // critical
  der(tags.octets, der(tags.sequence)),
)

const alternativeName = der(
  tags.sequence,
  alternativeNameOid,
  der(tags.octets, der(tags.sequence, der(0x82, ascii(name)))), // a DNS name
)

const pem = (certificate: Buffer): string => {
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? []
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n")
}
