// Two whole nodes joined by one path of TLS or several, each through a relay of known delay and rate; every one in a process of its own.
import { pairedHomes } from "./homes.ts"
import { type Process, start } from "./process.ts"

export type Through = { readonly delayMs: number; readonly rate: number }

export type Joined = {
  /** `here` dials, `there` listens. */
  readonly here: Process
  readonly there: Process
  /** One relay for each path, by place; the first path is the cheapest. */
  readonly paths: Process
}

export const joined = async <Found>(
  through: readonly Through[],
  work: (joined: Joined) => Promise<Found>,
  profileTo?: string,
): Promise<Found> => {
  const { sides, remove } = await pairedHomes()
  const [first, second] = sides
  const there = start("node-process.ts", [first.path, "listens"], profileTo)
  const here = start("node-process.ts", [second.path, "dials"], profileTo)
  const paths = start("relay-process.ts", [])
  try {
    const ports = await there.ask("run", ...through.map(() => 0))
    const dialled: number[] = []
    for (const [at, { delayMs, rate }] of through.entries())
      dialled.push((await paths.ask("open", ports[at] ?? 0, delayMs, rate))[1] ?? 0)
    await here.ask("run", ...dialled)
    await here.ask("onFirst")
    await here.ask("up")
    return await work({ here, there, paths })
  } finally {
    for (const each of [here, there, paths]) await each.stop()
    remove()
  }
}

/** Messages of `here` that are held there: throws where one was lost or doubled, or the two records differ. */
export const compared = async ({ here, there }: Joined, messages: number): Promise<void> => {
  await here.ask("settled")
  const [author = 0] = await here.ask("us")
  const sizes = await here.ask("sizes")
  await there.ask("holds", ...sizes)
  const [said, heard] = [await here.ask("log", author), await there.ask("log", author)]
  if (said[0] !== messages || heard[0] !== messages || heard[1] !== 0 || said[2] !== heard[2])
    throw new Error(`${messages} messages: ${said[0]} were written, ${heard[0]} came, ${heard[1]} of them again`)
}
