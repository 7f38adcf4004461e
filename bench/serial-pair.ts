// Two whole nodes at the ends of a serial line, each in a process of its own.
import { setTimeout as pause } from "node:timers/promises"
import { pairedHomes } from "./homes.ts"
import { clock, type Process, start } from "./process.ts"
import { type SerialLine, type SerialLineOptions, serialLine, type Unit } from "./serial-line.ts"

/** Nothing passes for so long: what was being said is said. Shorter than between two pings. */
const quietMs = 4_000
export const bytesOf = (units: readonly Unit[]): number => units.reduce((bytes, unit) => bytes + unit.bytes, 0)

export const quiet = async ({ units }: SerialLine): Promise<void> => {
  while (clock() - (units.at(-1)?.at ?? 0) < quietMs) await pause(100)
}

/** Two nodes that stand on a line, heard each other, and have said what a new line has to say. */
export const onLine = async <Found>(
  options: SerialLineOptions,
  work: (here: Process, there: Process, line: SerialLine) => Promise<Found>,
): Promise<Found> => {
  const line = await serialLine(options)
  const { sides, remove } = await pairedHomes()
  const nodes = sides.map((side, at) =>
    start("node-process.ts", [side.path, "serial", line.devices[at] ?? "", String(options.rate)]),
  )
  try {
    const [there, here] = nodes
    if (!there || !here) throw new Error("a line has two ends")
    for (const node of nodes) await node.ask("run")
    for (const node of nodes) await node.ask("up")
    await quiet(line)
    return await work(here, there, line)
  } finally {
    for (const node of nodes) await node.stop()
    await line.stop()
    remove()
  }
}
