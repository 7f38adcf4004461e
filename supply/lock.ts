// What is shipped, read from the lock file: the packages that a node runs with, and those that the console's build has taken into itself.
import { readFileSync } from "node:fs"

export type Part = {
  /** Its place in the tree of packages. */
  readonly path: string
  readonly name: string
  readonly version: string
  readonly licence: string
  readonly integrity: string
  /** `node` is installed beside Parley; `console` lies within its files; `tool` is not shipped. */
  readonly where: "node" | "console" | "tool"
  readonly needs: readonly string[]
  /** For other machines than this one, perhaps. */
  readonly isOptional: boolean
  readonly runsScripts: boolean
}

type Locked = Readonly<Record<string, unknown>>

export type Lock = { readonly version: number; readonly parts: readonly Part[]; readonly asked: readonly string[] }

export const readLock = (file: URL | string): Lock => {
  const { lockfileVersion, packages } = objectIn(JSON.parse(readFileSync(file, "utf8")))
  const tree = new Map(Object.entries(objectIn(packages)).map(([path, locked]) => [path, objectIn(locked)]))
  const inConsole = closure(tree, bundled)
  const parts = [...tree]
    .filter(([path]) => path !== "")
    .map(([path, locked]): Part => {
      const where = locked.dev !== true ? "node" : inConsole.has(path) ? "console" : "tool"
      return {
        path,
        name: path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length),
        version: textIn(locked.version),
        licence: textIn(locked.license),
        integrity: textIn(locked.integrity),
        where,
        needs: needed(locked).flatMap(name => placeOf(tree, path, name) ?? []),
        isOptional: locked.optional === true,
        runsScripts: locked.hasInstallScript === true,
      }
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1))
  const root = tree.get("") ?? {}
  const asked = needed(root).flatMap(name => placeOf(tree, "", name) ?? [])
  return { version: Number(lockfileVersion), parts, asked: asked.sort() }
}

/** The lock of what a node runs with, as a package carries it. */
export const shrinkwrap = (file: URL | string): string => {
  const { packages, ...rest } = objectIn(JSON.parse(readFileSync(file, "utf8")))
  const kept = Object.entries(objectIn(packages)).filter(([, locked]) => objectIn(locked).dev !== true)
  const withoutTools = kept.map(([path, locked]) => {
    const { devDependencies, ...others } = objectIn(locked)
    return [path, others]
  })
  return `${JSON.stringify({ ...rest, packages: Object.fromEntries(withoutTools) }, null, 2)}\n`
}

/** What src/console imports of packages that a node does not run with. `test/supply.test.ts` compares. */
export const bundled: readonly string[] = [
  "@fontsource/noto-sans-jp",
  "@fontsource/noto-sans-sc",
  "pdfjs-dist",
  "react",
  "react-aria-components",
  "react-dom",
]

const closure = (tree: ReadonlyMap<string, Locked>, names: readonly string[]): ReadonlySet<string> => {
  const found = new Set<string>()
  const visit = (path: string | undefined): void => {
    if (path === undefined || found.has(path)) return
    found.add(path)
    const locked = tree.get(path) ?? {}
    // What is optional is for Node, and never within a page.
    const { dependencies, peerDependencies } = locked
    for (const name of [dependencies, peerDependencies].flatMap(names => Object.keys(objectIn(names))))
      visit(placeOf(tree, path, name))
  }
  for (const name of names) visit(placeOf(tree, "", name))
  return found
}

const needed = (locked: Locked): string[] =>
  [locked.dependencies, locked.optionalDependencies].flatMap(names => Object.keys(objectIn(names)))

/** As Node resolves a name: from the package outwards. */
const placeOf = (tree: ReadonlyMap<string, Locked>, from: string, name: string): string | undefined => {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("node_modules/") - 1))) {
    const path = `${at === "" ? "" : `${at}/`}node_modules/${name}`
    if (tree.has(path)) return path
    if (at === "") return undefined
  }
}

const objectIn = (value: unknown): Locked =>
  typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {}
const textIn = (value: unknown): string => (typeof value === "string" ? value : "")
