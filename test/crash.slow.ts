// CRASH_SEED gives other moments.
import { test } from "node:test"
import { survive } from "./crash-stream.ts"

const seed = Number(process.env.CRASH_SEED ?? 50)

test(
  `E-14, R-1, L-10: fifty kills in a stream of 5,000 messages, at the moments of seed ${seed}`,
  { timeout: 300_000 },
  () => survive({ messages: 5_000, kills: 50, seed }),
)
