// Routes of the API for evidence; who may use which stands in routes.ts.
import type { FastifyInstance, FastifyReply } from "fastify"
import { isRefusal, type Refusal } from "../core/refusal.ts"
import type { ExportDesk } from "./export.ts"
import { type Gate, refused } from "./gate.ts"
import type { Log } from "./log.ts"

export type ExportRoutesOptions = { readonly exports: ExportDesk; readonly log: Log; readonly now: () => number }

const statuses: Readonly<Record<string, number>> = { "too-many-requests": 429, "not-found": 404, "bad-request": 400 }

export const exportRoutes = (
  app: FastifyInstance,
  { entrant }: Gate,
  { exports, log, now }: ExportRoutesOptions,
): void => {
  const no = (reply: FastifyReply, refusal: Refusal): FastifyReply =>
    refused(reply, statuses[refusal.refusal] ?? 409, refusal, now())
  app.post("/api/export/look", async (request, reply) => {
    const made = await exports.write(request.body)
    return isRefusal(made) ? no(reply, made) : reply.send(made.view)
  })
  app.post("/api/export", async (request, reply) => {
    const made = await exports.write(request.body)
    if (isRefusal(made)) return no(reply, made)
    const { entries, sha256, name } = made.view
    const shown = entries.filter(({ text }) => text === "shown").length
    // what left the house, by whose hand; no text of it.
    log.info(
      { officer: entrant(request).officer.name, entries: entries.length, shown, sha256 },
      "evidence was exported",
    )
    return reply
      .type("application/zip")
      .header("content-disposition", `attachment; filename="${name}"`)
      .send(Buffer.from(made.bytes.buffer, made.bytes.byteOffset, made.bytes.byteLength))
  })
}
