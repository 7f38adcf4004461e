import { test } from "node:test"
import { survive } from "./crash-stream.ts"

test("E-14, R-1, L-10: three kills in a stream lose nothing, double nothing and make no receipt untrue", () =>
  survive({ messages: 300, kills: 3, seed: 3 }))
