// Asks an authenticator for a new passkey: one that finds itself at the door, and whose holder is verified each time. What a browser throws
// is told as a value, by why: nothing was made.
import type { PasskeyOptions } from "../../api/passkeys.ts"
import { fromHex, hex } from "../../core/hash.ts"

/** `not-given`: cancelled, too late, no such key, or its holder not verified; a browser does not tell these apart. */
export type Unmade = "not-given" | "held-already" | "wrong-place" | "unfit"
const reasons: Readonly<Record<string, Unmade>> = {
  InvalidStateError: "held-already",
  SecurityError: "wrong-place",
  NotSupportedError: "unfit",
  ConstraintError: "unfit",
}
export const whyOf = (name: string): Unmade => reasons[name] ?? "not-given"

const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(fromHex(text) ?? [])

export type Made = {
  readonly credentialId: string
  readonly passkey: { readonly clientData: string; readonly authenticatorData: string }
}

export const creation = async (options: PasskeyOptions): Promise<Made | { readonly unmade: Unmade }> => {
  const { challenge, rpId, rpName, userId, userName, algorithms, exclude } = options
  try {
    const made = await navigator.credentials.create({
      publicKey: {
        challenge: bytes(challenge),
        rp: { id: rpId, name: rpName },
        user: { id: bytes(userId), name: userName, displayName: userName },
        pubKeyCredParams: algorithms.map(alg => ({ type: "public-key", alg })),
        excludeCredentials: exclude.map(id => ({ type: "public-key", id: bytes(id) })),
        authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
        attestation: "none",
      },
    })
    if (!(made instanceof PublicKeyCredential) || !(made.response instanceof AuthenticatorAttestationResponse))
      return { unmade: "not-given" }
    const { clientDataJSON } = made.response
    return {
      credentialId: hex(new Uint8Array(made.rawId)),
      passkey: {
        clientData: hex(new Uint8Array(clientDataJSON)),
        authenticatorData: hex(new Uint8Array(made.response.getAuthenticatorData())),
      },
    }
  } catch (cause) {
    return { unmade: whyOf(cause instanceof DOMException ? cause.name : "") }
  }
}
