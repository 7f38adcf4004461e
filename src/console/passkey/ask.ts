// What the console does with its node about passkeys: signs in, has one enrolled, shows and drops what waits, invites.
import type { Invitation, PasskeyChallenge, PasskeyOptions, PendingPasskey } from "../../api/passkeys.ts"
import { fromHex, hex } from "../../core/hash.ts"
import type { Role } from "../../core/officer.ts"
import { type Failure, get, isFailure, post } from "../ask.ts"
import { creation, type Unmade, whyOf } from "./create.ts"
import { assertion } from "./get.ts"

const unmade = (why: Unmade): Failure => ({ failed: "unmade", why })

/** Nobody is named: the authenticator offers the passkeys that it holds for this node. `role`: of several, the one that is meant.
 *  (A-31) */
export const signInByPasskey = async (role: Role | null): Promise<object | Failure> => {
  const asked = await post<PasskeyChallenge>("/api/passkeys/challenge", {})
  if (isFailure(asked)) return asked
  const given = await assertion(fromHex(asked.challenge) ?? new Uint8Array(0), asked.rpId)
  if (!("signature" in given)) return unmade(whyOf(given.refused))
  return post("/api/passkeys/sign-in", {
    credentialId: hex(given.credentialId),
    authenticatorData: hex(given.authenticatorData),
    clientData: hex(given.clientDataJSON),
    signature: hex(given.signature),
    ...(role !== null && { role }),
  })
}

export type Enrolling = { readonly invitation?: string; readonly code?: string }

/** What waits for the roots, and under which code. `key`: how its public key begins, to be compared by voice before they sign. */
export type Enrolled = { readonly code: string; readonly credentialId: string; readonly key: string }

/** As much of the key that was made last as the command shows to whoever signs. */
export const beginningOf = ({ keys }: Pick<PendingPasskey, "keys">): string => keys.at(-1)?.public.slice(0, 16) ?? ""

export const enrolPasskey = async (by: Enrolling): Promise<Enrolled | Failure> => {
  const options = await post<PasskeyOptions>(
    "/api/passkeys/options",
    by.invitation === undefined ? {} : { invitation: by.invitation },
  )
  if (isFailure(options)) return options
  const made = await creation(options)
  if ("unmade" in made) return unmade(made.unmade)
  const answer = await post<PendingPasskey>("/api/passkeys", { ...by, ...made.passkey })
  return isFailure(answer) ? answer : { code: answer.code, credentialId: made.credentialId, key: beginningOf(answer) }
}

export const askPending = (): Promise<readonly PendingPasskey[] | Failure> =>
  get<readonly PendingPasskey[]>("/api/passkeys")
export const dropPending = (code: string): Promise<object | Failure> => post("/api/passkeys/drop", { code })
export type Inviting = Pick<PendingPasskey, "code" | "name" | "roles">
export const inviteOfficer = (request: Inviting): Promise<Invitation | Failure> =>
  post<Invitation>("/api/passkeys/invite", request)
