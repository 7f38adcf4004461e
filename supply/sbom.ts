// The bill of materials that a package carries: CycloneDX 1.6, made from the lock file alone, so that whoever makes it again from the same
// commit gets the same bytes. No time and no serial number stands in it.
import { readFileSync } from "node:fs"
import { type Part, readLock } from "./lock.ts"

const root = new URL("../", import.meta.url)

/** Each package of the registry by its own name for it; a scope is escaped. */
const purl = ({ name, version }: Pick<Part, "name" | "version">): string =>
  `pkg:npm/${name.replace("@", "%40")}@${version}`

const hexOf = (integrity: string): string => Buffer.from(integrity.replace("sha512-", ""), "base64").toString("hex")

export const sbom = (): string => {
  const manifest: { name: string; version: string; license: string } = JSON.parse(
    readFileSync(new URL("package.json", root), "utf8"),
  )
  const { parts, asked } = readLock(new URL("package-lock.json", root))
  const shipped = parts.filter(({ where }) => where !== "tool")
  const refs = new Map(shipped.map(part => [part.path, `${purl(part)}#${part.path}`]))
  const own = purl(manifest)
  const component = (part: Part) => ({
    type: part.name.startsWith("node-") && part.isOptional ? "platform" : "library",
    "bom-ref": refs.get(part.path),
    name: part.name,
    version: part.version,
    scope: part.isOptional ? "optional" : "required",
    licenses: [part.licence.includes(" ") ? { expression: part.licence } : { license: { id: part.licence } }],
    purl: purl(part),
    hashes: [{ alg: "SHA-512", content: hexOf(part.integrity) }],
    properties: [{ name: "parley:where", value: part.where === "node" ? "beside the node" : "within the console" }],
  })
  const dependsOn = (paths: readonly string[]): string[] => paths.flatMap(path => refs.get(path) ?? []).sort()
  const inConsole = shipped.filter(({ where }) => where === "console").map(({ path }) => path)
  const bom = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: {
        ...{ type: "application", "bom-ref": own, name: manifest.name, version: manifest.version, purl: own },
        licenses: [{ license: { id: manifest.license } }],
      },
    },
    components: shipped.map(component),
    dependencies: [
      { ref: own, dependsOn: dependsOn([...asked, ...inConsole]) },
      ...shipped.map(({ path, needs }) => ({ ref: refs.get(path), dependsOn: dependsOn(needs) })),
    ],
  }
  return `${JSON.stringify(bom, null, 2)}\n`
}
