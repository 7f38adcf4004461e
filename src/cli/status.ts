import { Command } from "commander"
import type { AlarmView } from "../api/alarm.ts"
import type { LineView } from "../api/shapes.ts"
import { hex } from "../core/hash.ts"
import { RecordReader } from "../node/main.ts"
import { nodeOf } from "./ask.ts"
import { openUnread } from "./open.ts"
import { Refused, type Say, sayer, shown } from "./say.ts"

export const status = (): Command =>
  new Command("status")
    .description("Says how the line stands; of a stopped node, what its record holds.")
    .argument("<home>")
    .action(async (home: string, options: { readonly json?: true }) => {
      const say = sayer(options.json === true)
      const line = await nodeOf(home)
        .line()
        .catch((error: unknown) => {
          if (error instanceof Refused) throw error
          return undefined
        })
      if (line !== undefined) return sayLine(say, line)
      const { charter, us, store } = openUnread(home)
      try {
        const reader = new RecordReader(charter, us, store)
        reader.read()
        const { record } = reader
        const sizes = record.facts.streams.map(({ author, generation, held }) => ({
          party: author,
          generation,
          size: held.length,
        }))
        const facts = {
          running: false,
          line: hex(charter.line),
          sizes,
          messages: record.total,
          rings: record.ringing().length,
          waits: record.waiting().length,
        }
        say.result(
          facts,
          "The node is not running.",
          ...sizes.map(({ party, size }) => `${charter.parties[party]?.code ?? party}: ${size} entries`),
          `${facts.messages} messages, ${facts.rings} ring, ${facts.waits} wait for a reply.`,
        )
      } finally {
        store.close()
      }
    })

const units = [
  ["year", 365 * 86_400],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const

/** In the largest unit that it fills: how far a clock is off to the second helps nobody. (E-9) */
export const apart = (offsetMs: number): string => {
  const seconds = Math.abs(offsetMs) / 1_000
  const [unit, size] = units.find(([, size]) => seconds >= size) ?? units[3]
  const count = Math.round(seconds / size)
  return `about ${count} ${unit}${count === 1 ? "" : "s"} ${offsetMs > 0 ? "ahead of" : "behind"}`
}

/** An alarm that stays, and who has acknowledged it. */
const alarmLine = (alarm: AlarmView, codes: ReadonlyMap<number, string>): string => {
  const { what, party, generation, seq, acknowledged } = alarm
  const said = what === "two-histories" ? "TWO HISTORIES SIGNED" : `SEALED KEY USED (${alarm.officer ?? ""})`
  const by = acknowledged && `acknowledged by ${shown(acknowledged.by)}, ${new Date(acknowledged.at).toISOString()}`
  return `${said}: ${codes.get(party) ?? party}.${generation}.${seq}; ${by ?? "NOT ACKNOWLEDGED, at a console"}`
}

const sayLine = (say: Say, line: LineView): void => {
  const codes = new Map([line.us, ...line.them].map(party => [party.party, party.code]))
  const age = (at: number | null): string =>
    at === null ? "never heard" : `${Math.max(0, Math.round((line.now - at) / 1_000))} s ago`
  say.result(
    { running: true, ...line },
    `${line.us.code} and ${line.them.map(party => party.code).join(", ")}${line.example ? " (an example line)" : ""}`,
    ...line.lamps.map(
      ({ name, state, heardAt }) =>
        `${name}: ${state === "unknown" ? "NOT KNOWN" : state.toUpperCase()}, ${age(heardAt)}`,
    ),
    ...line.clocks.flatMap(({ party, offsetMs, isDoubted }) =>
      isDoubted && offsetMs !== null ? [`${codes.get(party)}: its clock is ${apart(offsetMs)} ours`] : [],
    ),
    ...line.sizes.map(({ party, size }) => `${codes.get(party)}: ${size} entries`),
    ...(line.restored ? [restoredLine(line.restore?.forked === true)] : []),
    `${line.queued} queued; ${line.refusals.length} refused in the last 24 hours`,
    ...(line.alarms ?? []).map(alarm => alarmLine(alarm, codes)),
  )
}

const restoredLine = (isForked: boolean): string =>
  isForked
    ? "RESTORED from a copy that has spoken: the other side holds something else at one place. " +
      "Nothing is signed until this log is begun anew: parley generation"
    : "RESTORED from a copy: nothing is signed until the other side has given back what is missing."
