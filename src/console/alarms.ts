// Which alarms stand in the strip, and which one sounds. Highest first, real before exercise, oldest first. (DESIGN 8)
import type { MessageView } from "../api/shapes.ts"
import { precedences, type Traffic } from "../core/registry.ts"

export const alarmsShown = 3
const weight: Record<Traffic, number> = { real: 0, drill: 1, test: 2, service: 3 }

/** All that ring, the one to act on first. */
export const alarms = (messages: Iterable<MessageView>): readonly MessageView[] =>
  [...messages]
    .filter(message => message.rings)
    .sort(
      (a, b) =>
        precedences.indexOf(b.precedence) - precedences.indexOf(a.precedence) ||
        weight[a.traffic] - weight[b.traffic] ||
        a.received - b.received ||
        (a.hash < b.hash ? -1 : 1),
    )

/** What waits for a party, the first due on top. */
export const waiting = (messages: Iterable<MessageView>, party: number): readonly MessageView[] =>
  [...messages]
    .filter(message => message.waits?.who === party)
    .sort((a, b) => (a.waits?.due ?? 0) - (b.waits?.due ?? 0) || (a.hash < b.hash ? -1 : 1))

export const waitingElsewhere = (messages: Iterable<MessageView>, party: number): readonly MessageView[] =>
  [...messages]
    .filter(message => message.waits !== undefined && message.waits.who !== party)
    .sort((a, b) => (a.waits?.due ?? 0) - (b.waits?.due ?? 0) || (a.hash < b.hash ? -1 : 1))
