import { randomBytes } from "node:crypto"
import { buffer as readAll } from "node:stream/consumers"
import { Command, InvalidArgumentError, Option } from "commander"
import { bodyOf } from "../api/act.ts"
import type { DocumentRequest } from "../api/documents.ts"
import type { Language, OrderRequest, Released } from "../api/shapes.ts"
import { checkText } from "../core/body.ts"
import { fromHex } from "../core/hash.ts"
import { bodyBytesMax } from "../core/limits.ts"
import { refuse } from "../core/refusal.ts"
import { kinds, type Precedence, precedences, type Traffic, traffics } from "../core/registry.ts"
import { openCharter } from "../node/main.ts"
import { nodeOf } from "./ask.ts"
import { attach } from "./document.ts"
import { type Begun, begun, type ReleaseOptions, readTime, releaseOptions, releasesOf } from "./release.ts"
import { granted, Refused, sayer } from "./say.ts"

type Options = ReleaseOptions & {
  readonly precedence: Precedence
  readonly traffic?: Exclude<Traffic, "service">
  readonly language: Language
  readonly subject?: string
  readonly answer?: string
  readonly attach: readonly string[]
  readonly act?: string
  readonly sole?: number
  readonly wait?: true
  readonly json?: true
}

export const send = (): Command =>
  releaseOptions(new Command("send"))
    .description("Sends a text through the running node of a home. Done means: signed and durable here.")
    .argument("<home>")
    .argument("[text]", "the text; left out or -, it is read from standard input", "-")
    .option("--precedence <precedence>", precedences.join(", "), readPrecedence, "ROUTINE")
    .addOption(
      new Option("--traffic <traffic>", "left out: real, or that of the message that is answered").choices([
        "real",
        "drill",
        "test",
      ]),
    )
    .addOption(
      new Option("--language <language>", "the language of the text").choices(["en", "ja", "zh"]).default("en"),
    )
    .option("--subject <subject>")
    .option("--answer <hash>", "answers this message")
    .option(
      "--attach <file>",
      "a document beside the text, at most 100 MiB; may be given again, for up to eight",
      (file: string, files: readonly string[]) => [...files, file],
      [],
    )
    .option(
      "--sole <time>",
      "released by one, where the charter asks for two: when the other was asked, who has not answered",
      readTime,
    )
    .option(
      "--wait",
      "lays it down with the first officer's release, where the charter asks for two: the second signs by parley waiting, or at a console",
    )
    .option("--act <hex>", "16 bytes in hex: sending twice with one act is done once")
    .action(async (home: string, text: string, options: Options) => {
      const node = nodeOf(home)
      const { precedence, language, subject, answer } = options
      const answered = answer === undefined ? undefined : await node.entry(answer)
      const traffic = options.traffic ?? (answered && answered.traffic !== "service" ? answered.traffic : "real")
      const act = options.act ?? randomBytes(16).toString("hex")
      const documents: DocumentRequest[] = []
      for (const file of options.attach) documents.push(await attach(node, file))
      const said: Said = {
        kind: answer === undefined ? "message" : "answer",
        act,
        text: text === "-" ? utf8In(await readAll(process.stdin)).replace(/\n$/, "") : whole(text),
        ...(subject !== undefined && { subject: whole(subject) }),
        ...(documents.length > 0 && { documents }),
        language,
        precedence,
        traffic,
        refs: answer === undefined ? [] : [answer],
      }
      const request: OrderRequest = { ...said, ...(await proofs(home, said, options)) }
      if (options.wait === true) {
        const view = await node.lay(request)
        const said = `It waits for a second officer, and is not sent before. Its act: ${view.order.act}`
        return sayer(options.json === true).result({ ...view, waits: true }, said)
      }
      const reply = await node.order(request)
      sayer(options.json === true).result(
        { ...reply, kind: request.kind, precedence, traffic, act: request.act },
        `${traffic.toUpperCase()} ${precedence} number ${reply.number}, signed and stored here as entry ${reply.seq}.`,
        reply.hash,
      )
    })

type Said = Extract<OrderRequest, { kind: "message" | "answer" }>

/** What the officers sign is put together here, from what was typed. */
const proofs = async (home: string, said: Said, options: Options): Promise<Released & Pick<Said, "action">> => {
  const { charter, us } = openCharter(home)
  const action = charter.parties.flatMap(({ desks }, party) => (party !== us && desks[0] ? [{ party, desk: 0 }] : []))
  const { text, subject = "" } = said
  const act: Begun = {
    ...begun(charter, us, said.act),
    kind: kinds[said.kind],
    traffic: traffics.indexOf(said.traffic),
    precedence: precedences.indexOf(said.precedence),
    refs: said.refs.map(ref => fromHex(ref) ?? new Uint8Array(0)),
    action,
    info: [],
    handling: 0,
    ...(options.sole !== undefined && { sole: options.sole }),
  }
  const body = (): Uint8Array => {
    for (const each of [text, subject]) granted(checkText(each, bodyBytesMax))
    return bodyOf(said) ?? new Uint8Array(0)
  }
  return { ...(await releasesOf(act, body, options)), action }
}

/** C-2: what is not UTF-8 is refused, never mended: it would be signed as something that nobody wrote. */
const utf8In = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new Refused(refuse("bad-text"))
  }
}

/** Of an argument the platform has already put U+FFFD where it was not UTF-8. */
const whole = (text: string): string => {
  if (text.includes("\ufffd")) throw new Refused(refuse("bad-text", { character: "U+FFFD" }))
  return text
}

const readPrecedence = (value: string): Precedence => {
  const found = precedences.find(precedence => precedence === value.toUpperCase())
  if (found === undefined) throw new InvalidArgumentError(`It is one of ${precedences.join(", ")}.`)
  return found
}
