// Looking at a document that has come, by a command of the operator's, as a malware scanner (page: protocol/document.md, D-9). It reads the
// document from its standard input: nothing of it lies on the disk in the clear. It says yes by ending with 0, and no by anything else.
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"

/** Whether it may be given to people. Rejects where the command cannot be run, or did not get all of it: that is no yes. */
export type Look = (chunks: Iterable<Uint8Array>) => Promise<boolean>

const lookMsMax = 10 * 60_000

/** Without a shell, without our environment but for its path, and never longer than ten minutes, with all that it has started. */
export const lookBy = ([command = "", ...args]: readonly string[]): Look => {
  return async chunks => {
    const child = spawn(command, args, {
      stdio: ["pipe", "ignore", "ignore"],
      env: { PATH: process.env.PATH },
      detached: hasGroups,
    })
    const timer = setTimeout(() => endAll(child), lookMsMax)
    const ended = once(child, "exit")
    const failed = once(child, "error").then(([error]) => {
      throw error
    })
    const source = { isWhole: true }
    // One that has seen enough may end before all was read.
    const fed = pipeline(Readable.from(readFrom(chunks, source)), child.stdin).catch(() => undefined)
    try {
      const [code] = await Promise.race([ended, failed])
      return code === 0 && source.isWhole
    } finally {
      clearTimeout(timer)
      endAll(child)
      // What it has started may have kept its input, and reads no more of it.
      child.stdin.destroy()
      await fed
    }
  }
}

/** An input that ends before its time looks to the command like one that is whole. */
const readFrom = function* (chunks: Iterable<Uint8Array>, source: { isWhole: boolean }): Generator<Uint8Array> {
  const reading = chunks[Symbol.iterator]()
  for (;;) {
    source.isWhole = false
    const { done, value } = reading.next()
    source.isWhole = true
    if (done) return
    yield value
  }
}

/** Where a process can be ended with all that it has started. */
const hasGroups = process.platform !== "win32"

const endAll = (child: ChildProcess): void => {
  if (child.pid === undefined) return
  try {
    if (hasGroups) process.kill(-child.pid, "SIGKILL")
    else child.kill("SIGKILL")
  } catch {
    // Nothing of it is left.
  }
}
