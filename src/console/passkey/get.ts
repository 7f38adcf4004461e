// Asks for an assertion by a passkey whose holder the authenticator has verified. What a browser throws is a refusal, told as a value: who
// cancels, waits too long or has no such key has signed nothing.
import type { Assertion } from "../../core/release.ts"
export const assertion = async (
  challenge: Uint8Array,
  rpId: string,
  credentialIds: readonly Uint8Array[] = [],
): Promise<Assertion | { readonly refused: string }> => {
  try {
    const given = await navigator.credentials.get({
      publicKey: {
        challenge: Uint8Array.from(challenge),
        rpId,
        userVerification: "required",
        allowCredentials: credentialIds.map(id => ({ type: "public-key", id: Uint8Array.from(id) })),
      },
    })
    if (!(given instanceof PublicKeyCredential) || !(given.response instanceof AuthenticatorAssertionResponse))
      return { refused: "none" }
    const { authenticatorData, clientDataJSON, signature } = given.response
    return {
      credentialId: new Uint8Array(given.rawId),
      authenticatorData: new Uint8Array(authenticatorData),
      clientDataJSON: new Uint8Array(clientDataJSON),
      signature: new Uint8Array(signature),
    }
  } catch (cause) {
    return { refused: cause instanceof DOMException ? cause.name : "none" }
  }
}
