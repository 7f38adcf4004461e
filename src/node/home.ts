// A home: the directory in which one side keeps its keys, its charter and its record. Made by `init`, completed by pairing, opened by
// one node at a time. Every file is written whole or not at all.

import { randomBytes } from "node:crypto"
import { accessSync, constants, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Officer } from "../api/shapes.ts"
import {
  type Card,
  type Charter,
  cardPrefix,
  cardText,
  charterOf,
  charterPrefix,
  decodeCard,
  decodeCharter,
  encodeCard,
  encodeCardBody,
  encodeRootSignatures,
  type Names,
  parseCardText,
  type Terms,
} from "../core/charter.ts"
import { decodeEntry } from "../core/entry.ts"
import { base64url, equal, fromBase64url } from "../core/hash.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"
import type { Classical } from "../core/suite.ts"
import { replaceAtomically } from "../keys/atomic.ts"
import { createKeys, type FileKeys, openKeys, relockKeys, relockRoots, requireOpening } from "../keys/file.ts"
import { type Keyring, keyring, keyringOf, newKek } from "../keys/lock.ts"
import { pairingWords } from "../keys/pairing-words.ts"
import { lockOf } from "../keys/private-file.ts"
import { createRecordKey, openRecordKey, relockRecordKey } from "../keys/record-key.ts"
import { rootPathOf, rootSigner } from "../keys/root.ts"
import type { RootSigner } from "../keys/signer.ts"
import { sealRecord } from "../store/seal-record.ts"
import { type Cipher, recordCipher } from "../store/sealed.ts"
import { holdHome } from "../store/sqlite.ts"
import { HomeRefused, type Row } from "../store/store.ts"
import { nationalSuites } from "../suites/national.ts"
import { nodeSuite } from "../suites/node.ts"
import { xwingNode } from "../suites/xwing-node.ts"
import { type Hardware, hardModule } from "./hardware.ts"
import { type NationalOptions, nationalPart, requireSuites } from "./national.ts"
import { isSecret, makeSecret } from "./secret.ts"
import { type Sessions, sessionsIn } from "./sessions.ts"
import { readSettings, requireHome, type Settings, settingsFile, writeSettings } from "./settings.ts"
import { type Tickets, ticketsIn } from "./tickets.ts"

export type HomeOptions = NationalOptions & {
  readonly code: string
  readonly names: Names
  readonly zone: string
  readonly language: "en" | "ja" | "zh"
  /** host:port for the peer; empty: this side only dials. */
  readonly listen: string
  readonly api: { readonly host: string; readonly port: number }
  readonly example: boolean
  readonly peer?: string
  readonly frames?: readonly string[]
  readonly officers?: readonly Officer[]
  readonly desks?: Card["desks"]
  /** Locks the home; without it everything in it lies in the clear. */
  readonly passphrase?: string
  /** Where the node's classical key is made and stays; without it, it is in the home's files. */
  readonly hardware?: Hardware & { readonly alg: Classical }
}

/** A side before it is paired: its keys and its card. */
export type Side = {
  readonly path: string
  readonly settings: Settings
  readonly card: Card
  /** Opened when first asked for: what needs no key of ours needs no passphrase. */
  readonly keys: FileKeys
  readonly signIns: Tickets
  readonly sessions: Sessions
}

export type Home = Side & {
  readonly charter: Charter
  readonly us: number
  /** Body of our charter entry: the signatures of our roots. */
  readonly charterBody: Uint8Array
  readonly record: string
  /** Of the record of a locked home. */
  readonly cipher: Cipher | undefined
}

export const files = {
  keys: "keys.json",
  recordKey: "record-key.json",
  card: "card",
  settings: settingsFile,
  charter: "charter",
  signatures: "charter-signatures",
  record: "record.db",
  api: "api.json",
  monitor: "monitor-key",
} as const

