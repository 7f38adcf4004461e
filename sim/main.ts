import { argv, stdout } from "node:process"
import { runSeed } from "./seed.ts"

const seed = Number(argv[2] ?? 1)
const t = performance.now()
const r = await runSeed(seed, { print: argv[3] ? line => stdout.write(`${line}\n`) : null })
stdout.write(`${JSON.stringify(r)} ${Math.round(performance.now() - t)} ms\n`)
