// The pairing ceremony of a real line as two sides do it by command: terms, differences, two persons, the record. Homes are made in this
// process, since only what a person types is looked at.
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { text as readAll } from "node:stream/consumers"
import { after, before, test } from "node:test"
import { cardText } from "../src/core/charter.ts"
import { isRefusal } from "../src/core/refusal.ts"
import { initHome, openSide, readCard } from "../src/node/main.ts"
import { fc } from "./fixtures/property.ts"

const command = join(import.meta.dirname, "..", "bin", "parley")
const folder = mkdtempSync(join(tmpdir(), "parley-ceremony-"))
const at = (name: string): string => join(folder, name)

type Ran = { readonly code: number | null; readonly out: string; readonly err: string; readonly why: string }
const parley = async (args: readonly string[], input = ""): Promise<Ran> => {
  const ran = spawn(process.execPath, [command, ...args])
  ran.stdin.on("error", () => undefined)
  ran.stdin.end(input)
  const [out, err] = await Promise.all([readAll(ran.stdout), readAll(ran.stderr), once(ran, "close")])
  return {
    code: ran.exitCode,
    out,
    err,
    why:
      err
        .split("\n")
        .at(-2)
        ?.replace(/^.*\? /, "") ?? "",
  }
}
const keepCard = (code: string): void => writeFileSync(at(`${code}.card`), cardText(openSide(at(code)).card))

before(async () => {
  for (const [code, example] of [
    ["east", false],
    ["west", false],
    ["farm", true],
  ] as const) {
    const names = { en: code, ja: "甲", zh: "甲" }
    const api = { host: "127.0.0.1", port: 0 }
    await initHome(at(code), { code, names, zone: "Asia/Tokyo", language: "ja", listen: "", api, example })
    keepCard(code)
  }
})
after(() => rmSync(folder, { recursive: true }))

test("CH-4, CH-7: terms are set, differ by name in the reader's language, and are taken over; the card is new each time", async () => {
  const before = openSide(at("west")).card
  const set = await parley(["terms", at("west"), "--set", "retentionYears=10", "--set", "disclosure=roster:number"])
  assert.equal(set.code, 0, set.err)
  assert.match(set.out, /保存期間 +10年/)
  assert.notDeepEqual(openSide(at("west")).card.nonce, before.nonce)
  keepCard("west")
  const [cannot, differ] = await Promise.all([
    parley(["terms", at("east"), "--set", "releases=FLASH:9"]),
    parley(["pair", at("east"), "--card", at("west.card"), "--language", "en"]),
  ])
  assert.deepEqual([cannot.code, cannot.why.split(":")[0]], [1, "bad-terms"])
  assert.match(cannot.why, /field=releases/)
  assert.deepEqual([differ.code, differ.why.split(":")[0]], [1, "terms-differ"])
  assert.match(differ.why, /fields=retentionYears disclosure/)
  assert.match(differ.out, /Retention.*\n +ours +30 years\n +theirs +10 years\n/)
  const taken = await parley(["terms", at("east"), "--card", at("west.card"), "--take", "all", "--preview", "--json"])
  const { differing, preview } = JSON.parse(taken.out)
  assert.deepEqual(differing, [])
  assert.equal(preview.find(({ item }: { item: string }) => item === "acknowledged").seen, "担当官 7")
  keepCard("east")
})

test("CH-9: a card altered in any byte, of a newer version, our own, or of mixed parts is refused by name", async () => {
  const [east, west] = [openSide(at("east")), openSide(at("west"))]
  const text = cardText(west.card)
  const why = (written: string): string => {
    const card = readCard(east, written)
    return isRefusal(card) ? card.refusal : "accepted"
  }
  fc.assert(
    fc.property(fc.nat(text.length - 16), fc.constantFrom(..."AQgw"), (place, letter) => {
      const written = text.slice(0, place + 14) + letter + text.slice(place + 15)
      return written === text || why(written) !== "accepted"
    }),
    { numRuns: 200 },
  )
  assert.equal(why(text.replace("card-1", "card-2")), "wrong-version")
  assert.equal(why(cardText(east.card)), "own-card")
  const [ours, theirs] = await Promise.all(["west", "farm"].map(code => parley(["card", at(code), "--parts"])))
  assert.equal(why(ours?.out ?? ""), "accepted")
  const mixed = [...(ours?.out.split("\n").slice(0, 3) ?? []), ...(theirs?.out.split("\n").slice(3) ?? [])].join("\n")
  assert.equal(why(mixed), "mixed-parts")
  writeFileSync(at("mixed.card"), mixed)
  const refused = await parley(["pair", at("east"), "--card", at("mixed.card")])
  assert.deepEqual([refused.code, refused.why.split(":")[0]], [1, "mixed-parts"])
})

test("CH-6, CH-10: two persons type the words each; a wrong word is named and nothing is signed; the record says who did what", async () => {
  const pair = (...more: string[]): string[] => ["pair", at("east"), "--card", at("west.card"), ...more]
  const { words, numbers } = JSON.parse((await parley(pair("--show-words", "--json"))).out)
  const [en, zh]: [string, string] = [words.en.join(" "), words.zh.join("")]
  const wrong = words.en.with(3, words.en[3] === "zoo" ? "zone" : "zoo").join(" ")
  const said = (name: string, typed: string): string[] => ["--person", name, "--words", typed]
  const refused = await Promise.all([
    parley(pair(...said("Sato", en), ...said("Ito", wrong))),
    parley(pair(...said("Sato", en))),
    parley(pair(...said("Sato", en), ...said(" sato", zh))),
  ])
  assert.deepEqual(
    refused.map(({ code, why }) => [code, why.split(":")[0]]),
    [
      [1, "wrong-words"],
      [1, "same-person"],
      [1, "same-person"],
    ],
  )
  assert.match(refused[0]?.why ?? "", /place=4 person=2/)
  assert.equal(existsSync(join(at("east"), "charter")), false)
  // Asked one after the other; the second types numbers.
  const done = await parley(pair("--place", "Berlin"), `佐藤花子\n${zh}\nIto Ken\n${numbers.join(" ")}\n`)
  assert.equal(done.code, 0, done.err)
  const [record, again, terms] = await Promise.all([
    parley(["ceremony", at("east"), "--language", "zh"]),
    parley(pair(...said("Sato", en), ...said("Ito", en))),
    parley(["terms", at("east"), "--set", "retentionYears=1"]),
  ])
  for (const part of [
    /配对仪式记录/,
    /佐藤花子，输入了中文核对词|佐藤花子/,
    /Ito Ken/,
    /Berlin/,
    new RegExp(numbers.join(" ")),
  ])
    assert.match(record.out, part)
  assert.deepEqual(
    [again, terms].map(({ why }) => why.split(":")[0]),
    ["paired-already", "paired-already"],
  )
  const kept = JSON.parse(readFileSync(join(at("east"), "ceremony.json"), "utf8"))
  assert.deepEqual(
    kept.persons.map(({ form }: { form: string }) => form),
    ["zh", "numbers"],
  )
})