/** What a new home proposes; both cards must propose the same in the end. (CH-4) */
export const terms = (example: boolean): Terms => ({
  example,
  languages: ["en", "ja", "zh"],
  replyClocks: [
    { precedence: 1, ms: 48 * 3_600_000 },
    { precedence: 2, ms: 12 * 3_600_000 },
    { precedence: 3, ms: 30 * 60_000 },
    { precedence: 4, ms: 5 * 60_000 },
  ],
  flashBudget: { count: 6, ms: 3_600_000 },
  retentionYears: 30,
  disclosure: [],
  labels: [],
  // An example's officers sign in by a link and have no keys: what they say is said by their node. (OF-8)
  releases: example ? [] : [{ precedence: 4, persons: 2 }],
  forms: new Uint8Array(0),
  proofs: example
    ? []
    : [
        { kind: kinds.acknowledged, precedence: 4 },
        { kind: kinds["read-back"], precedence: 0 },
        { kind: kinds.message, precedence: 0 },
        { kind: kinds.answer, precedence: 0 },
      ],
  soleMs: 5 * 60_000,
})

const defaultDesks: Card["desks"] = [{ code: "watch", names: { en: "Watch", ja: "当直", zh: "值班" } }]
const defaultOfficers: readonly Officer[] = [
  { name: "watch", role: "watch" },
  { name: "administrator", role: "administrator" },
]

/** Makes a home with new keys. The directory must be empty or not there; what cannot be a card leaves nothing behind. */
export const initHome = async (path: string, options: HomeOptions): Promise<Side> => {
  if (existsSync(join(path, files.keys))) throw new Error(`${path} is a home already; keys are never overwritten.`)
  if (existsSync(path) && readdirSync(path).length > 0)
    throw new Error(`${path} is not empty; a home is made in a directory of its own.`)
  const kek = options.passphrase === undefined ? null : newKek(options.passphrase)
  const { hardware } = options
  const hard = hardware && (await hardModule(hardware, options.code).make(hardware.alg))
  const keys = createKeys(join(path, files.keys), xwingNode, { kek, hard, national: options.national })
  if (kek !== null) createRecordKey(join(path, files.recordKey), kek)
  const { code, names, zone, language, listen, api, example } = options
  const { base } = keys
  if (base === undefined) throw new Error("new keys hold no base key")
  const body = encodeCardBody({
    code,
    names,
    roots: keys.roots(),
    nodeKeys: keys.keys,
    tlsSpki: keys.tls.spki,
    base,
    addresses: listen === "" || listen.endsWith(":0") ? [] : [listen],
    desks: options.desks ?? defaultDesks,
    zone,
    language,
    nonce: Uint8Array.from(randomBytes(32)),
    terms: terms(example),
    ...nationalPart(keys, options),
  })
  const card = decodeCard(encodeCard(body, await keys.rootSign(body, cardPrefix)), nodeSuite)
  if (isRefusal(card)) {
    for (const name of readdirSync(path)) rmSync(join(path, name)) // what has just been made; it was empty
    throw new HomeRefused("What was given makes no card; nothing was kept.", card)
  }
  replaceAtomically(join(path, files.card), `${cardText(card)}\n`, { scrub: false })
  writeSettings(join(path, files.settings), {
    code,
    listen,
    peer: options.peer ?? "",
    api,
    origins: [],
    frames: options.frames ?? [],
    officers: options.officers ?? defaultOfficers,
    ...(hardware && { hardware: { module: hardware.module, token: hardware.token, pinFile: hardware.pinFile } }),
  })
  return openSide(path, keyringOf(kek))
}

/** Keys and card, paired or not. Throws what the world or an old program did wrong, in a sentence; KeysRefused, once its keys are asked
 *  for, when the ring does not open them. */
export const openSide = (path: string, ring: Keyring = keyring()): Side => {
  requireHome(path)
  const settings = readSettings(join(path, files.settings))
  const card = parseCardText(readFileSync(join(path, files.card), "utf8"), nodeSuite)
  if (isRefusal(card)) throw new HomeRefused(`${join(path, files.card)} is damaged.`, card)
  requireSuites(path, card)
  const module = settings.hardware && hardModule(settings.hardware, settings.code)
  let opened: FileKeys | undefined
  return {
    path,
    settings,
    card,
    get keys() {
      opened ??= openKeys(join(path, files.keys), xwingNode, ring, { module, nationals: nationalSuites })
      return opened
    },
    signIns: ticketsIn(join(path, "sign-in")),
    sessions: sessionsIn(join(path, "sessions")),
  }
}

/** Whether a passphrase is needed to open what is private here. */
export const isLocked = (path: string): boolean =>
  [files.recordKey, files.keys].some(name => lockOf(join(path, name)) !== null)

/** The same of one private file, wherever it lies. */
export const isFileLocked = (path: string): boolean => lockOf(path) !== null

