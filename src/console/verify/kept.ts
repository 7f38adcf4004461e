// What this browser has verified of each log, kept from one visit to the next. Without storage it lasts as long as the page.
import { decodeTenures, encodeTenures, type Tenure } from "../../core/key.ts"
import { decodeFrontier, encodeFrontier, type Frontier } from "../../core/log.ts"
import { isRefusal } from "../../core/refusal.ts"
import type { Log } from "./follow.ts"

const database = "parley"
const shelf = "verified"

const opened = (): Promise<IDBDatabase | null> =>
  new Promise(resolve => {
    const asked = indexedDB.open(database, 1)
    asked.onupgradeneeded = () => void asked.result.createObjectStore(shelf)
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => resolve(null)
    asked.onblocked = () => resolve(null)
  })

/** Verified up to here, and the author's node keys up to there. */
export type Held = { frontier: Frontier; tenures: readonly Tenure[] }

export type Kept = {
  read(log: Log): Promise<Held | null>
  write(log: Log, held: Held): void
  clear(): void
}

export const keptOf = async (line: string): Promise<Kept> => {
  const base = await opened().catch(() => null)
  const name = ({ author, generation }: Log): string => `${line}/${author}/${generation}`
  return {
    read: log =>
      new Promise(resolve => {
        if (!base) return resolve(null)
        const asked = base.transaction(shelf).objectStore(shelf).get(name(log))
        asked.onerror = () => resolve(null)
        asked.onsuccess = () => {
          // What was kept before keys could change is of another form: it is verified anew.
          const [first, second]: readonly unknown[] = Array.isArray(asked.result) ? asked.result : []
          if (!(first instanceof Uint8Array && second instanceof Uint8Array)) return resolve(null)
          const [frontier, tenures] = [decodeFrontier(first), decodeTenures(second)]
          resolve(isRefusal(frontier) || isRefusal(tenures) ? null : { frontier, tenures })
        }
      }),
    write: (log, { frontier, tenures }) => {
      const value = [encodeFrontier(frontier), encodeTenures(tenures)]
      base?.transaction(shelf, "readwrite").objectStore(shelf).put(value, name(log))
    },
    clear: () => void base?.transaction(shelf, "readwrite").objectStore(shelf).clear(),
  }
}
