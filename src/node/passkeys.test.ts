// Passkeys of this side's officers, by an authenticator in a few lines that can be told to answer as none may.
import assert from "node:assert/strict"
import { test } from "node:test"
import * as authenticator from "../../protocol/vectors/authenticator.ts"
import type { Officer } from "../api/shapes.ts"
import { concat, fromHex, hex } from "../core/hash.ts"
import type { OfficerKey, Officers, Role } from "../core/officer.ts"
import { isRefusal } from "../core/refusal.ts"
import { newPasskey } from "../core/release.ts"
import { algorithms } from "../core/suite.ts"
import { memoryStore } from "../store/memory.ts"
import { nodeSuite as suite } from "../suites/node.ts"
import { challengeMs, invitationMs, Passkeys, type Signed } from "./passkeys.ts"
import { sessionsWhile } from "./sessions.ts"

const { ed25519, esp256 } = algorithms
const { origin, rpId } = authenticator
const from = { origin, rpId }
const challenge = new Uint8Array(32).fill(7)

const codeOf = (answer: unknown): string => (isRefusal(answer) ? answer.refusal : "taken")

const officerOf = (code: string, roles: readonly Role[], keys: readonly OfficerKey[]) =>
  ({ code, inOffice: true, roles, keys, issue: 1 }) as const

const side = (isExample = false) => {
  const state = { now: 1_000_000, officers: [] as ReturnType<typeof officerOf>[] }
  const store = memoryStore()
  const officers = (): Officers => ({ issue: 1, inOffice: new Map(state.officers.map(each => [each.code, each])) })
  const open = () => new Passkeys({ isExample, side: "Parley, east", officers, store, suite, now: () => state.now })
  return { state, open, passkeys: open() }
}

const link: Officer = { name: "Sato", role: "watch" }
const inSession = (officer: Officer | undefined, session = officer?.name ?? ""): Signed | undefined =>
  officer && { officer, session }

type Changed = Parameters<typeof authenticator.registration>[3]
const registered = (
  passkeys: Passkeys,
  name: string,
  who: Officer | undefined,
  more: object = {},
  changed: Changed = {},
) => {
  const asked = passkeys.options(from, inSession(who), more)
  if (isRefusal(asked)) return asked
  const made = authenticator.registration(esp256, name, fromHex(asked.challenge)!, changed)
  const bytes = { clientData: hex(made.clientData), authenticatorData: hex(made.authenticatorData) }
  return passkeys.register(from, inSession(who), { ...bytes, ...more })
}

const signedIn = (passkeys: Passkeys, name: string, more: object = {}, changed: Changed = {}) => {
  const asked = passkeys.challenge(from)
  const made = authenticator.assertion(esp256, name, fromHex(asked.challenge)!, changed)
  const { credentialId, authenticatorData, clientDataJSON, signature } = made
  return passkeys.signIn({
    ...{ credentialId: hex(credentialId), authenticatorData: hex(authenticatorData) },
    ...{ clientData: hex(clientDataJSON), signature: hex(signature), ...more },
  })
}

test("A-29: a new passkey of either algorithm is the key that its holder will sign with", () => {
  for (const alg of [ed25519, esp256]) {
    const made = authenticator.registration(alg, "sato", challenge)
    assert.deepEqual(newPasskey(made, { challenge, ...from }, suite), authenticator.softPasskey(alg, "sato"))
  }
})

test("A-29: what a browser or an authenticator may not say of a new passkey is refused by name", () => {
  const { passkeys } = side()
  const cases: readonly (readonly [string, Changed])[] = [
    ["bad-passkey", { type: "webauthn.get" }],
    ["wrong-origin", { origin: "https://console.tokyo.example.evil.example" }],
    ["wrong-origin", { crossOrigin: ',"crossOrigin":true' }],
    ["wrong-relying-party", { rpId: "tokyo.example" }],
    ["unverified-user", { flags: 0x41 }],
    ["unverified-user", { flags: 0x44 }],
    ["synced-credential", { flags: 0x4d }],
    ["synced-credential", { flags: 0x5d }],
    ["bad-passkey", { flags: 0x05 }],
    ["bad-passkey", { flags: 0xc5 }],
  ]
  for (const [code, changed] of cases)
    assert.equal(codeOf(registered(passkeys, "sato", link, { code: "duty-1" }, changed)), code, JSON.stringify(changed))
  assert.deepEqual(passkeys.pending(), [])
})

