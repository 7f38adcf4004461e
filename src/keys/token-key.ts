// An officer's own key in a hardware module: the file says where it is and what its public part is, and holds nothing secret (page:
// protocol/security.md, A-11). Each signature opens the token anew, so that it can be taken out in between.
import { readFileSync } from "node:fs"
import { fromHex, hex } from "../core/hash.ts"
import { algorithmName, type Classical, classicalOf, type PublicKey } from "../core/suite.ts"
import { createAtomically, ensurePrivateDirectory } from "./atomic.ts"
import { openToken, requireKey, type TokenPlace } from "./pkcs11.ts"

const version = 1
const holds = "officer-key in a module"

export type TokenKey = TokenPlace & { readonly label: string; readonly alg: Classical; readonly public: Uint8Array }

/** Undefined for a file of another kind. */
export const tokenKeyIn = (path: string): TokenKey | undefined => {
  const text = readFileSync(path, "utf8")
  if (!text.startsWith("{")) return undefined
  const damaged = new Error(`${path} is no file of a key in a module, or is damaged.`)
  let value: Readonly<Record<string, unknown>>
  try {
    value = JSON.parse(text)
  } catch {
    throw damaged
  }
  const { module, token, label } = value
  const alg = classicalOf(value.algorithm)
  const held = typeof value.public === "string" ? fromHex(value.public) : undefined
  if (value.version !== version || value.holds !== holds || alg === undefined || held === undefined) throw damaged
  if (typeof module !== "string" || typeof token !== "string" || typeof label !== "string") throw damaged
  return { module, token, label, alg, public: held }
}

/** Made in the token, which never gives its private part out; then the file, which must not exist. */
export const createTokenKey = async (
  path: string,
  { module, token, label, alg }: Omit<TokenKey, "public">,
  pin: string,
): Promise<PublicKey> => {
  ensurePrivateDirectory(path)
  const opened = await openToken({ module, token }, pin)
  try {
    const { public: made } = await opened.generate(label, alg)
    const file = { version, holds, module, token, label, algorithm: algorithmName(alg), public: hex(made.public) }
    createAtomically(path, `${JSON.stringify(file, null, 2)}\n`)
    return made
  } finally {
    await opened.close()
  }
}

export const signByToken = async (key: TokenKey, pin: string, digest: Uint8Array): Promise<Uint8Array> => {
  const opened = await openToken(key, pin)
  try {
    const [signature] = await requireKey(await opened.find(key.label, key.alg), key).sign([digest])
    if (signature === undefined) throw new Error(`The token ${key.token} gave no signature.`)
    return signature
  } finally {
    await opened.close()
  }
}
