// Signatures checked on other threads: the loop of a node, and the verification of a whole record, go on meanwhile. Entries go over as
// one run of bytes, which is handed over and not copied.
import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"
import type { PublicKey } from "../core/suite.ts"

export type Checking = {
  /** For each entry (a COSE_Sign1, whole), whether one of the keys has signed it. */
  check(keys: readonly PublicKey[], entries: readonly Uint8Array[]): Promise<boolean[]>
  close(): Promise<void>
}

export type CheckAsked = {
  readonly keys: readonly PublicKey[]
  readonly lengths: Uint32Array<ArrayBuffer>
  readonly bytes: Uint8Array<ArrayBuffer>
}

type Asked = { readonly resolve: (good: boolean[]) => void; readonly reject: (error: Error) => void }
type Thread = { readonly worker: Worker; readonly waiting: Asked[] }

/** Threads start when they are first needed, and do not keep the process alive when nothing is asked. */
export const checking = (threadsMax = Math.max(1, Math.min(4, availableParallelism()))): Checking => {
  const threads: Thread[] = []
  return {
    check: (keys, entries) =>
      new Promise((resolve, reject) => {
        if (entries.length === 0) return resolve([])
        const thread = leastBusy(threads, threadsMax)
        thread.waiting.push({ resolve, reject })
        thread.worker.ref()
        const asked = pack(keys, entries)
        thread.worker.postMessage(asked, [asked.bytes.buffer, asked.lengths.buffer])
      }),
    async close() {
      for (const { waiting } of threads) for (const { reject } of waiting) reject(new Error("Checking was stopped."))
      await Promise.all(threads.splice(0).map(({ worker }) => worker.terminate()))
    },
  }
}

const leastBusy = (threads: Thread[], threadsMax: number): Thread => {
  const idle = threads.find(({ waiting }) => waiting.length === 0)
  if (idle !== undefined) return idle
  if (threads.length < threadsMax) {
    const thread = start(threads)
    threads.push(thread)
    return thread
  }
  return threads.reduce((least, thread) => (thread.waiting.length < least.waiting.length ? thread : least))
}

const start = (threads: Thread[]): Thread => {
  const worker = new Worker(new URL("./check-thread.ts", import.meta.url))
  const thread: Thread = { worker, waiting: [] }
  worker.on("message", (good: Uint8Array) => {
    thread.waiting.shift()?.resolve(Array.from(good, each => each === 1))
    if (thread.waiting.length === 0) worker.unref()
  })
  worker.on("error", error => {
    const at = threads.indexOf(thread)
    if (at >= 0) threads.splice(at, 1)
    for (const { reject } of thread.waiting)
      reject(new Error("A thread that checks signatures failed.", { cause: error }))
  })
  return thread
}

const pack = (keys: readonly PublicKey[], entries: readonly Uint8Array[]): CheckAsked => {
  const lengths = Uint32Array.from(entries, entry => entry.length)
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0))
  let at = 0
  for (const entry of entries) {
    bytes.set(entry, at)
    at += entry.length
  }
  return { keys, lengths, bytes }
}
