// The example as a person starts it, without the person: the program, its page's buttons, and both nodes behind it.
import assert from "node:assert/strict"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { request } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { after, before, test } from "node:test"
import { setTimeout as pause } from "node:timers/promises"
import type { LineView, MessagePage, MessageView, OrderReply, ReportedView } from "../src/api/shapes.ts"
import { decodeReportedRecordBody, encodeReportedRecordBody } from "../src/core/body.ts"
import { isRefusal } from "../src/core/refusal.ts"
import { en } from "../src/words/en.ts"
import { openBrowser } from "../test/fixtures/browser.ts"
import { own, printed as printedAs, say } from "./page/said.ts"
import { words } from "./page/words.ts"
import type { ActRequest, Frames, Outcome, SideCode, SideState, State } from "./shapes.ts"
import { talks } from "./talks.ts"

const folder = mkdtempSync(join(tmpdir(), "parley-example-test-"))
const printed: string[] = []
const cookies = new Map<SideCode, string>()
const pids = new Set<number>()
let example: ChildProcess
let page = ""

const asked = async <T>(path: string, body?: object): Promise<T> => {
  const sent = {
    method: "POST",
    headers: { origin: page, "content-type": "application/json" },
    body: JSON.stringify(body),
  }
  const answer = await fetch(`${page}${path}`, body === undefined ? {} : sent)
  assert.ok(answer.ok, `${path}: ${answer.status}`)
  return (await answer.json()) as T
}
const state = async (): Promise<State> => {
  const seen = await asked<State>("/state")
  for (const { pid } of seen.sides) if (pid !== null) pids.add(pid)
  return seen
}
const sideOf = (seen: State, code: SideCode): SideState => seen.sides.find(side => side.code === code)!
const press = async (act: ActRequest["act"], side?: SideCode): Promise<Outcome> => {
  const { outcomes } = await asked<State>("/act", { act, language: "en", ...(side !== undefined && { side }) })
  return outcomes.at(-1)!
}

/** The node's own API, as the watch officer whom the page signs in. */
const node = async <T>(code: SideCode, path: string, body?: object): Promise<T> => {
  const port = sideOf(await state(), code).port
  const origin = `http://127.0.0.1:${port}`
  const headers = { cookie: cookies.get(code) ?? "", origin, "content-type": "application/json" }
  const answer = await fetch(
    `${origin}${path}`,
    body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers },
  )
  assert.ok(answer.ok, `${path}: ${answer.status}`)
  return (await answer.json()) as T
}
const messages = async (code: SideCode): Promise<readonly MessageView[]> =>
  (await node<MessagePage>(code, "/api/messages?after=0&limit=100")).messages

const until = async <T>(what: string, look: () => Promise<T | undefined | false>, ms = 15_000): Promise<T> => {
  for (const late = Date.now() + ms; Date.now() < late; await pause(50)) {
    const found = await look()
    if (found !== undefined && found !== false) return found
  }
  throw new Error(`not within ${ms} ms: ${what}; ${printed.join("\n")}`)
}
const bothUp = (): Promise<true> =>
  until(
    "both up",
    async () => (await state()).sides.every(side => side.link === "up" && side.queued === 0) || undefined,
  )

before(async () => {
  const port = String(20_000 + 10 * (process.pid % 3_000))
  const given = [
    "--disable-warning=ExperimentalWarning",
    join(import.meta.dirname, "main.ts"),
    "--home",
    folder,
    "--port",
    port,
  ]
  example = spawn(process.execPath, given, { stdio: ["ignore", "pipe", "inherit"] })
  createInterface({ input: example.stdout! }).on("line", line => void printed.push(line))
  page = await until("an address", async () => /http:\/\/127\.0\.0\.1:\d+/.exec(printed[1] ?? "")?.[0])
  await until("ready", async () => (await state()).ready || undefined, 60_000)
  const { frames } = await asked<Frames>("/open", {})
  for (const { code, port, token } of frames) {
    const origin = `http://127.0.0.1:${port}`
    const sent = {
      method: "POST",
      headers: { origin, "content-type": "application/json" },
      body: JSON.stringify({ token }),
    }
    const answer = await fetch(`${origin}/api/sign-in`, sent)
    cookies.set(code, answer.headers.getSetCookie()[0]!.split(";")[0]!)
  }
})

