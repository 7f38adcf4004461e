// What the API says of passkeys (pages: protocol/security.md, A-28 to A-33).
import type { Role } from "../core/officer.ts"
import type { OfficersView } from "./shapes.ts"

/** Bytes in lower-case hex, here and in the next ones. */
export type PasskeyChallenge = { readonly challenge: string; readonly rpId: string; readonly expires: number }
/** For navigator.credentials.create: discoverable, its user verified, no attestation, not synced. */
export type PasskeyOptions = {
  readonly challenge: string
  readonly rpId: string
  readonly rpName: string
  readonly userId: string
  readonly userName: string
  readonly algorithms: readonly number[]
  readonly exclude: readonly string[]
}
/** An officer as the roots are to sign it: those keys that are in office, and the new one. */
export type PendingPasskey = {
  readonly code: string
  readonly name: string
  readonly roles: readonly Role[]
  readonly keys: OfficersView["officers"][number]["keys"]
  readonly at: number
}
/** `secret`: the end of an address, #invite=…; shown once. */
export type Invitation = { readonly secret: string; readonly expires: number }
