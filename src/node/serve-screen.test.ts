import assert from "node:assert/strict"
import { test } from "node:test"
import { fastify } from "fastify"
import type { Officer } from "../api/shapes.ts"
import { gate } from "./gate.ts"
import { originsOf } from "./guard.ts"
import { openLog } from "./log.ts"
import { cameraPage } from "./routes.ts"
import { digestOf } from "./secret.ts"
import { screenRoutes } from "./serve-screen.ts"
import type { Sessions } from "./sessions.ts"

const roles: readonly Officer["role"][] = ["watch", "releaser", "translator", "auditor", "administrator"]
/** Whoever brings the name of a role has it. */
const sessions: Sessions = {
  open: () => "",
  find: secret => {
    const role = roles.find(each => each === secret)
    return role && { id: role, officer: { name: role, role }, since: 0, usedAt: 0 }
  },
  holds: () => true,
  list: () => [],
  end: () => false,
  sweep: () => {},
}

test("A-20: a camera is allowed in one document, to an administrator who did not come there from elsewhere, and to nobody else", async () => {
  const app = fastify()
  const origins = originsOf({ code: "aland", port: 80, origins: [], frames: [] })
  const doors = { cookie: "c", sessions, cliDigest: digestOf("a"), monitorDigest: digestOf("b") }
  const inside = gate(app, { origins: () => origins, doors, now: Date.now, log: openLog("test", "silent") })
  app.decorateReply("sendFile", function () {
    return this.send("the console")
  })
  app.get("/*", (_request, reply) => reply.send("the console"))
  screenRoutes(app, inside)
  const asked = async (url: string, seat: string, headers: Readonly<Record<string, string>> = {}) => {
    const answer = await app.inject({ url, headers: { host: "127.0.0.1:80", cookie: `c=${seat}`, ...headers } })
    const policy = String(answer.headers["permissions-policy"])
    assert.match(policy, /microphone=\(\)/)
    return [answer.statusCode, ...(policy.match(/camera=\([a-z]*\)/g) ?? [])]
  }
  for (const seat of [...roles, "nobody"]) {
    const isKeeper = seat === "administrator"
    for (const path of [cameraPage, `${cameraPage}?lang=ja`])
      assert.deepEqual(await asked(path, seat), isKeeper ? [200, "camera=(self)"] : [303, "camera=()"], seat)
    for (const path of ["/", `${cameraPage}/`, "/index.html"])
      assert.deepEqual(await asked(path, seat), [200, "camera=()"], `${seat} ${path}`)
  }
  const foreign = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }
  assert.deepEqual(await asked(cameraPage, "administrator", foreign), [403, "camera=()"])
})
