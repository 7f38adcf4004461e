// What this browser has verified of each log, kept from one visit to the next. Without storage it lasts as long as the page.
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

export type Kept = {
  read(log: Log): Promise<Frontier | null>
  write(log: Log, frontier: Frontier): void
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
          const held: unknown = asked.result
          const frontier = held instanceof Uint8Array ? decodeFrontier(held) : null
          resolve(frontier && !isRefusal(frontier) ? frontier : null)
        }
      }),
    write: (log, frontier) =>
      void base?.transaction(shelf, "readwrite").objectStore(shelf).put(encodeFrontier(frontier), name(log)),
    clear: () => void base?.transaction(shelf, "readwrite").objectStore(shelf).clear(),
  }
}
