// The path to the other side, from a home's settings and the charter's cards: where it listens, whom it dials, and what is noted of who
// knocks.
import { tlsTransport } from "../transport/tls.ts"
import type { Transport } from "../transport/transport.ts"
import type { Home } from "./home.ts"
import type { Log } from "./log.ts"
import { parseAddress } from "./settings.ts"

const minuteMs = 60_000
/** Reasons are the platform's own words, of which there are few. */
const reasonsMax = 64

type PathOptions = { readonly listen?: string; readonly peer?: string; readonly coat?: boolean }

export const pathOf = (home: Home, options: PathOptions, log: Log): Transport & { port(): number | undefined } => {
  const { charter, us, settings, keys } = home
  const peer = charter.parties[1 - us]
  if (peer === undefined) throw new Error("The charter names nobody else.")
  const listen = parseAddress(options.listen ?? settings.listen)
  const connect = parseAddress(options.peer || settings.peer || peer.addresses[0] || "")
  if (listen === undefined && connect === undefined)
    throw new Error(
      `${home.path} neither listens nor knows where ${peer.code} does; set "listen" or "peer" in its settings.`,
    )
  const [lately, strangers] = [once(), eachMinute()]
  return tlsTransport({
    name: `tls:${peer.code}`,
    ...(listen && { listen }),
    ...(connect && { connect }),
    key: keys.tls.key,
    cert: keys.tls.cert,
    peerSpki: peer.tlsSpki,
    random: Math.random,
    ...(options.coat === false && { coat: false }),
    refused: reason => {
      const times = strangers(reason, Date.now())
      if (times > 0) log.warn({ reason, times }, "somebody who is not the peer was turned away")
    },
    failed: reason => {
      if (lately(reason)) log.info({ reason }, "the peer cannot be reached; tried again every second")
    },
  })
}

/** True for a reason only when the last one was another: a cut of a month must not fill the disk with its log. */
const once = (): ((reason: string) => boolean) => {
  let last = ""
  return reason => {
    const isNew = reason !== last
    last = reason
    return isNew
  }
}

/** How often a reason has come, once a minute for each reason, and 0 in between: whoever knocks must not fill the disk with our log. */
const eachMinute = (): ((reason: string, now: number) => number) => {
  const counts = new Map<string, { times: number; saidAt: number }>()
  return (reason, now) => {
    const known = counts.get(reason) ?? { times: 0, saidAt: Number.NEGATIVE_INFINITY }
    if (counts.size >= reasonsMax && !counts.has(reason)) counts.clear()
    counts.set(reason, known)
    known.times += 1
    if (now - known.saidAt < minuteMs) return 0
    const { times } = known
    counts.set(reason, { times: 0, saidAt: now })
    return times
  }
}
