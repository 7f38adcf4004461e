// What this program is made of, looked at before each release: every locked package has its hash, a licence that may be shipped, and runs
// nothing at its installation; and the registry is asked whether something bad is known of any. `node supply/audit.ts`
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { type Lock, readLock } from "./lock.ts"

/** Licences under which something may be shipped in an Apache-2.0 program; OFL is that of the fonts. */
export const licences: ReadonlySet<string> = new Set([
  ...["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "BlueOak-1.0.0", "OFL-1.1"],
])

/** Packages that may run something at their installation, and why. */
export const mayRunScripts: ReadonlyMap<string, string> = new Map([
  [
    "@serialport/bindings-cpp",
    "only looks whether the built binding that it brings loads here; works as well where no script is run",
  ],
])

/** Of "(A OR B)" one is enough. */
const mayShip = (licence: string): boolean =>
  licence
    .replace(/^\((.*)\)$/, "$1")
    .split(" OR ")
    .some(each => licences.has(each))

/** One sentence for each fault. */
export const faults = ({ version, parts }: Lock): string[] =>
  parts.flatMap(({ path, name, licence, integrity, where, runsScripts }) => [
    ...(version === 3 ? [] : [`The lock file is of version ${version}.`]),
    ...(/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity) ? [] : [`${path} is locked without a hash.`]),
    ...(where === "tool" || mayShip(licence) ? [] : [`${path} has the licence "${licence}".`]),
    ...(where === "node" && runsScripts && !mayRunScripts.has(name)
      ? [`${path} runs scripts at its installation.`]
      : []),
  ])

const lockFile = new URL("../package-lock.json", import.meta.url)

const main = (): number => {
  const lock = readLock(lockFile)
  const found = faults(lock)
  for (const fault of found) console.error(fault)
  const count = (where: string): number => lock.parts.filter(part => part.where === where).length
  console.log(
    `${count("node")} packages run with a node, ${count("console")} lie within the console, ${count("tool")} are tools.`,
  )
  const ran = spawnSync("npm", ["audit", "--omit=dev", "--audit-level=high", "--json"], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    encoding: "utf8",
    timeout: 120_000,
  })
  const answer = answerOf(ran.stdout)
  if (answer === undefined)
    console.log(
      "The registry does not answer questions about advisories: not audited against them, only by the checks above.",
    )
  else console.log(`Advisories of the registry: ${answer}`)
  return found.length > 0 || (answer !== undefined && ran.status !== 0) ? 1 : 0
}

/** The counts of an answer; undefined where there was none. */
export const answerOf = (text: string | null): string | undefined => {
  try {
    const value: unknown = JSON.parse(text ?? "")
    if (typeof value !== "object" || value === null || !("metadata" in value)) return undefined
    const { metadata } = value
    return typeof metadata === "object" && metadata !== null && "vulnerabilities" in metadata
      ? JSON.stringify(metadata.vulnerabilities)
      : undefined
  } catch {
    return undefined
  }
}

if (import.meta.main) process.exitCode = main()
