// The stage of the release tests: two paired homes whose charter asks for two persons and waits for a few seconds only, their nodes, and
// officers whose passkeys lie in virtual authenticators. Roots enrol them as they enrol everybody: by an entry that they have signed.
import assert from "node:assert/strict"
import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Browser, BrowserContext, CDPSession, Page } from "playwright-core"
import type { Language, MessageView } from "../src/api/shapes.ts"
import { cardText } from "../src/core/charter.ts"
import { hex } from "../src/core/hash.ts"
import { encodeOfficerBody, type Officer, officerPrefix, officerSignedBytes, type Role } from "../src/core/officer.ts"
import { isRefusal } from "../src/core/refusal.ts"
import { algorithms } from "../src/core/suite.ts"
import { setTerms } from "../src/node/ceremony.ts"
import { initHome, meet, openCharter, openSide, pair, readApiDoor, type Side, signInLink } from "../src/node/home.ts"
import { type StartedNode, startNode } from "../src/node/main.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { en, type Word } from "../src/words/en.ts"
import { ja } from "../src/words/ja.ts"
import { zh } from "../src/words/zh.ts"
import { type OpenBrowser, openBrowser } from "./fixtures/browser.ts"
import { buildConsole } from "./fixtures/console.ts"
import { freePort } from "./fixtures/ports.ts"

export const soleMs = 6_000
const words: Readonly<Record<Language, Record<Word, string>>> = { en, ja, zh }

export type Passkey = { readonly credentialId: Uint8Array; readonly key: KeyObject; readonly host: string }
export type Place = {
  readonly side: Side
  readonly node: StartedNode
  readonly host: string
  /** Enrols an officer with a new passkey, by the roots of this side. */
  enrol(code: string, ...roles: readonly Role[]): Promise<Passkey>
  messages(): Promise<readonly MessageView[]>
}
export type Stage = {
  readonly here: Place
  readonly there: Place
  readonly browser: Browser
  sit(at: Place, sitting: Sitting): Promise<Seat>
  close(): Promise<void>
}
export type Sitting = {
  readonly name: string
  readonly language: Language
  readonly passkey?: Passkey
  /** Signed in with the passkey; else by a link, which names nobody who is enrolled. */
  readonly byPasskey?: boolean
  readonly width?: number
}
export type Seat = {
  readonly page: Page
  readonly context: BrowserContext
  /** What the page should not have done. */
  readonly wrong: string[]
  say(word: Word, given?: Readonly<Record<string, string | number>>): string
  /** As a button begins that goes on with what it is told. */
  begins(word: Word): string
  /** Whether the key answers that its holder was verified. */
  verifies(yes: boolean): Promise<void>
  press(word: Word, within?: string): Promise<void>
}

/** In the writing of a side of its own, whatever the reader's language. */
export const nameOf = (code: string): string => `佐藤 ${code.toUpperCase()}`

const names = {
  tokyo: { en: "Tokyo", ja: "東京", zh: "东京" },
  beijing: { en: "Beijing", ja: "北京", zh: "北京" },
} as const

const homeOf = async (folder: string, code: "tokyo" | "beijing", listen: string, peer: string): Promise<Side> => {
  const path = join(folder, code)
  const side = await initHome(path, {
    ...{ code, names: names[code], listen, peer, example: false },
    zone: code === "tokyo" ? "Asia/Tokyo" : "Asia/Shanghai",
    language: code === "tokyo" ? "ja" : "zh",
    api: { host: "127.0.0.1", port: await freePort() },
    officers: [
      { name: "First officer", role: "watch" },
      { name: "Second officer", role: "releaser" },
      { name: "Auditor", role: "auditor" },
      { name: "Administrator", role: "administrator" },
    ],
  })
  const card = await setTerms(side, { soleMs: `${soleMs}ms` })
  assert.ok(!isRefusal(card), JSON.stringify(card))
  return openSide(path)
}

const placeOf = async (side: Side): Promise<Place> => {
  const node = await startNode(side.path, { logLevel: "error" })
  const { charter, us } = openCharter(side.path)
  const host = `${side.settings.code}.parley.localhost`
  const asked = async <T>(path: string, body?: object): Promise<T> => {
    const door = readApiDoor(side.path)!
    const headers = { authorization: `Bearer ${door.secret}`, ...(body && { "content-type": "application/json" }) }
    const answer = await fetch(`${door.url}${path}`, {
      headers,
      ...(body && { method: "POST", body: JSON.stringify(body) }),
    })
    assert.equal(answer.status, 200, await answer.clone().text())
    return (await answer.json()) as T
  }
  let issue = 0
  return {
    ...{ side, node, host },
    async enrol(code, ...roles) {
      const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" })
      const spki = publicKey.export({ format: "der", type: "spki" })
      const credentialId = Uint8Array.from(randomBytes(32))
      const origin = `http://${host}:${node.apiPort}`
      const point = Uint8Array.from(spki.subarray(-65))
      const key = { type: "passkey", alg: algorithms.esp256, public: point, credentialId, rpId: host, origin } as const
      const officer: Officer = { ...{ code, inOffice: true, roles, keys: [key] }, name: nameOf(code), issue: ++issue }
      const by = { line: charter.line, author: us, card: charter.parties[us]! }
      const signatures = await side.keys.rootSign(officerSignedBytes(by, officer), officerPrefix)
      await asked("/api/officers", { body: hex(encodeOfficerBody(by, officer, signatures, nodeSuite)) })
      return { credentialId, key: privateKey, host }
    },
    messages: async () => (await asked<{ messages: MessageView[] }>("/api/messages?limit=500")).messages,
  }
}

