// The kinds of path that a home can have, each with what is to be said of one: a table, by which settings are read, checked and made into
// transports. One more kind is one more row.
import { readFileSync } from "node:fs"
import { isIP } from "node:net"
import { createSecureContext } from "node:tls"
import { pathFields } from "../api/paths.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { serialTransport } from "../transport/serial.ts"
import { type Address, tlsTransport } from "../transport/tls.ts"
import type { Transport } from "../transport/transport.ts"
import { udpTransport } from "../transport/udp.ts"
import { webSocketTransport } from "../transport/websocket.ts"
import type { Home } from "./home.ts"
import type { Log } from "./log.ts"
import { type OneWayOptions, type OneWayRooms, oneWayIn, oneWayOut } from "./one-way.ts"
import { eachMinute } from "./seldom.ts"
import { type PathSetting, parseAddress } from "./settings.ts"

/** What a path of any kind is made with: the home's keys, the peer's card, and what is noted of who knocks. */
export type PathMeans = {
  readonly home: Home
  readonly log: Log
  /** False in tests of what the wire shows. */
  readonly coat?: boolean
  /** The peer was not reached; the path goes on trying. */
  readonly missed?: (reason: string) => void
  /** Once the node runs. */
  readonly rooms?: () => OneWayRooms | undefined
}

export type Fields = Readonly<Record<string, string>>

type PathKind = {
  /** Fields that may be given; every kind takes `cost` besides. */
  readonly fields: readonly string[]
  /** A refusal names the field that is wrong. Nothing is opened yet. */
  make(name: string, fields: Fields, means: PathMeans): Transport | Refusal
}

export const pathsMax = 16
const nameForm = /^[a-z0-9][a-z0-9.-]{0,31}$/
const fieldCharsMax = 1_024
const rateMax = 1e11

export const badField = (field: string): Refusal => refuse("bad-request", { field })

/** bit/s, or `absent`. */
export const rateOf = ({ rate }: Fields, absent: number): number | Refusal => {
  if (rate === undefined) return absent
  const value = Number(rate)
  return Number.isSafeInteger(value) && value >= 300 && value <= rateMax ? value : badField("rate")
}

type Ends = { readonly listen?: Address; readonly connect?: Address }

/** Where a path listens and dials, of which it needs one at least. */
const endsOf = (fields: Fields): Ends | Refusal => {
  const listen = fields.listen === undefined ? undefined : parseAddress(fields.listen)
  const connect = fields.connect === undefined ? undefined : parseAddress(fields.connect)
  if (fields.listen !== undefined && listen === undefined) return badField("listen")
  if (fields.connect !== undefined && connect === undefined) return badField("connect")
  if (listen === undefined && connect === undefined) return badField("listen, connect")
  return { ...(listen && { listen }), ...(connect && { connect }) }
}

/** Who we are and who the peer is, for transports that ask. */
const whoOf = ({ charter, us, keys }: Home) => ({
  key: keys.tls.key,
  cert: keys.tls.cert,
  peerSpki: charter.parties[1 - us]!.tlsSpki,
  random: Math.random,
})

const tls: PathKind = {
  fields: pathFields.tls,
  make(name, fields, { home, coat, ...means }) {
    const ends = endsOf(fields)
    if (isRefusal(ends)) return ends
    const rate = rateOf(fields, 1e9)
    if (isRefusal(rate)) return rate
    const bare = coat === false ? { coat } : {}
    return tlsTransport({ name, rate, ...ends, ...whoOf(home), ...bare, ...notes(means, name) })
  },
}

const udp: PathKind = {
  fields: pathFields.udp,
  make(name, fields, { home, ...means }) {
    const ends = endsOf(fields)
    if (isRefusal(ends)) return ends
    const rate = rateOf(fields, 10_000_000)
    if (isRefusal(rate)) return rate
    return udpTransport({ name, rate, ...ends, ...whoOf(home), ...notes(means, name) })
  },
}

/** The address of a server, with nothing in it that a path does not use. */
const urlOf = (text: string, protocols: readonly string[]): URL | undefined => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isPlain = url !== undefined && url.hash === "" && url.search === "" && url.hostname !== ""
  return isPlain && protocols.includes(url.protocol) ? url : undefined
}

/** Files in PEM, by their fields: read when the path is made, and refused by the field where TLS cannot use them. */
const pemOf = <Field extends "cert" | "key" | "ca">(
  fields: Fields,
  wanted: readonly Field[],
): Readonly<Record<Field, string>> | Refusal | undefined => {
  if (wanted.every(field => fields[field] === undefined)) return undefined
  const held: Partial<Record<Field, string>> = {}
  const isWhole = (read: typeof held): read is Record<Field, string> => wanted.every(field => read[field] !== undefined)
  for (const field of wanted) {
    const path = fields[field]
    if (path === undefined) return badField(field)
    try {
      held[field] = readFileSync(path, "utf8")
    } catch {
      return badField(field)
    }
  }
  try {
    createSecureContext(held)
  } catch {
    return badField(wanted.join(", "))
  }
  return isWhole(held) ? held : badField(wanted.join(", "))
}

