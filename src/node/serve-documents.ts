// Routes of the API for documents; who may use which stands in routes.ts.
import { Readable } from "node:stream"
import type { FastifyInstance, FastifyReply } from "fastify"
import { isRefusal, type Refusal } from "../core/refusal.ts"
import type { DocumentDesk } from "./document-desk.ts"
import { refused } from "./gate.ts"
import { isObject } from "./requests.ts"

type Options = { readonly documents: DocumentDesk; readonly now: () => number }

const statuses: Readonly<Record<string, number>> = { "not-found": 404, "bad-request": 400 }

export const documentRoutes = (app: FastifyInstance, { documents, now }: Options): void => {
  app.addContentTypeParser("application/octet-stream", { parseAs: "buffer" }, (_request, bytes, done) =>
    done(null, bytes),
  )
  const no = (reply: FastifyReply, refusal: Refusal): FastifyReply =>
    refused(reply, statuses[refusal.refusal] ?? 409, refusal, now())
  app.get("/api/documents", (_request, reply) => reply.send(documents.list()))
  app.get("/api/documents/content", (request, reply) => {
    const content = documents.content(isObject(request.query) ? request.query.root : undefined)
    if (isRefusal(content)) return no(reply, content)
    // Whatever it is, a browser saves it and does nothing else with it: its name and type are the console's to give. (D-8)
    return reply
      .type("application/octet-stream")
      .header("content-disposition", "attachment")
      .header("content-security-policy", "default-src 'none'; sandbox")
      .header("content-length", String(content.size))
      .send(Readable.from(content.chunks))
  })
  app.post("/api/documents/begin", (_request, reply) => {
    const begun = documents.uploads.begin()
    return isRefusal(begun) ? no(reply, begun) : reply.send(begun)
  })
  app.post("/api/documents/finish", (request, reply) => {
    const kept = documents.uploads.finish(request.body)
    return isRefusal(kept) ? no(reply, kept) : reply.send(kept)
  })
  app.post("/api/documents/part", (request, reply) => {
    const { upload, at } = isObject(request.query) ? request.query : {}
    const refusal = documents.uploads.part(upload, at, request.body)
    return refusal ? no(reply, refusal) : reply.code(204).send()
  })
  const changing = (path: string, change: (request: unknown) => Refusal | undefined): void => {
    app.post(path, (request, reply) => {
      const refusal = change(request.body)
      return refusal ? no(reply, refusal) : reply.code(204).send()
    })
  }
  changing("/api/documents/fetch", request => documents.fetch(request))
  changing("/api/documents/drop", request => documents.drop(request))
  changing("/api/documents/withdraw", request => documents.withdraw(request))
}
