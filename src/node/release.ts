// The release hash: by it two sides that compare over a voice know that they run the same program (pages: protocol/security.md, A-27;
// docs/OPERATING.md). Computed by the running node over its own installed files, just as `sha256sum` would.
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join, sep } from "node:path"
import { fileURLToPath } from "node:url"

/** Files of an installed package, as relative paths in the order of their bytes. What npm lays inside it is not the package's own. */
const filesOf = (root: string): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(root.length).split(sep).join("/"))
    .filter(path => !path.startsWith("node_modules/"))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))

const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex")

/** SHA-256 of the lines "hash, two spaces, path" of all files below this folder, which ends with a separator. */
export const hashOfFiles = (root: string): string =>
  sha256(
    filesOf(root)
      .map(path => `${sha256(readFileSync(join(root, path)))}  ${path}\n`)
      .join(""),
  )

/** Of the package that this very file lies in; null in a checkout, which is no release. */
export const releaseHash = (): string | null =>
  import.meta.url.endsWith(".ts") ? null : hashOfFiles(fileURLToPath(new URL("../../", import.meta.url)))