/** A new lock on everything private in a home whose node is stopped: the first one, or another passphrase. The record's key comes first:
 *  from then on the home is locked, and what a crash leaves undone is completed by the same again. */
export const relock = (path: string, ring: Keyring, passphrase: string, which: "all" | "roots" = "all"): void => {
  const hold = holdHome(recordPath(path))
  const [keys, recordKey] = [join(path, files.keys), join(path, files.recordKey)]
  try {
    const kek = newKek(passphrase)
    if (which === "roots") return relockRoots(keys, ring, kek)
    openRecordKey(recordKey, ring)
    requireOpening(keys, ring)
    relockRecordKey(recordKey, ring, kek)
    const cipher = cipherOf(path, keyringOf(kek))
    if (cipher !== undefined && existsSync(recordPath(path))) sealRecord(recordPath(path), cipher)
    relockKeys(keys, ring, kek)
  } finally {
    hold.close()
  }
}

/** Undefined in a home that lies in the clear. */
export const cipherOf = (path: string, ring: Keyring): Cipher | undefined => {
  const key = openRecordKey(join(path, files.recordKey), ring)
  return key && recordCipher(key, isProof)
}

/** Bodies that hold keys, signatures and offices, and no message: a record is proven with them, by who may not read it. */
const isProof = ({ bytes, hash }: Row): boolean => {
  const entry = decodeEntry(bytes, nodeSuite, hash)
  return !isRefusal(entry) && proofKinds.has(entry.kind)
}

const proofKinds: ReadonlySet<number> = new Set([kinds.charter, kinds.generation, kinds.key, kinds.officer])

/** A paired home. */
export const openHome = (path: string, ring: Keyring = keyring()): Home => {
  const side = openSide(path, ring)
  const { charter, us } = openCharter(path)
  const charterBody = readBytes(join(path, files.signatures))
  return { ...side, charter, us, charterBody, record: recordPath(path), cipher: cipherOf(path, ring) }
}

/** What a reader of a home needs, without its keys: works for who may not read them. */
export const openCharter = (path: string): { readonly charter: Charter; readonly us: number } => {
  requireHome(path)
  readSettings(join(path, files.settings))
  if (!existsSync(join(path, files.charter)))
    throw new HomeRefused(`${path} is not paired yet; use: parley pair`, refuse("unpaired"))
  const charter = decodeCharter(readBytes(join(path, files.charter)), nodeSuite)
  if (isRefusal(charter)) throw new HomeRefused(`${join(path, files.charter)} is damaged.`, charter)
  const card = parseCardText(readFileSync(join(path, files.card), "utf8"), nodeSuite)
  if (isRefusal(card)) throw new HomeRefused(`${join(path, files.card)} is damaged.`, card)
  const us = charter.parties.findIndex(party => equal(party.hash, card.hash))
  if (us < 0) throw new HomeRefused(`${path} stands under a charter of others.`, refuse("other-charter"))
  return { charter, us }
}

/** Whether its charter is signed. */
export const isPaired = (path: string): boolean => existsSync(join(path, files.charter))

/** The root keys of a home, or those of a file elsewhere; opened for each signature and forgotten. */
export const rootsAt = (path: string, file: string | undefined, ring: Keyring): RootSigner =>
  rootSigner(file ?? rootPathOf(join(path, files.keys)), ring)

export const recordPath = (path: string): string => join(path, files.record)

/** A node that cannot write its home must not start and fail at the first word. */
export const requireWritable = (path: string): void => {
  try {
    accessSync(path, constants.W_OK)
    // Root may write what is read-only by its mode, but not what is mounted so: only a write tells.
    const trial = join(path, `.trial-${process.pid}`)
    writeFileSync(trial, "", { flush: true })
    rmSync(trial)
  } catch (cause) {
    throw new Error(`${path} cannot be written: a node keeps its record there.`, { cause })
  }
}

export type Ceremony = {
  readonly charter: Charter
  /** Ten numbers below 2,048, which both sides read out. */
  readonly words: readonly number[]
}

/** The charter of our card and theirs, and its words. Nothing is written yet. (CH-6) */
export const meet = async (side: Side, theirs: string | Card): Promise<Ceremony | Refusal> => {
  const card = typeof theirs === "string" ? parseCardText(theirs, nodeSuite) : theirs
  if (isRefusal(card)) return card
  const charter = charterOf(side.card, card, nodeSuite)
  return isRefusal(charter) ? charter : { charter, words: await pairingWords(side.card, card) }
}

