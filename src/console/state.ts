// What this console knows, folded from what the node told. Pure: the same events give the same screen.
import type {
  Lamp,
  LineView,
  LiveEvent,
  MessagePage,
  MessageView,
  PeerClock,
  Problem,
  ReportedView,
  WaitingView,
} from "../api/shapes.ts"

export type State = {
  readonly line: LineView | null
  readonly lamps: readonly Lamp[]
  readonly queued: number
  readonly clocks: readonly PeerClock[]
  readonly messages: ReadonlyMap<string, MessageView>
  /** Heard since the last page was asked for: a page that was read earlier must not undo them. */
  readonly fresh: ReadonlyMap<string, MessageView>
  /** Messages before the earliest that is held here. */
  readonly before: number
  readonly read: boolean
  readonly reported: readonly ReportedView[]
  readonly refusals: readonly Problem[]
  /** What waits here for a second officer, oldest first. */
  readonly waiting: readonly WaitingView[]
  /** When the node was last heard, by this machine's monotonic clock. */
  readonly heardAt: number | null
  /** The node's clock less this machine's monotonic one. */
  readonly offset: number
}

export const nothing: State = {
  line: null,
  lamps: [],
  queued: 0,
  clocks: [],
  messages: new Map(),
  fresh: new Map(),
  before: 0,
  read: false,
  reported: [],
  refusals: [],
  waiting: [],
  heardAt: null,
  offset: 0,
}

export type Happening =
  | { readonly type: "heard"; readonly event: LiveEvent; readonly at: number }
  | { readonly type: "asking" }
  | { readonly type: "latest"; readonly page: MessagePage; readonly after: number }
  | { readonly type: "earlier"; readonly page: MessagePage; readonly after: number }
  | { readonly type: "reported"; readonly reported: readonly ReportedView[] }

const refusalsMax = 50
const merged = (held: ReadonlyMap<string, MessageView>, more: readonly MessageView[]): Map<string, MessageView> => {
  const next = new Map(held)
  for (const message of more) next.set(message.hash, message)
  return next
}

const heard = (state: State, event: LiveEvent, at: number): State => {
  const next = { ...state, heardAt: at }
  switch (event.type) {
    case "line": {
      const { line } = event
      const offset = line.now - at
      const { lamps, queued, refusals, clocks } = line
      return { ...next, line, lamps, queued, refusals, clocks, offset }
    }
    case "beat":
      return { ...next, lamps: event.lamps, queued: event.queued, clocks: event.clocks, offset: event.now - at }
    case "message":
      return {
        ...next,
        messages: merged(state.messages, [event.message]),
        fresh: merged(state.fresh, [event.message]),
      }
    case "refused":
      return { ...next, refusals: [event.problem, ...state.refusals].slice(0, refusalsMax) }
    case "waiting":
      return { ...next, waiting: event.waiting }
    case "reordered":
      return next
    default:
      return event satisfies never
  }
}

export const reduce = (state: State, happening: Happening): State => {
  switch (happening.type) {
    case "heard":
      return heard(state, happening.event, happening.at)
    case "asking":
      return { ...state, fresh: new Map() }
    case "latest": {
      // Places may have moved: what was held is replaced, and only what stands earlier than this page is read again on demand.
      const messages = merged(merged(new Map(), happening.page.messages), [...state.fresh.values()])
      return { ...state, messages, before: happening.after, read: true }
    }
    case "earlier":
      return { ...state, messages: merged(state.messages, happening.page.messages), before: happening.after }
    case "reported":
      return { ...state, reported: happening.reported }
    default:
      return happening satisfies never
  }
}

/** Joint order, newest first. */
export const inOrder = (messages: ReadonlyMap<string, MessageView>): readonly MessageView[] =>
  [...messages.values()].sort((a, b) => b.position - a.position || (a.hash < b.hash ? 1 : -1))

/** What stands in the record's list: what somebody said. Housekeeping and reported records are not messages. */
export const isSaid = (message: MessageView): boolean =>
  message.kind === "message" ||
  message.kind === "answer" ||
  (typeof message.kind === "number" && message.kind >= 64) ||
  message.mark !== undefined