test("A-29: every truncation and every flipped byte of a credential is refused, or is another key, and never throws", () => {
  const { clientData, authenticatorData } = authenticator.registration(esp256, "sato", challenge)
  const asked = { challenge, ...from }
  for (let length = 0; length < authenticatorData.length; length++)
    assert.equal(
      typeof newPasskey({ clientData, authenticatorData: authenticatorData.subarray(0, length) }, asked, suite),
      "string",
    )
  for (let at = 0; at < authenticatorData.length; at++) {
    const data = authenticatorData.with(at, authenticatorData[at]! ^ 1)
    const made = newPasskey({ clientData, authenticatorData: data }, asked, suite)
    if (typeof made !== "string") assert.ok(at >= 33 && at < 75, `byte ${at} is counter, model or id`)
  }
  assert.equal(
    newPasskey({ clientData, authenticatorData: concat(authenticatorData, new Uint8Array(1)) }, asked, suite),
    "key",
  )
})

test("E-15, A-29: a key that verifiers could judge differently is no passkey: of low order, or no point of the curve", () => {
  const made = authenticator.registration(ed25519, "sato", challenge)
  const low = new Uint8Array(32)
  low[0] = 1 // the neutral point
  const authenticatorData = concat(made.authenticatorData.subarray(0, -32), low)
  assert.equal(newPasskey({ ...made, authenticatorData }, { challenge, ...from }, suite), "key")
  const other = authenticator.registration(esp256, "sato", challenge)
  const off = concat(other.authenticatorData.subarray(0, -32), new Uint8Array(32).fill(1))
  assert.equal(newPasskey({ ...other, authenticatorData: off }, { challenge, ...from }, suite), "key")
})

test("A-28: a challenge is for one purpose, one person and one time, and for five minutes", () => {
  const { passkeys, state } = side()
  const other: Officer = { name: "Ito", role: "watch" }
  const asked = passkeys.options(from, inSession(link), {})
  assert.ok(!isRefusal(asked))
  const made = authenticator.registration(esp256, "sato", fromHex(asked.challenge)!)
  const request = { code: "duty-1", clientData: hex(made.clientData), authenticatorData: hex(made.authenticatorData) }
  assert.equal(codeOf(passkeys.register(from, inSession(other), request)), "old-challenge", "another's")
  assert.equal(codeOf(passkeys.register(from, inSession(link, "2"), request)), "old-challenge", "another of that name")
  assert.equal(codeOf(passkeys.register(from, inSession(link), request)), "taken")
  assert.equal(codeOf(passkeys.register(from, inSession(link), request)), "old-challenge", "used")
  const late = passkeys.options(from, inSession(link), {})
  assert.ok(!isRefusal(late))
  state.now += challengeMs
  const after = authenticator.registration(esp256, "sato", fromHex(late.challenge)!)
  const bytes = { clientData: hex(after.clientData), authenticatorData: hex(after.authenticatorData) }
  assert.equal(
    codeOf(passkeys.register(from, inSession(link), { code: "duty-1", ...bytes })),
    "old-challenge",
    "five minutes",
  )
  const first = passkeys.challenge(from)
  for (let at = 0; at < 256; at++) passkeys.challenge(from)
  state.officers = [officerOf("duty-1", ["watch"], [authenticator.softPasskey(esp256, "sato")])]
  const old = authenticator.assertion(esp256, "sato", fromHex(first.challenge)!)
  const said = { credentialId: hex(old.credentialId), authenticatorData: hex(old.authenticatorData) }
  const answer = passkeys.signIn({ ...said, clientData: hex(old.clientDataJSON), signature: hex(old.signature) })
  assert.equal(codeOf(answer), "old-challenge", "256 wait at the most")
})

