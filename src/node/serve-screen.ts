// The console at the one address where a browser lets it use a camera (page: protocol/security.md, A-20).
import type { FastifyInstance } from "fastify"
import { type Gate, withCamera } from "./gate.ts"
import { cameraPage } from "./routes.ts"

export const screenRoutes = (app: FastifyInstance, { visitor }: Gate): void => {
  app.get(cameraPage, (request, reply) => {
    const isBuilt = app.hasReplyDecorator("sendFile")
    // Nobody is refused here, who may only have to sign in again: that is done at the other address.
    if (!isBuilt || visitor(request)?.seat !== "administrator") return reply.redirect("/", 303)
    return reply.headers(withCamera).sendFile("index.html")
  })
}
