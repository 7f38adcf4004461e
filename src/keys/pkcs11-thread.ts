// The thread of pkcs11.ts: a vendor's PKCS#11 module, whose calls block. It answers one task after the other. The module is given what the
// standard asks for and no more, since hardware differs most where the standard is rich.
import { createHash } from "node:crypto"
import { createRequire } from "node:module"
import { parentPort } from "node:worker_threads"
import { algorithms, type Classical } from "../core/suite.ts"
import type { TokenAnswer, TokenTask } from "./pkcs11.ts"

type Handle = Buffer
type Attribute = { readonly type: number; readonly value?: number | boolean | string | Buffer }
type Mechanism = { readonly mechanism: number; readonly parameter?: null }

/** What is used of the binding. */
type Cryptoki = {
  load(path: string): void
  C_Initialize(options: { readonly flags: number }): void
  C_GetSlotList(present: boolean): Handle[]
  C_GetTokenInfo(slot: Handle): { readonly label: string }
  C_OpenSession(slot: Handle, flags: number): Handle
  C_Login(session: Handle, user: number, pin: string): void
  C_GenerateKeyPair(
    session: Handle,
    mechanism: Mechanism,
    open: Attribute[],
    closed: Attribute[],
  ): { publicKey: Handle }
  C_FindObjectsInit(session: Handle, template: Attribute[]): void
  C_FindObjects(session: Handle, most: number): Handle[]
  C_FindObjectsFinal(session: Handle): void
  C_GetAttributeValue(session: Handle, object: Handle, wanted: Attribute[]): { readonly value: Buffer }[]
  C_DestroyObject(session: Handle, object: Handle): void
  C_SignInit(session: Handle, mechanism: Mechanism, key: Handle): void
  C_Sign(session: Handle, data: Buffer, room: Buffer): Buffer
}

// Numbers of PKCS#11 3.0. The binding does not know the Edwards curve's.
const attributes = { class: 0, token: 1, private: 2, label: 3, keyType: 0x100, id: 0x102, sensitive: 0x103 } as const
const uses = { sign: 0x108, verify: 0x10a, extractable: 0x162, ecParams: 0x180, ecPoint: 0x181 } as const
const classes = { public: 2, private: 3 } as const
const osLocking = 2
const serialSession = 4
const readWrite = 2
const user = 1
const alreadyInitialized = 0x191
const alreadyLoggedIn = 0x100
/** Incorrect, invalid, of a wrong length, expired, locked. */
const pinCodes: readonly number[] = [0xa0, 0xa1, 0xa2, 0xa3, 0xa4]

type Curve = {
  readonly keyType: number
  readonly make: number
  readonly sign: number
  readonly point: number
  readonly params: readonly string[]
  readonly digest?: string
}
// The Edwards curve by its number or, for modules that know it so, by its name. ECDSA signs a digest, made here, since not every module
// hashes by itself; Ed25519 signs the message.
const ecdsa = { keyType: 3, make: 0x1040, sign: 0x1041 } as const
const curves: Readonly<Record<Classical, Curve>> = {
  [algorithms.esp256]: { ...ecdsa, point: 65, params: ["06082a8648ce3d030107"], digest: "sha256" },
  [algorithms.esp384]: { ...ecdsa, point: 97, params: ["06052b81040022"], digest: "sha384" },
  [algorithms.ed25519]: {
    keyType: 0x40,
    make: 0x1055,
    sign: 0x1057,
    point: 32,
    params: ["06032b6570", "130c656477617264733235353139"],
  },
}

const state: { cryptoki?: Cryptoki; session?: Handle } = {}

const hasCode = (error: unknown, codes: readonly number[]): boolean =>
  error instanceof Error && "code" in error && typeof error.code === "number" && codes.includes(error.code)

const tolerating = (code: number, work: () => void): void => {
  try {
    work()
  } catch (error) {
    if (!hasCode(error, [code])) throw error
  }
}

const binding = (): Cryptoki => {
  // By name and not by import: it is there only where it could be compiled, and loaded only where a token is configured.
  const loaded: { readonly PKCS11: new () => Cryptoki } = createRequire(import.meta.url)("pkcs11js")
  return new loaded.PKCS11()
}

const open = ({ module, token, pin }: Extract<TokenTask, { do: "open" }>): void => {
  const cryptoki = binding()
  cryptoki.load(module)
  // Another thread of this process may have the same module open; it is never finalized under its feet.
  tolerating(alreadyInitialized, () => cryptoki.C_Initialize({ flags: osLocking }))
  const slots = cryptoki.C_GetSlotList(true).filter(slot => cryptoki.C_GetTokenInfo(slot).label.trim() === token)
  const [slot] = slots
  if (slot === undefined || slots.length > 1)
    throw new Error(`${module} has ${slots.length} tokens with the label ${token}; it must have one.`)
  const session = cryptoki.C_OpenSession(slot, serialSession | readWrite)
  tolerating(alreadyLoggedIn, () => cryptoki.C_Login(session, user, pin))
  Object.assign(state, { cryptoki, session })
}

