// A node of the second party with a list for a disk, which answers its own effects at once: the door through which vectors reach the core.
import { heardEntry } from "../../src/core/accept.ts"
import { decode } from "../../src/core/cbor.ts"
import { type Body, decodeEntry } from "../../src/core/entry.ts"
import type { Effect, Event } from "../../src/core/event.ts"
import { fromHex, hex, utf8 } from "../../src/core/hash.ts"
import { newLine, step } from "../../src/core/line.ts"
import { isRefusal, type Refusal } from "../../src/core/refusal.ts"
import type { Line } from "../../src/core/state.ts"
import { nodeSuite } from "../../src/suites/node.ts"
import { xwingNode } from "../../src/suites/xwing-node.ts"
import type { ExampleLine } from "./line.ts"

export type SaidHex = { readonly cose: string; readonly salt?: string; readonly body?: string }

export const bytes = (text: string): Uint8Array => {
  const value = fromHex(text)
  if (value === undefined) throw new Error("a vector's bytes are lower-case hex")
  return value
}

export class Reader {
  line: Line
  readonly told: string[] = []
  readonly rows: { readonly author: number; readonly seq: number; readonly cose: Uint8Array; readonly body?: Body }[] =
    []
  /** Marks on entries, by hash in hex, and refusals that answer orders. */
  readonly marks = new Map<string, string>()
  readonly answers: Refusal[] = []
  /** Opening frames and sealed frames that it sends. */
  readonly sent: Uint8Array[] = []
  readonly #example: ExampleLine
  readonly attested: Uint8Array[] = []
  readonly dropped: string[] = []
  encapsulated: { readonly enc: Uint8Array; readonly secret: Uint8Array } | undefined

  constructor(example: ExampleLine) {
    const { charter, parties } = example
    const { charterBody } = parties[1]
    this.#example = example
    this.line = newLine({ charter, us: 1, suite: nodeSuite, charterBody })
    this.line.now = 5_000
    this.line.state.epochKeyAt = 1
    this.settle()
  }

  heard({ cose, salt, body }: SaidHex): void {
    this.line.out = []
    const part = {
      cose: bytes(cose),
      salt: salt === undefined ? null : bytes(salt),
      body: body === undefined ? null : bytes(body),
    }
    heardEntry(this.line, this.line.state.peers.get(0)!, part)
    this.effects(this.line.out)
    this.settle()
  }

  /** Goes on with the line as another process took it up. */
  taken(line: Line): void {
    this.line = line
  }

  happens(event: Event): void {
    this.effects(step(this.line, event))
    this.settle()
  }

  hears(frame: Uint8Array): void {
    this.happens({ type: "heard", now: this.line.now, path: 0, frame })
  }

  /** As one of many in a turn: nothing is settled after it. */
  hearsAtOnce(frame: Uint8Array): void {
    this.effects(step(this.line, { type: "heard", now: this.line.now, path: 0, frame }))
  }

  settle(): void {
    this.effects(step(this.line, { type: "settle", now: this.line.now }))
  }

  /** Does what the loop of a node does. */
  effects(effects: readonly Effect[]): void {
    for (const effect of effects) {
      const answer = this.#answer(effect)
      if (answer) this.happens(answer)
    }
  }

  #answer(effect: Effect): Event | undefined {
    const { now } = this.line
    const { keys } = this.#example.parties[1]
    const sign = (message: Uint8Array): Uint8Array => (keys.sign([message]) as Uint8Array[])[0]!
    if (effect.do === "tell" && effect.tell.type === "refused") this.told.push(effect.tell.refusal.refusal)
    if (effect.do === "tell" && effect.tell.type === "notDone") this.answers.push(effect.tell.refusal)
    if (effect.do === "drop") this.dropped.push(effect.reason)
    if (effect.do === "send") this.sent.push(effect.frame)
    if (effect.do === "sign") return { type: "signed", now, signature: sign(effect.message) }
    if (effect.do === "append") {
      for (const { held } of effect.rows) {
        const { author, seq, bytes } = held.entry
        this.rows.push({ author, seq, cose: bytes, ...(held.body ? { body: held.body } : {}) })
      }
      for (const { hash, refusal } of effect.marks) this.marks.set(hex(hash), refusal.refusal)
      return { type: "appended", now }
    }
    if (effect.do === "recall") {
      const row = this.rows.find(it => it.author === effect.author && it.seq === effect.seq)
      const entry = row && decodeEntry(row.cose, nodeSuite)
      const body = row?.body
      const held = entry && !isRefusal(entry) ? { entry, ...(body ? { body } : {}) } : null
      return { type: "recalled", now, id: effect.id, held }
    }
    if (effect.do === "attest") {
      this.attested.push(effect.message)
      const mlDsa65 = effect.context && (keys.signPost(effect.message, effect.context) as Uint8Array)
      return { type: "attested", now, id: effect.id, ed25519: sign(effect.message), mlDsa65 }
    }
    if (effect.do === "encapsulate" && this.encapsulated)
      return { type: "encapsulated", now, id: effect.id, ...this.encapsulated }
    if (effect.do === "decapsulate")
      return {
        type: "decapsulated",
        now,
        id: effect.id,
        secret: xwingNode.decapsulate(this.#baseSeed, effect.enc) ?? null,
      }
    return undefined
  }

  get #baseSeed(): Uint8Array {
    return nodeSuite.sha256(this.#example.parties[1].seed, utf8("base"))
  }
}

type Opening = { readonly frame: string; readonly sharedSecret: string; readonly key: string; readonly iv: string }
export type EpochVectors = {
  readonly openings: readonly Opening[]
  readonly sealed: readonly { readonly frame: string }[]
}

const limits = { bytesMax: 5_120, depthMax: 4 }
/** `enc` in an opening. */
export const encOf = (frame: Uint8Array): Uint8Array => {
  const [payload] = decode(frame.subarray(1), limits) as [Uint8Array]
  return (decode(payload, limits) as Map<number, Uint8Array>).get(7)!
}

/** A node of the second party that has heard, as it happened, what the vectors hold: the base opening as `first`, epoch 1, and its
 *  three frames. Whatever it encapsulates itself is what the vectors say. */
export const pairedReader = (example: ExampleLine, vectors: EpochVectors, first: readonly string[]): Reader => {
  const reader = new Reader(example)
  const theirs = vectors.openings[1]!
  reader.encapsulated = { enc: encOf(bytes(theirs.frame)), secret: bytes(theirs.sharedSecret) }
  const traits = { rate: 1e9, fragmentBytes: 262_144, queueBytes: 1_048_576 }
  reader.happens({ type: "pathOpened", now: reader.line.now, path: 0, peer: 0, traits })
  for (const frame of first) reader.hears(bytes(frame))
  reader.hears(bytes(vectors.openings[2]!.frame))
  for (const { frame } of vectors.sealed) reader.hears(bytes(frame))
  return reader
}