const websocket: PathKind = {
  fields: pathFields.websocket,
  make(name, fields, { home, ...means }) {
    const listen = fields.listen === undefined ? undefined : parseAddress(fields.listen)
    const connect = fields.connect === undefined ? undefined : urlOf(fields.connect, ["ws:", "wss:"])
    const proxy = fields.proxy === undefined ? undefined : urlOf(fields.proxy, ["http:"])
    if (fields.listen !== undefined && listen === undefined) return badField("listen")
    if (fields.connect !== undefined && (connect === undefined || connect.username !== "")) return badField("connect")
    if (fields.proxy !== undefined && (proxy === undefined || connect === undefined)) return badField("proxy")
    if (listen === undefined && connect === undefined) return badField("listen, connect")
    const server = pemOf(fields, ["cert", "key"])
    if (isRefusal(server)) return server
    const ca = pemOf(fields, ["ca"])
    if (isRefusal(ca)) return ca
    const rate = rateOf(fields, 1e9)
    if (isRefusal(rate)) return rate
    return webSocketTransport({
      ...{ name, rate },
      ...(listen && { listen }),
      ...(connect && { connect }),
      ...(proxy && { proxy }),
      ...(server && { server }),
      ...(ca && { ca: ca.ca }),
      ...whoOf(home),
      ...notes(means, name),
    })
  },
}

const serial: PathKind = {
  fields: pathFields.serial,
  make(name, fields, means) {
    const { device } = fields
    if (device === undefined) return badField("device")
    if (fields.rate === undefined) return badField("rate")
    const rate = rateOf(fields, 0)
    if (isRefusal(rate)) return rate
    const { failed, noise } = notes(means, name)
    return serialTransport({ name, device, rate, random: Math.random, failed, noise })
  },
}

/** By its number: behind a path that brings nothing back, nobody answers what a name means. */
const numberOf = (text: string | undefined): { readonly host: string; readonly port: number } | undefined => {
  const address = text === undefined ? undefined : parseAddress(text)
  return address && isIP(address.host) !== 0 ? address : undefined
}

const oneWayOf = (name: string, means: PathMeans): OneWayOptions => ({
  ...{ name, home: means.home, rooms: () => means.rooms?.(), failed: notes(means, name).failed },
})

const outward: PathKind = {
  fields: pathFields["one-way-out"],
  make(name, fields, means) {
    const to = numberOf(fields.connect)
    if (to === undefined || to.port === 0) return badField("connect")
    if (fields.rate === undefined) return badField("rate")
    const rate = rateOf(fields, 0)
    return isRefusal(rate) ? rate : oneWayOut(oneWayOf(name, means), { ...to, rate })
  },
}

const inward: PathKind = {
  fields: pathFields["one-way-in"],
  make(name, fields, means) {
    const at = numberOf(fields.listen)
    return at === undefined ? badField("listen") : oneWayIn(oneWayOf(name, means), at)
  },
}

export const pathKinds: Readonly<Record<string, PathKind>> = {
  ...{ tls, websocket, udp, serial, "one-way-out": outward, "one-way-in": inward },
}

/** A path as it is set, made and not started. */
export const makePath = (setting: PathSetting, means: PathMeans): Transport | Refusal => {
  const { name, kind, fields } = setting
  if (!nameForm.test(name)) return badField("name")
  const row = Object.hasOwn(pathKinds, kind) ? pathKinds[kind] : undefined
  if (row === undefined) return badField("kind")
  const unknown = Object.keys(fields).find(field => field !== "cost" && !row.fields.includes(field))
  if (unknown !== undefined) return badField(unknown)
  const long = Object.entries(fields).find(([, text]) => text === "" || text.length > fieldCharsMax)
  if (long !== undefined) return badField(long[0])
  const cost = fields.cost === undefined ? 0 : Number(fields.cost)
  if (!(cost >= 0 && cost < Infinity)) return badField("cost")
  const made = row.make(name, fields, means)
  return isRefusal(made) || cost === 0 ? made : atCost(made, cost)
}

/** The same path, with what a byte costs on it. Its other traits may change as it opens. */
const atCost = (transport: Transport, cost: number): Transport => ({
  get traits() {
    return { ...transport.traits, cost }
  },
  start: events => transport.start(events),
  send: frame => transport.send(frame),
  drop: reason => transport.drop(reason),
  stop: () => transport.stop(),
  port: () => transport.port?.(),
})

/** What the log says of who is turned away, and of dials that come to nothing. */
const notes = ({ log, missed }: Pick<PathMeans, "log" | "missed">, path: string) => {
  const [lately, strangers, spoilt] = [once(), eachMinute(), eachMinute()]
  return {
    refused: (reason: string): void => {
      const times = strangers(reason, performance.now())
      if (times > 0) log.warn({ path, reason, times }, "somebody who is not the peer was turned away")
    },
    noise: (reason: string): void => {
      const times = spoilt(reason, performance.now())
      if (times > 0) log.warn({ path, reason, times }, "bytes of the line were no frame of this path")
    },
    failed: (reason: string): void => {
      missed?.(reason)
      if (lately(reason)) log.info({ path, reason }, "the peer cannot be reached; tried again every second")
    },
  }
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
