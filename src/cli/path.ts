import { Command, InvalidArgumentError } from "commander"
import type { PathView } from "../api/paths.ts"
import { nodeOf } from "./ask.ts"
import { type Say, sayer, shown, Usage } from "./say.ts"

const whats = ["list", "add", "remove"] as const
type What = (typeof whats)[number]

export const path = (): Command =>
  new Command("path")
    .description(
      "The paths between the two nodes, of any mix and all used at once: list shows how each stands; add NAME KIND FIELD=VALUE… opens one more, e.g. add modem serial device=/dev/ttyS0 rate=9600; remove NAME closes one, and its traffic moves to the others. cost=N makes a path dearer: what is not urgent takes the cheapest. The node must run.",
    )
    .argument("<home>")
    .argument("<what>", "list, add or remove", readWhat)
    .argument("[name]", "of the path")
    .argument("[kind]", "add: what kind of path")
    .argument("[fields...]", "add: FIELD=VALUE, as its kind asks for")
    .action(
      async (
        home: string,
        what: What,
        name: string | undefined,
        kind: string | undefined,
        fields: readonly string[],
        options: { readonly json?: true },
      ) => {
        const say = sayer(options.json === true)
        const node = nodeOf(home)
        if (what === "list") return list(await node.paths(), say)
        if (name === undefined) throw new Usage(`The name of the path goes after ${what}.`)
        if (what === "remove") {
          await node.removePath(name)
          return say.result({ removed: name }, `${shown(name)} is closed, and no more in the settings.`)
        }
        if (kind === undefined) throw new Usage("The kind of the path goes after its name.")
        await node.addPath({ name, kind, fields: Object.fromEntries(fields.map(readField)) })
        say.result({ added: name }, `${shown(name)} is open, and in the settings. How it stands: parley path HOME list`)
      },
    )

const readWhat = (value: string): What => {
  const found = whats.find(each => each === value)
  if (found === undefined) throw new InvalidArgumentError("After HOME it is list, add or remove.")
  return found
}

const readField = (text: string): [string, string] => {
  const at = text.indexOf("=")
  if (at < 1) throw new Usage(`${shown(text)} is not of the form FIELD=VALUE.`)
  return [text.slice(0, at), text.slice(at + 1)]
}

const list = (paths: readonly PathView[], say: Say): void =>
  say.result({ paths }, ...(paths.length > 0 ? paths.flatMap(lines) : ["There is no path: parley path HOME add …"]))

const seconds = (ms: number): string => (ms < 1_000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 1_000)} s`)

/** bit/s in the unit that a data sheet would use. */
export const rateText = (rate: number): string => {
  const [unit, size] =
    rate >= 1e9 ? ["Gbit/s", 1e9] : rate >= 1e6 ? ["Mbit/s", 1e6] : rate >= 1e4 ? ["kbit/s", 1e3] : ["bit/s", 1]
  return `${Number((rate / Number(size)).toPrecision(3))} ${unit}`
}

const lines = (path: PathView): string[] => {
  const { name, kind, state, since, reason, heardAt, roundTripMs, loss, rate, believed, cost, waiting } = path
  const facts = [
    heardAt === null ? "never heard" : `heard ${seconds(Math.max(0, Date.now() - heardAt))} ago`,
    ...(roundTripMs === null ? [] : [`round trip ${seconds(roundTripMs)}`]),
    ...(loss === null ? [] : [`${Math.round(loss * 1_000) / 10} % lost`]),
    believed === null ? rateText(rate) : `says ${rateText(rate)}, brings about ${rateText(believed)}`,
    ...(cost === 0 ? [] : [`cost ${cost}`]),
    ...(state === "down" && reason !== "" ? [shown(reason)] : []),
  ]
  return [
    `${name} (${kind}): ${state.toUpperCase()} for ${seconds(Date.now() - since)}; ${facts.join("; ")}`,
    ...waiting.map(({ precedence, parts, bytes }) => `  waits at ${precedence}: ${parts} parts, ${bytes} bytes`),
  ]
}
