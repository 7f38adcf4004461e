import assert from "node:assert/strict"
import { test } from "node:test"
import { indented, shownLine } from "./say.ts"

test("C-2: a text cannot begin a row of its own on a terminal", () => {
  assert.equal(shownLine("greetings\n2026 west FLASH"), "greetings<U+000A>2026 west FLASH")
  assert.equal(shownLine("a\tb\u202ec"), "a<U+0009>b<U+202E>c")
  const padded = indented(`x${" ".repeat(60)}2026 west FLASH`, 40)
  assert.ok(padded.every(line => line.startsWith("    ") && line.length < 40))
  assert.equal(padded.map(line => line.slice(4)).join(""), `x${" ".repeat(60)}2026 west FLASH`)
  for (const line of indented("気球".repeat(30), 40))
    assert.ok(4 + 2 * (line.length - 4) < 40, "a wide character takes two places")
  assert.deepEqual(indented("x".repeat(300), undefined), [`    ${"x".repeat(300)}`], "a file has no margin")
})
