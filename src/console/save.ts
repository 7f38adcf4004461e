// A file that our node writes for this console, put where the browser puts what is saved.
import type { AlarmName } from "../api/alarm.ts"
import { type Failure, failureOf } from "./ask.ts"

const hexOf = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map(byte => byte.toString(16).padStart(2, "0")).join("")

/** The proof of two histories; with its hash, so that it can be told by voice which file it is. Empty where the browser computes none. */
export const saveProof = async (id: string): Promise<{ readonly sha256: string } | Failure> => {
  const body: AlarmName = { id }
  try {
    const answer = await fetch("/api/alarms/proof", {
      method: "POST",
      credentials: "same-origin",
      cache: "no-store",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    })
    if (!answer.ok) return failureOf(answer.status, await answer.json())
    const bytes = await answer.arrayBuffer()
    const name = /filename="([\w.-]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1]
    const url = URL.createObjectURL(new Blob([bytes], { type: "application/zip" }))
    const link = document.createElement("a")
    link.href = url
    link.download = name ?? "two-histories.parley.zip"
    link.click()
    URL.revokeObjectURL(url)
    // Only where the page is served safely: over plain HTTP from afar a browser has no such function.
    const digest = crypto.subtle === undefined ? undefined : await crypto.subtle.digest("SHA-256", bytes)
    return { sha256: digest === undefined ? "" : hexOf(digest) }
  } catch {
    return { failed: "no-node" }
  }
}
