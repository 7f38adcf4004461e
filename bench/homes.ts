// Two paired homes for a run of a bench. The words of the ceremony are left out: they cost a second of scrypt and nobody reads them here.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { charterOf } from "../src/core/charter.ts"
import { isRefusal } from "../src/core/refusal.ts"
import { keyring } from "../src/keys/lock.ts"
import { initHome, pair, type Side } from "../src/node/home.ts"
import { nodeSuite } from "../src/suites/node.ts"

/** With --locked homes have a passphrase, and their records are sealed; in the environment, so that a bench's processes know it. */
const passphrase = process.env.PARLEY_BENCH_LOCKED === "1" ? "a passphrase of the bench" : undefined
export const ring = passphrase === undefined ? keyring() : keyring(passphrase)

/** What `parley run` is told besides, for a home in this folder. */
export const unlocking = (folder: string): readonly string[] => {
  if (passphrase === undefined) return []
  const file = join(folder, "..", "passphrase")
  writeFileSync(file, passphrase, { mode: 0o600 })
  return ["--passphrase-file", file]
}

export type Homes = { readonly folder: string; readonly sides: readonly [Side, Side]; remove(): void }

const homeOf = (folder: string, code: string, listen: string): Promise<Side> =>
  initHome(join(folder, code), {
    code,
    names: { en: `Authority of ${code}`, ja: "当局", zh: "当局" },
    zone: "Asia/Tokyo",
    language: "zh",
    listen,
    api: { host: "127.0.0.1", port: 0 },
    example: true,
    ...(passphrase !== undefined && { passphrase }),
  })

/** The first listens, the second dials. */
export const pairedHomes = async (): Promise<Homes> => {
  const folder = mkdtempSync(join(tmpdir(), "parley-bench-"))
  const sides = [await homeOf(folder, "aland", "127.0.0.1:0"), await homeOf(folder, "bland", "")] as const
  const charter = charterOf(sides[0].card, sides[1].card, nodeSuite)
  if (isRefusal(charter)) throw new Error(`the bench's own cards were refused: ${charter.refusal}`)
  for (const side of sides) await pair(side, { charter, words: [] }, [])
  return { folder, sides, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
