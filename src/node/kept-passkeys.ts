// New passkeys that wait for the roots, and invitations to make one, as they are kept: in settings of the record, durable, few, and of
// secrets their digests alone (page: protocol/security.md, A-29 and A-33).
import type { PendingPasskey } from "../api/passkeys.ts"
import type { OfficerKey, Role } from "../core/officer.ts"
import { type Refusal, refuse } from "../core/refusal.ts"
import { hasFields, keptList, type Settings } from "./kept-list.ts"
import { keyView } from "./officer-office.ts"

export type KeptInvitation = {
  readonly digest: string
  readonly code: string
  readonly name: string
  readonly roles: readonly Role[]
  readonly expires: number
}

type Pending = Omit<PendingPasskey, "keys"> & { readonly keys: readonly OfficerKey[] }

export type KeptPasskeys = {
  list(): readonly PendingPasskey[]
  /** In the place of what waited under its code; what waits no longer counts for nothing. `invitation`: the digest of the one that it uses
   *  up. */
  put(pending: Pending, waits: (row: PendingPasskey) => boolean, invitation?: string): PendingPasskey | Refusal
  drop(code: string): boolean
  invitations(now: number): readonly KeptInvitation[]
  invite(invitation: KeptInvitation, now: number): Refusal | undefined
}

const bounds = { rowsMax: 16, bytesMax: 1_048_576 }

export const keptPasskeys = (store: Settings): KeptPasskeys => {
  const pending = keptList(store, {
    ...{ name: "pending-officers", field: "officers", ...bounds },
    isRow: hasFields<PendingPasskey>({ code: "string", name: "string", roles: "array", keys: "array", at: "number" }),
  })
  const invited = keptList(store, {
    ...{ name: "invitations", field: "invitations", ...bounds },
    isRow: hasFields<KeptInvitation>({ digest: "string", code: "string", roles: "array", expires: "number" }),
  })
  return {
    list: pending.all,
    put(made, waits, invitation) {
      const view = { ...made, keys: made.keys.map(keyView) }
      const next = [...pending.all().filter(row => row.code !== made.code && waits(row)), view]
      const over = pending.over(next)
      if (over) return refuse("busy", over)
      // First: a node that ends in between has lost a touch, and has not left a secret that is good twice.
      if (invitation !== undefined) invited.keep(invited.all().filter(each => each.digest !== invitation))
      pending.keep(next)
      return view
    },
    drop(code) {
      const others = pending.all().filter(each => each.code !== code)
      if (others.length === pending.all().length) return false
      pending.keep(others)
      return true
    },
    invitations: now => invited.all().filter(({ expires }) => expires > now),
    invite(invitation, now) {
      const others = invited.all().filter(({ code, expires }) => code !== invitation.code && expires > now)
      const next = [...others, invitation]
      const over = invited.over(next)
      if (over) return refuse("busy", over)
      invited.keep(next)
      return undefined
    },
  }
}
