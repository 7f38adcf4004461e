// A whole life of two nodes at the loudest level of the log, by the real command: made, paired, signed in to, spoken on, attacked with
// wrong tokens, killed, out of disk. Then everything that was written, printed or answered is searched for every secret.
import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { text as readAll } from "node:stream/consumers"
import { after, test } from "node:test"
import { keyring } from "../src/keys/lock.ts"
import { type Fields, type Holds, openPrivate } from "../src/keys/private-file.ts"
import { monitorSecret, readApiDoor } from "../src/node/home.ts"
import { routes } from "../src/node/routes.ts"
import { type Answer, ask, askRaw, type Headers, json, openSocket, originOf } from "./fixtures/asking.ts"

const command = join(import.meta.dirname, "..", "bin", "parley")
const folder = mkdtempSync(join(tmpdir(), "parley-secrets-"))
const passphrase = "correct horse battery staple 1953"
const texts = ["A balloon is adrift over the strait.", "考慮中につき明朝まで", "请勿公开此段文字"]
const nodes: ChildProcess[] = []
/** What nodes and commands wrote, on both outputs, and what nodes answered. */
const written: string[] = []
const answered: string[] = []
after(() => {
  for (const node of nodes) node.kill("SIGKILL")
  rmSync(folder, { recursive: true })
})

const home = (code: string): string => join(folder, code)
const parley = async (...args: readonly string[]): Promise<string> => {
  const ran = spawn(process.execPath, [command, ...args], { stdio: ["ignore", "pipe", "pipe"] })
  const [out, err] = await Promise.all([readAll(ran.stdout), readAll(ran.stderr), once(ran, "close")])
  written.push(err)
  return out
}
const keyFile = join(folder, "passphrase")
const started = async (code: string, before: string, ...args: readonly string[]) => {
  const given = [command, "run", home(code), "--log-level", "trace", "--json", "--passphrase-file", keyFile, ...args]
  const node = spawn("bash", ["-c", `${before} exec "$@"`, "bash", process.execPath, ...given], {
    stdio: ["ignore", "pipe", "pipe"],
  })
  nodes.push(node)
  const lines = createInterface(node.stdout)
  node.stderr.setEncoding("utf8").on("data", chunk => void written.push(String(chunk)))
  const [line] = await once(lines, "line")
  lines.on("line", each => void written.push(each))
  written.push(String(line))
  const { apiPort, peerPort }: { apiPort: number; peerPort: number | null } = JSON.parse(String(line))
  return { node, apiPort, peerPort }
}
type Started = Awaited<ReturnType<typeof started>>

const asked = async (port: number, path: string, headers: Headers, body?: string): Promise<Answer> => {
  const given = { headers: { ...json, origin: originOf(port), ...headers }, ...(body && { method: "POST", body }) }
  const answer = await ask(port, path, given)
  answered.push(`${JSON.stringify(answer.headers["set-cookie"] === undefined ? answer.headers : {})}${answer.text}`)
  return answer
}

const wrong = "W".repeat(43)
/** Every door knocked at with wrong keys and broken words; nothing of them may be repeated. */
const attack = async ({ apiPort: port }: Started, cookie: string): Promise<void> => {
  const body = JSON.stringify({ token: wrong, text: texts[0], act: "x", refs: [{}] })
  for (const { method, path } of routes)
    for (const headers of [
      { authorization: `Bearer ${wrong}` },
      { cookie: `parley-aland-session=${wrong}` },
      { cookie },
    ])
      await asked(
        port,
        path.replace("*", ""),
        headers,
        method === "POST" && path !== "/api/sign-out" ? body : undefined,
      )
  await asked(port, "/api/orders", { cookie }, `{"text":"${texts[0]}`)
  await asked(port, `/api/entries/${wrong}?token=${wrong}`, { cookie })
  answered.push(await askRaw(port, `GET /%zz?token=${wrong} HTTP/1.1\r\nconnection: close\r\n\r\n`))
  answered.push(await askRaw(port, `BREW / HTTP/1.1\r\nauthorization: Bearer ${wrong}\r\n\r\n`))
  await openSocket(port, { cookie: wrong, origin: originOf(port) })
}

/** The strings in it that are long enough to be a secret. */
const leaves = (value: unknown): string[] =>
  typeof value === "string"
    ? value.length >= 32
      ? [value]
      : []
    : typeof value === "object" && value !== null
      ? Object.values(value).flatMap(leaves)
      : []
const privateParts = (code: string): string[] =>
  readdirSync(home(code)).flatMap(name => {
    if (!/\.json$/.test(name)) return []
    const file: Fields = JSON.parse(readFileSync(join(home(code), name), "utf8"))
    if (typeof file.holds !== "string") return []
    const { secret } = openPrivate(join(home(code), name), file.holds as Holds, keyring(passphrase))
    const found = leaves(secret)
    assert.ok(found.length > 0, name)
    return found
  })
