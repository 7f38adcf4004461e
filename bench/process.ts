// Processes of a bench: the parent asks by name and numbers, the child answers with numbers. Every figure is taken in the process
// where it arises; times that are compared between processes are of the machine's clock.
import { type ChildProcess, fork } from "node:child_process"
import { basename, join } from "node:path"

export type Asked = { readonly id: number; readonly name: string; readonly numbers: readonly number[] }
type Answered =
  | { readonly id: number; readonly numbers: readonly number[] }
  | { readonly id: number; readonly error: string }

export type Process = {
  ask(name: string, ...numbers: number[]): Promise<readonly number[]>
  stop(): Promise<void>
}

/** `file` of this folder as a process of its own; `profileTo`: a folder for the processor's profile of it. */
export const start = (file: string, args: readonly string[], profileTo?: string): Process => {
  const name = [file, basename(args[0] ?? "")].join("-")
  const profile = profileTo ? ["--cpu-prof", `--cpu-prof-dir=${profileTo}`, `--cpu-prof-name=${name}.cpuprofile`] : []
  const child = fork(join(import.meta.dirname, file), args, {
    execArgv: ["--disable-warning=ExperimentalWarning", ...profile],
  })
  const waiting = new Map<number, { resolve(numbers: readonly number[]): void; reject(error: Error): void }>()
  let nextId = 1
  child.on("message", (answer: Answered) => {
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ("error" in answer) asked?.reject(new Error(`${file}: ${answer.error}`))
    else asked?.resolve(answer.numbers)
  })
  child.once("exit", code => {
    for (const asked of waiting.values()) asked.reject(new Error(`${file} ended with ${code}`))
    waiting.clear()
  })
  return {
    ask: (name, ...numbers) =>
      new Promise((resolve, reject) => {
        const id = nextId++
        waiting.set(id, { resolve, reject })
        child.send({ id, name, numbers } satisfies Asked)
      }),
    stop: () => ended(child),
  }
}

const ended = (child: ChildProcess): Promise<void> =>
  new Promise(resolve => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once("exit", () => resolve())
    child.disconnect()
  })

export type Answers = Readonly<Record<string, (...numbers: number[]) => Promise<readonly number[]> | readonly number[]>>

/** The child's side. It ends when its parent lets go of it. */
export const answer = (answers: Answers, stop: () => Promise<void> | void): void => {
  process.on("message", (asked: Asked) => {
    const say = (answered: Answered): void => void (process.connected && process.send?.(answered))
    const work = async (): Promise<readonly number[]> => {
      const how = answers[asked.name]
      if (!how) throw new Error(`nothing answers to ${asked.name}`)
      return how(...asked.numbers)
    }
    work().then(
      numbers => say({ id: asked.id, numbers }),
      error => say({ id: asked.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
  })
  process.once("disconnect", async () => {
    await stop()
    process.exit(0)
  })
}

/** Milliseconds of the machine's clock, finer than whole ones; the same for all processes. */
export const clock = (): number => performance.timeOrigin + performance.now()

/** Milliseconds of processor time that this process has used. */
export const busyMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