const authenticator = async (page: Page, passkey: Passkey | undefined): Promise<Seat["verifies"]> => {
  const devtools: CDPSession = await page.context().newCDPSession(page)
  await devtools.send("WebAuthn.enable", { enableUI: false })
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      ...{ protocol: "ctap2", transport: "usb", hasResidentKey: true, hasUserVerification: true },
      ...{ isUserVerified: true, automaticPresenceSimulation: true },
    },
  })
  if (passkey !== undefined)
    await devtools.send("WebAuthn.addCredential", {
      authenticatorId,
      credential: {
        credentialId: Buffer.from(passkey.credentialId).toString("base64"),
        ...{ isResidentCredential: false, rpId: passkey.host, signCount: 1 },
        privateKey: passkey.key.export({ format: "der", type: "pkcs8" }).toString("base64"),
      },
    })
  return async isUserVerified => {
    await devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified })
  }
}

/** In the page: the node's challenge, signed, opens a session. */
const signedIn = ({ credentialId, host }: Passkey): string => `(async () => {
  const post = (path, body) => fetch(path, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
  })
  const { challenge } = await (await post("/api/passkeys/challenge", {})).json()
  const id = Uint8Array.fromHex("${hex(credentialId)}")
  const { rawId, response } = await navigator.credentials.get({ publicKey: {
    challenge: Uint8Array.fromHex(challenge), rpId: "${host}", userVerification: "required",
    allowCredentials: [{ type: "public-key", id }],
  } })
  const text = bytes => new Uint8Array(bytes).toHex()
  const { authenticatorData, clientDataJSON, signature } = response
  return (await post("/api/passkeys/sign-in", {
    credentialId: text(rawId), authenticatorData: text(authenticatorData),
    clientData: text(clientDataJSON), signature: text(signature),
  })).status
})()`

const sitAt = async (open: OpenBrowser, { side }: Place, sitting: Sitting): Promise<Seat> => {
  const { name, language, passkey, byPasskey = false, width = 1_280 } = sitting
  const context = await open.browser.newContext({ viewport: { width, height: 900 } })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  const wrong: string[] = []
  page.on("pageerror", error => void wrong.push(error.message))
  page.on(
    "console",
    said => void (said.type() === "error" && !/status of 409/.test(said.text()) && wrong.push(said.text())),
  )
  const verifies = await authenticator(page, passkey)
  const link = new URL(signInLink(side, name, Date.now()))
  link.searchParams.set("lang", language)
  if (byPasskey) {
    await page.goto(`${link.origin}/health`)
    assert.equal(await page.evaluate(signedIn(passkey!)), 204)
    link.hash = ""
  }
  await page.goto(link.href)
  await page.waitForSelector(".frame")
  const begins = (word: Word): string => words[language][word].split(/[ —]*\{/)[0] ?? ""
  const say: Seat["say"] = (word, given = {}) =>
    words[language][word].replaceAll(/\{(\w+)\}/g, (_, key) => String(given[key] ?? ""))
  return {
    ...{ page, context, wrong, verifies, say },
    begins,
    press: (word, within = "body") =>
      page
        .locator(`${within} button`, { hasText: begins(word) })
        .first()
        .click(),
  }
}

export const openReleases = async (): Promise<Stage> => {
  const folder = mkdtempSync(join(tmpdir(), "parley-releases-"))
  const listen = `127.0.0.1:${await freePort()}`
  const sides = [await homeOf(folder, "tokyo", listen, ""), await homeOf(folder, "beijing", "", listen)] as const
  for (const [at, side] of sides.entries()) {
    const ceremony = await meet(side, cardText(sides[1 - at]!.card))
    assert.ok(!isRefusal(ceremony), JSON.stringify(ceremony))
    assert.equal(await pair(side, ceremony, ceremony.words), true)
  }
  await buildConsole()
  const open = await openBrowser()
  const [here, there] = [await placeOf(sides[0]), await placeOf(sides[1])]
  return {
    ...{ here, there, browser: open.browser },
    sit: (at, sitting) => sitAt(open, at, sitting),
    async close() {
      await open.close()
      for (const { node } of [here, there]) await node.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
