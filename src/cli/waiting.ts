import { Command, Option } from "commander"
import { aloneOrder, digestOf } from "../api/act.ts"
import type { Language, NamedOfficer, WaitingView } from "../api/shapes.ts"
import { hex } from "../core/hash.ts"
import { refuse } from "../core/refusal.ts"
import { openCharter } from "../node/main.ts"
import { nodeSuite } from "../suites/node.ts"
import { nodeOf } from "./ask.ts"
import { type ReleaseOptions, releaseOptions } from "./release.ts"
import { indented, Refused, type Say, sayer, shownLine, Usage } from "./say.ts"
import { signerOf } from "./signers.ts"

type Options = ReleaseOptions & {
  readonly alone?: true
  readonly setAside?: string | true
  readonly language: Language
  readonly json?: true
}

export const waiting = (): Command =>
  releaseOptions(
    new Command("waiting")
      .description(
        "What waits at this side for a second officer: lists it; with an act and a key file, the second signs and it is sent. Who laid it down may release it --alone once the charter's time is over.",
      )
      .argument("<home>")
      .argument("[act]", "which of them, by its act")
      .option("--alone", "by who signed first: the second has not answered in time")
      .option("--set-aside [word]", "it is not sent, and the word says why; by who laid it down, it is taken off")
      .addOption(
        new Option("--language <language>", "the language of the word").choices(["en", "ja", "zh"]).default("en"),
      ),
  ).action(async (home: string, act: string | undefined, options: Options) => {
    const say = sayer(options.json === true)
    const node = nodeOf(home)
    const views = await node.waiting()
    if (act === undefined) return list(views, say)
    if (options.setAside !== undefined) {
      const word = options.setAside === true ? {} : { word: options.setAside, language: options.language }
      await node.setAside({ act, ...word })
      return say.result({ act, aside: true }, "It is not sent.")
    }
    const [file, officer] = [options.release[0], options.officer[0]]
    if (file === undefined || officer === undefined || options.release.length > 1 || options.officer.length > 1)
      throw new Usage("One --release and its --officer say who signs; or --set-aside.")
    const view = views.find(({ order }) => order.act === act)
    if (view === undefined) throw new Refused(refuse("not-waiting", { act }))
    const alone = options.alone === true
    const signer = await signerOf(file, options)
    const proof = hex(await signer.sign(signed(home, view, alone)))
    const reply = await node.releaseWaiting({ act, release: { type: "key", officer, proof }, alone })
    if ("waits" in reply) return say.result({ ...reply.waits, waits: true }, "Signed. It waits for one more officer.")
    const { traffic, precedence } = view.order
    say.result(
      { ...reply, act, traffic, precedence },
      `${traffic.toUpperCase()} ${precedence} number ${reply.number}, signed and stored here as entry ${reply.seq}.`,
      reply.hash,
    )
  })

/** Computed from the text that was listed, and not taken from the node. */
const signed = (home: string, { order, at, digest }: WaitingView, alone: boolean): Uint8Array => {
  const { charter, us } = openCharter(home)
  const by = { line: hex(charter.line), us }
  if (hex(digestOf(order, by, nodeSuite)) !== digest)
    throw new Error("What the node lists is not what was signed; it is not signed here.")
  return digestOf(alone ? aloneOrder(order, at) : order, by, nodeSuite)
}

const called = ({ code, name }: NamedOfficer): string => (name === undefined ? code : `${code} ${shownLine(name)}`)

const list = (views: readonly WaitingView[], say: Say): void => {
  if (views.length === 0) say.result({ waiting: 0 }, "Nothing waits for a second officer.")
  for (const view of views) {
    const { order, given, at, name, aside, aloneFrom } = view
    const when = (ms: number): string => new Date(ms).toISOString()
    const { traffic, precedence, subject, text } = order
    const { columns } = process.stdout
    say.result(
      view,
      `${order.act}  ${traffic.toUpperCase()} ${precedence}, laid down ${when(at)} by ${shownLine(name)}`,
      `  signed by ${given.map(called).join(", ")}${view.lacksReleaser ? "; a releaser must sign" : ""}`,
      ...(subject === undefined ? [] : indented(`${shownLine(subject)}:`, columns)),
      ...text.split("\n").flatMap(each => indented(shownLine(each), columns)),
      ...(aside ? [`  set aside by ${shownLine(aside.by)}: ${shownLine(aside.word)}`] : []),
      ...(aloneFrom === null ? [] : [`  may be released alone from ${when(aloneFrom)} on`]),
    )
  }
}
