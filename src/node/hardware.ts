// A home whose classical node key is in a hardware module: where that is, and how it is opened at each start (page: docs/OPERATING).
import { randomBytes } from "node:crypto"
import { type HardModule, openToken, requireKey, type Token } from "../keys/pkcs11.ts"
import { credentialFile, readSecret } from "../keys/secret-file.ts"

export type Hardware = {
  /** The vendor's PKCS#11 library. */
  readonly module: string
  readonly token: string
  /** Holds the PIN; empty: it is the credential parley-pin of the service manager. */
  readonly pinFile: string
}

const pinOf = ({ pinFile, token }: Hardware): string => {
  const file = pinFile || credentialFile("parley-pin")
  if (file === undefined)
    throw new Error(`No PIN of the token ${token} is given: name a file of it, or the credential parley-pin.`)
  return readSecret(file)
}

/** Opened when first asked for. A PIN that was wrong is not tried again. */
export const hardModule = (hardware: Hardware, code: string): HardModule => {
  let opened: Promise<Token> | undefined
  const token = (): Promise<Token> => {
    opened ??= openToken(hardware, pinOf(hardware))
    return opened
  }
  return {
    open: async ref => requireKey(await (await token()).find(ref.label, ref.alg), ref),
    // A label of its own, so that no other key of the token is meant.
    async make(alg) {
      const label = `parley ${code} ${randomBytes(4).toString("hex")}`
      const made = await (await token()).generate(label, alg)
      return { label, alg, public: made.public.public }
    },
    destroy: async ({ label, alg }) => (await token()).destroy(label, alg),
  }
}
