// The other side's word for duress, kept by the side that receives it (page: protocol/security.md, A-43, A-44). Which messages contain
// it is found when they are shown, never stored and told to nobody but the consoles on watch; whoever sent them sees no difference.
import type { LiveEvent, MessageView } from "../api/shapes.ts"
import { hasDuressWord, readDuressWord } from "../core/duress.ts"
import { fromUtf8, utf8 } from "../core/hash.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import type { Store } from "../store/store.ts"
import { isObject } from "./requests.ts"
import { isOnWatch, type Seat } from "./routes.ts"

export type DuressOptions = { readonly us: number; readonly store: Pick<Store, "setting" | "set"> }

const setting = "duress"

export class Duress {
  readonly #options: DuressOptions
  #word: string
  /** One message is told to several consoles. */
  readonly #found = new WeakMap<MessageView, MessageView>()

  constructor(options: DuressOptions) {
    this.#options = options
    this.#word = fromUtf8(options.store.setting(setting) ?? new Uint8Array(0)) ?? ""
  }

  /** Durable when it returns, and sealed in a locked home as every setting is. */
  put(request: unknown): true | Refusal {
    if (!isObject(request) || typeof request.word !== "string") return refuse("bad-request", { field: "word" })
    const word = request.word === "" ? "" : readDuressWord(request.word)
    if (isRefusal(word)) return word
    this.#options.store.set(setting, utf8(word))
    this.#word = word
    return true
  }

  /** The message as that seat is shown it. Asked of every message of theirs alike, so that the work is the same. */
  shown<T extends MessageView>(message: T, seat: Seat): T {
    if (this.#word === "" || !isOnWatch(seat) || message.author === this.#options.us) return message
    return [message.subject ?? "", message.text ?? ""].some(text => hasDuressWord(text, this.#word))
      ? { ...message, duress: true }
      : message
  }

  /** What passes to a console that is open. */
  told(event: LiveEvent, seat: Seat): LiveEvent {
    if (event.type !== "message") return event
    const { message } = event
    const found = this.#found.get(message) ?? this.shown(message, seat)
    if (isOnWatch(seat)) this.#found.set(message, found)
    return isOnWatch(seat) ? { ...event, message: found } : event
  }
}
