// Builds verify.html into dist: one file with everything in it, that is opened from a disk and can reach nothing. Its policy names the
// hashes of its one script and its one style; nothing else in it, or in what it is given, can run.
import { createHash } from "node:crypto"
import { fileURLToPath } from "node:url"
import { defineConfig, type Plugin } from "vite"

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`

const oneFile = (): Plugin => ({
  name: "one-file",
  enforce: "post",
  generateBundle(_, bundle) {
    const files = Object.values(bundle)
    const chunk = files.find(file => file.type === "chunk")
    const style = files.find(file => file.type === "asset" && file.fileName.endsWith(".css"))
    const page = files.find(file => file.type === "asset" && file.fileName.endsWith(".html"))
    if (chunk?.type !== "chunk" || style?.type !== "asset" || page?.type !== "asset")
      throw new Error("verify.html is made of one page, one style and one script")
    const script = chunk.code.replaceAll("</script", "<\\/script").trim()
    const css = String(style.source).trim()
    const policy = `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(css)}; base-uri 'none'; form-action 'none'`
    const html = String(page.source)
      .replaceAll(/\s*<(?:script|link)[^>]*(?:src|href)="[^"]*"[^>]*>(?:<\/script>)?/g, "")
      .replace("POLICY", () => policy)
      .replace("</head>", () => `  <style>${css}</style>\n  </head>`)
      .replace("</body>", () => `  <script type="module">${script}</script>\n  </body>`)
    delete bundle[chunk.fileName]
    delete bundle[style.fileName]
    page.source = html
  },
})

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  plugins: [oneFile()],
  build: {
    outDir: fileURLToPath(new URL("../../../dist", import.meta.url)),
    emptyOutDir: false,
    assetsInlineLimit: 0,
    modulePreload: false,
    target: "es2024",
    cssTarget: "chrome111",
    reportCompressedSize: false,
    rolldownOptions: {
      input: fileURLToPath(new URL("verify.html", import.meta.url)),
      checks: { pluginTimings: false },
    },
  },
  logLevel: "warn",
})
