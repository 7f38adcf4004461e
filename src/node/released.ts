// What an order brings of its officers: their own proofs, when the second of them was asked, and what the second says afterwards (page:
// protocol/officer.md). Whether a proof is good is the core's to judge; here it is read, and whether this session may bring it.
import type { Officer, Proof } from "../api/shapes.ts"
import type { Release } from "../core/entry.ts"
import { fromHex, hex } from "../core/hash.ts"
import { officerCharsMax, releasesMax, saltBytes, timeMsMax } from "../core/limits.ts"
import { type Refusal, refuse } from "../core/refusal.ts"

export type Released = {
  /** Absent: the node says who released it. */
  readonly releases?: readonly Release[]
  readonly sole?: number
  /** The asker's own, so that what was signed of a body stays what was signed. (E-12) */
  readonly salt?: Uint8Array
}

const wrong = (field: string): Refusal => refuse("bad-request", { field })

export const readReleased = (request: Readonly<Record<string, unknown>>): Released | Refusal => {
  const { releases, sole, salt } = request
  const read = releases === undefined ? undefined : readReleases(releases)
  if (read !== undefined && "refusal" in read) return read
  if (sole !== undefined && !isTime(sole)) return wrong("sole")
  const salted = salt === undefined ? undefined : bytesOf(salt, saltBytes)
  if (salt !== undefined && salted === undefined) return wrong("salt")
  return {
    ...(read !== undefined && { releases: read }),
    ...(typeof sole === "number" && { sole }),
    ...(salted !== undefined && { salt: salted }),
  }
}

/** As a request brings it, and as it is kept. */
export const proofOf = ({ type, officer, proof }: Release): Proof => ({
  type: type === "passkey" ? "passkey" : "key",
  officer,
  proof: hex(proof),
})

/** Who has shown with a passkey who they are proves nothing as somebody else. */
export const otherOfficer = ({ code }: Officer, releases: readonly Pick<Proof, "officer">[]): Refusal | undefined =>
  code === undefined || releases.every(({ officer }) => officer === code)
    ? undefined
    : refuse("other-officer", { code })

/** What a session may not bring, whoever has signed it; the home's own CLI answers for itself. */
export const sessionFault = (officer: Officer, { releases, sole }: Released): Refusal | undefined =>
  sole === undefined ? otherOfficer(officer, releases ?? []) : refuse("second-not-asked")

const readReleases = (value: unknown): Release[] | Refusal => {
  if (!Array.isArray(value) || value.length === 0 || value.length > releasesMax) return wrong("releases")
  const releases: Release[] = []
  for (const each of value) {
    if (typeof each !== "object" || each === null) return wrong("releases")
    const { type, officer, proof }: Readonly<Record<string, unknown>> = Object.fromEntries(Object.entries(each))
    const bytes = bytesOf(proof)
    if (type !== "key" && type !== "passkey") return wrong("releases")
    if (typeof officer !== "string" || officer.length > officerCharsMax || !bytes?.length) return wrong("releases")
    releases.push({ type, officer, proof: bytes })
  }
  return releases
}

const bytesOf = (value: unknown, length?: number): Uint8Array | undefined => {
  const bytes = typeof value === "string" ? fromHex(value) : undefined
  return length === undefined || bytes?.length === length ? bytes : undefined
}

const isTime = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= timeMsMax
