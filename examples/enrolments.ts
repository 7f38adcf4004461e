// Whoever holds the roots, on an example line: a passkey that waits at a capital is signed at once, by the same command as a person would
// use. Nobody looks at who made it, which only an example may do. (page: protocol/security.md, A-29)
import { execFile } from "node:child_process"
import { setTimeout as pause } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { PendingPasskey } from "../src/api/passkeys.ts"
import { administrator, type Capital } from "./capital.ts"
import type { Outcome } from "./shapes.ts"

const command = fileURLToPath(new URL("../bin/parley", import.meta.url))
const lookEveryMs = 1_000

type Tell = (outcome: Omit<Outcome, "id" | "at">) => void

const enrol = async ({ side: { path } }: Capital, code: string): Promise<void> => {
  const given = [
    "--disable-warning=ExperimentalWarning",
    command,
    "officer",
    path,
    "enrol",
    "--code",
    code,
    "--pending",
  ]
  await promisify(execFile)(process.execPath, given)
}

/** Until it is told to stop. A node that is killed or too busy to say is asked again. */
export const signWhatWaits = (capitals: readonly Capital[], tell: Tell): (() => Promise<void>) => {
  const stopping = new AbortController()
  const { signal } = stopping
  const look = async (capital: Capital): Promise<void> => {
    if (capital.process !== "runs") return
    const waiting = await capital.ask<readonly PendingPasskey[]>(administrator, "/api/passkeys").catch(() => [])
    for (const { code } of waiting)
      await enrol(capital, code).then(
        () => tell({ said: "came.enrolled", given: { code }, side: capital.code }),
        // It was dropped meanwhile, or its node was killed: what still waits is seen at the next look.
        () => undefined,
      )
  }
  const watch = async (capital: Capital): Promise<void> => {
    for (; !signal.aborted; await pause(lookEveryMs, undefined, { signal }).catch(() => undefined)) await look(capital)
  }
  const watching = capitals.map(watch)
  return async () => {
    stopping.abort()
    await Promise.all(watching)
  }
}