/** As it is, and in the other ways in which bytes are written. */
const forms = (secret: string): string[] => {
  const bytes = /^[0-9a-f]+$/.test(secret) ? Buffer.from(secret, "hex") : Buffer.from(secret, "base64url")
  return [secret, ...(["hex", "base64", "base64url"] as const).map(form => bytes.toString(form))]
}

test("A-25: a whole life at the loudest level leaves no secret and no text in log, output, figures or answers", async () => {
  writeFileSync(keyFile, `${passphrase}\n`, { mode: 0o600 })
  const names = [
    "--name-en",
    "A",
    "--name-ja",
    "甲",
    "--name-zh",
    "甲",
    "--zone",
    "UTC",
    "--language",
    "en",
    "--example",
  ]
  const init = (code: string, ...more: string[]) => parley("init", home(code), "--code", code, ...names, ...more)
  written.push(await init("aland", "--listen", "127.0.0.1:0", "--api", "127.0.0.1:0"))
  written.push(await init("bland", "--api", "127.0.0.1:0", "--passphrase-file", keyFile))
  const cards = ["aland", "bland"].map(code => join(folder, `${code}.card`))
  for (const [at, code] of ["aland", "bland"].entries()) writeFileSync(cards[at]!, await parley("card", home(code)))
  const pair = (code: string, at: number, ...more: string[]) =>
    parley("pair", home(code), "--card", cards[at]!, "--passphrase-file", keyFile, ...more)
  const words = (await pair("aland", 1, "--show-words")).trim().split("\n").at(-1)!
  written.push(await pair("aland", 1, "--words", words), await pair("bland", 0, "--words", words))

  const aland = await started("aland", "")
  const bland = await started("bland", "", "--peer", `127.0.0.1:${aland.peerPort}`)
  const [link] = (await parley("sign-in", home("aland"))).trim().split("\n")
  const token = link!.split("#token=")[1]!
  const signedIn = await asked(aland.apiPort, "/api/sign-in", {}, JSON.stringify({ token }))
  const cookie = String(signedIn.headers["set-cookie"]).split(";")[0]!
  const console = await openSocket(aland.apiPort, { cookie, origin: originOf(aland.apiPort) })
  assert.ok(typeof console !== "number")
  for (const text of texts)
    await parley("send", home("aland"), text, "--traffic", "test", "--precedence", "FLASH", "--language", "en")
  await parley("send", home("bland"), texts[1]!, "--traffic", "test", "--language", "ja")
  await attack(aland, cookie)
  // What is no peer, on the peer's port.
  await askRaw(aland.peerPort!, `GET / HTTP/1.1\r\nauthorization: Bearer ${wrong}\r\n\r\n`).catch(() => undefined)
  for (const { apiPort, code } of [
    { ...aland, code: "aland" },
    { ...bland, code: "bland" },
  ])
    for (const path of ["/health", "/metrics"])
      written.push((await asked(apiPort, path, { authorization: `Bearer ${monitorSecret(home(code))}` })).text)
  const door = readApiDoor(home("aland"))!.secret
  // Killed, and started again.
  const ends = once(aland.node, "exit")
  aland.node.kill("SIGKILL")
  await ends
  // And its disk is full: a write that fails ends the process, and says so.
  const again = await started("aland", "trap '' XFSZ; ulimit -f 900;")
  const over = once(again.node, "exit")
  const order = { kind: "message", text: texts[2]!.repeat(2_000), language: "zh", precedence: "ROUTINE", refs: [] }
  const fill = Array.from({ length: 40 }, (_, at) => {
    const body = JSON.stringify({ ...order, traffic: "test", act: at.toString(16).padStart(32, "0") })
    return asked(again.apiPort, "/api/orders", { cookie }, body).catch(() => undefined) // it ends before it answers
  })
  await Promise.all(fill)
  const [code] = await over
  assert.equal(code, 3)
  for (const file of readdirSync(folder).filter(name => name.endsWith(".log"))) written.push(readFileSync(file, "utf8"))

  const secrets = [...["aland", "bland"].flatMap(privateParts), token, cookie.split("=")[1]!, wrong, passphrase, door]
  secrets.push(monitorSecret(home("aland")), monitorSecret(home("bland")))
  const output = written.join("\n")
  const everything = `${output}\n${answered.join("\n")}`
  assert.ok(output.includes('"msg":"signed in"') && output.includes("the world failed"), "the log was read")
  for (const secret of secrets)
    for (const form of forms(secret))
      assert.ok(!everything.includes(form), `${form.slice(0, 6)}… of ${secret.length} characters`)
  for (const text of texts) assert.ok(!output.includes(text.slice(0, 7)), text)
  const problems = answered.filter(text => text.includes('"refusal"'))
  assert.ok(problems.length > 20)
  for (const text of problems) {
    assert.ok(!texts.some(each => text.includes(each)), text)
    assert.doesNotMatch(text, /\bat .*\.[jt]s:\d|node_modules|\/src\/|\/tmp\//, "no trace, no place of this machine")
  }
})
