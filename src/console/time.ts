// Times as a watch officer writes them. One clock is believed: the node's, which the beats carry; zones are the parties' own.
// A time is never shown without its date, and a zone never by an abbreviation that two capitals share. (DESIGN 8)
import type { Language } from "../api/shapes.ts"
import { clockDoubtMs } from "../core/limits.ts"

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"] as const
const monthName = (month: number): string => {
  const name = months[month - 1] ?? ""
  return `${name.charAt(0)}${name.slice(1).toLowerCase()}`
}
const two = (n: number): string => String(n).padStart(2, "0")

/** Date-time group: 231926ZNOV26. */
export const dtg = (ms: number): string => {
  const t = new Date(ms)
  const month = months[t.getUTCMonth()] ?? ""
  return `${two(t.getUTCDate())}${two(t.getUTCHours())}${two(t.getUTCMinutes())}Z${month}${two(t.getUTCFullYear() % 100)}`
}

/** Seconds matter on the ladder: 19:26:03Z. */
export const zulu = (ms: number): string => {
  const t = new Date(ms)
  return `${two(t.getUTCHours())}:${two(t.getUTCMinutes())}:${two(t.getUTCSeconds())}Z`
}

/** The day of a time in UTC, as a heading and a key: 2026-11-23. */
export const utcDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

const zones = new Map<string, Intl.DateTimeFormat>()
const zoneFormat = (zone: string): Intl.DateTimeFormat => {
  let format = zones.get(zone)
  if (!format) {
    const parts = {
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    } as const
    try {
      format = new Intl.DateTimeFormat("en-GB", { ...parts, hourCycle: "h23", timeZone: zone })
    } catch {
      // A card may name a zone that this browser does not know: UTC is then said, never a guess.
      format = new Intl.DateTimeFormat("en-GB", { ...parts, hourCycle: "h23", timeZone: "UTC" })
    }
    zones.set(zone, format)
  }
  return format
}

export type ZoneTime = { readonly date: string; readonly time: string; readonly seconds: string }

/** A moment on the wall of a capital: its date in the reader's way of writing, and its time. The year stands there unless it is the one
 *  that the reader is in (`now`): a clock that is ten years off must not read like yesterday. */
export const inZone = (ms: number, zone: string, language: Language, now = ms): ZoneTime => {
  const part: Record<string, string> = {}
  for (const { type, value } of zoneFormat(zone).formatToParts(ms)) part[type] = value
  const { year = "", month = "", day = "", hour = "", minute = "", second = "" } = part
  const date = language === "en" ? `${Number(day)} ${monthName(Number(month))}` : `${Number(month)}月${Number(day)}日`
  const present = zoneFormat(zone).formatToParts(now)
  if (present.some(({ type, value }) => type === "year" && value !== year)) {
    const whole = language === "en" ? `${date} ${year}` : `${year}年${date}`
    return { date: whole, time: `${hour}:${minute}`, seconds: second }
  }
  return { date, time: `${hour}:${minute}`, seconds: second }
}

/** A day as a heading, from 2026-11-23. */
export const dayHeading = (day: string, language: Language): string => {
  const [year = "", month = "", date = ""] = day.split("-")
  const name = monthName(Number(month))
  return language === "en" ? `${Number(date)} ${name} ${year}` : `${year}年${Number(month)}月${Number(date)}日`
}

export type Age = {
  readonly word: "age.s" | "age.m" | "age.h" | "age.d" | "age.y"
  readonly parts: Record<string, number>
}

/** An age in the two units that matter. */
export const age = (ms: number): Age => {
  const s = Math.max(0, Math.floor(ms / 1000))
  if (s < 60) return { word: "age.s", parts: { s } }
  if (s < 3600) return { word: "age.m", parts: { m: Math.floor(s / 60), s: s % 60 } }
  if (s < 86_400) return { word: "age.h", parts: { h: Math.floor(s / 3600), m: Math.floor((s % 3600) / 60) } }
  const d = Math.floor(s / 86_400)
  if (d < 365) return { word: "age.d", parts: { d, h: Math.floor((s % 86_400) / 3600) } }
  return { word: "age.y", parts: { y: Math.floor(d / 365), d: d % 365 } }
}

const about = {
  "age.s": "age.s",
  "age.m": "age.about-m",
  "age.h": "age.about-h",
  "age.d": "age.about-d",
  "age.y": "age.y",
} as const

/** An age in its largest unit only, for what is not measured to the second: when a person was last seen. */
export const aboutAge = (ms: number): { readonly word: (typeof about)[Age["word"]]; readonly parts: Age["parts"] } => {
  const { word, parts } = age(ms)
  return { word: about[word], parts }
}

/** Time left, or time over, as 02:12:31: hours may pass 99. */
export const countdown = (ms: number): string => {
  const s = Math.floor(Math.abs(ms) / 1000)
  return `${two(Math.floor(s / 3600))}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`
}

/** A message that its author dated after it came, by more than clocks may differ: its clock or ours is wrong. (E-9) */
export const aheadBy = (written: number, received: number): number | null =>
  written - received > clockDoubtMs ? written - received : null

/** A message is late when it took longer than this from its author's clock to our disk. A minute is what clocks may differ. (E-9) */
export const lateAfterMs = clockDoubtMs
export const lateBy = (written: number, received: number): number | null =>
  received - written > lateAfterMs ? received - written : null