test("A-28: whoever asks to sign in without end, or enrols without end, pushes out nobody else's enrolment", () => {
  const { passkeys } = side()
  const ask = (session: string) => {
    const asked = passkeys.options(from, inSession(link, session), {})
    return isRefusal(asked) ? assert.fail(asked.refusal) : asked.challenge
  }
  const answer = (session: string, challenge: string): string => {
    const made = authenticator.registration(esp256, "sato", fromHex(challenge)!)
    const said = { clientData: hex(made.clientData), authenticatorData: hex(made.authenticatorData) }
    return codeOf(passkeys.register(from, inSession(link, session), { code: "duty-1", ...said }))
  }
  const [mine, others] = [ask("1"), ask("2")]
  for (let at = 0; at < 300; at++) passkeys.challenge(from)
  for (let at = 0; at < 300; at++) ask("2")
  assert.equal(answer("2", others), "old-challenge", "its own oldest go")
  assert.equal(answer("1", mine), "taken")
})

test("A-29, OF-2: a new passkey waits for the roots, over a restart, and no longer once it is in office", () => {
  const { passkeys, open, state } = side()
  assert.equal(codeOf(registered(passkeys, "sato", link, { code: "duty-1" })), "taken")
  const [waits] = open().pending()
  assert.deepEqual([waits?.code, waits?.name, waits?.roles, waits?.keys.length], ["duty-1", "Sato", ["watch"], 1])
  state.officers = [officerOf("duty-1", ["watch"], [authenticator.softPasskey(esp256, "sato")])]
  assert.deepEqual(passkeys.pending(), [])
  assert.equal(codeOf(registered(passkeys, "thief", link, { code: "duty-1" })), "other-officer")
  const own: Officer = { ...link, code: "duty-1" }
  const further = registered(passkeys, "second", own)
  assert.ok(!isRefusal(further))
  assert.equal(further.keys.length, 2)
  assert.equal(codeOf(passkeys.drop({ code: "duty-1" })), "taken")
  assert.equal(codeOf(passkeys.drop({ code: "duty-1" })), "not-found")
  for (let at = 0; at < 16; at++)
    assert.equal(codeOf(registered(passkeys, `n${at}`, link, { code: `n-${at}` })), "taken")
  assert.equal(codeOf(registered(passkeys, "n16", link, { code: "n-16" })), "busy")
  state.officers.push(officerOf("n-3", ["watch"], [authenticator.softPasskey(esp256, "n3")]))
  assert.equal(codeOf(registered(passkeys, "n16", link, { code: "n-16" })), "taken", "who is in office waits no longer")
  assert.equal(codeOf(registered(passkeys, "thief", { name: "Ito", role: "watch" }, { code: "n-5" })), "other-officer")
  for (const code of [undefined, "", "Duty", "a".repeat(17), 7])
    assert.equal(codeOf(registered(passkeys, "x", link, { code })), "bad-request")
})

test("A-30, A-31: who is in office signs in as what they are, and nobody else does, each refused by name", () => {
  const { passkeys, state } = side()
  assert.equal(codeOf(signedIn(passkeys, "sato")), "bad-passkey", "in nobody's name")
  state.officers = [officerOf("duty-1", ["watch", "administrator"], [authenticator.softPasskey(esp256, "sato")])]
  assert.deepEqual(signedIn(passkeys, "sato"), { name: "duty-1", role: "watch", code: "duty-1" })
  assert.deepEqual(signedIn(passkeys, "sato", { role: "administrator" }), {
    name: "duty-1",
    role: "administrator",
    code: "duty-1",
  })
  assert.equal(codeOf(signedIn(passkeys, "sato", { role: "releaser" })), "not-allowed")
  for (const role of ["chief", 7, { toString: 1, valueOf: 1 }, "x".repeat(9_999)])
    assert.equal(codeOf(signedIn(passkeys, "sato", { role })), "bad-request")
  for (const [code, changed] of [
    ["wrong-origin", { origin: "http://console.tokyo.example" }],
    ["wrong-relying-party", { rpId: "other.example" }],
    ["unverified-user", { flags: 1 }],
    ["synced-credential", { flags: 0x0d }],
    ["bad-passkey", { type: "webauthn.create" }],
    ["bad-passkey", { credential: "another" }],
  ] as const)
    assert.equal(codeOf(signedIn(passkeys, "sato", {}, changed)), code, JSON.stringify(changed))
  assert.equal(codeOf(signedIn(passkeys, "sato", { signature: "00" })), "bad-passkey")
  state.officers = []
  assert.equal(codeOf(signedIn(passkeys, "sato")), "bad-passkey", "retired yesterday")
})

