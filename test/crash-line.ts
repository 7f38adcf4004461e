// Two nodes as processes of their own, killed without a word while both sides talk (page: protocol/security.md, section 3): nothing that an
// officer was told is durable may be lost, nothing may be there twice, and nobody may have been shown as stored there what was not.
import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import type { LineView, MessagePage, OrderReply, OrderRequest } from "../src/api/shapes.ts"
import { type Charter, cardText } from "../src/core/charter.ts"
import { decodeEntry, type Entry } from "../src/core/entry.ts"
import { fromHex } from "../src/core/hash.ts"
import { isRefusal } from "../src/core/refusal.ts"
import { initHome, meet, openCharter, pair, readApiDoor, recordPath } from "../src/node/main.ts"
import { openSqliteReader } from "../src/store/sqlite.ts"
import type { Row, StoreReader } from "../src/store/store.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { freePort } from "./fixtures/ports.ts"

export const cli = join(import.meta.dirname, "..", "src", "cli", "main.ts")

/** Two homes, paired; the first listens, the second dials. */
export const pairedHomes = async (folder: string): Promise<readonly [string, string]> => {
  const listen = `127.0.0.1:${await freePort()}`
  const made = async (code: string, at: string) =>
    initHome(join(folder, code), {
      code,
      names: { en: code, ja: code, zh: code },
      zone: "UTC",
      language: "en",
      listen: at,
      api: { host: "127.0.0.1", port: 0 },
      example: true,
    })
  const sides = [await made("aland", listen), await made("bland", "")] as const
  for (const [at, side] of sides.entries()) {
    const ceremony = await meet(side, cardText(sides[1 - at]!.card))
    assert.ok(!isRefusal(ceremony))
    assert.equal(await pair(side, ceremony, ceremony.words), true)
  }
  return [sides[0].path, sides[1].path]
}

/** One side: its process, the officers who speak, and everything that it has told them. */
export class Side {
  readonly home: string
  readonly charter: Charter
  readonly us: number
  /** act → hash, of every order that was answered as durable. */
  readonly done = new Map<string, string>()
  /** Hashes of own messages that a console was shown as stored there. */
  readonly shownStored = new Set<string>()
  #node: ChildProcess | undefined

  constructor(home: string) {
    this.home = home
    const { charter, us } = openCharter(home)
    this.charter = charter
    this.us = us
  }

  start(): void {
    this.#node = spawn(process.execPath, [cli, "run", this.home, "--log-level", "error"], {
      stdio: ["ignore", "ignore", "inherit"],
    })
  }

  async end(signal: "SIGKILL" | "SIGTERM"): Promise<number | null> {
    const node = this.#node
    assert.ok(node)
    if (node.exitCode !== null) throw new Error(`the node of ${this.home} ended by itself with ${node.exitCode}`)
    const gone = once(node, "exit")
    node.kill(signal)
    await gone
    return node.exitCode
  }

  async #ask<T>(path: string, body?: object): Promise<T | undefined> {
    const door = readApiDoor(this.home)
    if (door === undefined) return undefined
    try {
      const answer = await fetch(`${door.url}${path}`, {
        method: body ? "POST" : "GET",
        headers: { authorization: `Bearer ${door.secret}`, ...(body && { "content-type": "application/json" }) },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(5_000),
      })
      return answer.ok ? ((await answer.json()) as T) : undefined
    } catch {
      return undefined // it is dead at the moment: asked again
    }
  }

  /** Says it until it is known to be durable, always as one act: as an officer's console does. (E-14) */
  async say(number: number): Promise<void> {
    const act = createHash("sha256").update(`${this.us} says ${number}`).digest("hex").slice(0, 32)
    const request: OrderRequest = {
      kind: "message",
      act,
      text: `Message ${number} of ${this.us}, as long as a short sentence is.`,
      language: "en",
      precedence: "ROUTINE",
      traffic: "test",
      refs: [],
    }
    for (;;) {
      const reply = await this.#ask<OrderReply>("/api/orders", request)
      if (reply) return void this.done.set(act, reply.hash)
      await pause(20)
    }
  }

  line(): Promise<LineView | undefined> {
    return this.#ask<LineView>("/api/line")
  }

  /** However it ended, nothing of it is left running. */
  abandon(): void {
    if (this.#node?.exitCode === null) this.#node.kill("SIGKILL")
  }

  /** What a console shows now. */
  async look(): Promise<void> {
    const last = await this.#ask<MessagePage>("/api/messages?after=0&limit=1")
    const page =
      last && (await this.#ask<MessagePage>(`/api/messages?after=${Math.max(0, last.total - 200)}&limit=200`))
    for (const { hash, author, rungs } of page?.messages ?? [])
      if (author === this.us && rungs.some(({ rung, party }) => rung === "stored" && party !== this.us))
        this.shownStored.add(hash)
  }

  reading<T>(read: (store: StoreReader) => T): T {
    const store = openSqliteReader(recordPath(this.home))
    try {
      return read(store)
    } finally {
      store.close()
    }
  }
}

const generation = 1
export const entryOf = (row: Row): Entry => {
  const entry = decodeEntry(row.bytes, nodeSuite)
  assert.ok(!isRefusal(entry))
  return entry
}
export const rowsOf = (store: StoreReader): Row[] => {
  const rows: Row[] = []
  for (let after = 0; ; ) {
    const some = store.since(after, 1_000)
    rows.push(...some.map(({ row }) => row))
    const end = some.at(-1)
    if (end === undefined) return rows
    after = end.position
  }
}

/** Whatever `side` shows or holds a receipt for, the other side holds on its disk: asked after the claims were read. */
export const claimsAreTrue = (side: Side, other: Side): void => {
  if (!existsSync(recordPath(side.home)) || !existsSync(recordPath(other.home))) return
  const shown = [...side.shownStored]
  const claimed = side.reading(store => {
    const { rows } = store.count(other.us, generation)
    const last = store.read({ author: other.us, generation, from: Math.max(1, rows - 50), to: rows }, 1e6)
    return Math.max(
      0,
      ...last.flatMap(row => entryOf(row).seen.filter(({ author }) => author === side.us)).map(it => it.size),
    )
  })
  other.reading(store => {
    assert.ok(store.count(side.us, generation).contiguous >= claimed, `${claimed} entries are said to be stored there`)
    for (const hash of shown)
      assert.ok(store.find(fromHex(hash)!)?.body, `${hash} was shown as stored and is not there`)
  })
}
