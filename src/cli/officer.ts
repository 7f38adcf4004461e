import { randomBytes } from "node:crypto"
import { rmSync } from "node:fs"
import { resolve } from "node:path"
import { Command, InvalidArgumentError, Option } from "commander"
import type { PendingPasskey } from "../api/passkeys.ts"
import type { OfficersView, OrderReply } from "../api/shapes.ts"
import { fromHex, hex } from "../core/hash.ts"
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
  type Signatory,
} from "../core/officer.ts"
import { isRefusal } from "../core/refusal.ts"
import { type ClassicalName, classical, classicalOf, type PublicKey } from "../core/suite.ts"
import {
  consoleAddress,
  createOfficerKey,
  createTokenKey,
  officerPublicKey,
  openCharter,
  openSide,
  rootsAt,
} from "../node/main.ts"
import { nodeSuite } from "../suites/node.ts"
import { type Node, nodeOf } from "./ask.ts"
import { rootFileHelp } from "./by-roots.ts"
import { granted, type Say, sayer, shown, Usage } from "./say.ts"
import { sealedKey, sheet, tryKey } from "./sealed.ts"
import { officerSheet, officerTaken, requireNew, sheetHelp, writeSheet } from "./sheets.ts"
import { pinOf } from "./signers.ts"
import { type PassphraseOptions, passphraseFileHelp, ringForRootsOf } from "./unlock.ts"

const whats = ["enrol", "retire", "take", "list", "pending", "drop", "invite", "try"] as const
type What = (typeof whats)[number]
type Options = PassphraseOptions & {
  readonly code?: string
  readonly name?: string
  readonly officeEn?: string
  readonly officeJa?: string
  readonly officeZh?: string
  readonly role: readonly Role[]
  readonly key: readonly string[]
  readonly newKey?: string
  readonly pending?: true
  readonly breakGlass?: true
  readonly wordsFile?: string
  readonly pkcs11?: string
  readonly token?: string
  readonly pinFile?: string
  readonly root?: string
  readonly sheet?: string
  readonly algorithm: ClassicalName
  readonly json?: true
}

export const officer = (): Command =>
  new Command("officer")
    .description(
      "The officers of a line: list shows those of both sides, enrol puts one of this side in office or gives one other keys, retire ends it, try tells whether a key opens and is the one in office, and signs nothing. The roots of this home sign, here or, by a sheet, where they are kept, and take says what they have signed; the node must run. A passkey is made at the console, by who is signed in or by who was sent an invitation (invite); it is pending until it is enrolled, or dropped.",
    )
    .argument("<home>")
    .argument("<what>", `${whats.slice(0, -1).join(", ")} or ${whats.at(-1)}`, readWhat)
    .argument("[signed]", "take: the file that the roots have signed")
    .option("--code <code>", "enrol, retire: what a release will name, 1 to 16 of a-z, 0-9 and -", readCode)
    .option("--name <name>", "enrol: left out where the other side is to know the code alone")
    .option("--office-en <office>", "enrol: the office in English; with --office-ja and --office-zh")
    .option("--office-ja <office>", "the office in Japanese")
    .option("--office-zh <office>", "the office in Chinese")
    .option("--role <role>", `enrol: ${roles.join(", ")}; may be given several times`, readRole, [])
    .option("--key <file>", "enrol: a key in PEM, public or private; may be given several times", more, [])
    .option("--new-key <file>", "enrol: makes a key, which is kept in this file")
    .option(
      "--pkcs11 <module>",
      "of the new key: the vendor's library of a module, in which it is made; the file names it",
    )
    .option("--token <label>", "the token in that module")
    .option("--pin-file <file>", "holds its PIN; left out, it is asked for and not shown")
    .option("--pending", "enrol: with the passkey that waits under this code")
    .option(
      "--break-glass",
      "enrol: a key of last resort, sealed under words that are printed once, in the file of --new-key",
    )
    .option("--words-file <file>", "try: holds the words of a sealed key; left out, they are asked for and not shown")
    .addOption(new Option("--algorithm <name>", "of the new key").choices(Object.keys(classical)).default("Ed25519"))
    .option("--root <file>", rootFileHelp)
    .option("--sheet <file>", `enrol, retire: ${sheetHelp}; take: that sheet`)
    .option("--passphrase-file <file>", passphraseFileHelp)
    .action(async (home: string, what: What, signed: string | undefined, options: Options) => {
      const say = sayer(options.json === true)
      const node = nodeOf(home)
      const views = await node.officers()
      if (what === "list") return list(home, views, say)
      if (what === "pending") return pending(await node.pendingPasskeys(), say)
      if (what === "try") return await tryKey(signatory(home).author, views, options, say)
      if (options.sheet !== undefined && what !== "take") requireNew(options.sheet)
      const by = signatory(home)
      const { author } = by
      if (what === "take") return said(await take(by, node, signed, options), what, say)
      const issue = 1 + (views.find(({ party }) => party === author)?.issue ?? 0)
      const code = options.code ?? (options.breakGlass && what === "enrol" ? "break-glass-1" : undefined)
      if (code === undefined) throw new Usage("--code says whom.")
      if (what === "drop") {
        await waiting(node, code)
        await node.dropPasskey(code)
        return say.result({ code, dropped: true }, `What waited under ${code} is gone.`)
      }
      if (what === "invite") return invite(home, node, code, options, say)
      const inOffice = views.find(({ party }) => party === author)?.officers.some(each => each.code === code) === true
      if (what === "retire" && !inOffice) throw new Usage(`Nobody with the code ${code} is in office.`)
      const sealed =
        what === "enrol" && options.breakGlass ? sealedKey(code, classical[options.algorithm], options) : undefined
      const made =
        what === "retire"
          ? retired(code, issue)
          : (sealed?.officer(issue) ?? (await enrolled(code, issue, await waited(node, code, options))))
      const file = sealed?.file ?? (what === "enrol" && options.pkcs11 === undefined ? options.newKey : undefined)
      try {
        if (options.sheet !== undefined)
          writeSheet(
            options.sheet,
            officerSheet(by, made),
            `parley officer ${home} take signed.json --sheet ${options.sheet}`,
            say,
          )
        else {
          const body = await signedBody(home, by, made, options)
          said({ ...(await node.enrol(hex(body))), officer: made, body }, what, say)
          if (options.pending) await node.dropPasskey(code)
        }
      } catch (error) {
        // Nobody has it yet, or has seen its words; the same again must not find it there.
        if (file !== undefined) rmSync(file)
        throw error
      }
      if (sealed !== undefined) sheet(sealed, made.code, by.card.code, say)
    })

