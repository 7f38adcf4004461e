// The consoles' sockets (pages: protocol/security.md, A-24, A-26). A socket only ever tells: a console that says something on it is none of
// ours, and is closed. It lives no longer than its session does.
import type { FastifyInstance } from "fastify"
import type { WebSocket } from "ws"
import type { LiveEvent } from "../api/shapes.ts"
import type { Duress } from "./duress.ts"
import type { Gate } from "./gate.ts"
import type { Metrics } from "./metrics.ts"
import { limiter } from "./rate.ts"
import type { ReleaseDesk } from "./release-desk.ts"
import { isOnWatch } from "./routes.ts"
import type { Sessions } from "./sessions.ts"
import type { Watch } from "./watch.ts"

export type Live = {
  /** Closes what a session has open, now. */
  end(session: string): void
  /** Closes whatever outlived its session. */
  sweep(): void
  count(session: string): number
}

export type LiveOptions = {
  readonly watch: Watch
  readonly desk: ReleaseDesk
  readonly duress: Duress
  readonly metrics: Metrics
  readonly sessions: Sessions
  readonly now: () => number
}

/** A console that does not read what it is sent is closed before it fills the memory. */
const unreadBytesMax = 8 * 1_048_576
/** Tabs and screens of one session; the oldest gives way, for it may be a half-open one. */
export const socketsMax = 16
/** A browser sends pings of its own at most once in many seconds. */
const pings = { perSecond: 1, holds: 10 }
export const frameBytesMax = 128
const policyViolated = 1008

export const live = (
  app: FastifyInstance,
  gate: Gate,
  { watch, desk, duress, metrics, sessions, now }: LiveOptions,
): Live => {
  const open = new Map<string, Set<WebSocket>>()
  const end = (session: string): void => {
    for (const socket of open.get(session) ?? []) socket.close(policyViolated)
  }
  app.get("/api/live", { websocket: true }, (socket: WebSocket, request) => {
    const { officer, seat, session } = gate.entrant(request)
    const own = open.get(session) ?? new Set()
    open.set(session, own)
    if (seat !== "cli" && own.size >= socketsMax) for (const oldest of own.values().take(1)) oldest.terminate()
    own.add(socket)
    const hear = (event: LiveEvent): void => {
      if (socket.readyState !== socket.OPEN) return
      if (socket.bufferedAmount > unreadBytesMax) return socket.terminate()
      socket.send(JSON.stringify(duress.told(event, seat)))
    }
    const leave = watch.listen({ officer, isConsole: isOnWatch(seat), hear })
    // after the line, and to those alone who may sign it.
    const away = isOnWatch(seat) ? desk.listen(hear) : undefined
    metrics.consoles.set(watch.consoles)
    const mayPing = limiter(pings)
    socket.on("error", () => socket.terminate())
    socket.on("message", () => socket.close(policyViolated))
    socket.on("ping", () => {
      if (mayPing("", now()) > 0) socket.terminate()
    })
    socket.on("close", () => {
      own.delete(socket)
      if (own.size === 0 && open.get(session) === own) open.delete(session)
      leave()
      away?.()
      metrics.consoles.set(watch.consoles)
    })
  })
  return {
    end,
    sweep() {
      for (const session of open.keys()) if (session !== "cli" && !sessions.holds(session, now())) end(session)
    },
    count: session => open.get(session)?.size ?? 0,
  }
}
