// What an officer signs, as this screen asks for it: computed here from what is shown. (E-14, A-35)
import { sha256 } from "@noble/hashes/sha2.js"
import { type About, aboutOf, bodyOf, isText, digestOf as ofOrder } from "../../api/act.ts"
import type { LineView, OrderRequest } from "../../api/shapes.ts"
import { concat } from "../../core/hash.ts"
import { personsFor } from "../../core/policy.ts"
import { kinds, precedences } from "../../core/registry.ts"

const digests = { sha256: (...parts: readonly Uint8Array[]): Uint8Array => sha256(concat(...parts)) }

/** How many officers the charter asks for. (OF-8) */
export const personsOf = ({ policy }: LineView, request: OrderRequest, about?: About): number => {
  const said = aboutOf(request, about)
  return said === undefined ? 0 : personsFor(kinds[request.kind], precedences.indexOf(said.precedence), policy)
}

/** With everything that the node would add, so that nothing of it is left open when it is signed. */
export const wholeOrder = (request: OrderRequest, { them }: LineView, salt: () => string): OrderRequest => {
  if (bodyOf(request) === undefined) return request
  const salted = { ...request, salt: request.salt ?? salt() }
  if (!isText(salted)) return salted
  const action = them.flatMap(({ party, desks }) => (desks[0] === undefined ? [] : [{ party, desk: desks[0].desk }]))
  return { ...salted, action: salted.action ?? action, info: salted.info ?? [] }
}

export const digestOf = (request: OrderRequest, { line, us }: LineView, about?: About): Uint8Array =>
  ofOrder(request, { line, us: us.party }, digests, about)