const opened = (): { cryptoki: Cryptoki; session: Handle } => {
  const { cryptoki, session } = state
  if (cryptoki === undefined || session === undefined) throw new Error("The token is not open.")
  return { cryptoki, session }
}

const generate = (label: string, alg: Classical): Uint8Array => {
  const { cryptoki, session } = opened()
  const { keyType, make, params } = curves[alg]
  const named: Attribute[] = [
    { type: attributes.token, value: true },
    { type: attributes.label, value: label },
    { type: attributes.id, value: Buffer.from(label) },
    { type: attributes.keyType, value: keyType },
  ]
  const closed: Attribute[] = [
    ...named,
    { type: attributes.class, value: classes.private },
    { type: attributes.private, value: true },
    { type: attributes.sensitive, value: true },
    { type: uses.extractable, value: false },
    { type: uses.sign, value: true },
  ]
  const made = (curve: string): Handle => {
    const publicPart: Attribute[] = [
      ...named,
      { type: attributes.class, value: classes.public },
      { type: attributes.private, value: false },
      { type: uses.verify, value: true },
      { type: uses.ecParams, value: Buffer.from(curve, "hex") },
    ]
    return cryptoki.C_GenerateKeyPair(session, { mechanism: make }, publicPart, closed).publicKey
  }
  for (const [at, curve] of params.entries()) {
    try {
      return pointOf(made(curve), alg)
    } catch (error) {
      if (at === params.length - 1) throw error
    }
  }
  throw new Error("no curve is named")
}

const found = (label: string, kind: number): Handle[] => {
  const { cryptoki, session } = opened()
  cryptoki.C_FindObjectsInit(session, [
    { type: attributes.class, value: kind },
    { type: attributes.label, value: label },
  ])
  const keys = cryptoki.C_FindObjects(session, 2)
  cryptoki.C_FindObjectsFinal(session)
  return keys
}

const find = (label: string, kind: number): Handle => {
  const [key, other] = found(label, kind)
  if (key === undefined || other !== undefined)
    throw new Error(`The token holds ${other ? "more than one key" : "no key"} with the label ${label}.`)
  return key
}

const destroy = (label: string): void => {
  const { cryptoki, session } = opened()
  for (const kind of [classes.private, classes.public])
    for (const key of found(label, kind)) cryptoki.C_DestroyObject(session, key)
}

/** The standard wraps a point as an OCTET STRING; some modules do not. */
const pointOf = (key: Handle, alg: Classical): Uint8Array => {
  const { cryptoki, session } = opened()
  const value = cryptoki.C_GetAttributeValue(session, key, [{ type: uses.ecPoint }])[0]?.value ?? Buffer.alloc(0)
  const { point } = curves[alg]
  if (value.length === point) return Uint8Array.from(value)
  if (value.length === point + 2 && value[0] === 4 && value[1] === point) return Uint8Array.from(value.subarray(2))
  throw new Error(`The token gives a public key of ${value.length} bytes, which is none of algorithm ${alg}.`)
}

const sign = (label: string, alg: Classical, messages: readonly Uint8Array[]): Uint8Array[] => {
  const { cryptoki, session } = opened()
  const key = find(label, classes.private)
  const { sign: mechanism, digest } = curves[alg]
  return messages.map(message => {
    const data = digest === undefined ? Buffer.from(message) : createHash(digest).update(message).digest()
    cryptoki.C_SignInit(session, { mechanism }, key)
    return Uint8Array.from(cryptoki.C_Sign(session, data, Buffer.alloc(256)))
  })
}

const carriedOut = (task: TokenTask): Uint8Array[] => {
  switch (task.do) {
    case "open":
      open(task)
      return []
    case "generate":
      return [generate(task.label, task.alg)]
    case "find":
      return [pointOf(find(task.label, classes.public), task.alg)]
    case "destroy":
      destroy(task.label)
      return []
    case "sign":
      return sign(task.label, task.alg, task.messages)
    default:
      return task satisfies never
  }
}

parentPort?.on("message", (task: TokenTask) => {
  const answer = (): TokenAnswer => {
    try {
      return { results: carriedOut(task) }
    } catch (error) {
      // The PIN never stands in what a module says of it; whether it was the PIN is all that is told apart.
      return { failed: error instanceof Error ? error.message : String(error), wrongPin: hasCode(error, pinCodes) }
    }
  }
  parentPort?.postMessage(answer())
})
