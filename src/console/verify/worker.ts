// The console's own verifier, beside the screen and never in its way: asks the node for the bytes of the record and proves them by itself.
import type { CharterView, EntryBytes, HeadView } from "../../api/shapes.ts"
import { type Charter, decodeCharter } from "../../core/charter.ts"
import { fromHex, hex } from "../../core/hash.ts"
import type { Head } from "../../core/head.ts"
import { cardTenure, type Tenure } from "../../core/key.ts"
import { emptyFrontier, type Frontier } from "../../core/log.ts"
import { isRefusal } from "../../core/refusal.ts"
import { nobleSuite } from "../../suites/noble.ts"
import { type Fault, follow, type Given, type Log } from "./follow.ts"
import { type Held, type Kept, keptOf } from "./kept.ts"

export type Asked = { readonly look: string; readonly again: boolean }
export type Told = {
  readonly logs: readonly (Log & { readonly size: number })[]
  readonly faults: readonly Fault[]
  /** False while more is on its way. */
  readonly done: boolean
}

const suite = nobleSuite()
const pageSize = 500
const restMs = 1_000
const logs = new Map<string, Log & Held>()
const faults = new Map<string, Fault>()
let charter: Charter | null = null
let kept: Kept | null = null
let asked: Asked | null = null
let running = false

const get = async <T>(path: string): Promise<T | null> => {
  try {
    const answer = await fetch(path, { credentials: "same-origin", cache: "no-store" })
    return answer.ok ? await answer.json() : null
  } catch {
    return null
  }
}

/** Whatever is no hex becomes no bytes, and is then refused as what it should have been. */
const bytesOf = (text: unknown): Uint8Array => (typeof text === "string" && fromHex(text)) || new Uint8Array(0)
const headOf = (view: HeadView): Head => ({
  ...view,
  root: bytesOf(view.root),
  ed25519: bytesOf(view.ed25519),
  mlDsa65: bytesOf(view.mlDsa65),
})
const givenOf = ({ cose, salt, body }: EntryBytes): Given => ({
  bytes: bytesOf(cose),
  ...(salt !== undefined && body !== undefined && { body: { salt: bytesOf(salt), bytes: bytesOf(body) } }),
})
const nameOf = ({ author, generation }: Log): string => `${author}/${generation}`

const tell = (done: boolean): void => {
  const told: Told = {
    logs: [...logs.values()].map(({ author, generation, frontier }) => ({ author, generation, size: frontier.size })),
    faults: [...faults.values()],
    done,
  }
  postMessage(told)
}

const fault = (found: Fault): void => void faults.set(`${nameOf(found)}/${found.seq}`, found)

/** The charter is the line's own only if its hash gives the line's name. */
const openCharter = async (line: string): Promise<Charter | null> => {
  const view = await get<CharterView>("/api/charter")
  if (!view) return null
  const read = decodeCharter(bytesOf(view.charter), suite)
  if (!isRefusal(read) && hex(read.line) === line) return read
  fault({ author: 0, generation: 1, seq: 0, refusal: isRefusal(read) ? read.refusal : "other-charter" })
  return null
}

const followOne = async (log: Log, head: Head | undefined, under: Charter): Promise<boolean> => {
  // The keys go on from the generation before, which was followed first. (K-9)
  const before = logs.get(nameOf({ ...log, generation: log.generation - 1 }))?.tenures
  const fresh = { frontier: emptyFrontier(), tenures: before ?? [cardTenure(under.parties, log.author)] }
  const held = logs.get(nameOf(log)) ?? { ...log, ...((await kept?.read(log)) ?? fresh) }
  logs.set(nameOf(log), held)
  let whole = true
  const entries = async (seq: number): Promise<readonly Given[] | null> => {
    const { author, generation } = log
    const path = `/api/entries?author=${author}&generation=${generation}&from=${seq}&limit=${pageSize}`
    const page = await get<readonly EntryBytes[]>(path)
    whole &&= page !== null
    return page?.map(givenOf) ?? null
  }
  const progress = (verified: Frontier, tenures: readonly Tenure[]): void => {
    if (verified.size === held.frontier.size) return
    held.frontier = verified
    held.tenures = tenures
    kept?.write(log, held)
    tell(false)
  }
  const followed = await follow({
    charter: under,
    suite,
    log,
    from: held.frontier,
    tenures: held.tenures,
    head,
    entries,
    progress,
  })
  progress(followed.verified, followed.tenures)
  for (const each of followed.faults) fault(each)
  return whole
}

const lookOnce = async ({ look, again }: Asked): Promise<boolean> => {
  kept ??= await keptOf(look)
  if (again) {
    kept.clear()
    logs.clear()
    faults.clear()
  }
  charter ??= await openCharter(look)
  const heads = (await get<readonly HeadView[]>("/api/heads"))?.map(headOf)
  if (!charter || !heads) return false
  let whole = true
  for (const author of charter.parties.keys()) {
    const head = heads.find(head => head.author === author)
    const last = head?.generation ?? 1
    for (let generation = 1; generation <= last; generation++)
      whole = (await followOne({ author, generation }, generation === last ? head : undefined, charter)) && whole
  }
  return whole
}

/** One look at a time, and what is asked meanwhile is one more. */
const run = async (): Promise<void> => {
  if (running) return
  running = true
  while (asked) {
    const now = asked
    asked = null
    tell(await lookOnce(now))
    await new Promise(resolve => setTimeout(resolve, restMs))
  }
  running = false
}

self.onmessage = ({ data }: MessageEvent<Asked>): void => {
  asked = { look: data.look, again: data.again || (asked?.again ?? false) }
  // Our own fault: said aloud, so that the screen says that nothing is verified any more.
  run().catch(reportError)
}
