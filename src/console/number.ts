// The number by which both sides call a message: TOKYO→BEIJING 0147. Exercise and test traffic is numbered apart and shows it. (E-10)
import type { LineView, MessageView, PartyView } from "../api/shapes.ts"
import type { Traffic } from "../core/registry.ts"

const prefix: Record<Traffic, string> = { real: "", drill: "D-", test: "T-", service: "S-" }

export const serial = (traffic: Traffic, number: number | null): string =>
  number === null ? "–" : `${prefix[traffic]}${String(number).padStart(4, "0")}`

export const partiesOf = (line: LineView): readonly PartyView[] => [line.us, ...line.them]
export const partyOf = (line: LineView, party: number): PartyView | undefined =>
  partiesOf(line).find(({ party: is }) => is === party)
export const codeOf = (line: LineView, party: number): string =>
  partyOf(line, party)?.code.toUpperCase() ?? `PARTY ${party}`

/** With several parties the number names its action addressees; with two there is only one other. */
export const route = (line: LineView, message: Pick<MessageView, "author" | "action">): string => {
  const named = [...new Set(message.action.map(({ party }) => party))].filter(party => party !== message.author)
  const to =
    named.length > 0 ? named : partiesOf(line).flatMap(({ party }) => (party === message.author ? [] : [party]))
  return `${codeOf(line, message.author)}→${to.map(party => codeOf(line, party)).join("·")}`
}

export const numberOf = (line: LineView, message: MessageView): string =>
  `${route(line, message)} ${serial(message.traffic, message.number)}`
