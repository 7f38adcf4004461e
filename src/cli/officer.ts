import { Command, InvalidArgumentError, Option } from "commander"
import type { OfficersView } from "../api/shapes.ts"
import { hex } from "../core/hash.ts"
import {
  decodeOfficerBody,
  encodeOfficerBody,
  type Officer,
  type OfficerKey,
  officerCode,
  officerPrefix,
  officerSignedBytes,
  type Role,
  roles,
} from "../core/officer.ts"
import { isRefusal } from "../core/refusal.ts"
import { algorithms } from "../core/suite.ts"
import { createOfficerKey, officerPublicKey, openCharter, openSide } from "../node/main.ts"
import { nodeSuite } from "../suites/node.ts"
import { nodeOf } from "./ask.ts"
import { granted, type Say, sayer, shown, Usage } from "./say.ts"
import { type PassphraseOptions, passphraseFileHelp, ringFor } from "./unlock.ts"

const names = { Ed25519: algorithms.ed25519, "P-256": algorithms.esp256, "P-384": algorithms.esp384 } as const

type What = "enrol" | "retire" | "list"
type Options = PassphraseOptions & {
  readonly code?: string
  readonly name?: string
  readonly officeEn?: string
  readonly officeJa?: string
  readonly officeZh?: string
  readonly role: readonly Role[]
  readonly key: readonly string[]
  readonly newKey?: string
  readonly algorithm: keyof typeof names
  readonly json?: true
}

export const officer = (): Command =>
  new Command("officer")
    .description(
      "The officers of a line: list shows those of both sides, enrol puts one of this side in office or gives one other keys, retire ends it. The roots of this home sign, and its node must run.",
    )
    .argument("<home>")
    .argument("<what>", "enrol, retire or list", readWhat)
    .option("--code <code>", "enrol, retire: what a release will name, 1 to 16 of a-z, 0-9 and -", readCode)
    .option("--name <name>", "enrol: left out where the other side is to know the code alone")
    .option("--office-en <office>", "enrol: the office in English; with --office-ja and --office-zh")
    .option("--office-ja <office>", "the office in Japanese")
    .option("--office-zh <office>", "the office in Chinese")
    .option("--role <role>", `enrol: ${roles.join(", ")}; may be given several times`, readRole, [])
    .option("--key <file>", "enrol: a key in PEM, public or private; may be given several times", more, [])
    .option("--new-key <file>", "enrol: makes a key, which is kept in this file")
    .addOption(new Option("--algorithm <name>", "of the new key").choices(Object.keys(names)).default("Ed25519"))
    .option("--passphrase-file <file>", passphraseFileHelp)
    .action(async (home: string, what: What, options: Options) => {
      const say = sayer(options.json === true)
      const node = nodeOf(home)
      const views = await node.officers()
      if (what === "list") return list(home, views, say)
      const { line, author, card } = signatory(home)
      const issue = 1 + (views.find(({ party }) => party === author)?.issue ?? 0)
      const code = options.code
      if (code === undefined) throw new Usage("--code says whom.")
      const inOffice = views.find(({ party }) => party === author)?.officers.some(each => each.code === code) === true
      if (what === "retire" && !inOffice) throw new Usage(`Nobody with the code ${code} is in office.`)
      const made = what === "retire" ? retired(code, issue) : enrolled(code, issue, options)
      const by = { line, author, card }
      const { keys } = openSide(home, await ringFor(home, options))
      const signatures = await keys.rootSign(officerSignedBytes(by, made), officerPrefix)
      const body = encodeOfficerBody(by, made, signatures, nodeSuite)
      const read = decodeOfficerBody(body)
      granted(isRefusal(read) ? read : true)
      const reply = await node.enrol(hex(body))
      say.result(
        { ...reply, kind: "officer", code, what, issue, body: hex(body) },
        what === "enrol"
          ? `${code} is in office from entry ${reply.seq} on, which both sides hold.`
          : `${code} is retired from entry ${reply.seq} on; what was released before stays as it is.`,
        reply.hash,
      )
    })

const signatory = (home: string) => {
  const { charter, us } = openCharter(home)
  return { line: charter.line, author: us, card: charter.parties[us]! }
}

const retired = (code: string, issue: number): Officer => ({ code, inOffice: false, roles: [], keys: [], issue })

const enrolled = (code: string, issue: number, options: Options): Officer => {
  const { name, officeEn: en, officeJa: ja, officeZh: zh, role, key, newKey, algorithm } = options
  if (role.length === 0) throw new Usage("--role says what the officer may do.")
  if (key.length === 0 && newKey === undefined) throw new Usage("--key or --new-key says with which key.")
  const offices = [en, ja, zh].filter(each => each !== undefined).length
  if (offices !== 0 && offices !== 3) throw new Usage("An office is given in all three languages, or not at all.")
  // The new one last: should a file not be there, no key is left behind.
  const given = key.map(officerPublicKey)
  const all = newKey === undefined ? given : [...given, createOfficerKey(newKey, names[algorithm])]
  return {
    code,
    inOffice: true,
    ...(name !== undefined && { name }),
    ...(en !== undefined && ja !== undefined && zh !== undefined && { office: { en, ja, zh } }),
    roles: roles.filter(each => role.includes(each)),
    keys: all.map((each): OfficerKey => ({ type: "key", ...each })),
    issue,
  }
}

const list = (home: string, views: readonly OfficersView[], say: Say): void => {
  const { charter } = openCharter(home)
  for (const { party, officers } of views)
    for (const each of officers) {
      const side = charter.parties[party]?.code ?? String(party)
      const keys = each.keys.map(({ type, algorithm }) => `${type} ${algorithm}`).join(", ")
      const name = each.name === undefined ? "" : ` ${shown(each.name)}`
      const office = each.office === undefined ? "" : `, ${shown(each.office.en)}`
      say.result({ party: side, ...each }, `${side}: ${each.code}${name}${office}: ${each.roles.join(", ")}; ${keys}`)
    }
}

const more = (value: string, before: readonly string[]): readonly string[] => [...before, value]

const readWhat = (value: string): What => {
  if (value === "enrol" || value === "retire" || value === "list") return value
  throw new InvalidArgumentError("It is enrol, retire or list.")
}

const readCode = (value: string): string => {
  if (officerCode.test(value)) return value
  throw new InvalidArgumentError("It has 1 to 16 of a-z, 0-9 and -.")
}

const readRole = (value: string, before: readonly Role[]): readonly Role[] => {
  const found = roles.find(role => role === value)
  if (found === undefined) throw new InvalidArgumentError(`It is one of ${roles.join(", ")}.`)
  return [...before, found]
}
