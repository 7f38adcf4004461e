// How a page looks to a browser test: a picture of each, nothing beyond the edge at a desk and on a telephone, and no rule of
// accessibility broken. PARLEY_SHOTS names a folder for the pictures.
import assert from "node:assert/strict"
import { mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Seat } from "./journey-line.ts"

export const shots = process.env.PARLEY_SHOTS
const axe = readFileSync(fileURLToPath(new URL("../node_modules/axe-core/axe.min.js", import.meta.url)), "utf8")

export const shot = async ({ page, language }: Seat, name: string): Promise<void> => {
  if (shots === undefined) return
  mkdirSync(shots, { recursive: true })
  const { width, height } = page.viewportSize() ?? { width: 1_280, height: 800 }
  // As high as the page is, so that all of it is in the picture.
  const inside: number = await page.evaluate("document.querySelector('.screen').scrollHeight")
  await page.setViewportSize({ width, height: Math.max(height, inside + 500) })
  await page.waitForTimeout(300)
  await page.screenshot({ path: join(shots, `${name}-${language}-${width}.png`) })
  await page.setViewportSize({ width, height })
}

/** Nothing lies beyond the edge, at a desk and on a telephone; no rule of accessibility is broken; nothing went wrong. */
export const fits = async (seat: Seat, name: string, within = ".screen"): Promise<void> => {
  const { page } = seat
  for (const width of [1_280, 390]) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 800 })
    await shot(seat, name)
    const wide: number = await page.evaluate("document.documentElement.scrollWidth")
    assert.ok(wide <= width, `${name} is ${wide} wide in ${width}`)
  }
  await page.setViewportSize({ width: 1_280, height: 800 })
  await page.evaluate(axe)
  const broken: string[] = await page.evaluate(
    `axe.run('${within}', { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }).then(done => done.violations.map(({ id, nodes }) => id + ' ' + nodes.map(({ html }) => html).join(' ')))`,
  )
  assert.deepEqual(broken, [])
  assert.deepEqual(seat.wrong, [])
}
