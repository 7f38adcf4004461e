// Routes of the API for officers; who may use which stands in routes.ts.
import type { FastifyInstance } from "fastify"
import { isRefusal } from "../core/refusal.ts"
import { refused } from "./gate.ts"
import type { OfficerOffice } from "./officer-office.ts"

export const officerRoutes = (
  app: FastifyInstance,
  { officers, now }: { readonly officers: OfficerOffice; readonly now: () => number },
): void => {
  app.get("/api/officers", (_request, reply) => reply.send(officers.list()))
  app.post("/api/officers", async (request, reply) => {
    const answer = await officers.enrol(request.body)
    return isRefusal(answer) ? refused(reply, 409, answer, now()) : reply.send(answer)
  })
}
