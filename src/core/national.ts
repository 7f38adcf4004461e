// A party's own country's suite, beside the common one: what its card says of it (page: protocol/charter.md, section 8). What is not known
// here is data: nobody needs it to read, prove or keep the record.
import type { Value } from "./cbor.ts"
import type { NationalSuite, Suite } from "./suite.ts"

/** Of a card. `own`: what it signs with as well, and seals with for those who open it; `opens`: suites that may be used towards it. */
export type National = {
  readonly own?: { readonly suite: number; readonly public: Uint8Array }
  readonly opens: readonly number[]
}

const suitesMax = 8
const publicBytesMax = 4_096

export const nationalValue = ({ own, opens }: National): Value =>
  new Map<number, Value>([...(own ? [[1, [own.suite, own.public]] as [number, Value]] : []), [2, opens]])

/** Undefined when it is not of the form. (CH-13) */
export const readNational = (value: Value | undefined): National | undefined => {
  if (!(value instanceof Map)) return undefined
  const map: ReadonlyMap<number, Value> = value
  const opens = map.get(2)
  if (!Array.isArray(opens) || opens.length > suitesMax || !opens.every(isSuite)) return undefined
  if (opens.some((suite, at) => at > 0 && suite <= opens[at - 1]!)) return undefined
  if (!map.has(1)) return map.size === 1 && opens.length > 0 ? { opens } : undefined
  const row = map.get(1)
  if (map.size !== 2 || !Array.isArray(row) || row.length !== 2) return undefined
  const [suite, key]: readonly Value[] = row
  if (!isSuite(suite) || !(key instanceof Uint8Array) || key.length === 0 || key.length > publicBytesMax)
    return undefined
  return { own: { suite, public: key }, opens }
}

const isSuite = (value: Value | undefined): value is number => typeof value === "number" && value >= 1 && value <= 255

export const nationalOf = ({ national = [] }: Suite, suite: number): NationalSuite | undefined =>
  national.find(({ number }) => number === suite)

/** The first suite that a card needs of its own program and that is not known here. */
export const unknownSuite = ({ own, opens }: National, suite: Suite): number | undefined =>
  [...(own ? [own.suite] : []), ...opens].find(number => nationalOf(suite, number) === undefined)

/** The suite of the inner layer of frames between two, by their cards: the sender's own, where the receiver opens it. (F-14) */
export const layerOf = (
  from: National | undefined,
  to: National | undefined,
  suite: Suite,
): NationalSuite | undefined =>
  from?.own && to?.opens.includes(from.own.suite) ? nationalOf(suite, from.own.suite) : undefined
