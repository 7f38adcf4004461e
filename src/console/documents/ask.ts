// What is asked of a node about documents (page: protocol/document.md).
import type { DocumentKept, UploadBegun } from "../../api/documents.ts"
import { type Failure, getOctets, isFailure, post, postOctets } from "../ask.ts"

/** A hundred parts of it make the largest document. */
export const partBytes = 1_048_576
/** A part that our node has not answered by then is sent again; one that came already may come again. */
const partMs = 60_000
const triesMax = 4
const againMs = 1_000

const place = (root: string): string => `/api/documents/content?root=${root}`

const sendPart = async (path: string, part: Blob, stopped: AbortSignal): Promise<object | Failure> => {
  for (let tries = 1; ; tries++) {
    const answer = await postOctets(path, part, AbortSignal.any([stopped, AbortSignal.timeout(partMs)]))
    const isOver = !isFailure(answer) || answer.failed !== "no-node" || stopped.aborted || tries === triesMax
    if (isOver) return answer
    await new Promise(resolve => setTimeout(resolve, againMs * tries))
  }
}

/** All of it, part by part; `told` hears how much our node has. */
export const takeIn = async (
  file: Blob,
  stopped: AbortSignal,
  told: (bytes: number) => void,
): Promise<DocumentKept | Failure> => {
  const begun = await post<UploadBegun>("/api/documents/begin", {})
  if (isFailure(begun)) return begun
  const { upload } = begun
  for (let at = 0; at < file.size; at += partBytes) {
    const part = file.slice(at, at + partBytes)
    const answer = await sendPart(`/api/documents/part?upload=${upload}&at=${at}`, part, stopped)
    if (isFailure(answer)) return answer
    told(at + part.size)
  }
  return post<DocumentKept>("/api/documents/finish", { upload }, partMs)
}

export const askContent = (root: string, most: number): Promise<Uint8Array<ArrayBuffer> | Failure> =>
  getOctets(place(root), most)

type Change = "fetch" | "drop" | "withdraw"
export const change = (what: Change, root: string): Promise<object | Failure> =>
  post(`/api/documents/${what}`, { root })
