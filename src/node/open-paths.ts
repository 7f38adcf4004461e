// The paths of a running loop, by the number under which the core knows each; one may come and go while it runs.
import { strict as assert } from "node:assert"
import type { Event } from "../core/event.ts"
import type { Transport } from "../transport/transport.ts"

export type PeerPath = { readonly peer: number; readonly transport: Transport }

/** What is known of a path without the core. `reason`: why it was last closed, or not opened since. */
export type OpenPath = PeerPath & {
  readonly id: number
  readonly isUp: boolean
  readonly since: number
  readonly reason: string
}

type PathEvent = Extract<Event, { type: "pathOpened" | "pathClosed" | "heard" | "flushed" }>
type Happened = (event: PathEvent) => void

/** The number has one byte in a frame's header. (F-4) */
const pathsMax = 255

export class OpenPaths {
  readonly #paths = new Map<number, OpenPath>()
  readonly #now: () => number
  readonly #happened: Happened

  constructor(now: () => number, happened: Happened) {
    this.#now = now
    this.#happened = happened
  }

  async add({ peer, transport }: PeerPath): Promise<void> {
    const id = this.#free()
    this.#paths.set(id, { peer, transport, id, isUp: false, since: this.#now(), reason: "" })
    const happened: Happened = event => {
      // What a path says that was taken away meanwhile is nobody's news.
      if (this.#paths.get(id)?.transport === transport) this.#happened(event)
    }
    try {
      await transport.start({
        opened: () => {
          this.#turned(id, transport, { isUp: true, reason: "" })
          happened({ type: "pathOpened", now: this.#now(), path: id, peer, traits: transport.traits })
        },
        heard: frame => happened({ type: "heard", now: this.#now(), path: id, frame }),
        flushed: bytes => happened({ type: "flushed", now: this.#now(), path: id, bytes }),
        closed: reason => {
          const wasUp = this.#paths.get(id)?.isUp === true
          this.#turned(id, transport, { isUp: false, reason })
          if (wasUp) happened({ type: "pathClosed", now: this.#now(), path: id })
        },
      })
    } catch (cause) {
      this.#paths.delete(id)
      throw cause
    }
  }

  /** Its traffic moves to the others at once. False where no path has this name. */
  async remove(name: string): Promise<boolean> {
    const path = this.list().find(({ transport }) => transport.traits.name === name)
    if (path === undefined) return false
    this.#paths.delete(path.id)
    this.#happened({ type: "pathClosed", now: this.#now(), path: path.id, isRemoved: true })
    await path.transport.stop()
    return true
  }

  send(id: number, frame: Uint8Array): void {
    this.#paths.get(id)?.transport.send(frame)
  }

  drop(id: number, reason: string): void {
    this.#paths.get(id)?.transport.drop(reason)
  }

  list(): readonly OpenPath[] {
    return [...this.#paths.values()]
  }

  async stop(): Promise<void> {
    for (const { transport } of this.#paths.values()) await transport.stop()
  }

  /** A path that was taken away may still say something: its number may be another's by then. */
  #turned(id: number, transport: Transport, turned: Pick<OpenPath, "isUp" | "reason">): void {
    const path = this.#paths.get(id)
    if (path?.transport !== transport) return
    const since = path.isUp === turned.isUp ? path.since : this.#now()
    this.#paths.set(id, { ...path, ...turned, since })
  }

  #free(): number {
    for (let id = 0; id < pathsMax; id++) if (!this.#paths.has(id)) return id
    assert.fail("no number is left for a path")
  }
}