after(() => {
  if (example.exitCode === null) example.kill("SIGKILL")
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

test("example: one address is printed first, and the page lets in no other host and no other origin", async () => {
  assert.match(printed[0]!, /^http:\/\/parley\.localhost:\d+\/$/)
  const { headers } = await fetch(page)
  assert.match(headers.get("content-security-policy")!, /^default-src 'none'; script-src 'self'; style-src 'self';/)
  for (const origin of ["http://example.org", undefined])
    assert.equal(
      (await fetch(`${page}/act`, { method: "POST", headers: { ...(origin && { origin }) }, body: "{}" })).status,
      403,
    )
  const other = request({ port: new URL(page).port, host: "127.0.0.1", headers: { host: "example.org" } }).end()
  const [answer] = await once(other, "response")
  assert.equal(answer.statusCode, 421)
  answer.resume()
  for (const path of [
    "/examples/main.ts",
    "/../package.json",
    "//",
    "//state",
    "/node_modules/@fontsource/noto-sans-jp/../../fastify/package.json",
  ])
    assert.equal((await fetch(`${page}${path}`)).status, 404, path)
  for (const path of ["/examples/page/page.ts", "/src/words/ja.ts", "/node_modules/@fontsource/noto-sans-jp/400.css"])
    assert.equal((await fetch(`${page}${path}`)).status, 200, path)
})

test("example: the page calls the console's buttons and states by the console's own words", () => {
  const same = [
    ["guide.1-how", "nav.write"],
    ["guide.1-how", "precedence.PRIORITY"],
    ["guide.1-how", "write.review"],
    ["guide.2-how", "sound.test"],
    ["guide.3", "alarm.acknowledge"],
    ["act.defer", "act.defer"],
    ["act.decline", "act.decline"],
    ["came.defer", "rung.deferred"],
    ["came.cut", "message.queued"],
    ["node.queued", "message.queued"],
    ["cable.up", "lamp.up"],
    ["cable.down", "lamp.down"],
  ] as const
  for (const language of ["en", "ja", "zh"] as const) {
    for (const [word, console] of same) {
      const [said, button] = [say(language, word), own[language][console]]
      assert.ok(said.toLowerCase().includes(button.toLowerCase()), `${language} ${word}: ${said} has no ${button}`)
    }
    const release = own[language]["review.send"].split(" ")[0]!
    assert.ok(say(language, "guide.1-how").includes(release), `${language}: the release begins with ${release}`)
  }
})

test("example: the terminal says dates and names as people do, and the refusal by its sentence", () => {
  const given = { traffic: "drill", number: "D-0001", until: Date.UTC(2026, 10, 24, 8, 5) }
  const deferred = { said: "came.defer", given, side: "beijing" } as const
  assert.equal(
    printedAs("en", deferred),
    "Beijing deferred EXERCISE D-0001: to be answered by 24 November 2026 at 08:05 UTC.",
  )
  assert.match(printedAs("ja", deferred), /^北京は訓練 D-0001 .*2026年11月24日 8:05 UTC/)
  assert.match(printedAs("zh", deferred), /^北京.*2026年11月24日 08:05 UTC/)
  const faults = [{ record: "tokyo", author: "beijing", seq: 41, refusal: "wrong-body" }] as const
  const found = { said: "came.verify-faults", given: { count: 1 }, faults } as const
  assert.match(printedAs("en", found), /Record of Tokyo: entry 41 of Beijing: wrong-body The body is not/)
})

test("example: what cannot be asked for is a fault of usage (2), said with how to ask", () => {
  for (const wrong of [["--bogus"], ["--port", "abc"]]) {
    const program = join(import.meta.dirname, "main.ts")
    const ended = spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", program, ...wrong])
    assert.equal(ended.status, 2, wrong.join(" "))
    assert.match(String(ended.stderr), /npm start -- \[--home DIR\]/)
  }
})

test("E-17: every record of the talks is of the law's form, in three languages, in a section that has a name", () => {
  for (const talk of talks) {
    const read = decodeReportedRecordBody(encodeReportedRecordBody(talk))
    assert.ok(!isRefusal(read), talk.title.en)
    for (const names of [talk.title, talk.text])
      for (const text of Object.values(names)) assert.notEqual(text.trim(), "")
    assert.ok(`section.${talk.section}` in en, talk.section)
    assert.equal(talk.source.split(" · ").length, 3, `${talk.source}: each reader is shown its own language`)
    assert.ok(["tokyo", "beijing", "press", "both"].includes(talk.account), talk.account)
  }
  const neutral = JSON.stringify([talks, words])
  assert.doesNotMatch(
    neutral,
    /disput|\bsp(y|ies)\b|provocat|violation|争端|争议|间谍|挑衅|侵犯|紛争|係争|スパイ|挑発/i,
  )
})

test("E-17: both sides hold the talks in one order, and one question waits in Beijing: a drill, invented for practice", async () => {
  const [here, there] = [
    await node<ReportedView[]>("tokyo", "/api/reported"),
    await node<ReportedView[]>("beijing", "/api/reported"),
  ]
  assert.equal(here.length, talks.length)
  assert.deepEqual(here, there)
  assert.deepEqual(
    here.map(record => record.text),
    talks.map(record => record.text),
  )
  const [question, more] = await messages("beijing")
  assert.equal(more, undefined)
  assert.equal(question?.traffic, "drill")
  assert.equal(question.precedence, "ROUTINE")
  assert.match(question.text!, /invented for practice/)
  const line = await node<LineView>("beijing", "/api/line")
  assert.equal(question.waits?.who, line.us.party)
  assert.equal(line.example, true)
})

test("example: on a small laptop both consoles show the newest message and its ladder while an alarm rings, in any language", async () => {
  const { browser, close } = await openBrowser()
  try {
    const view = await browser.newPage({ viewport: { width: 1366, height: 657 } })
    await view.goto(`${page}/?lang=en`)
    const frames = await Promise.all(
      ["Tokyo", "Beijing"].map(async name => (await view.waitForSelector(`iframe[title=${name}]`)).contentFrame()),
    )
    for (const frame of frames) await frame!.waitForSelector(".row")
    const [tokyo, beijing] = [frames[0]!, frames[1]!]
    await tokyo.click(".nav button:nth-child(2)")
    await tokyo.click(".radio.PRIORITY")
    await tokyo.fill("textarea", "Seen at once.")
    await tokyo.click(".write .button.strong")
    await tokyo.click(".send")
    await beijing.waitForSelector(".alarm")
    await tokyo.waitForSelector(".row:focus-within", { timeout: 5_000 }) // what was sent has the focus
    await tokyo.evaluate("window.before = true")
    for (const place of [1, 2, 3]) {
      await view.click(`.page-head .choice button:nth-child(${place})`)
      const tag = ["en", "ja", "zh-Hans"][place - 1]
      for (const frame of frames) {
        await frame!.waitForSelector(`html[lang=${tag}]`)
        const [room, end]: [number, number] = await frame!.evaluate(`(() => {
          const screen = document.querySelector(".screen").getBoundingClientRect()
          return [screen.height, document.querySelector(".row .ladder").getBoundingClientRect().bottom - screen.top]
        })()`)
        assert.ok(room >= 200 && end <= room, `${tag}: ${room} px of messages, the ladder ends at ${end}`)
      }
    }
    assert.equal(await tokyo.evaluate("window.before"), true, "the watch goes on: no frame is loaded again")
    assert.equal(await view.evaluate("document.documentElement.scrollWidth"), 1_366)
    assert.equal((await view.$$(".came li:not(:first-child)")).length > 0, true)
    const { hash } = (await messages("beijing")).at(-1)!
    const order = { kind: "acknowledged", act: "cd".repeat(16), refs: [hash] }
    await node<OrderReply>("beijing", "/api/orders", order)
    await node<OrderReply>("beijing", "/api/orders", {
      ...{ kind: "declined", act: "ce".repeat(16), refs: [hash], reason: "Seen.", language: "en" },
    })
  } finally {
    await close()
  }
})

test("S-9, R-4: with the cable cut what is sent is queued; mended, it is stored there", async () => {
  await bothUp()
  assert.equal((await press("cut")).said, "came.cut")
  await until("down", async () => sideOf(await state(), "tokyo").link === "down" || undefined)
  const order = {
    kind: "message",
    act: "ab".repeat(16),
    text: "Across the cut.",
    language: "en",
    precedence: "PRIORITY",
    traffic: "test",
    refs: [],
  }
  const { hash } = await node<OrderReply>("tokyo", "/api/orders", order)
  const rungs = async () =>
    (await messages("tokyo")).find(message => message.hash === hash)?.rungs.map(({ rung }) => rung) ?? []
  assert.ok(!(await rungs()).includes("stored"))
  assert.ok((sideOf(await state(), "tokyo").queued ?? 0) > 0)
  assert.equal((await press("mend")).said, "came.mend")
  await until("stored", async () => (await rungs()).includes("stored") || undefined)
})

test("R-9: Beijing defers what waits there; nothing waits for Tokyo", async () => {
  const deferred = await press("defer", "beijing")
  assert.equal(deferred.said, "came.defer")
  assert.equal(deferred.given.number, "D-0001")
  assert.equal((await press("decline", "tokyo")).said, "came.nothing-waits")
})

test("S-1: a node that was killed is shown as killed, and goes on when it is started", async () => {
  const { pid } = sideOf(await state(), "beijing")
  assert.equal((await press("kill", "beijing")).said, "came.kill")
  assert.equal(sideOf(await state(), "beijing").process, "killed")
  assert.throws(() => process.kill(pid!, 0), /ESRCH/)
  assert.equal((await press("defer", "beijing")).said, "came.no-node")
  assert.equal((await press("start", "beijing")).said, "came.start")
  await bothUp()
  assert.equal((await messages("beijing")).length, 3)
})

test("E-12: one altered byte is found by verify, which names the entry; put back, both records are whole and the same", async () => {
  const altered = await press("alter", "tokyo")
  assert.equal(altered.said, "came.alter")
  const found = await press("verify")
  assert.equal(found.said, "came.verify-faults")
  const { author, seq } = altered.given
  assert.deepEqual(found.faults, [{ record: "tokyo", author, seq, refusal: "wrong-body" }])
  assert.equal((await press("restore", "tokyo")).said, "came.restore")
  assert.equal((await press("verify")).said, "came.verify-same")
})

test("E-15, EP-7: a forged entry is refused by name and never shown as said; the true node is heard again", async () => {
  const before = await messages("tokyo")
  const forged = await press("forge", "beijing")
  assert.equal(forged.said, "came.forge")
  assert.equal(forged.refusal, "bad-signature")
  const { refusals } = await node<LineView>("tokyo", "/api/line")
  assert.ok(refusals.some(({ refusal }) => refusal === "bad-signature"))
  await bothUp()
  assert.equal((await messages("tokyo")).length, before.length)
})

test("example: told to stop it leaves no process behind", async () => {
  await state()
  const gone = once(example, "exit")
  example.kill("SIGTERM")
  assert.deepEqual(await gone, [0, null])
  for (const pid of pids) assert.throws(() => process.kill(pid, 0), /ESRCH/)
})