/** By the roots of this home, or of a file elsewhere. */
const signedBody = async (home: string, by: Signatory, made: Officer, options: Options): Promise<Uint8Array> => {
  const ring = await ringForRootsOf(home, options.root, options)
  const signatures = await rootsAt(home, options.root, ring).rootSign(officerSignedBytes(by, made), officerPrefix)
  const body = encodeOfficerBody(by, made, signatures, nodeSuite)
  const read = decodeOfficerBody(body)
  granted(isRefusal(read) ? read : true)
  return body
}

/** What was signed elsewhere is said; a passkey that it puts in office waits no more. */
const take = async (by: Signatory, node: Node, signed: string | undefined, options: Options): Promise<Said> => {
  if (signed === undefined || options.sheet === undefined)
    throw new Usage("The signed file is named after take, and --sheet names the sheet that was signed.")
  const { officer, body } = officerTaken(by, options.sheet, signed)
  const reply = await node.enrol(hex(body))
  const given = new Set(officer.keys.map(key => hex(key.public)))
  const waits = (await node.pendingPasskeys()).find(each => each.code === officer.code)
  if (waits?.keys.every(key => given.has(key.public))) await node.dropPasskey(officer.code)
  return { ...reply, officer, body }
}

type Said = OrderReply & { readonly officer: Officer; readonly body: Uint8Array }

const said = ({ officer: { code, issue, inOffice }, body, ...reply }: Said, what: What, say: Say): void =>
  say.result(
    { ...reply, kind: "officer", code, what, issue, body: hex(body) },
    inOffice
      ? `${code} is in office from entry ${reply.seq} on, which both sides hold.`
      : `${code} is retired from entry ${reply.seq} on; what was released before stays as it is.`,
    reply.hash,
  )

const signatory = (home: string): Signatory => {
  const { charter, us } = openCharter(home)
  return { line: charter.line, author: us, card: charter.parties[us]! }
}

const retired = (code: string, issue: number): Officer => ({ code, inOffice: false, roles: [], keys: [], issue })

type Given = Options & { readonly passkeys: readonly OfficerKey[] }

const waiting = async (node: Node, code: string): Promise<PendingPasskey> => {
  const found = (await node.pendingPasskeys()).find(each => each.code === code)
  if (found === undefined) throw new Usage(`Nothing waits under the code ${code}.`)
  return found
}

/** With the keys that wait under the code, and what was said with them where nothing else is said here. */
const waited = async (node: Node, code: string, options: Options): Promise<Given> => {
  if (!options.pending) return { ...options, passkeys: [] }
  const found = await waiting(node, code)
  return {
    ...options,
    name: options.name ?? found.name,
    role: options.role.length > 0 ? options.role : found.roles,
    passkeys: found.keys.map(keyOf),
  }
}

