// Files that are taken in for the draft: checked before a byte is sent, one after the other, each with its progress; what is whole
// stands in the draft, whichever screen is open meanwhile. (D-1, D-2)
import { useCallback, useRef, useState } from "react"
import type { DocumentRequest } from "../../api/documents.ts"
import { documentFault, isDocumentName } from "../../core/document.ts"
import { documentBytesMax, documentsMax } from "../../core/limits.ts"
import { type Failure, isFailure } from "../ask.ts"
import { newAct } from "../draft.ts"
import { takeIn } from "./ask.ts"

export type NotAttached = {
  readonly id: string
  readonly name: string
  readonly why: "attach.bad-name" | "attach.too-large" | "attach.empty" | "attach.too-many" | "attach.twice" | Failure
}

export type UnderWay = {
  readonly id: string
  readonly name: string
  readonly size: number
  readonly sent: number
}

export type Attaching = {
  readonly underWay: readonly UnderWay[]
  readonly faults: readonly NotAttached[]
  attach(files: readonly File[]): void
  cancel(id: string): void
  /** Nothing of it is wanted any more. */
  stop(): void
}

/** By the name's end, where the browser does not say; a claim either way. */
const types: ReadonlyMap<string, string> = new Map([
  ["txt", "text/plain"],
  ["png", "image/png"],
  ["jpg", "image/jpeg"],
  ["jpeg", "image/jpeg"],
  ["gif", "image/gif"],
  ["webp", "image/webp"],
  ["pdf", "application/pdf"],
])

export const mediaTypeOf = ({ name, type, size }: Pick<File, "name" | "type" | "size">): string => {
  const said = type.toLowerCase().split(";")[0]?.trim() ?? ""
  const isSaid = said !== "" && documentFault({ name: "a", mediaType: said, size: Math.max(1, size) }) === undefined
  const ending = name.toLowerCase().split(".").at(-1) ?? ""
  return isSaid ? said : (types.get(ending) ?? "application/octet-stream")
}

/** Why a file cannot be attached; null where it can. */
export const faultOf = ({ name, size }: Pick<File, "name" | "size">, attached: number): NotAttached["why"] | null => {
  if (!isDocumentName(name)) return "attach.bad-name"
  if (size === 0) return "attach.empty"
  if (size > documentBytesMax) return "attach.too-large"
  return attached >= documentsMax ? "attach.too-many" : null
}

type Held = { readonly documents: readonly DocumentRequest[] }

/** `add` gives what was taken in to the draft as it is by then, and says whether it was new there. */
export const useAttaching = ({ documents }: Held, add: (document: DocumentRequest) => boolean): Attaching => {
  const [underWay, setUnderWay] = useState<readonly UnderWay[]>([])
  const [faults, setFaults] = useState<readonly NotAttached[]>([])
  const stops = useRef(new Map<string, AbortController>())
  const turn = useRef(Promise.resolve())
  const adding = useRef(add)
  adding.current = add

  const fault = useCallback((name: string, why: NotAttached["why"]) => {
    setFaults(held => [...held, { id: newAct(), name, why }])
  }, [])
  const take = useCallback(
    async (id: string, file: File, stopped: AbortSignal): Promise<void> => {
      const told = (sent: number): void =>
        setUnderWay(held => held.map(each => (each.id === id ? { ...each, sent } : each)))
      const kept = stopped.aborted ? null : await takeIn(file, stopped, told)
      setUnderWay(held => held.filter(each => each.id !== id))
      stops.current.delete(id)
      if (kept === null || stopped.aborted) return
      if (isFailure(kept)) return fault(file.name, kept)
      const isNew = adding.current({ name: file.name, mediaType: mediaTypeOf(file), size: kept.size, root: kept.root })
      if (!isNew) fault(file.name, "attach.twice")
    },
    [fault],
  )
  const attach = (files: readonly File[]): void => {
    setFaults([])
    let count = documents.length + underWay.length
    for (const file of files) {
      const why = faultOf(file, count)
      if (why !== null) {
        fault(file.name, why)
        continue
      }
      count++
      const id = newAct()
      const stopping = new AbortController()
      stops.current.set(id, stopping)
      setUnderWay(held => [...held, { id, name: file.name, size: file.size, sent: 0 }])
      // One after the other: two at once would come no sooner.
      turn.current = turn.current.then(() => take(id, file, stopping.signal))
    }
  }
  const cancel = (id: string): void => stops.current.get(id)?.abort()
  const stop = (): void => {
    setFaults([])
    for (const stopping of stops.current.values()) stopping.abort()
  }
  return { underWay, faults, attach, cancel, stop }
}
