// What a bundle says of an entry, by whom, and what a person reads of a body (page: protocol/evidence.md, EV-9).
import { decodeDeclinedBody, decodeDeferredBody, decodeMessageBody } from "../core/body.ts"
import { isRefusal } from "../core/refusal.ts"
import { kinds } from "../core/registry.ts"

export type Said = {
  readonly kind: number
  readonly party: number
  readonly at: number
  /** The entry of the bundle that says it. */
  readonly by: string
  readonly officers: readonly Released[]
}

/** `proven`: the officer's own proof holds, by the enrolments in the bundle; else it is the word of the party's node. (OF-13) */
export type Released = { readonly officer: string; readonly name?: string; readonly proven: boolean }

export type BundleText = { readonly language: string; readonly text: string; readonly subject?: string }

/** Undefined for what has no text, or is not of its kind's form. */
export const textOf = (kind: number, bytes: Uint8Array): BundleText | undefined => {
  if (kind === kinds.message || kind === kinds.answer || kind === kinds["read-back"]) {
    const body = decodeMessageBody(bytes)
    return isRefusal(body) ? undefined : body
  }
  if (kind !== kinds.deferred && kind !== kinds.declined) return undefined
  const body = kind === kinds.deferred ? decodeDeferredBody(bytes) : decodeDeclinedBody(bytes)
  return isRefusal(body) ? undefined : { language: body.language, text: body.reason }
}
