// verify.html, which goes into every bundle: in a package beside us, in a checkout where the build puts it. (EV-11)
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

export const verifyPage = (): Uint8Array => {
  const path = ["../verify.html", "../../dist/verify.html"]
    .map(place => fileURLToPath(new URL(place, import.meta.url)))
    .find(place => existsSync(place))
  if (path === undefined) throw new Error("verify.html is not built; in the checkout run: npm run build")
  return new Uint8Array(readFileSync(path))
}
