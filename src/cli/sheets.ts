// Sheets by command: what the roots are to sign is written into a file and signed beside them (roots.ts); what comes back is said on the
// line (page: protocol/security.md, A-47).
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs"
import type { SheetFile, SignaturesFile } from "../api/keys.ts"
import { checkRootSignatures } from "../core/charter.ts"
import { equal, fromHex, hex } from "../core/hash.ts"
import {
  decodeOfficerBody,
  encodeOfficerBody,
  type Officer,
  officerPrefix,
  officerSignedBytes,
  type Signatory,
} from "../core/officer.ts"
import { isRefusal, refuse } from "../core/refusal.ts"
import { type Sheet, sheetName } from "../core/sheet.ts"
import { nodeSuite } from "../suites/node.ts"
import { opened } from "./by-roots.ts"
import { granted, inGroups, Refused, type Say } from "./say.ts"

export const sheetHelp = "writes what the roots are to sign into this new file, for roots that are kept elsewhere"

/** Two signatures, keys and a reason at the most are below 64 kB in hex; what is larger is something else. */
const carriedBytesMax = 128 * 1_024

/** A JSON file that was carried here; undefined for anything else. */
const carried = (path: string, form: string): Readonly<Record<string, unknown>> | undefined => {
  if (statSync(path).size > carriedBytesMax) return undefined
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"))
    return typeof value === "object" && value !== null && "parley" in value && value.parley === form
      ? { ...value }
      : undefined
  } catch {
    return undefined // not JSON: refused like any other file
  }
}

export const sheetAt = (path: string): Omit<SheetFile, "code" | "parley"> => {
  const { sheet, prefix, message } = carried(path, "sheet/1") ?? {}
  if (typeof sheet === "string" && typeof prefix === "string" && typeof message === "string")
    return { sheet, prefix, message }
  throw new Refused(refuse("wrong-sheet", { field: "file" }), `${path} is no sheet for the roots; nothing is signed.`)
}

export const signaturesAt = (path: string): SignaturesFile => {
  const { sheet, signatures } = carried(path, "signatures/1") ?? {}
  if (typeof sheet === "string" && Array.isArray(signatures) && signatures.every(each => typeof each === "string"))
    return { parley: "signatures/1", sheet, signatures }
  throw new Refused(
    refuse("wrong-sheet", { field: "file" }),
    `${path} holds no signatures of the roots; nothing was said.`,
  )
}

/** Before a sheet is asked for: the node holds the last one alone. */
export const requireNew = (path: string): void => {
  if (existsSync(path)) throw new Error(`${path} is there already, and is not written over.`)
}

/** How what the roots have signed of keys or of a log is said. */
export const takeCommand = (home: string): string => `parley key ${home} take signed.json`

/** `take`: the command that takes back what the roots have signed. */
export const writeSheet = (path: string, file: SheetFile, take: string, say: Say): void => {
  writeFileSync(path, `${JSON.stringify(file)}\n`, { flag: "wx", mode: 0o600 })
  say.result(
    { sheet: file.sheet, file: path },
    `${path} is the sheet for the roots, number ${inGroups(file.sheet)}. Beside them:`,
    `  parley roots show ${path}`,
    `  parley roots sign ${path} --root root.json -o signed.json`,
    `Then here: ${take}`,
  )
}

export const officerSheet = ({ line, author, card }: Signatory, officer: Officer): SheetFile => {
  const message = officerSignedBytes({ line, author }, officer)
  return {
    parley: "sheet/1",
    sheet: hex(sheetName(officerPrefix, message, nodeSuite)),
    code: card.code,
    prefix: hex(officerPrefix),
    message: hex(message),
  }
}

export type TakenOfficer = { readonly officer: Officer; readonly body: Uint8Array }

/** The body of an officer's entry, from its sheet and what the roots of this side have made of it. */
export const officerTaken = (by: Signatory, sheetFile: string, signedFile: string): TakenOfficer => {
  const { name, sheet, prefix, message } = opened(sheetAt(sheetFile))
  const officer = officerOf(sheet, by)
  const given = signaturesAt(signedFile)
  if (given.sheet !== name) throw new Refused(refuse("wrong-sheet"))
  const signatures = given.signatures.map(each => fromHex(each) ?? new Uint8Array(0))
  if (signatures.length !== by.card.roots.length) throw new Refused(refuse("wrong-roots"))
  const body = encodeOfficerBody(by, officer, signatures, nodeSuite)
  const read = granted(decodeOfficerBody(body))
  const fault = checkRootSignatures(by.card, read.signatures, { message, prefix }, nodeSuite)
  if (isRefusal(fault)) throw new Refused(refuse("wrong-roots"))
  return { officer, body }
}

const officerOf = (sheet: Sheet, { line, author }: Signatory): Officer => {
  if (sheet.what === "officer" && equal(sheet.line, line) && sheet.author === author) return sheet.officer
  throw new Refused(refuse("wrong-sheet", { field: "line, author" }), "The sheet is not of an officer of this home.")
}
