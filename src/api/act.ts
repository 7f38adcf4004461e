// What an officer signs of an order, computed from the order itself by whoever is asked to sign it: the node's word for it is not taken.
// (E-14, A-35)
import { type Act, actDigest } from "../core/act.ts"
import { encodeDeclinedBody, encodeDeferredBody, encodeMessageBody } from "../core/body.ts"
import { bodyHash } from "../core/entry.ts"
import { fromHex } from "../core/hash.ts"
import { kinds, precedences, traffics } from "../core/registry.ts"
import type { Hash, Suite } from "../core/suite.ts"
import type { MessageView, OrderRequest, WaitingOrder } from "./shapes.ts"

/** What a reply is about: it has its traffic and its precedence. */
export type About = Pick<MessageView, "precedence" | "traffic">
/** `line`: in hex. */
export type Speaker = { readonly line: string; readonly us: number }

export const isText = (request: OrderRequest): request is Extract<OrderRequest, { kind: "message" | "answer" }> =>
  request.kind === "message" || request.kind === "answer"

export const aboutOf = (request: OrderRequest, about?: About): About | undefined => (isText(request) ? request : about)

export const bodyOf = (request: OrderRequest): Uint8Array | undefined => {
  switch (request.kind) {
    case "message":
    case "answer": {
      const { language, text, subject = "", documents = [] } = request
      const named = documents.map(({ root, ...document }) => ({ ...document, root: bytesOf(root) }))
      return encodeMessageBody({ language, text, ...(subject !== "" && { subject }), documents: named })
    }
    case "read-back":
      return encodeMessageBody({ language: request.language, text: request.text })
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

const bytesOf = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array(0)

/** Of an order that leaves nothing to the node: its salt and its desks are there. */
export const digestOf = (
  request: OrderRequest,
  { line, us }: Speaker,
  suite: Pick<Suite, "sha256">,
  about?: About,
): Hash => {
  const said = aboutOf(request, about)
  if (said === undefined) throw new Error("a reply is about a message")
  const body = bodyOf(request)
  const text = isText(request) ? request : undefined
  const act: Act = {
    ...{ line: bytesOf(line), author: us, act: bytesOf(request.act), kind: kinds[request.kind], handling: 0 },
    traffic: traffics.indexOf(said.traffic),
    precedence: precedences.indexOf(said.precedence),
    refs: request.refs.map(bytesOf),
    action: text?.action ?? [],
    info: text?.info ?? [],
    ...(text?.notAfter !== undefined && { notAfter: text.notAfter }),
    ...(request.sole !== undefined && { sole: request.sole }),
    ...(body && { bodyHash: bodyHash({ salt: bytesOf(request.salt ?? ""), bytes: body }, suite) }),
  }
  return actDigest(act, suite)
}

/** As the node has it, to be signed once more as released alone. */
export const aloneOrder = (order: Omit<WaitingOrder, "releases" | "sole">, at: number): WaitingOrder => ({
  ...order,
  sole: at,
})
