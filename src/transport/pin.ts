// Who is at the other end: TLS 1.3, both ends with a self-signed certificate, known by the hash of its key alone (page:
// protocol/charter.md, section 2). No authority, name or date is asked. TLS is a coat; what it carries is sealed by itself.
import { constants, createHash, timingSafeEqual, X509Certificate } from "node:crypto"
import type { CommonConnectionOptions, SecureContextOptions, TLSSocket } from "node:tls"

const protocol = "parley/1"
/** RFC 10024: a recording of today must not be opened by a quantum computer of tomorrow. Nothing else is offered or taken. */
const group = "X25519MLKEM768"

/** SHA-256 of the certificate's public key, as the card carries it. */
export const spkiOf = (cert: string | X509Certificate): Uint8Array => {
  const { publicKey } = typeof cert === "string" ? new X509Certificate(cert) : cert
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest()
}

/**
 * The same on both sides. `rejectUnauthorized: false` switches off the platform's judgement of the certificate's issuer and
 * names, which a self-signed one cannot meet; that the peer holds the certificate's key is proven by the handshake all the
 * same, and `strangerBecause` compares that key before one byte is handed on or sent.
 */
export const coatOptions = (key: string, cert: string): SecureContextOptions & CommonConnectionOptions => ({
  key,
  cert,
  minVersion: "TLSv1.3",
  maxVersion: "TLSv1.3",
  ciphers: "TLS_AES_256_GCM_SHA384",
  ecdhCurve: group,
  sigalgs: "ed25519",
  ALPNProtocols: [protocol],
  requestCert: true,
  rejectUnauthorized: false,
  // A ticket would carry the certificate once more, and let a connection be resumed without the check of its key.
  secureOptions: constants.SSL_OP_NO_TICKET,
})

/** Why the other end is not the peer; undefined when it is. Asked once the handshake is complete. */
export const strangerBecause = (socket: TLSSocket, peerSpki: Uint8Array): string | undefined => {
  if (socket.getProtocol() !== "TLSv1.3") return "other-tls"
  if (socket.alpnProtocol !== protocol) return "other-protocol"
  if (socket.isSessionReused()) return "resumed"
  // Only the dialling end is told the group; the answering end offers no other.
  const key = socket.getEphemeralKeyInfo()
  if (key !== null && (!("name" in key) || key.name !== group)) return "other-group"
  const cert = socket.getPeerX509Certificate()
  if (!cert) return "no-certificate"
  const spki = spkiOf(cert)
  return spki.length === peerSpki.length && timingSafeEqual(spki, peerSpki) ? undefined : "other-key"
}
