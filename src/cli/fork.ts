import { createHash } from "node:crypto"
import { writeFileSync } from "node:fs"
import { Command } from "commander"
import { refuse } from "../core/refusal.ts"
import { writeBundle } from "../evidence/bundle.ts"
import { bodyIn, entriesOf, headsOf } from "../evidence/choose.ts"
import { stemOf } from "../evidence/files.ts"
import { chosenFor, forksKept, type KeptFork } from "../evidence/kept.ts"
import { verifyPage } from "../node/main.ts"
import { nodeSuite } from "../suites/node.ts"
import { openUnread, recordOf } from "./open.ts"
import { granted, Refused, sayer } from "./say.ts"

const what: Readonly<Record<KeptFork["rivals"]["of"], string>> = {
  entries: "two entries as",
  roots: "two roots that differ, of",
}

type Options = { readonly output?: string; readonly entry?: string; readonly json?: true }

/** The hash of the entry that the record has, or the root that its head has. */
const firstOf = ({ of, first }: KeptFork["rivals"]): string => {
  if (of === "entries") return first.hash.toHex()
  return (first.by === "head" ? first.head.root : first.entry.hash).toHex()
}

/** What contradicts it: the rival entry, or what brought the other root. An alarm keeps the name under which it was first found. (L-12) */
const secondOf = ({ id, rivals }: KeptFork): string => (rivals.of === "entries" ? rivals.second.hash.toHex() : id)

export const fork = (): Command =>
  new Command("fork")
    .description(
      "Lists where the other side has signed two histories: two entries of one place that contradict each other, or two roots of one size. With -o it writes the proof into a file, which parley verify FILE judges. The node may run or be stopped; no text is read or shown.",
    )
    .argument("<home>")
    .option("-o, --output <file>", "a new file, named *.parley.zip")
    .option("--entry <hash>", "of one alone, by the hash of what was kept aside; without it, of the first")
    .action((home: string, { output, entry, json }: Options) => {
      recordOf(home)
      const { charter, store } = openUnread(home)
      const say = sayer(json === true)
      try {
        const all = forksKept(store, nodeSuite)
        const codeOf = (author: number): string => charter.parties[author]?.code ?? String(author)
        const found = entry === undefined ? all : all.filter(each => each.id === entry || secondOf(each) === entry)
        if (output === undefined) {
          if (found.length === 0) say.result({ forks: 0 }, "Nobody has signed two histories here.")
          for (const fork of found) {
            const { id, at, rivals, place } = fork
            const entry = stemOf(charter, place)
            const first = firstOf(rivals)
            say.result(
              { entry, of: rivals.of, party: codeOf(place.author), first, second: secondOf(fork), id, at },
              `${codeOf(place.author)} has signed ${what[rivals.of]} ${entry}; found ${new Date(at).toISOString()}`,
              `  in the record   ${first}`,
              `  kept aside      ${secondOf(fork)}`,
            )
          }
          return
        }
        const [one] = found
        if (one === undefined)
          throw new Refused(refuse("not-found"), "There is no proof to write: no two such entries are held here.")
        const page = verifyPage()
        const { bytes } = granted(
          writeBundle({
            charter,
            suite: nodeSuite,
            heads: headsOf(store, charter.parties.length),
            entries: entriesOf(store),
            bodyOf: hash => bodyIn(store, hash),
            ...chosenFor(one.rivals),
            shows: () => false,
            page,
          }),
        )
        writeFileSync(output, bytes, { flag: "wx", mode: 0o600 })
        const sha256 = createHash("sha256").update(bytes).digest("hex")
        say.result(
          { file: output, bytes: bytes.length, sha256, entry: stemOf(charter, one.place) },
          `${output}: proof that ${codeOf(one.place.author)} has signed ${what[one.rivals.of]} ${stemOf(charter, one.place)}; ${bytes.length} bytes`,
          `  SHA-256 of the file  ${sha256}`,
          "  Judge it with: parley verify FILE --trust FINGERPRINT of that party",
        )
      } finally {
        store.close()
      }
    })
