import { createHash } from "node:crypto"
import { writeFileSync } from "node:fs"
import { setTimeout } from "node:timers/promises"
import { Command } from "commander"
import type { Entry } from "../core/entry.ts"
import { hex } from "../core/hash.ts"
import type { Head } from "../core/head.ts"
import { writeBundle } from "../evidence/bundle.ts"
import { bodyIn, type Choice, entriesOf, headsOf, isUnderHeads, named } from "../evidence/choose.ts"
import { stemOf } from "../evidence/files.ts"
import { verifyPage } from "../node/main.ts"
import { nodeSuite } from "../suites/node.ts"
import { nodeOf } from "./ask.ts"
import { openRecord } from "./open.ts"
import { granted, sayer, Usage } from "./say.ts"
import { type PassphraseOptions, passphraseFileHelp } from "./unlock.ts"

type Options = PassphraseOptions & {
  readonly entries: readonly string[]
  readonly withBodies?: readonly string[]
  readonly withoutBodies?: readonly string[] | true
  readonly output: string
  readonly json?: true
}

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
        const choice = { charter, suite: nodeSuite, store }
        const chosen = chosenBy(options.entries, choice)
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
            shows: shownBy(options, chosen, choice),
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
  const isCovered = (): boolean => isUnderHeads(chosen, heads())
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

const chosenBy = (which: readonly string[], choice: Choice): Entry[] =>
  granted(
    named(
      which.flatMap(each => each.split(",")),
      choice,
    ),
  )

const shownBy = (
  { withBodies, withoutBodies }: Options,
  chosen: readonly Entry[],
  choice: Choice,
): ((entry: Entry) => boolean) => {
  const hashes = (entries: readonly Entry[]): Set<string> => new Set(entries.map(({ hash }) => hex(hash)))
  if (withBodies !== undefined) {
    const shown = hashes(chosenBy(withBodies, choice))
    return entry => shown.has(hex(entry.hash))
  }
  const isChosen = hashes(chosen)
  const back = withoutBodies === true ? isChosen : hashes(chosenBy(withoutBodies ?? [], choice))
  return entry => isChosen.has(hex(entry.hash)) && !back.has(hex(entry.hash))
}
