// Names and text files of a bundle (page: protocol/evidence.md, sections 2 to 4). Every text is written in one form, and read by comparing:
// what is not exactly what would be written is refused.
import type { Charter } from "../core/charter.ts"
import { base64, concat, fromBase64, hex } from "../core/hash.ts"
import { noteKey } from "../core/head.ts"
import { algorithms, type Hash, type PublicKey, type Suite } from "../core/suite.ts"
import type { Files } from "./zip.ts"

export const readmeFile = "README.txt"
export const charterFile = "charter.cbor"
export const sumsFile = "sha256sums"
export const pageFile = "verify.html"

/** A place in a log. */
export type Place = { readonly author: number; readonly generation: number; readonly seq: number }

/** "east.1.17": a place as people and file names say it, by the party's code. */
export const stemOf = (charter: Charter, { author, generation, seq }: Place): string =>
  `${charter.parties[author]?.code ?? author}.${generation}.${seq}`

/** "east.1": a log. */
export const logStem = (charter: Charter, { author, generation }: Omit<Place, "seq">): string =>
  `${charter.parties[author]?.code ?? author}.${generation}`

const stemForm = /^([a-z0-9-]{1,16})\.([1-9][0-9]{0,15})\.([1-9][0-9]{0,15})$/

export const placeOf = (charter: Charter, stem: string): Place | undefined => {
  const [, code, generation, seq] = stemForm.exec(stem) ?? []
  const author = charter.parties.findIndex(party => party.code === code)
  const place = { author, generation: Number(generation), seq: Number(seq) }
  return author >= 0 && Number.isSafeInteger(place.generation) && Number.isSafeInteger(place.seq) ? place : undefined
}

/** Where two of one folder end alike, the longer ending stands first. */
export const folders = {
  body: "bodies",
  chosen: "chosen",
  consistency: "consistency",
  head: "heads",
  key: "keys",
  other: "others",
  proof: "proofs",
  rivalNext: "rivals",
  rival: "rivals",
  rivalSecond: "rivals",
  rivalHead: "rivals",
  rivalPath: "rivals",
} as const
export type Folder = keyof typeof folders

const endings: Record<Folder, string> = {
  body: ".bin",
  chosen: ".cose",
  consistency: ".txt",
  head: ".note",
  key: ".vkey",
  other: ".cose",
  proof: ".tlog-proof",
  rival: ".cose",
  rivalHead: ".note",
  rivalNext: ".next.cose",
  rivalPath: ".path",
  rivalSecond: ".second.note",
}

export const fileOf = (folder: Folder, stem: string): string => `${folders[folder]}/${stem}${endings[folder]}`

/** The folder and stem of a file's name; undefined for a name of no folder. */
export const stemIn = (name: string): { readonly folder: Folder; readonly stem: string } | undefined => {
  for (const folder of Object.keys(folders) as Folder[]) {
    const [start, end] = [`${folders[folder]}/`, endings[folder]]
    if (name.startsWith(start) && name.endsWith(end) && name.length > start.length + end.length)
      return { folder, stem: name.slice(start.length, -end.length) }
  }
  return undefined
}

/** As `sha256sum` writes and checks it: of every file but the list itself. (EV-3) */
export const sumsOf = (files: Files, suite: Suite): string =>
  [...files.keys()]
    .filter(name => name !== sumsFile)
    .sort()
    .map(name => `${hex(suite.sha256(files.get(name)!))}  ${name}\n`)
    .join("")

/** A key as Go's note package takes it; only Ed25519 has such a form. (EV-6) */
export const vkeyOf = (origin: string, key: PublicKey, suite: Suite): string | undefined =>
  key.alg === algorithms.ed25519
    ? `${origin}+${hex(noteKey(origin, key, suite))}+${base64(concat(Uint8Array.of(1), key.public))}\n`
    : undefined

const proofStart = "c2sp.org/tlog-proof@v1\n"

/** C2SP tlog-proof: places count from 0 there. (EV-6) */
export const tlogProof = (seq: number, path: readonly Hash[], note: string): string =>
  `${proofStart}index ${seq - 1}\n${hashLines(path)}\n${note}`

/** The body of a C2SP tlog-witness request: an older size, the proof, and the head of the newer. (EV-7) */
export const consistencyText = (size: number, path: readonly Hash[], note: string): string =>
  `old ${size}\n${hashLines(path)}\n${note}`

export const hashLines = (path: readonly Hash[]): string => path.map(hash => `${base64(hash)}\n`).join("")

/** The hashes of a file that holds nothing else; undefined when it is not exactly of that form. (EV-19) */
export const hashesIn = (text: string): readonly Hash[] | undefined => {
  const path = text.split("\n").slice(0, -1).map(fromBase64)
  return path.every(isHash) && hashLines(path) === text ? path : undefined
}

const isHash = (hash: Hash | undefined): hash is Hash => hash?.length === 32

/** The path between a text's beginning and its note; undefined when the text is not exactly of that form. */
export const pathIn = (
  text: string,
  write: (path: readonly Hash[], note: string) => string,
  note: string,
): readonly Hash[] | undefined => {
  if (!text.endsWith(`\n${note}`)) return undefined
  const lines = text.slice(0, -note.length - 1).split("\n")
  const path = lines.filter(line => line.length === 44).map(fromBase64)
  return path.every(isHash) && write(path, note) === text ? path : undefined
}