const keyOf = (view: PendingPasskey["keys"][number]): OfficerKey => {
  const alg = classicalOf(view.algorithm)
  const [key, id] = [fromHex(view.public), fromHex(view.credentialId ?? "")]
  if (alg === undefined || key === undefined)
    throw new Error("The node answers with a key that this program does not know.")
  if (view.type === "key") return { type: "key", alg, public: key }
  if (id === undefined) throw new Error("The node answers with a passkey without its name.")
  return { type: "passkey", alg, public: key, credentialId: id, rpId: view.rpId ?? "", origin: view.origin ?? "" }
}

const enrolled = async (code: string, issue: number, options: Given): Promise<Officer> => {
  const { name, officeEn: en, officeJa: ja, officeZh: zh, role, key, newKey, passkeys } = options
  if (role.length === 0) throw new Usage("--role says what the officer may do.")
  if (key.length + passkeys.length === 0 && newKey === undefined)
    throw new Usage("--key, --new-key or --pending says with which key.")
  const offices = [en, ja, zh].filter(each => each !== undefined).length
  if (offices !== 0 && offices !== 3) throw new Usage("An office is given in all three languages, or not at all.")
  // The new one last: should a file not be there, no key is left behind.
  const given = key.map(officerPublicKey)
  const all = newKey === undefined ? given : [...given, await newKeyIn(newKey, code, options)]
  return {
    code,
    inOffice: true,
    ...(name !== undefined && { name }),
    ...(en !== undefined && ja !== undefined && zh !== undefined && { office: { en, ja, zh } }),
    roles: roles.filter(each => role.includes(each)),
    keys: [...passkeys, ...all.map((each): OfficerKey => ({ type: "key", ...each }))],
    issue,
  }
}

const newKeyIn = async (file: string, code: string, options: Options): Promise<PublicKey> => {
  const { pkcs11, token, pinFile, algorithm } = options
  const alg = classical[algorithm]
  if (pkcs11 === undefined && token === undefined) return createOfficerKey(file, alg)
  if (pkcs11 === undefined || token === undefined) throw new Usage("--pkcs11 and --token go together.")
  // A label of its own, so that no other key of the token is meant.
  const label = `parley ${code} ${randomBytes(4).toString("hex")}`
  return createTokenKey(file, { module: resolve(pkcs11), token, label, alg }, await pinOf(token, pinFile))
}

const list = (home: string, views: readonly OfficersView[], say: Say): void => {
  const { charter } = openCharter(home)
  if (views.every(({ officers }) => officers.length === 0))
    say.result({ officers: 0 }, `Nobody is in office on either side; parley officer ${home} enrol puts somebody there.`)
  for (const { party, officers } of views)
    for (const each of officers) {
      const side = charter.parties[party]?.code ?? String(party)
      const keys = each.keys.map(({ type, algorithm }) => `${type} ${algorithm}`).join(", ")
      const name = each.name === undefined ? "" : ` ${shown(each.name)}`
      const office = each.office === undefined ? "" : `, ${shown(each.office.en)}`
      say.result({ party: side, ...each }, `${side}: ${each.code}${name}${office}: ${each.roles.join(", ")}; ${keys}`)
    }
}

const pending = (all: readonly PendingPasskey[], say: Say): void => {
  for (const each of all) {
    const last = each.keys.at(-1)
    say.result(
      { ...each },
      `${each.code} ${shown(each.name)}: ${each.roles.join(", ")}; ${each.keys.length} keys, the new one ${last?.algorithm} ${last?.public.slice(0, 16)} for ${shown(last?.origin ?? "")}`,
    )
  }
  if (all.length === 0) say.result({ pending: [] }, "No passkey waits for the roots.")
}

const invite = async (home: string, node: Node, code: string, { name, role }: Options, say: Say): Promise<void> => {
  if (name === undefined || role.length === 0) throw new Usage("--name and --role say who is invited, and as what.")
  const { secret, expires } = await node.invite({ code, name, roles: role })
  const link = consoleAddress(openSide(home), `invite=${secret}`)
  say.result({ code, link, expires }, "Once, within 24 hours, and for nothing but to make a passkey:", link)
}

const more = (value: string, before: readonly string[]): readonly string[] => [...before, value]

const readWhat = (value: string): What => {
  const found = whats.find(each => each === value)
  if (found === undefined) throw new InvalidArgumentError(`After HOME it is one of ${whats.join(", ")}.`)
  return found
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
