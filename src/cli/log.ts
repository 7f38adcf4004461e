import { setTimeout } from "node:timers/promises"
import { Command } from "commander"
import type { MessageView, RungName } from "../api/shapes.ts"
import type { Charter } from "../core/charter.ts"
import { messageView, RecordReader } from "../node/main.ts"
import { nodeSuite } from "../suites/node.ts"
import { openRecord } from "./open.ts"
import { indented, type Say, sayer, shownLine } from "./say.ts"
import { type PassphraseOptions, passphraseFileHelp } from "./unlock.ts"

type Options = PassphraseOptions & { readonly follow?: true; readonly json?: true }

/** How soon a follower sees what the node has stored. */
const lookMs = 250

export const log = (): Command =>
  new Command("log")
    .description(
      "Prints the messages of a home in the joint order, each with the highest rung that it has reached. The node may be stopped.",
    )
    .argument("<home>")
    .option("--follow", "goes on, with a line for every message that is new or has come further")
    .option("--passphrase-file <file>", passphraseFileHelp)
    .action(async (home: string, options: Options) => {
      const { charter, us, store } = await openRecord(home, options)
      const say = sayer(options.json === true)
      try {
        const reader = new RecordReader(charter, us, store)
        reader.read()
        const { record } = reader
        const views = { charter, us, record, store, suite: nodeSuite }
        for (const place of record.page(0, record.total)) sayMessage(say, charter, us, messageView(views, place))
        while (options.follow === true) {
          await setTimeout(lookMs)
          for (const place of reader.read().messages) sayMessage(say, charter, us, messageView(views, place))
        }
      } finally {
        store.close()
      }
    })

const order: readonly RungName[] = [
  "released",
  "seconded",
  "objected",
  "sent",
  "stored",
  "displayed",
  "ring",
  "acknowledged",
  "read-back",
  "passed-up",
  "deferred",
  "declined",
  "answered",
  "without-body",
  "undecipherable",
  "expired",
  "refused",
]

/** OF-13: who released it, and whether that is proven by officers' own keys or said by their node alone. In the first line, which no text
 *  can look like. */
const releasedBy = ({ officer, rungs, author }: MessageView): string | undefined => {
  if (officer === undefined) return undefined
  const isProven = rungs.some(
    ({ rung, party, proof }) => rung === "released" && party === author && proof === "officer",
  )
  return `by ${shownLine(officer)}, ${isProven ? "own key" : "said by the node"}`
}

const sayMessage = (say: Say, { parties }: Charter, us: number, view: MessageView): void => {
  const author = parties[view.author]?.code ?? String(view.author)
  // What somebody else says of it; that its author released it is said by its being here.
  const rungs = view.rungs.filter(rung => rung.party !== view.author)
  const rung = rungs.reduce<RungName>(
    (highest, { rung }) => (order.indexOf(rung) > order.indexOf(highest) ? rung : highest),
    view.author === us ? "released" : "stored",
  )
  const marks = [
    releasedBy(view),
    view.gapBefore && "gap before",
    view.concurrent && "order not provable",
    view.second === "notified" && "released by one, second notified",
    view.second === "seconded" && "released by one, second signed",
    view.second === "objected" && "released by one, second objects",
    view.breakGlass && "key of last resort",
    view.mark,
    view.rings && "RINGS",
  ]
  const notes = marks.filter(mark => typeof mark === "string").map(mark => ` [${mark}]`)
  const head = `${new Date(view.written).toISOString()} ${author} ${view.number ?? "-"} ${view.traffic.toUpperCase()} ${view.precedence} ${rung}${notes.join("")}`
  const { columns } = process.stdout
  const lines = (view.text ?? "(no text is held)").split("\n").flatMap(line => indented(shownLine(line), columns))
  say.result(
    { ...view, party: view.author, author, rung },
    head,
    ...(view.subject ? indented(`${shownLine(view.subject)}:`, columns) : []),
    ...lines,
    `    ${view.hash}`,
  )
}
