// Routes of the API for passkeys; who may use which stands in routes.ts.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import type { Officer } from "../api/shapes.ts"
import { isRefusal, refuse } from "../core/refusal.ts"
import { type Gate, refused } from "./gate.ts"
import type { Log } from "./log.ts"
import type { From, Passkeys, Signed } from "./passkeys.ts"

export type PasskeyRoutesOptions = {
  readonly passkeys: Passkeys
  /** Opens a session for this officer, in the place of the one that the browser had. */
  readonly opened: (request: FastifyRequest, reply: FastifyReply, officer: Officer) => FastifyReply
  readonly now: () => number
  readonly log: Log
}

/** An address is no relying party: an officer comes by a name. */
const named = /^https?:\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::\d+)?$/

const fromOf = ({ headers }: FastifyRequest): From | undefined => {
  const rpId = named.exec(headers.origin ?? "")?.[1]
  return rpId === undefined || /^[\d.]+$/.test(rpId) ? undefined : { origin: headers.origin ?? "", rpId }
}

export const passkeyRoutes = (app: FastifyInstance, { visitor }: Gate, options: PasskeyRoutesOptions): void => {
  const { passkeys, opened, now, log } = options
  const answered = (reply: FastifyReply, answer: object): FastifyReply =>
    isRefusal(answer)
      ? refused(reply, answer.refusal === "not-signed-in" ? 401 : 409, answer, now())
      : reply.send(answer)
  const fromName = (request: FastifyRequest, reply: FastifyReply, use: (from: From) => object): FastifyReply => {
    const from = fromOf(request)
    return from ? answered(reply, use(from)) : refused(reply, 409, refuse("wrong-relying-party"), now())
  }
  /** The CLI is no person who could have a passkey. */
  const signed = (request: FastifyRequest): Signed | undefined => {
    const who = visitor(request)
    return who === undefined || who.seat === "cli" || who.seat === "monitor" ? undefined : who
  }
  app.post("/api/passkeys/challenge", async (request, reply) =>
    fromName(request, reply, from => passkeys.challenge(from)),
  )
  app.post("/api/passkeys/sign-in", async (request, reply) => {
    const officer = passkeys.signIn(request.body)
    if (!isRefusal(officer)) return opened(request, reply, officer)
    log.warn({ refusal: officer.refusal }, "a passkey was refused")
    return refused(reply, 409, officer, now())
  })
  app.post("/api/passkeys/options", async (request, reply) =>
    fromName(request, reply, from => passkeys.options(from, signed(request), request.body)),
  )
  app.post("/api/passkeys", async (request, reply) =>
    fromName(request, reply, from => {
      const pending = passkeys.register(from, signed(request), request.body)
      if (!isRefusal(pending)) log.info({ code: pending.code }, "a passkey waits for the roots")
      return pending
    }),
  )
  app.get("/api/passkeys", (_request, reply) => reply.send(passkeys.pending()))
  app.post("/api/passkeys/drop", async (request, reply) => {
    const answer = passkeys.drop(request.body)
    return answer === true ? reply.code(204).send() : refused(reply, 404, answer, now())
  })
  app.post("/api/passkeys/invite", async (request, reply) => answered(reply, passkeys.invite(request.body)))
}
