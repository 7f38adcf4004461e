// Builds the console into dist/console: hashed files, nothing inline, nothing from elsewhere, so that the page can live under
// Content-Security-Policy: default-src 'self'.
import { fileURLToPath } from "node:url"
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

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  plugins: [woff2Only(), react()],
  build: {
    outDir: fileURLToPath(new URL("../../dist/console", import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2024",
    cssTarget: "chrome111",
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_000,
  },
  logLevel: "warn",
})
