// The live connection to our own node. It is opened again every second, spread by a fifth, for ever; a silent one is closed, for a
// half-open socket looks exactly like a quiet line. (DESIGN 2.2)
import type { LiveEvent } from "../api/shapes.ts"
import { reconnectMs, reconnectSpread } from "../core/limits.ts"
import { deafAfterMs } from "./lamps.ts"

export type Live = { readonly stop: () => void }

const isLiveEvent = (value: unknown): value is LiveEvent =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"

const read = (data: unknown): LiveEvent | null => {
  if (typeof data !== "string") return null
  try {
    const value: unknown = JSON.parse(data)
    return isLiveEvent(value) ? value : null
  } catch {
    return null
  }
}

/** `first` is true of the first event of each connection: what was missed meanwhile must then be read again. */
export const listen = (hear: (event: LiveEvent, first: boolean) => void, closed: () => void): Live => {
  let socket: WebSocket | null = null
  let stopped = false
  let again: ReturnType<typeof setTimeout> | undefined
  let silence: ReturnType<typeof setTimeout> | undefined

  const later = (): void => {
    clearTimeout(silence)
    if (stopped) return
    clearTimeout(again)
    again = setTimeout(open, reconnectMs * (1 + reconnectSpread * (2 * Math.random() - 1)))
  }
  const watch = (mine: WebSocket): void => {
    clearTimeout(silence)
    silence = setTimeout(() => {
      // close() of a half-open socket may take minutes to be answered: it is given up here and a new one is tried at once.
      mine.onclose = null
      mine.onmessage = null
      mine.close()
      closed()
      later()
    }, deafAfterMs)
  }
  const open = (): void => {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:"
    const mine = new WebSocket(`${scheme}//${location.host}/api/live`)
    socket = mine
    let first = true
    watch(mine)
    mine.onmessage = ({ data }) => {
      watch(mine)
      const event = read(data)
      if (!event) return
      hear(event, first)
      first = false
    }
    mine.onclose = () => {
      closed()
      later()
    }
  }
  open()
  const stop = (): void => {
    stopped = true
    clearTimeout(again)
    clearTimeout(silence)
    if (socket) {
      socket.onclose = null
      socket.onmessage = null
      socket.close()
    }
  }
  return { stop }
}
