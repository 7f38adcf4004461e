// Routes of the API for what is carried by hand; who may use which stands in routes.ts.
import type { FastifyInstance } from "fastify"
import { isRefusal } from "../core/refusal.ts"
import { refused } from "./gate.ts"
import type { ParcelOffice } from "./parcel-office.ts"

type Options = { readonly parcels: ParcelOffice; readonly now: () => number }

export const parcelRoutes = (app: FastifyInstance, { parcels, now }: Options): void => {
  app.get("/api/parcels", (_request, reply) => reply.send(parcels.list()))
  app.get("/api/parcels/waiting", (_request, reply) => reply.send(parcels.waiting()))
  app.post("/api/parcels", async (request, reply) => {
    const answer = await parcels.make(request.body)
    return isRefusal(answer) ? refused(reply, 409, answer, now()) : reply.send(answer)
  })
  app.post("/api/parcels/take", async (request, reply) => {
    const answer = await parcels.take(request.body)
    return isRefusal(answer) ? refused(reply, 409, answer, now()) : reply.send(answer)
  })
}
