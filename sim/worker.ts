// One of the processes that run seeds: it is told a number and answers what became of it.
import { runSeed } from "./seed.ts"

// Whoever asked is gone.
process.on("disconnect", () => process.exit())

process.on("message", (seed: number) => {
  runSeed(seed).then(
    result => process.send?.(result),
    error => {
      throw error
    },
  )
})
