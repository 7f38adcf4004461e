// The secrets that epochs are made of, and those that they leave behind (page: protocol/epoch.md, section 3).
import { concat, equal, utf8 } from "./hash.ts"
import { setup } from "./hpke.ts"
import { epochsKept } from "./limits.ts"
import { layerOf } from "./national.ts"
import type { FrameKeys } from "./seal.ts"
import type { Line, Peer } from "./state.ts"
import type { Hash, Suite } from "./suite.ts"

const pairingId = utf8("parley/1 pairing")
const epochLabel = utf8("parley/1 epoch")

const uint32 = (value: number): Uint8Array => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)

export const breakLabel = utf8("parley/1 break")

/** null: base. [0]: the pairing. [1, from, epoch, mark]: what that epoch left behind. [2]: a break, base mode. [3, id]: the pairing
 *  that two breaks made. */
export type Psk = null | readonly [2] | Built
export type Built = readonly [0] | readonly [1, number, number, Uint8Array] | readonly [3, Uint8Array]

/** Both base encapsulations together: known once each side has opened to the other. (EP-4) */
export const pairingSecret = (line: Line, peer: Peer): Uint8Array | null => {
  if (!peer.pairingOurs || !peer.pairingTheirs) return null
  const [lower, higher] =
    line.us < peer.party ? [peer.pairingOurs, peer.pairingTheirs] : [peer.pairingTheirs, peer.pairingOurs]
  return line.suite.sha256(pairingId, line.charter.line, lower, higher)
}

type Half = { readonly hash: Hash; readonly secret: Uint8Array }

/** The pairing that two break openings make, and its name. (EP-11) */
export const pairingFrom = (line: Line, peer: Peer, ours: Half, theirs: Half): { id: Hash; secret: Uint8Array } => {
  const [lower, higher] = line.us < peer.party ? [ours, theirs] : [theirs, ours]
  const id = line.suite.sha256(breakLabel, lower.hash, higher.hash)
  return { id, secret: line.suite.sha256(pairingId, line.charter.line, lower.secret, higher.secret, id) }
}

/** Which of several secrets that bear one number: a copy of a home may have opened an epoch in its name. (EP-4) */
export const markOf = (suite: Suite, secret: Uint8Array): Uint8Array =>
  suite.sha256(utf8("parley/1 psk mark"), secret).slice(0, markBytes)
export const markBytes = 8

/** Whether an epoch can be opened at all. */
export const hasPairing = (line: Line, peer: Peer): boolean =>
  peer.pairing !== null || pairingSecret(line, peer) !== null

export const secretOf = (line: Line, peer: Peer, psk: Built): Uint8Array | null => {
  switch (psk[0]) {
    case 0:
      return peer.pairing?.proven ? null : pairingSecret(line, peer)
    case 1:
      return (
        peer.secrets.find(
          it => it.from === psk[1] && it.epoch === psk[2] && equal(markOf(line.suite, it.secret), psk[3]),
        )?.secret ?? null
      )
    case 3:
      return peer.pairing && equal(peer.pairing.id, psk[1]) ? peer.pairing.secret : null
    default:
      return psk satisfies never
  }
}

const idOf = (psk: Built): Uint8Array => {
  if (psk[0] === 0) return pairingId
  if (psk[0] === 3) return concat(breakLabel, psk[1])
  return concat(epochLabel, Uint8Array.of(psk[1]), uint32(psk[2]), psk[3])
}

export const derive = (
  line: Line,
  way: { from: number; to: number; epoch: number },
  sharedSecret: Uint8Array,
  secret: { psk: null; key: null } | { psk: Built; key: Uint8Array },
  label: Uint8Array = epochLabel,
): FrameKeys & { readonly psk: Uint8Array } => {
  const info = concat(label, line.charter.line, Uint8Array.of(way.from, way.to), uint32(way.epoch), line.charter.hash)
  const from = { suite: line.suite, sharedSecret, info }
  const { psk, key } = secret
  const exporter =
    psk === null ? setup({ ...from, mode: "base" }) : setup({ ...from, mode: "psk", psk: key, pskId: idOf(psk) })
  const { parties } = line.charter
  const layer = layerOf(parties[way.from]?.national, parties[way.to]?.national, line.suite)
  const inner = (name: string, bytes: number): Uint8Array =>
    exporter.export(concat(utf8(`parley/1 national ${name}`), Uint8Array.of(layer?.number ?? 0)), bytes)
  return {
    key: exporter.export("parley/1 frame key", 32),
    iv: exporter.export("parley/1 frame iv", 12),
    psk: exporter.export("parley/1 psk", 32),
    ...(layer && { inner: { suite: layer, key: inner("key", layer.frameKeyBytes), iv: inner("iv", 12) } }),
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
