// What a path brings: openings and what is shown before any key is there, and sealed frames with their parts (page: protocol/frame.md).
import { heardEntry } from "./accept.ts"
import { refused } from "./aside.ts"
import { epochConfirmed, heardRefusal, unseal } from "./epoch.ts"
import { heardLack, heardPiece } from "./fetch.ts"
import { join } from "./fragment.ts"
import { decodeParts, encodePart, type Part } from "./frame.ts"
import { heardAsk } from "./give.ts"
import { concat, equal } from "./hash.ts"
import { heardHead } from "./heads.ts"
import { heardOpening } from "./heard-opening.ts"
import { heardShort } from "./heard-short.ts"
import { heardShown } from "./key-change.ts"
import { creditBytes, creditSlack } from "./limits.ts"
import { enqueueOnce } from "./once.ts"
import { joinOpening } from "./opening-pieces.ts"
import { flash } from "./outbox.ts"
import type { Path } from "./path-state.ts"
import { closePath } from "./paths.ts"
import { heardPing, heardPong } from "./ping.ts"
import { isRefusal, refuse } from "./refusal.ts"
import { frameKinds } from "./seal.ts"
import { heardWant } from "./serve.ts"
import type { Line, Peer } from "./state.ts"
import { heardHave, heardHello } from "./sync.ts"

export const heardFrame = (line: Line, path: Path, frame: Uint8Array): void => {
  const peer = line.state.peers.get(path.peer)!
  switch (frame[0]) {
    case frameKinds.sealed: {
      const plain = unseal(line, peer, path, frame)
      if (plain === undefined) return
      if (isRefusal(plain)) return refused(line, plain, peer.party)
      path.bytesHeard += frame.length
      return heardPlain(line, peer, path, plain)
    }
    case frameKinds.opening:
      return heardOpeningFrame(line, peer, path, frame)
    case frameKinds.openingFragment:
      return heardOpeningPiece(line, peer, path, frame)
    case frameKinds.keysShown: {
      const refusal = heardShown(line, peer, frame)
      return refusal ? refused(line, refusal, peer.party) : undefined
    }
    case frameKinds.openingRefused: {
      const refusal = heardRefusal(line, peer, frame)
      return refusal ? refused(line, refusal, peer.party) : undefined
    }
    default:
      return refused(line, refuse("bad-frame", { bytes: frame.length }), peer.party)
  }
}

const heardOpeningFrame = (line: Line, peer: Peer, path: Path, frame: Uint8Array): void => {
  const refusal = heardOpening(line, peer, path, frame, epoch => {
    if (line.state.paths.has(path.id))
      enqueueOnce(path, { name: `epoch-ok ${epoch}`, precedence: flash, part: encodePart({ type: "epoch-ok", epoch }) })
    for (const early of peer.early.splice(0)) {
      const by = line.state.paths.get(early.path)
      if (by) heardFrame(line, by, early.frame)
    }
  })
  if (refusal) refused(line, refusal, peer.party)
}

const heardOpeningPiece = (line: Line, peer: Peer, path: Path, frame: Uint8Array): void => {
  const whole = joinOpening(path, frame)
  if (isRefusal(whole)) return refused(line, whole, peer.party)
  if (whole) heardFrame(line, path, whole)
}

const heardPlain = (line: Line, peer: Peer, path: Path, plain: Uint8Array): void => {
  path.heardAt = line.now
  path.framesHeard += 1
  peer.heardAt = line.now
  const parts = decodeParts(plain, line.suite)
  line.heardBytes += plain.length
  // What fills a frame says nothing and is kept nowhere: it does not weigh on the credit. (S-3)
  if (!isRefusal(parts)) for (const part of parts) if (part.type === "pad") line.heardBytes -= part.bytes
  if (line.heardBytes > creditSlack * creditBytes) {
    refused(line, refuse("over-credit", { bytes: line.heardBytes }), peer.party)
    line.out.push({ do: "drop", path: path.id, reason: "over-credit" })
    return closePath(line, path.id)
  }
  if (isRefusal(parts)) return refused(line, parts, peer.party)
  for (const part of parts) heardPart(line, peer, path, part)
}

const heardPart = (line: Line, peer: Peer, path: Path, part: Part): void => {
  switch (part.type) {
    case "hello":
      if (equal(part.charterHash, line.charter.hash)) return heardHello(line, peer, path, part)
      refused(line, refuse("other-charter", { peer: peer.party }), peer.party)
      line.out.push({ do: "drop", path: path.id, reason: "other-charter" })
      return closePath(line, path.id)
    case "have":
      return heardHave(line, peer, part.have)
    case "entry":
      return heardEntry(line, peer, part)
    case "short":
      return heardShort(line, peer, part)
    case "want":
      return heardWant(line, path, part)
    case "head":
      return heardHead(line, path, part.head)
    case "fragment":
      return heardFragment(line, peer, path, part)
    case "ping":
      heardPing(line, peer, path, part)
      return heardHave(line, peer, part.have)
    case "pong":
      return heardPong(line, peer, path, part)
    case "epoch-ok":
      return epochConfirmed(line, peer, part.epoch)
    case "pad":
      return
    case "ask":
      return heardAsk(line, path, part)
    case "piece":
      return heardPiece(line, peer.party, part, path)
    case "lack":
      return heardLack(line, peer.party, part)
    default:
      return part satisfies never
  }
}

const heardFragment = (line: Line, peer: Peer, path: Path, part: Extract<Part, { type: "fragment" }>): void => {
  // What was asked for may be coming in pieces: asked again, it would come twice. (S-7)
  line.state.logs[peer.party]!.progressAt = line.now
  const whole = join(path, part, line.suite)
  if (whole === undefined) return
  const parts = isRefusal(whole) ? whole : decodeParts(concat(Uint8Array.of(0x81), whole), line.suite)
  if (isRefusal(parts)) return refused(line, parts, peer.party)
  for (const it of parts) if (it.type !== "fragment") heardPart(line, peer, path, it)
}
