// Rates and sizes as people read them: three figures at most, in the reader's own way of writing numbers.
import type { Language } from "../api/shapes.ts"

const inUnits =
  (step: number, units: readonly string[]) =>
  (value: number, language: Language): string => {
    let [left, at] = [value, 0]
    for (; left >= step && at < units.length - 1; at++) left /= step
    // Below the first step a figure is exact: 9,600 bit/s is the name of a line.
    const digits = at === 0 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: Math.max(3, whole(left)) }
    return `${new Intl.NumberFormat(language, digits).format(left)} ${units[at]}`
  }

const whole = (value: number): number => String(Math.trunc(value)).length

const [slow, fast] = [inUnits(1_000, ["bit/s"]), inUnits(1_000, ["bit/s", "kbit/s", "Mbit/s", "Gbit/s"])]

/** bit/s. Lines below 100 kbit/s are known by their exact figure. */
export const rateText = (rate: number, language: Language): string => (rate < 100_000 ? slow : fast)(rate, language)

export const sizeText = inUnits(1_024, ["B", "KiB", "MiB", "GiB"])

/** A share as per cent, to a tenth where it is small. */
export const percentText = (share: number, language: Language): string =>
  new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: share < 0.1 ? 1 : 0 }).format(share)
