// What an officer signs, computed here from what this screen shows: the node's word for it is not taken. (E-14, A-35)
import { sha256 } from "@noble/hashes/sha2.js"
import type { LineView, MessageView, OrderRequest, WaitingOrder } from "../../api/shapes.ts"
import { type Act, actDigest } from "../../core/act.ts"
import { encodeDeclinedBody, encodeDeferredBody, encodeMessageBody } from "../../core/body.ts"
import { bodyHash } from "../../core/entry.ts"
import { concat, fromHex } from "../../core/hash.ts"
import { personsFor } from "../../core/policy.ts"
import { kinds, precedences, traffics } from "../../core/registry.ts"

/** What a reply is about: it has its traffic and its precedence. */
export type About = Pick<MessageView, "precedence" | "traffic">

const digests = { sha256: (...parts: readonly Uint8Array[]): Uint8Array => sha256(concat(...parts)) }

const isText = (request: OrderRequest): request is Extract<OrderRequest, { kind: "message" | "answer" }> =>
  request.kind === "message" || request.kind === "answer"

const aboutOf = (request: OrderRequest, about?: About): About | undefined => (isText(request) ? request : about)

/** How many officers the charter asks for. (OF-8) */
export const personsOf = ({ policy }: LineView, request: OrderRequest, about?: About): number => {
  const said = aboutOf(request, about)
  return said === undefined ? 0 : personsFor(kinds[request.kind], precedences.indexOf(said.precedence), policy)
}

const bodyOf = (request: OrderRequest): Uint8Array | undefined => {
  switch (request.kind) {
    case "message":
    case "answer": {
      const { language, text, subject = "" } = request
      return encodeMessageBody({ language, text, ...(subject !== "" && { subject }) })
    }
    case "deferred":
      return encodeDeferredBody(request)
    case "declined":
    case "objected":
      return encodeDeclinedBody(request)
    case "acknowledged":
    case "seconded":
      return undefined
    default:
      return request satisfies never
  }
}

/** With everything that the node would add, so that nothing of it is left open when it is signed. */
export const wholeOrder = (request: OrderRequest, { them }: LineView, salt: () => string): OrderRequest => {
  if (bodyOf(request) === undefined) return request
  const salted = { ...request, salt: request.salt ?? salt() }
  if (!isText(salted)) return salted
  const action = them.flatMap(({ party, desks }) => (desks[0] === undefined ? [] : [{ party, desk: desks[0].desk }]))
  return { ...salted, action: salted.action ?? action, info: salted.info ?? [] }
}

const bytesOf = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array(0)

export const digestOf = (request: OrderRequest, { line, us }: LineView, about?: About): Uint8Array => {
  const said = aboutOf(request, about)
  if (said === undefined) throw new Error("a reply is about a message")
  const body = bodyOf(request)
  const text = isText(request) ? request : undefined
  const act: Act = {
    ...{ line: bytesOf(line), author: us.party, act: bytesOf(request.act), kind: kinds[request.kind], handling: 0 },
    traffic: traffics.indexOf(said.traffic),
    precedence: precedences.indexOf(said.precedence),
    refs: request.refs.map(bytesOf),
    action: text?.action ?? [],
    info: text?.info ?? [],
    ...(text?.notAfter !== undefined && { notAfter: text.notAfter }),
    ...(request.sole !== undefined && { sole: request.sole }),
    ...(body && { bodyHash: bodyHash({ salt: bytesOf(request.salt ?? ""), bytes: body }, digests) }),
  }
  return actDigest(act, digests)
}

/** As the node has it, to be signed once more as released alone. */
export const aloneOrder = (order: Omit<WaitingOrder, "releases" | "sole">, at: number): WaitingOrder => ({
  ...order,
  sole: at,
})