/** Our roots sign the charter, if the words typed here are those that the other side reads out. (CH-5, CH-6) */
export const pair = async (
  side: Side,
  { charter, words }: Ceremony,
  typed: readonly number[],
): Promise<true | Refusal> => {
  if (typed.length !== words.length || typed.some((number, at) => number !== words[at])) return refuse("wrong-words")
  const held = join(side.path, files.charter)
  if (existsSync(held)) {
    if (equal(readBytes(held), charter.bytes)) return true
    return refuse("paired-already")
  }
  const signatures = await side.keys.rootSign(charter.bytes, charterPrefix)
  // The charter last: a home with a charter is paired.
  writeBytes(join(side.path, files.signatures), encodeRootSignatures(side.card, signatures, nodeSuite))
  writeBytes(held, charter.bytes)
  return true
}

export const signInMs = 24 * 3_600_000

/** A one-time sign-in link for an officer of this home. */
export const signInLink = (side: Pick<Side, "path" | "settings" | "signIns">, name: string, now: number): string => {
  const officer = side.settings.officers.find(officer => officer.name === name)
  if (officer === undefined) {
    const known = side.settings.officers.map(officer => officer.name).join(", ")
    throw new Error(`${side.path} has no officer ${name}; it has: ${known}.`)
  }
  return consoleAddress(side, `token=${side.signIns.issue(officer, now + signInMs)}`)
}

/** Where this machine opens the console, by a name that a passkey can belong to. */
export const consoleAddress = ({ path, settings }: Pick<Side, "path" | "settings">, fragment: string): string => {
  // Port 0 is chosen at each start; the running node has written which it is.
  const port = settings.api.port || new URL(readApiDoor(path)?.url ?? "http://127.0.0.1:0").port
  return `http://${settings.code}.parley.localhost:${port}/#${fragment}`
}

/** Adds an officer, or gives one another role: what was opened in the old one ends. */
export const putOfficer = (path: string, officer: Officer): void => {
  const file = join(path, files.settings)
  const settings = readSettings(file)
  const others = settings.officers.filter(each => each.name !== officer.name)
  writeSettings(file, { ...settings, officers: [...others, officer] })
  for (const tickets of [sessionsIn(join(path, "sessions")), ticketsIn(join(path, "sign-in"))])
    for (const { id, officer: held } of tickets.list(Date.now()))
      if (held.name === officer.name && held.role !== officer.role) tickets.end(id)
}

/** With this a program reads health and figures, and can do nothing else; made at the first start, and kept. */
export const monitorSecret = (path: string): string => {
  const file = join(path, files.monitor)
  const held = existsSync(file) ? readFileSync(file, "utf8").trim() : ""
  if (isSecret(held)) return held
  const made = makeSecret()
  replaceAtomically(file, `${made}\n`, { scrub: false })
  return made
}

/** How the CLI of this home's owner reaches its running node; made at each start, readable by the owner alone. */
export type ApiDoor = { readonly url: string; readonly secret: string }

export const writeApiDoor = (path: string, door: ApiDoor): void =>
  replaceAtomically(join(path, files.api), `${JSON.stringify(door)}\n`, { scrub: false })

export const readApiDoor = (path: string): ApiDoor | undefined => {
  if (!existsSync(join(path, files.api))) return undefined
  const value = parsedDoor(readFileSync(join(path, files.api), "utf8"))
  if (typeof value !== "object" || value === null || !("url" in value) || !("secret" in value)) return undefined
  return typeof value.url === "string" && typeof value.secret === "string"
    ? { url: value.url, secret: value.secret }
    : undefined
}

/** A file that a full disk or a person has cut short is no door: the node's next start makes another. */
const parsedDoor = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

// Small files are kept as text, so that one atomic writer serves all.
const writeBytes = (path: string, bytes: Uint8Array): void =>
  replaceAtomically(path, `${base64url(bytes)}\n`, { scrub: false })

const readBytes = (path: string): Uint8Array => {
  const bytes = fromBase64url(readFileSync(path, "utf8").trim())
  if (bytes === undefined) throw new HomeRefused(`${path} is damaged.`, refuse("malformed"))
  return bytes
}
