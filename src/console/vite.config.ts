// Builds the console into dist/console: hashed files, nothing inline, nothing from elsewhere, so that the page can live under
// Content-Security-Policy: default-src 'self'.
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { brotliCompressSync, constants, gzipSync } from "node:zlib"
import react from "@vitejs/plugin-react"
import { defineConfig, type Plugin } from "vite"

/** Each face is offered as woff2 and as woff; every browser that runs this console reads woff2, and the second would double the files. */
const woff2Only = (): Plugin => ({
  name: "woff2-only",
  enforce: "pre",
  transform: (code, id) =>
    /@fontsource.*\.css$/.test(id)
      ? { code: code.replaceAll(/,\s*url\([^)]*\.woff\) format\('woff'\)/g, ""), map: null }
      : null,
})

/** Each text is laid beside itself compressed, so that the node sends a third of it and compresses nothing while it serves. */
const compressed = (): Plugin => ({
  name: "compressed",
  writeBundle({ dir = "" }) {
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }
    for (const name of readdirSync(dir, { recursive: true, encoding: "utf8" })) {
      if (!/\.(js|css|html|svg)$/.test(name)) continue
      const text = readFileSync(join(dir, name))
      writeFileSync(join(dir, `${name}.br`), brotliCompressSync(text, quality))
      writeFileSync(join(dir, `${name}.gz`), gzipSync(text, { level: 9 }))
    }
  },
})

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  plugins: [woff2Only(), react(), compressed()],
  worker: { format: "es" },
  build: {
    outDir: fileURLToPath(new URL("../../dist/console", import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2024",
    cssTarget: "chrome111",
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_000,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  logLevel: "warn",
})
