import { randomBytes } from "node:crypto"
import { buffer as readAll } from "node:stream/consumers"
import { Command, InvalidArgumentError, Option } from "commander"
import type { Language, OrderRequest } from "../api/shapes.ts"
import { refuse } from "../core/refusal.ts"
import { type Precedence, precedences, type Traffic } from "../core/registry.ts"
import { nodeOf } from "./ask.ts"
import { Refused, sayer } from "./say.ts"

type Options = {
  readonly precedence: Precedence
  readonly traffic?: Exclude<Traffic, "service">
  readonly language: Language
  readonly subject?: string
  readonly answer?: string
  readonly act?: string
  readonly json?: true
}

export const send = (): Command =>
  new Command("send")
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
    .option("--act <hex>", "16 bytes in hex: sending twice with one act is done once")
    .action(async (home: string, text: string, options: Options) => {
      const node = nodeOf(home)
      const { precedence, language, subject, answer } = options
      const answered = answer === undefined ? undefined : await node.entry(answer)
      const traffic = options.traffic ?? (answered && answered.traffic !== "service" ? answered.traffic : "real")
      const request: OrderRequest = {
        kind: answer === undefined ? "message" : "answer",
        act: options.act ?? randomBytes(16).toString("hex"),
        text: text === "-" ? utf8In(await readAll(process.stdin)).replace(/\n$/, "") : whole(text),
        ...(subject !== undefined && { subject: whole(subject) }),
        language,
        precedence,
        traffic,
        refs: answer === undefined ? [] : [answer],
      }
      const reply = await node.order(request)
      sayer(options.json === true).result(
        { ...reply, kind: request.kind, precedence, traffic, act: request.act },
        `${traffic.toUpperCase()} ${precedence} number ${reply.number}, signed and stored here as entry ${reply.seq}.`,
        reply.hash,
      )
    })

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
