// Routes of the API for alarms that stay; who may use which stands in routes.ts.
import type { FastifyInstance } from "fastify"
import { isRefusal } from "../core/refusal.ts"
import type { Alarms } from "./alarms.ts"
import type { Duress } from "./duress.ts"
import type { ExportDesk } from "./export.ts"
import { type Gate, refused } from "./gate.ts"
import type { Log } from "./log.ts"
import type { Watch } from "./watch.ts"

export type AlarmRoutesOptions = {
  readonly alarms: Alarms
  readonly duress: Duress
  readonly exports: Pick<ExportDesk, "fork">
  readonly watch: Pick<Watch, "sayLine">
  readonly log: Log
  readonly now: () => number
}

const statuses: Readonly<Record<string, number>> = {
  "too-many-requests": 429,
  "not-found": 404,
  "bad-request": 400,
  "not-allowed": 403,
}

export const alarmRoutes = (app: FastifyInstance, { entrant }: Gate, options: AlarmRoutesOptions): void => {
  const { alarms, duress, exports, watch, log, now } = options
  app.post("/api/alarms/acknowledge", async (request, reply) => {
    const { officer } = entrant(request)
    const answer = alarms.acknowledge(officer, request.body)
    if (answer !== true) return refused(reply, statuses[answer.refusal] ?? 409, answer, now())
    log.info({ officer: officer.name, role: officer.role }, "an alarm that stays was acknowledged")
    watch.sayLine()
    return reply.code(204).send()
  })
  app.post("/api/duress", async (request, reply) => {
    const answer = duress.put(request.body)
    // nothing is logged of it.
    return answer === true ? reply.code(204).send() : refused(reply, statuses[answer.refusal] ?? 409, answer, now())
  })
  app.post("/api/alarms/proof", async (request, reply) => {
    const kept = alarms.fork(request.body)
    const made = isRefusal(kept) ? kept : await exports.fork(kept)
    if (isRefusal(made)) return refused(reply, statuses[made.refusal] ?? 409, made, now())
    const id = isRefusal(kept) ? "" : kept.id
    log.info({ officer: entrant(request).officer.name, entry: id }, "the proof of two histories was exported")
    return reply
      .type("application/zip")
      .header("content-disposition", `attachment; filename="two-histories-${id.slice(0, 12)}.parley.zip"`)
      .send(Buffer.from(made.buffer, made.byteOffset, made.byteLength))
  })
}
