import { createHash } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { Command } from "commander"
import type { Charter } from "../core/charter.ts"
import { decodeEntry, type Entry } from "../core/entry.ts"
import { fromHex, hex } from "../core/hash.ts"
import type { Head } from "../core/head.ts"
import { refuse } from "../core/refusal.ts"
import { writeBundle } from "../evidence/bundle.ts"
import { stemOf } from "../evidence/files.ts"
import type { StoreReader } from "../store/store.ts"
import { nodeSuite } from "../suites/node.ts"
import { nodeOf } from "./ask.ts"
import { openRecord } from "./open.ts"
import { granted, Refused, sayer, Usage } from "./say.ts"
import { type PassphraseOptions, passphraseFileHelp } from "./unlock.ts"
import { headsOf } from "./verify.ts"

type Options = PassphraseOptions & {
  readonly entries: readonly string[]
  readonly withBodies?: readonly string[]
  readonly withoutBodies?: readonly string[] | true
  readonly output: string
  readonly json?: true
}

const rowsAtOnce = 1_000
/** A running node signs its head after a quarter of a second of quiet; on a thin path it may take longer. */
const headMsMax = 5_000
const lookMs = 100

/** `export` is a word of the language. */
export const exporting = (): Command =>
  new Command("export")
    .description(
      "Writes chosen entries with everything that a stranger needs to judge them into one file, and nothing that was not chosen. The node may run or be stopped.",
    )
    .argument("<home>")
    .requiredOption("--entries <which...>", "each a hash, PARTY.NUMBER or PARTY.FIRST-LAST, or with PARTY.GENERATION")
    .option("--with-bodies <which...>", "shows these texts alone; without it the text of every chosen entry is shown")
    .option("--without-bodies [which...]", "keeps back these texts, or all: they stay provable and cannot be read")
    .option("--passphrase-file <file>", passphraseFileHelp)
    .requiredOption("-o, --output <file>", "a new file, named *.parley.zip")
    .action(async (home: string, options: Options) => {
      if (options.withBodies !== undefined && options.withoutBodies !== undefined)
        throw new Usage("--with-bodies and --without-bodies exclude each other.")
      const { charter, store } = await openRecord(home, options)
      try {
        const chosen = named(options.entries, charter, store)
        await headsOver(home, chosen, () => headsOf(store, charter.parties.length))
        const page = verifyPage()
        const written = granted(
          writeBundle({
            charter,
            suite: nodeSuite,
            heads: headsOf(store, charter.parties.length),
            entries: entriesOf(store),
            bodyOf: hash => bodyIn(store, hash),
            chosen,
            shows: shownBy(options, chosen, charter, store),
            page,
          }),
        )
        writeFileSync(options.output, written.bytes, { flag: "wx", mode: 0o600 })
        const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")
        const uncovered = written.uncovered.map(entry => stemOf(charter, entry))
        const { shown, withheld } = written
        const facts = { file: options.output, bytes: written.bytes.length, sha256: hashOf(written.bytes) }
        sayer(options.json === true).result(
          { ...facts, entries: chosen.length, shown, withheld, uncovered, page: hashOf(page) },
          `${facts.file}: ${chosen.length} entries, ${shown} texts shown, ${withheld} kept back; ${facts.bytes} bytes`,
          `  SHA-256 of the file         ${facts.sha256}`,
          `  SHA-256 of its verify.html  ${hashOf(page)}`,
          ...uncovered.map(
            stem => `  NOT COVERED by a signed head yet, so not proven: ${stem}. Export it again later.`,
          ),
        )
      } finally {
        store.close()
      }
    })

/** A head is always made before an export: a running node makes its own within moments, and the other side's comes over the link. (L-6) */
const headsOver = async (home: string, chosen: readonly Entry[], heads: () => Head[]): Promise<void> => {
  const isCovered = (): boolean => {
    const held = heads()
    return chosen.every(({ author, generation, seq }) =>
      held.some(it => it.author === author && it.generation === generation && it.size >= seq),
    )
  }
  if (isCovered() || !(await isRunning(home))) return
  for (const end = performance.now() + headMsMax; !isCovered() && performance.now() < end; ) await setTimeout(lookMs)
}

const isRunning = async (home: string): Promise<boolean> => {
  try {
    return (await nodeOf(home).line()) !== undefined
  } catch {
    return false // stopped, or never started: what it has signed so far is what there is
  }
}

function* entriesOf(store: StoreReader): Generator<Uint8Array> {
  for (let after = 0; ; ) {
    const rows = store.indexed(after, rowsAtOnce)
    for (const { bytes } of rows) yield bytes
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.position
  }
}

const bodyIn = (store: StoreReader, hash: Uint8Array) => {
  const row = store.find(hash)
  return row?.salt && row.body ? { salt: row.salt, bytes: row.body } : undefined
}

const placeForm = /^([a-z0-9-]{1,16})(?:\.([1-9][0-9]{0,9}))?\.([1-9][0-9]{0,14})(?:-([1-9][0-9]{0,14}))?$/

/** The entries that were named, each once, in the order of their logs. */
const named = (which: readonly string[], charter: Charter, store: StoreReader): Entry[] => {
  const found = new Map<string, Entry>()
  for (const name of which.flatMap(each => each.split(","))) {
    const rows = rowsNamed(name, charter, store)
    if (rows.length === 0) throw new Refused(refuse("not-found", { entry: name }))
    for (const { bytes } of rows) {
      const entry = granted(decodeEntry(bytes, nodeSuite))
      found.set(hex(entry.hash), entry)
    }
  }
  return [...found.values()].sort((a, b) => a.author - b.author || a.generation - b.generation || a.seq - b.seq)
}

const rowsNamed = (name: string, charter: Charter, store: StoreReader) => {
  const hash = name.length === 64 ? fromHex(name) : undefined
  const row = hash && store.find(hash)
  if (row !== undefined) return [row]
  const [, code, generation = "1", from, to = from] = placeForm.exec(name) ?? []
  const author = charter.parties.findIndex(party => party.code === code)
  const range = { author, generation: Number(generation), from: Number(from), to: Number(to) }
  return author < 0 ? [] : store.read(range, Number.MAX_SAFE_INTEGER)
}

const shownBy = (
  { withBodies, withoutBodies }: Options,
  chosen: readonly Entry[],
  charter: Charter,
  store: StoreReader,
): ((entry: Entry) => boolean) => {
  const hashes = (entries: readonly Entry[]): Set<string> => new Set(entries.map(({ hash }) => hex(hash)))
  if (withBodies !== undefined) {
    const shown = hashes(named(withBodies, charter, store))
    return entry => shown.has(hex(entry.hash))
  }
  const isChosen = hashes(chosen)
  const back = withoutBodies === true ? isChosen : hashes(named(withoutBodies ?? [], charter, store))
  return entry => isChosen.has(hex(entry.hash)) && !back.has(hex(entry.hash))
}

/** In a package beside us, in a checkout where the build puts it. */
const verifyPage = (): Uint8Array => {
  const path = ["../verify.html", "../../dist/verify.html"]
    .map(place => fileURLToPath(new URL(place, import.meta.url)))
    .find(place => existsSync(place))
  if (path === undefined) throw new Error("verify.html is not built; in the checkout run: npm run build")
  return new Uint8Array(readFileSync(path))
}
