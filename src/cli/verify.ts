import { statSync } from "node:fs"
import { Command } from "commander"
import type { Charter } from "../core/charter.ts"
import { refusals } from "../core/refusal.ts"
import { headsOf } from "../evidence/choose.ts"
import { type Held, type Verified, verify as verifyRecord } from "../evidence/verify.ts"
import type { StoreReader } from "../store/store.ts"
import { checking } from "../suites/checking.ts"
import { nodeSuite } from "../suites/node.ts"
import { openProvable } from "./open.ts"
import { exits, sayer } from "./say.ts"
import { type PassphraseOptions, passphraseFileHelp } from "./unlock.ts"
import { verifyBundle } from "./verify-bundle.ts"

const rowsAtOnce = 1_000

type Options = PassphraseOptions & {
  readonly heads?: true
  readonly trust?: readonly string[]
  readonly language: string
  readonly json?: true
}

export const verify = (): Command =>
  new Command("verify")
    .description(
      "Verifies the whole record of a home again, from nothing but its charter, and says what it proved; or a bundle of evidence, from nothing but fingerprints.",
    )
    .argument("<home>", "a home, whose node may run or be stopped, or a file *.parley.zip")
    .option("--heads", "of a home, the fast depth: by heads and hashes; signatures only of what no head covers")
    .option(
      "--passphrase-file <file>",
      `${passphraseFileHelp}; without it all but the texts of a locked home is proven`,
    )
    .option("--trust <fingerprint...>", "of a bundle: a party's fingerprint, heard from the party itself")
    .option("--language <en|ja|zh>", "of a bundle: the language of its verdicts", "en")
    .action(async (home: string, options: Options) => {
      if (statSync(home, { throwIfNoEntry: false })?.isFile() === true) return verifyBundle(home, options)
      const { charter, store } = await openProvable(home, options)
      const pool = checking()
      try {
        const started = performance.now()
        // Before the rows: a head that a running node writes meanwhile would cover entries that were not read.
        const heads = headsOf(store, charter.parties.length)
        const proved = await verifyRecord({
          charter,
          suite: nodeSuite,
          rows: rowsOf(store),
          heads,
          depth: options.heads === true ? "heads" : "signatures",
          check: pool.check,
        })
        const seconds = (performance.now() - started) / 1_000
        const asides = store.asides().length
        sayer(options.json === true).result(
          {
            ...proved,
            asides,
            seconds: Number(seconds.toFixed(3)),
            entriesPerSecond: Math.round(proved.entries / seconds),
          },
          ...linesOf(proved, charter, asides, seconds),
        )
        if (proved.faults > 0) process.exitCode = exits.refused
      } finally {
        await pool.close()
        store.close()
      }
    })

function* rowsOf(store: StoreReader): Generator<Held> {
  for (let after = 0; ; ) {
    const rows = store.since(after, rowsAtOnce)
    for (const { row } of rows) yield row
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.position
  }
}

const linesOf = (proved: Verified, { parties }: Charter, asides: number, seconds: number): string[] => {
  const code = (author: number): string => parties[author]?.code ?? String(author)
  const speed = Math.round(proved.entries / seconds)
  const depth = proved.depth === "heads" ? "by heads and hashes" : "with every signature"
  return [
    `${proved.faults === 0 ? "WHOLE" : "NOT WHOLE"}: ${proved.entries} entries ${depth}, in ${seconds.toFixed(2)} s (${speed} a second).`,
    ...proved.logs.map(
      log =>
        `  ${code(log.author)}, generation ${log.generation}: ${log.size} entries, each following from the one before; ${log.underHead} under ${log.heads} heads; ${log.signatures} signatures checked one by one${log.disavowed > 0 ? `; ${log.disavowed} are not its word, by its roots (key-revoked, disowned)` : ""}${log.beyond > 0 ? `; ${log.beyond} beyond a gap, whose place is not proven` : ""}; root ${log.root}`,
    ),
    `  ${proved.bodies} texts are those that were signed, ${proved.bodiesMissing} are not held${proved.bodiesLocked > 0 ? `, ${proved.bodiesLocked} are locked and were not read` : ""}; ${proved.seen} claims to have seen the other's log found in it${proved.seenBeyond > 0 ? `, ${proved.seenBeyond} of what its author left behind by beginning anew and is not held here` : ""}; ${asides} entries kept aside.`,
    `  ${proved.officers} entries of officers signed by their roots; ${proved.releases} releases by officers' own keys, each by somebody who was in office at its place${proved.releasesUnjudged > 0 ? `; ${proved.releasesUnjudged} not judged, since an officer's entry was not read` : ""}.`,
    ...(proved.secondSignatures > 0
      ? [`  ${proved.secondSignatures} second signatures by their authors' national suites are true.`]
      : []),
    ...(proved.secondSignaturesUnknown > 0
      ? [
          `  ${proved.secondSignaturesUnknown} entries are signed by a national suite as well that is not known here; nothing rests on it.`,
        ]
      : []),
    ...(proved.faults === 0 ? [] : [`  ${proved.faults} faults, the first:`]),
    ...proved.first.map(fault => {
      const details = Object.entries(fault.details).map(([name, value]) => ` ${name}=${value}`)
      return `  ${code(fault.author)} entry ${fault.seq} ${fault.hash} ${fault.refusal}: ${refusals[fault.refusal][2]}${details.join("")}`
    }),
  ]
}
