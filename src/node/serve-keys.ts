// Routes of the API for the life of keys; who may use which stands in routes.ts.
import type { FastifyInstance } from "fastify"
import { isRefusal } from "../core/refusal.ts"
import { refused } from "./gate.ts"
import type { KeyOffice } from "./key-office.ts"

export const keyRoutes = (
  app: FastifyInstance,
  { office, now }: { readonly office: KeyOffice; readonly now: () => number },
): void => {
  app.get("/api/keys", (_request, reply) => reply.send(office.list()))
  app.post("/api/keys/rotate", async (request, reply) => {
    const answer = await office.rotate(request.body)
    return isRefusal(answer) ? refused(reply, 409, answer, now()) : reply.send(answer)
  })
  app.post("/api/keys/prepare", async (request, reply) => {
    const answer = await office.prepare(request.body)
    return isRefusal(answer) ? refused(reply, 409, answer, now()) : reply.send(answer)
  })
  app.post("/api/keys/commit", async (request, reply) => {
    const answer = await office.commit(request.body)
    return isRefusal(answer) ? refused(reply, 409, answer, now()) : reply.send(answer)
  })
}
