// The secrets that epochs are made of, and those that they leave behind (page: protocol/epoch.md, section 3).
import { concat, utf8 } from "./hash.ts"
import { setup } from "./hpke.ts"
import { epochsKept } from "./limits.ts"
import type { Line, Peer } from "./state.ts"

const pairingId = utf8("parley/1 pairing")
const epochLabel = utf8("parley/1 epoch")

const uint32 = (value: number): Uint8Array => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)

export type Psk = null | readonly [0] | readonly [1, number, number]

/** Both base encapsulations together: known once each side has opened to the other. (EP-4) */
export const pairingSecret = (line: Line, peer: Peer): Uint8Array | null => {
  if (!peer.pairingOurs || !peer.pairingTheirs) return null
  const [lower, higher] =
    line.us < peer.party ? [peer.pairingOurs, peer.pairingTheirs] : [peer.pairingTheirs, peer.pairingOurs]
  return line.suite.sha256(pairingId, line.charter.line, lower, higher)
}

export const secretOf = (
  line: Line,
  peer: Peer,
  psk: readonly [0] | readonly [1, number, number],
): Uint8Array | null =>
  psk[0] === 0
    ? pairingSecret(line, peer)
    : (peer.secrets.find(it => it.from === psk[1] && it.epoch === psk[2])?.secret ?? null)

export const derive = (
  line: Line,
  way: { from: number; to: number; epoch: number },
  sharedSecret: Uint8Array,
  secret: { psk: Psk; key: Uint8Array | null },
) => {
  const info = concat(
    epochLabel,
    line.charter.line,
    Uint8Array.of(way.from, way.to),
    uint32(way.epoch),
    line.charter.hash,
  )
  const from = { suite: line.suite, sharedSecret, info }
  const { psk, key } = secret
  const exporter =
    psk === null || key === null
      ? setup({ ...from, mode: "base" })
      : setup({
          ...from,
          mode: "psk",
          psk: key,
          pskId: psk[0] === 0 ? pairingId : concat(epochLabel, Uint8Array.of(psk[1]), uint32(psk[2])),
        })
  return {
    key: exporter.export("parley/1 frame key", 32),
    iv: exporter.export("parley/1 frame iv", 12),
    psk: exporter.export("parley/1 psk", 32),
  }
}

/** Keeps the last four of each direction, and the newest that the peer is proven to hold. */
export const keepSecret = (peer: Peer, from: number, epoch: number, secret: Uint8Array): void => {
  peer.secrets.push({ from, epoch, secret, proven: false })
  const same = peer.secrets.filter(it => it.from === from)
  const proven = same.findLast(it => it.proven)
  const kept = same.slice(-epochsKept)
  peer.secrets = peer.secrets.filter(it => it.from !== from || kept.includes(it) || it === proven)
}
