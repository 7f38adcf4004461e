// Routes of the API for what waits for a second officer; who may use which stands in routes.ts.
import type { FastifyInstance } from "fastify"
import { isRefusal } from "../core/refusal.ts"
import { type Gate, refused } from "./gate.ts"
import type { Metrics } from "./metrics.ts"
import type { ReleaseDesk } from "./release-desk.ts"
import type { Watch } from "./watch.ts"

export type WaitingOptions = {
  readonly desk: ReleaseDesk
  readonly watch: Pick<Watch, "human">
  readonly metrics: Metrics
  readonly now: () => number
}

export const waitingRoutes = (app: FastifyInstance, { entrant }: Gate, options: WaitingOptions): void => {
  const { desk, watch, metrics, now } = options
  app.get("/api/waiting", (_request, reply) => reply.send(desk.list()))
  app.post("/api/waiting", async (request, reply) => {
    watch.human()
    const answer = desk.lay(entrant(request).officer, request.body)
    metrics.orders.inc({ outcome: isRefusal(answer) ? answer.refusal : "waits" })
    return isRefusal(answer) ? refused(reply, 409, answer, now()) : reply.send(answer)
  })
  app.post("/api/waiting/release", async (request, reply) => {
    const answer = await desk.release(entrant(request).officer, request.body)
    metrics.orders.inc({ outcome: isRefusal(answer) ? answer.refusal : "waits" in answer ? "waits" : "done" })
    return isRefusal(answer) ? refused(reply, 409, answer, now()) : reply.send(answer)
  })
  app.post("/api/waiting/aside", async (request, reply) => {
    watch.human()
    const answer = desk.aside(entrant(request).officer, request.body)
    return answer === true ? reply.code(204).send() : refused(reply, 409, answer, now())
  })
}
