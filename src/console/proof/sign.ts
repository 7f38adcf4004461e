// An officer's signature from a passkey, over the digest of an act. Whatever does not come to one is a failure as any other: nothing was
// sent, and nothing is lost.
import type { LineView, OfficersView, Proof } from "../../api/shapes.ts"
import { fromHex, hex } from "../../core/hash.ts"
import { encodeAssertion } from "../../core/release.ts"
import { askOfficers, type Failure, isFailure } from "../ask.ts"
import { assertion } from "../passkey/get.ts"

export type Credential = { readonly id: string; readonly officer: string; readonly rpId: string }

/** The passkeys of this side that may sign in this window: of the officer who is signed in, or of anybody where a link signed in. */
export const credentialsOf = (
  views: readonly OfficersView[],
  { us, officer }: LineView,
  origin: string,
): Credential[] =>
  views
    .flatMap(({ party, officers }) => (party === us.party ? officers : []))
    .filter(({ code }) => officer.code === undefined || officer.code === code)
    .flatMap(({ code, keys }) =>
      keys.flatMap(key =>
        key.credentialId !== undefined && key.rpId !== undefined && key.origin === origin
          ? [{ id: key.credentialId, officer: code, rpId: key.rpId }]
          : [],
      ),
    )

export const prove = async (line: LineView, digest: Uint8Array): Promise<Proof | Failure> => {
  const views = await askOfficers()
  if (isFailure(views)) return views
  const credentials = credentialsOf(views, line, location.origin)
  const [first] = credentials
  if (first === undefined) return { failed: "unsigned", why: "no-passkey" }
  const ids = credentials.flatMap(({ id }) => fromHex(id) ?? [])
  const answer = await assertion(digest, first.rpId, ids)
  if (!("signature" in answer)) return { failed: "unsigned", why: "not-given" }
  const used = credentials.find(({ id }) => id === hex(answer.credentialId))
  if (used === undefined) return { failed: "unsigned", why: "no-passkey" }
  return { type: "passkey", officer: used.officer, proof: hex(encodeAssertion(answer)) }
}
