// Passkeys of this side's officers: how one is made, waits for the roots, and signs its officer in (page: protocol/security.md, A-28 to
// An assertion is judged by the very code by which the other side judges a release.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto"
import type { Invitation, PasskeyChallenge, PasskeyOptions, PendingPasskey } from "../api/passkeys.ts"
import type { Officer } from "../api/shapes.ts"
import { equal, fromHex, hex } from "../core/hash.ts"
import { officerKeysMax } from "../core/limits.ts"
import { type Officer as Enrolled, type Officers, officerCode, type Role, roles } from "../core/officer.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { encodeAssertion, newPasskey, type ProofFault, proofFault } from "../core/release.ts"
import type { Suite } from "../core/suite.ts"
import type { Store } from "../store/store.ts"
import { type KeptPasskeys, keptPasskeys } from "./kept-passkeys.ts"
import { isObject } from "./requests.ts"
import { digestOf, makeSecret } from "./secret.ts"

export type PasskeysOptions = {
  /** An example's officers go on signing in by links. */
  readonly isExample: boolean
  /** Names this side to authenticators: "Parley, east". */
  readonly side: string
  readonly officers: () => Officers
  readonly store: Pick<Store, "setting" | "set">
  readonly suite: Suite
  readonly now: () => number
}

/** Where a browser asks from: its origin, which the gate has found to be this node's own. */
export type From = { readonly origin: string; readonly rpId: string }

/** Who makes a passkey, and in which session. */
export type Signed = { readonly officer: Officer; readonly session: string }

type Asked = { readonly bytes: Uint8Array; readonly expires: number; readonly purpose: string }
/** By their challenge, the oldest first. */
type AskedOnes = Map<string, Asked>

export const challengeMs = 5 * 60_000
const challengesMax = 256
/** Of one session, or one invitation. */
const purposeMax = 8
const signingIn = "sign-in"
export const invitationMs = 24 * 3_600_000
/** Of several roles the one whose rights a session has, unless it names another of them; the key behind the glass releases. */
const strongest: readonly (Role & Officer["role"])[] = ["releaser", "watch", "translator", "auditor", "administrator"]

const faults: Readonly<Partial<Record<ProofFault, Refusal>>> = {
  challenge: refuse("old-challenge"),
  origin: refuse("wrong-origin"),
  "relying party": refuse("wrong-relying-party"),
  "user presence": refuse("unverified-user"),
  "user verification": refuse("unverified-user"),
  synced: refuse("synced-credential"),
}
const refusalOf = (fault: ProofFault): Refusal => faults[fault] ?? refuse("bad-passkey", { why: fault })
const wrong = (field: string): Refusal => refuse("bad-request", { field })

export class Passkeys {
  readonly #options: PasskeysOptions
  readonly #kept: KeptPasskeys
  /** Apart, since anybody may ask to sign in: whoever does so without end must not push out what somebody enrols by. */
  readonly #signIns: AskedOnes = new Map()
  readonly #enrolments: AskedOnes = new Map()

  constructor(options: PasskeysOptions) {
    this.#options = options
    this.#kept = keptPasskeys(options.store)
  }

  /** Whether nobody signs in by a link any more: an administrator can sign in with a passkey. */
  isOnly(): boolean {
    const isKept = ({ roles, keys }: Enrolled): boolean =>
      roles.includes("administrator") && keys.some(({ type }) => type === "passkey")
    return !this.#options.isExample && [...this.#inOffice().values()].some(isKept)
  }

  /** Whether a session may go on: its officer is in office, in that role; one of a link, while links are taken. */
  holds({ code, role }: Officer): boolean {
    if (code === undefined) return !this.isOnly()
    const officer = this.#inOffice().get(code)
    return officer !== undefined && sessionRoles(officer).includes(role)
  }

  challenge({ rpId }: From): PasskeyChallenge {
    const { bytes, expires } = this.#ask(this.#signIns, signingIn)
    return { challenge: bytes, rpId, expires }
  }

