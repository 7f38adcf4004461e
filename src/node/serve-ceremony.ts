// The ceremony of an unpaired home, served on loopback to whoever keeps the home, until it is paired and the node takes over (pages:
// protocol/charter.md, section 6; protocol/security.md). One ceremony at a time; what it may do is ceremony.ts's to say.
import { randomUUID } from "node:crypto"
import type { Socket } from "node:net"
import type { FastifyInstance, FastifyReply } from "fastify"
import type { CeremonyView, Person, SideView } from "../api/ceremony.ts"
import type { Language } from "../api/shapes.ts"
import { type Card, cardText } from "../core/charter.ts"
import { hex } from "../core/hash.ts"
import { cardSequence, partsOf } from "../core/parts.ts"
import { isProposalField, type Proposal, type ProposalField, proposalOf } from "../core/proposal.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { isTermField, type TermField, termDifferences } from "../core/term-fields.ts"
import { parseWords } from "../core/words.ts"
import { drawSecret, fallbackOf } from "../keys/fallback.ts"
import { wordLists } from "../keys/pairing-words.ts"
import { nodeSuite } from "../suites/node.ts"
import { checkTyped, confirm, readCard, readCeremony, setTerms, takeTerms, withCard } from "./ceremony.ts"
import { gate, refused } from "./gate.ts"
import { type Doors, type Origins, originsOf } from "./guard.ts"
import { type Ceremony, isPaired, meet, openCharter, type Side } from "./home.ts"
import type { Log } from "./log.ts"
import { isObject } from "./requests.ts"
import { ceremonyRoutes } from "./routes.ts"
import { digestOf } from "./secret.ts"
import { consoleFiles, listening, signing } from "./serve.ts"

export type ServedCeremony = {
  readonly port: number
  /** A one-time link for whoever keeps this home. */
  readonly link: string
  /** Settled when somebody says that the node may run. */
  readonly done: Promise<void>
  stop(): Promise<void>
}

type Options = { readonly side: Side; readonly port: number; readonly now: () => number; readonly log: Log }

const linkMs = 3_600_000

export const serveCeremony = async ({ side, port: asked, now, log }: Options): Promise<ServedCeremony> => {
  const app = listening(now)
  app.removeContentTypeParser("text/plain")
  const { code, officers } = side.settings
  const { signIns, sessions } = side
  const nobody = digestOf(randomUUID())
  const doors: Doors = { cookie: `parley-${code}-session`, sessions, cliDigest: nobody, monitorDigest: nobody }
  let origins: Origins | undefined
  const inside = gate(app, { origins: () => origins, doors, now, log, ceremony: { routes: ceremonyRoutes } })
  signing(app, inside, {
    signIns,
    sessions,
    now,
    log,
    doors,
    consoles: { end: () => undefined },
    byLink: () => true,
    isSecure: () => false,
  })
  app.get("/api/line", (_request, reply) => refused(reply, 409, refuse("unpaired"), now()))
  const { promise: done, resolve } = Promise.withResolvers<void>()
  steps(app, new Pairing(side, now), resolve, now)
  await consoleFiles(app)
  const sockets = new Set<Socket>()
  app.server.on("connection", socket => {
    sockets.add(socket)
    socket.once("close", () => sockets.delete(socket))
  })
  await app.listen({ host: "127.0.0.1", port: asked })
  const address = app.server.address()
  const port = typeof address === "object" && address !== null ? address.port : asked
  origins = originsOf({ code, port, origins: [], frames: [] })
  const owner = officers.find(({ role }) => role === "administrator") ?? {
    name: "administrator",
    role: "administrator",
  }
  const token = signIns.issue({ ...owner, role: "administrator" }, now() + linkMs)
  return {
    port,
    link: `http://${code}.parley.localhost:${port}/#token=${token}`,
    done,
    async stop() {
      for (const socket of sockets) socket.destroy()
      await app.close()
    },
  }
}

/** Where this home stands in its ceremony. */
class Pairing {
  #side: Side
  #theirs: Card | undefined
  #ceremony: Ceremony | undefined
  readonly #now: () => number

  constructor(side: Side, now: () => number) {
    this.#side = side
    this.#now = now
  }

  view(): CeremonyView {
    const { card, path } = this.#side
    const theirs = this.#theirs
    const differing = theirs && termDifferences(card.terms, theirs.terms)
    return {
      example: card.terms.example,
      language: languageOf(card.language),
      us: { ...sideView(card), card: cardText(card), parts: partsOf(cardSequence, card.bytes, nodeSuite) },
      them: theirs && differing ? { ...sideView(theirs), differing } : null,
      words: this.#ceremony?.words ?? null,
      record: readCeremony(path) ?? null,
    }
  }

  async propose(body: unknown): Promise<true | Refusal> {
    const changes = isObject(body) ? readChanges(body.set) : undefined
    if (changes === undefined) return refuse("bad-request", { field: "set" })
    return this.#renew(await setTerms(this.#side, changes))
  }