test("A-31: a session ends with its officer's office or role; one that a link opened names none", () => {
  const { passkeys, state } = side()
  const officer: Officer = { name: "Sato", role: "watch", code: "duty-1" }
  let ended = ""
  const one = { id: "1", officer, since: 0, usedAt: 0 }
  const plain = {
    ...{ open: () => "", find: () => one, holds: () => true, list: () => [one], sweep: () => {} },
    end: (id: string) => {
      ended = id
      return true
    },
  }
  const sessions = sessionsWhile(plain, each => passkeys.holds(each))
  state.officers = [officerOf("duty-1", ["watch"], [])]
  assert.ok(sessions.find("", 0) && sessions.holds("1", 0) && sessions.list(0).length === 1)
  state.officers = [officerOf("duty-1", ["translator"], [])]
  assert.ok(!sessions.find("", 0) && !sessions.holds("1", 0) && sessions.list(0).length === 0)
  assert.equal(ended, "1")
  assert.ok(passkeys.holds(link))
})

test("A-32: with the links end the sessions that they have opened; in an example neither does", () => {
  for (const isExample of [false, true]) {
    const { passkeys, state } = side(isExample)
    assert.ok(passkeys.holds(link))
    state.officers = [officerOf("chief", ["administrator"], [authenticator.softPasskey(esp256, "chief")])]
    assert.equal(passkeys.holds(link), isExample)
    assert.ok(passkeys.holds({ name: "Abe", role: "administrator", code: "chief" }))
  }
})

test("A-32: links end with the first administrator who has a passkey, but for an example", () => {
  const held = officerOf("chief", ["administrator"], [authenticator.softPasskey(esp256, "chief")])
  for (const [isExample, officers, isOnly] of [
    [false, [], false],
    [false, [officerOf("duty-1", ["watch"], held.keys)], false],
    [false, [officerOf("chief", ["administrator"], [authenticator.softKey(esp256, "chief")])], false],
    [false, [held], true],
    [true, [held], false],
  ] as const) {
    const { passkeys, state } = side(isExample)
    state.officers = [...officers]
    assert.equal(passkeys.isOnly(), isOnly)
  }
})

test("A-33: an invitation makes one passkey under its code, its name and its roles, once, and does nothing else", () => {
  const { passkeys, open, state } = side()
  const invitation = passkeys.invite({ code: "night-2", name: "Ito", roles: ["watch", "releaser"] })
  assert.ok(!isRefusal(invitation))
  assert.equal(
    codeOf(registered(passkeys, "thief", link, { code: "night-2" })),
    "other-officer",
    "kept for who was invited",
  )
  const more = { invitation: invitation.secret, code: "chief" }
  const made = registered(open(), "ito", undefined, more)
  assert.ok(!isRefusal(made))
  assert.deepEqual([made.code, made.name, made.roles], ["night-2", "Ito", ["watch", "releaser"]])
  assert.equal(codeOf(registered(open(), "ito", undefined, more)), "not-signed-in", "once")
  assert.equal(codeOf(registered(passkeys, "ito", undefined, {})), "not-signed-in")
  const late = passkeys.invite({ code: "night-3", name: "Abe", roles: ["watch"] })
  state.now += invitationMs
  assert.ok(!isRefusal(late))
  assert.equal(codeOf(registered(passkeys, "abe", undefined, { invitation: late.secret })), "not-signed-in", "a day")
  for (const wrong of [{ code: "UP" }, { name: "" }, { roles: [] }, { roles: ["chief"] }, { roles: "watch" }])
    assert.equal(codeOf(passkeys.invite({ code: "night-2", name: "Ito", roles: ["watch"], ...wrong })), "bad-request")
  state.officers = [officerOf("night-2", ["watch"], [])]
  assert.equal(codeOf(passkeys.invite({ code: "night-2", name: "Ito", roles: ["watch"] })), "other-officer")
})
