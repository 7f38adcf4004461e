// The virtual world: one clock, one queue of tasks in strict order (time, then order of asking), and the World of node/run.ts for each
// process. Between two tasks every promise that can go on does go on, so that one seed always gives one history.
import { createHash } from "node:crypto"
import type { World } from "../src/node/world.ts"

type Task = { readonly at: number; readonly order: number; run: (() => void) | null }

/** What the simulator found. The seed ends at the first. */
export class Found extends Error {}

/** Tasks at one moment of virtual time: more than this is a loop that never rests. */
const tasksPerMomentMax = 100_000

export type Universe = {
  /** True time, UTC ms. No node ever sees it: each has a clock of its own. */
  now(): number
  /** Runs a task after `ms`, in order of asking among those of one moment. Answers a way to call it off. */
  after(ms: number, task: () => void): () => void
  /** Goes on until `until`, or until `done` says so; answers whether it did. Throws Found. */
  run(until: number, done?: () => boolean): Promise<boolean>
  /** To be called by whoever sees the law broken: the run ends with it. */
  found(what: string): void
  readonly trace: Trace
  tasks(): number
}

/** One line a happening, hashed; printed only when somebody looks. */
export type Trace = {
  note(who: string, what: string, bytes?: Uint8Array): void
  /** Printed when somebody looks, and no part of the hash: `what` is called only then. */
  show(who: string, what: () => string): void
  hash(): string
}

export const traceTo = (print: ((line: string) => void) | null, now: () => number, start: number): Trace => {
  const sum = createHash("sha256")
  return {
    note(who, what, bytes) {
      const line = `${((now() - start) / 1000).toFixed(3)} ${who} ${what}`
      sum.update(line)
      if (bytes) sum.update(bytes)
      if (print) print(line)
    },
    show(who, what) {
      if (print) print(`${((now() - start) / 1000).toFixed(3)} ${who} ${what()}`)
    },
    hash: () => sum.copy().digest("hex").slice(0, 32),
  }
}

export const universe = (start: number, print: ((line: string) => void) | null = null): Universe => {
  const queue = heap()
  let [now, order, tasks] = [start, 0, 0]
  let fault: Found | null = null
  const trace = traceTo(print, () => now, start)
  return {
    now: () => now,
    after(ms, run) {
      const task: Task = { at: now + Math.max(0, Math.ceil(ms)), order: order++, run }
      queue.push(task)
      return () => {
        task.run = null
      }
    },
    async run(until, done) {
      let moment = 0
      for (;;) {
        if (fault) throw fault
        if (done?.()) return true
        const task = queue.peek()
        if (!task || task.at > until) break
        queue.pop()
        if (!task.run) continue
        moment = task.at > now ? 0 : moment + 1
        if (moment > tasksPerMomentMax) throw new Found("the nodes never come to rest at one moment of time")
        now = task.at
        tasks += 1
        task.run()
        await settled()
      }
      if (until < Number.MAX_SAFE_INTEGER) now = Math.max(now, until)
      return false
    },
    found(what) {
      fault ??= new Found(what)
      trace.note("check", what)
    },
    trace,
    tasks: () => tasks,
  }
}

/** All that promises can do without the outside is done before this resolves. */
const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** One process's view: its clock is off by `skew`, which may change under it; timers run by true time, as timers do. */
export type ProcessWorld = World & { kill(): void }

export const processWorld = (all: Universe, skew: () => number, failed: (error: unknown) => void): ProcessWorld => {
  let alive = true
  let callOff: (() => void) | null = null
  const guarded = (task: () => void) => () => {
    if (!alive) return
    try {
      task()
    } catch (error) {
      failed(error)
    }
  }
  const now = (): number => all.now() + skew()
  return {
    now,
    later: task => {
      if (alive) all.after(0, guarded(task))
    },
    at(time, task) {
      callOff?.()
      callOff = alive && Number.isFinite(time) ? all.after(time - now(), guarded(task)) : null
    },
    kill() {
      alive = false
      callOff?.()
    },
  }
}

const before = (a: Task, b: Task): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)

const heap = () => {
  const items: Task[] = []
  return {
    peek: (): Task | undefined => items[0],
    push(task: Task): void {
      let at = items.push(task) - 1
      while (at > 0) {
        const parent = (at - 1) >> 1
        if (!before(task, items[parent]!)) break
        items[at] = items[parent]!
        at = parent
      }
      items[at] = task
    },
    pop(): void {
      const last = items.pop()
      if (!last || items.length === 0) return
      let at = 0
      for (;;) {
        let child = 2 * at + 1
        if (child >= items.length) break
        if (child + 1 < items.length && before(items[child + 1]!, items[child]!)) child += 1
        if (!before(items[child]!, last)) break
        items[at] = items[child]!
        at = child
      }
      items[at] = last
    },
  }
}
