// Routes of the API for the life of keys; who may use which stands in routes.ts.
import type { FastifyInstance, FastifyReply } from "fastify"
import type { KeysView } from "../api/keys.ts"
import { isRefusal } from "../core/refusal.ts"
import { type Gate, refused } from "./gate.ts"
import type { KeyOffice } from "./key-office.ts"

export type KeyRoutesOptions = {
  readonly office: KeyOffice
  readonly standing: () => KeysView
  readonly now: () => number
}

export const keyRoutes = (
  app: FastifyInstance,
  { entrant }: Gate,
  { office, standing, now }: KeyRoutesOptions,
): void => {
  const answered = (reply: FastifyReply, answer: object): FastifyReply =>
    isRefusal(answer) ? refused(reply, 409, answer, now()) : reply.send(answer)
  app.get("/api/keys", (_request, reply) => reply.send(office.list()))
  app.get("/api/keys/standing", (_request, reply) => reply.send(standing()))
  app.post("/api/keys/rotate", async (request, reply) => answered(reply, await office.rotate(request.body)))
  app.post("/api/keys/prepare", async (request, reply) =>
    answered(reply, await office.prepare(request.body, entrant(request).officer.name)),
  )
  app.post("/api/keys/commit", async (request, reply) => answered(reply, await office.commit(request.body)))
}
