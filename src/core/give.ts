// Giving documents to a peer that asks: read a chunk at a time, when nothing else waits on the path, and sent in pieces that it takes
// (page: protocol/document.md, section 3).
import { type AskPart, documentIdBytes, encodePart } from "./frame.ts"
import { equal } from "./hash.ts"
import { asksMax, frameBytesMax } from "./limits.ts"
import { around, bulk, enqueue } from "./outbox.ts"
import type { Path } from "./path-state.ts"
import { type RefusalCode, refusals } from "./refusal.ts"
import type { Line } from "./state.ts"
import { pieceOf } from "./window.ts"

/** A piece's own CBOR around its bytes, and that of the frame's list. */
const pieceAroundBytes = 32

type Chunk = Pick<AskPart, "root" | "index">
const isSame = (one: Chunk, other: Chunk): boolean => one.index === other.index && equal(one.root, other.root)

/** What is asked for waits its turn; asked again, once is enough. */
export const heardAsk = (line: Line, path: Path, ask: AskPart): void => {
  const { root, held } = ask
  line.out.push({ do: "tell", tell: { type: "asked", peer: path.peer, root, held } })
  // It is on its way: what of it does not come is known, and asked for, when the last of it has.
  if (path.queue[bulk]!.length > 0 && path.giving !== null && isSame(path.giving, ask)) return
  const isKnown = path.asks.some(it => isSame(it, ask) && it.from <= ask.from && it.to >= ask.to)
  if (!isKnown && path.asks.length < asksMax) path.asks.push(ask)
}

export const giveDocuments = (line: Line, path: Path): void => {
  const [next] = path.asks
  if (!next || path.reading || path.queue[bulk]!.length > 0 || path.inFlight >= path.traits.queueBytes) return
  path.reading = true
  line.out.push({ do: "readChunk", path: path.id, root: next.root, index: next.index })
}

/** `record`: null where it is not given, and `code` says why. */
export const chunkRead = (
  line: Line,
  read: {
    readonly path: number
    readonly root: Uint8Array
    readonly index: number
    readonly record: Uint8Array | null
    readonly code: RefusalCode
  },
): void => {
  const path = line.state.paths.get(read.path)
  if (!path) return
  path.reading = false
  path.giving = { root: read.root, index: read.index }
  const { root, index, record } = read
  const asks = path.asks.filter(it => isSame(it, read))
  path.asks = path.asks.filter(it => !asks.includes(it))
  if (record === null) {
    // Of what is not given nothing more is asked for.
    path.asks = path.asks.filter(it => !equal(it.root, root))
    enqueue(path, { precedence: bulk, part: encodePart({ type: "lack", root, code: refusals[read.code][0] }) })
    return
  }
  const frame = Math.min(path.traits.fragmentBytes, pieceOf(path), frameBytesMax)
  const room = frame - around(line, line.state.peers.get(path.peer)!) - pieceAroundBytes
  const document = root.slice(0, documentIdBytes)
  for (const { from, to } of asks)
    for (let offset = from; offset < Math.min(to, record.length); offset += room) {
      const bytes = record.subarray(offset, Math.min(offset + room, to, record.length))
      enqueue(path, { precedence: bulk, part: encodePart({ type: "piece", document, index, offset, bytes }) })
    }
}