  async take(body: unknown): Promise<true | Refusal> {
    const fields = isObject(body) && Array.isArray(body.fields) ? body.fields.filter(isField) : []
    if (fields.length === 0 || this.#theirs === undefined) return refuse("bad-request", { field: "fields" })
    return this.#renew(await takeTerms(this.#side, this.#theirs, fields))
  }

  async read(body: unknown): Promise<true | Refusal> {
    const text = isObject(body) && typeof body.text === "string" ? body.text : undefined
    if (text === undefined) return refuse("bad-request", { field: "text" })
    const card = readCard(this.#side, text)
    if (isRefusal(card)) return card
    this.#theirs = card
    return this.#meet()
  }

  check(body: unknown): true | Refusal {
    const typed = isObject(body) && typeof body.typed === "string" ? body.typed : undefined
    if (typed === undefined || this.#ceremony === undefined) return refuse("bad-request", { field: "typed" })
    return checkTyped(this.#ceremony, typed)
  }

  async confirm(body: unknown): Promise<true | Refusal> {
    const persons = isObject(body) && Array.isArray(body.persons) ? body.persons : []
    if (!persons.every(isPerson) || this.#ceremony === undefined) return refuse("bad-request", { field: "persons" })
    const place = isObject(body) && typeof body.place === "string" ? body.place : ""
    const record = await confirm(this.#side, this.#ceremony, persons, { place, at: this.#now() })
    return isRefusal(record) ? record : true
  }

  /** Tables for the fallback card, from a secret that both sides have typed. (CH-11) */
  fallback(body: unknown): Promise<object> | Refusal {
    if (!isPaired(this.#side.path)) return refuse("unpaired")
    const text = isObject(body) && typeof body.secret === "string" ? body.secret : ""
    const secret = parseWords(text, Object.values(wordLists))
    return isRefusal(secret) ? secret : fallbackOf(secret, openCharter(this.#side.path).charter.hash)
  }

  get isPaired(): boolean {
    return isPaired(this.#side.path)
  }

  #renew(card: Card | Refusal): Promise<true | Refusal> {
    if (isRefusal(card)) return Promise.resolve(card)
    this.#side = withCard(this.#side, card)
    return this.#meet()
  }

  /** The words, once the terms are the same; until then there are none. */
  async #meet(): Promise<true | Refusal> {
    this.#ceremony = undefined
    if (this.#theirs === undefined) return true
    const ceremony = await meet(this.#side, this.#theirs)
    if (isRefusal(ceremony)) {
      if (ceremony.refusal === "terms-differ") return true
      this.#theirs = undefined
      return ceremony
    }
    this.#ceremony = ceremony
    return true
  }
}

const steps = (app: FastifyInstance, pairing: Pairing, run: () => void, now: () => number): void => {
  const answer = (reply: FastifyReply, done: true | Refusal): FastifyReply =>
    isRefusal(done) ? refused(reply, 409, done, now()) : reply.send(pairing.view())
  app.get("/api/ceremony", (_request, reply) => reply.send(pairing.view()))
  app.post("/api/ceremony/terms", async (request, reply) => answer(reply, await pairing.propose(request.body)))
  app.post("/api/ceremony/take", async (request, reply) => answer(reply, await pairing.take(request.body)))
  app.post("/api/ceremony/card", async (request, reply) => answer(reply, await pairing.read(request.body)))
  app.post("/api/ceremony/words", async (request, reply) => answer(reply, pairing.check(request.body)))
  app.post("/api/ceremony/confirm", async (request, reply) => answer(reply, await pairing.confirm(request.body)))
  app.post("/api/ceremony/secret", async (_request, reply) => reply.send({ numbers: drawSecret() }))
  app.post("/api/ceremony/fallback", async (request, reply) => {
    const made = await pairing.fallback(request.body)
    return isRefusal(made) ? refused(reply, 409, made, now()) : reply.send(made)
  })
  app.post("/api/ceremony/run", async (_request, reply) => {
    if (!pairing.isPaired) return refused(reply, 409, refuse("unpaired"), now())
    reply.raw.once("close", run)
    return reply.code(204).send()
  })
}

const sideView = (card: Card): SideView => ({
  code: card.code,
  names: card.names,
  hash: hex(card.hash),
  proposal: proposalOf(card),
})

const languageOf = (tag: string): Language => (tag === "ja" || tag === "zh" ? tag : "en")

const isField = (value: unknown): value is TermField => typeof value === "string" && isTermField(value)

const isPerson = (value: unknown): value is Person =>
  isObject(value) && typeof value.name === "string" && typeof value.typed === "string"

const readChanges = (value: unknown): Partial<Proposal> | undefined => {
  if (!isObject(value)) return undefined
  const changes: Partial<Record<ProposalField, string>> = {}
  for (const [field, text] of Object.entries(value)) {
    if (!isProposalField(field) || typeof text !== "string") return undefined
    changes[field] = text
  }
  return changes
}
