// Routes of the API for the paths to the other side; who may use which stands in routes.ts.
import type { FastifyInstance } from "fastify"
import type { Refusal } from "../core/refusal.ts"
import { refused } from "./gate.ts"
import type { PathDesk } from "./path-desk.ts"

type Options = { readonly paths: PathDesk; readonly now: () => number }

export const pathRoutes = (app: FastifyInstance, { paths, now }: Options): void => {
  const changing = (route: string, change: (request: unknown) => Promise<Refusal | undefined>): void => {
    app.post(route, async (request, reply) => {
      const refusal = await change(request.body)
      return refusal ? refused(reply, 409, refusal, now()) : reply.code(204).send()
    })
  }
  app.get("/api/paths", (_request, reply) => reply.send(paths.list()))
  changing("/api/paths", request => paths.add(request))
  changing("/api/paths/remove", request => paths.remove(request))
}
