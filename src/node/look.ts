// Looking at a document that has come, by a command of the operator's, as a malware scanner (page: protocol/document.md, D-9). It reads the
// document from its standard input: nothing of it lies on the disk in the clear. It says yes by ending with 0, and no by anything else.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"

/** Whether it may be given to people. Rejects where the command cannot be run: that is no yes. */
export type Look = (chunks: Iterable<Uint8Array>) => Promise<boolean>

const lookMsMax = 10 * 60_000

/** Without a shell, without our environment but for its path, and never longer than ten minutes. */
export const lookBy = ([command = "", ...args]: readonly string[]): Look => {
  return async chunks => {
    const child = spawn(command, args, {
      stdio: ["pipe", "ignore", "ignore"],
      env: { PATH: process.env.PATH },
      timeout: lookMsMax,
      killSignal: "SIGKILL",
    })
    const ended = once(child, "exit")
    const failed = once(child, "error").then(([error]) => {
      throw error
    })
    // One that has seen enough may end before all was read.
    const fed = pipeline(Readable.from(chunks), child.stdin).catch(() => undefined)
    const [code] = await Promise.race([ended, failed])
    await fed
    return code === 0
  }
}