  /** Who is in office and has signed this challenge. */
  signIn(request: unknown): Officer | Refusal {
    const [credentialId, authenticatorData, clientDataJSON, signature] = bytesOf(request, [
      ...(["credentialId", "authenticatorData", "clientData", "signature"] as const),
    ])
    if (!credentialId || !authenticatorData || !clientDataJSON || !signature) return wrong("assertion")
    const asked = isObject(request) ? request.role : undefined
    if (asked !== undefined && !strongest.some(role => role === asked)) return wrong("role")
    const challenge = this.#take(this.#signIns, signingIn, clientDataJSON)
    if (challenge === undefined) return refuse("old-challenge")
    const officer = [...this.#inOffice().values()].find(({ keys }) =>
      keys.some(key => key.type === "passkey" && equal(key.credentialId, credentialId)),
    )
    if (officer === undefined) return refuse("bad-passkey", { why: "key" })
    const proof = encodeAssertion({ credentialId, authenticatorData, clientDataJSON, signature })
    const release = { type: "passkey", officer: officer.code, proof } as const
    const fault = proofFault(release, officer, challenge, this.#options.suite)
    if (fault !== undefined) return refusalOf(fault)
    const held = sessionRoles(officer)
    const role = held.find(each => each === (asked ?? held[0]))
    if (role === undefined) return refuse("not-allowed", { role: typeof asked === "string" ? asked : "" })
    return { name: officer.name ?? officer.code, role, code: officer.code }
  }

  /** What a browser makes a new one by: for who is signed in, or was invited. */
  options({ rpId }: From, who: Signed | undefined, request: unknown): PasskeyOptions | Refusal {
    const owner = this.#owner(who, request)
    if (isRefusal(owner)) return owner
    const userId = createHash("sha256")
      .update(`parley officer ${owner.code ?? owner.name}`)
      .digest()
    const held = owner.code === undefined ? [] : (this.#inOffice().get(owner.code)?.keys ?? [])
    return {
      ...{ challenge: this.#ask(this.#enrolments, owner.purpose).bytes, rpId, rpName: this.#options.side },
      ...{ userId: hex(userId.subarray(0, 16)), userName: owner.code ?? owner.name },
      algorithms: [-8, -7],
      exclude: held.flatMap(key => (key.type === "passkey" ? [hex(key.credentialId)] : [])),
    }
  }

  /** It waits here until the roots have signed. */
  register({ origin, rpId }: From, who: Signed | undefined, request: unknown): PendingPasskey | Refusal {
    const owner = this.#owner(who, request)
    if (isRefusal(owner)) return owner
    const [clientData, authenticatorData] = bytesOf(request, ["clientData", "authenticatorData"])
    if (!clientData || !authenticatorData) return wrong("clientData")
    const code = owner.code ?? (isObject(request) ? request.code : undefined)
    if (typeof code !== "string" || !officerCode.test(code)) return wrong("code")
    const before = this.#inOffice().get(code)
    // By a link, or by an invitation, nobody takes the place of an officer who is in office.
    if (before !== undefined && who?.officer.code !== code) return refuse("other-officer", { officer: code })
    // … nor of somebody else who waits, or was invited under that code.
    const others = [...this.pending(), ...this.#kept.invitations(this.#options.now())]
    if (others.some(each => each.code === code && each.name !== owner.name))
      return refuse("other-officer", { officer: code })
    if ((before?.keys.length ?? 0) >= officerKeysMax)
      return refuse("too-large", { keys: officerKeysMax + 1, most: officerKeysMax })
    const challenge = this.#take(this.#enrolments, owner.purpose, clientData)
    if (challenge === undefined) return refuse("old-challenge")
    const key = newPasskey({ clientData, authenticatorData }, { challenge, origin, rpId }, this.#options.suite)
    if (typeof key === "string") return refusalOf(key)
    const pending = {
      code,
      name: owner.name,
      roles: before?.roles ?? owner.roles,
      keys: [...(before?.keys ?? []), key],
    }
    return this.#kept.put({ ...pending, at: this.#options.now() }, row => this.#waits(row), owner.digest)
  }

  /** Of those that are not in office yet. */
  pending(): PendingPasskey[] {
    return this.#kept.list().filter(row => this.#waits(row))
  }

  drop(request: unknown): true | Refusal {
    const code = isObject(request) ? request.code : undefined
    return typeof code === "string" && this.#kept.drop(code) ? true : refuse("not-found")
  }

  /** With its secret one person can make one passkey, and do nothing else. */
  invite(request: unknown): Invitation | Refusal {
    if (!isObject(request)) return wrong("body")
    const { code, name, roles: given } = request
    if (typeof code !== "string" || !officerCode.test(code)) return wrong("code")
    if (typeof name !== "string" || name.trim() === "" || name.length > 64) return wrong("name")
    const held = Array.isArray(given) ? roles.filter(role => given.includes(role)) : []
    if (held.length === 0 || held.length !== (Array.isArray(given) ? given.length : 0)) return wrong("roles")
    if (this.#inOffice().has(code)) return refuse("other-officer", { officer: code })
    const secret = makeSecret()
    const expires = this.#options.now() + invitationMs
    const fault = this.#kept.invite(
      { digest: digestOf(secret).toString("hex"), code, name, roles: held, expires },
      this.#options.now(),
    )
    return fault ?? { secret, expires }
  }

  #waits({ code, keys }: PendingPasskey): boolean {
    const held =
      this.#inOffice()
        .get(code)
        ?.keys.map(({ public: key }) => hex(key)) ?? []
    return !keys.every(key => held.includes(key.public))
  }

  #inOffice(): Officers["inOffice"] {
    return this.#options.officers().inOffice
  }

  #owner(who: Signed | undefined, request: unknown): Owner | Refusal {
    const secret = isObject(request) ? request.invitation : undefined
    if (secret === undefined) {
      if (who === undefined) return refuse("not-signed-in")
      const { officer, session } = who
      return { ...officer, roles: [officer.role], purpose: `session ${session}` }
    }
    if (typeof secret !== "string") return wrong("invitation")
    const digest = digestOf(secret)
    const found = this.#kept.invitations(this.#options.now()).find(it => timingSafeEqual(bytes(it.digest), digest))
    return found ? { ...found, purpose: `invitation ${digest}` } : refuse("not-signed-in")
  }

  /** Bound to what it is for, used once, and forgotten in five minutes. */
  #ask(asked: AskedOnes, purpose: string): { readonly bytes: string; readonly expires: number } {
    const now = this.#options.now()
    for (const [key, { expires }] of asked) if (expires <= now) asked.delete(key)
    // Of too many the oldest goes: whoever asks without end keeps nobody out for longer than a touch takes.
    const same = [...asked].flatMap(([key, it]) => (it.purpose === purpose ? [key] : []))
    if (purpose !== signingIn && same.length >= purposeMax) asked.delete(same[0] ?? "")
    if (asked.size >= challengesMax) asked.delete(asked.keys().next().value ?? "")
    const made = Uint8Array.from(randomBytes(32))
    asked.set(Buffer.from(made).toString("base64url"), { bytes: made, expires: now + challengeMs, purpose })
    return { bytes: hex(made), expires: now + challengeMs }
  }

  /** The one that the client data name, if it was asked for that and not used yet. What they hold besides is judged afterwards. */
  #take(asked: AskedOnes, purpose: string, clientData: Uint8Array): Uint8Array | undefined {
    const name =
      /"challenge":"([A-Za-z0-9_-]{43})"/.exec(Buffer.from(clientData.subarray(0, 128)).toString("latin1"))?.[1] ?? ""
    const held = asked.get(name)
    if (held === undefined || held.purpose !== purpose) return undefined
    asked.delete(name)
    return held.expires > this.#options.now() ? held.bytes : undefined
  }
}

type Owner = {
  readonly name: string
  readonly code?: string
  readonly roles: readonly Role[]
  readonly digest?: string
  /** Two who came by links may have one name: what they are asked by is their session's. */
  readonly purpose: string
}

const sessionRoles = ({ roles }: Enrolled): Officer["role"][] =>
  strongest.filter(role => roles.includes(role) || (role === "releaser" && roles.includes("break-glass")))

const bytes = (text: string): Uint8Array => Buffer.from(text, "hex")

const bytesOf = (request: unknown, names: readonly string[]): (Uint8Array | undefined)[] =>
  names.map(name => {
    const value = isObject(request) ? request[name] : undefined
    return typeof value === "string" ? fromHex(value) : undefined
  })
