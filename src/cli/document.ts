import { createReadStream, statSync } from "node:fs"
import { open } from "node:fs/promises"
import { basename, extname } from "node:path"
import { Command, InvalidArgumentError } from "commander"
import type { DocumentRequest, DocumentView } from "../api/documents.ts"
import { documentFault } from "../core/document.ts"
import { documentBytesMax } from "../core/limits.ts"
import { refusals, refuse } from "../core/refusal.ts"
import { type Node, nodeOf } from "./ask.ts"
import { Refused, type Say, sayer, shown, Usage } from "./say.ts"

const whats = ["list", "save", "fetch", "drop", "withdraw"] as const
type What = (typeof whats)[number]

/** A part that the node takes at once. */
const partBytes = 1_048_576

export const document = (): Command =>
  new Command("document")
    .description(
      "Documents beside messages (parley send HOME TEXT --attach FILE names one): list shows those of both sides and how far they are; save writes one that is here into a file; fetch asks for one again that was dropped or had no room; drop stops one of theirs and removes what is here of it; withdraw gives one of ours no more. ROOT is as list shows it, or its beginning. The node must run.",
    )
    .argument("<home>")
    .argument("<what>", "list, save, fetch, drop or withdraw", readWhat)
    .argument("[root]", "which document")
    .option("-o, --output <file>", "save: the file; one that exists is not written over")
    .action(
      async (
        home: string,
        what: What,
        root: string | undefined,
        options: { readonly output?: string; readonly json?: true },
      ) => {
        const say = sayer(options.json === true)
        const node = nodeOf(home)
        const documents = await node.documents()
        if (what === "list") return list(documents, say)
        const found = one(documents, root)
        if (what === "save") return save(node, found, options.output, say)
        await node.changeDocument(what, found.root)
        say.result({ [what]: found.root }, `${shown(found.name)}: ${done[what]}`)
      },
    )

const done: Readonly<Record<Exclude<What, "list" | "save">, string>> = {
  fetch: "it is asked for.",
  drop: "it is not asked for any more, and what was here of it is removed. What was said of it stays.",
  withdraw: "it is given no more. What they hold of it, they hold.",
}

const readWhat = (value: string): What => {
  const found = whats.find(each => each === value)
  if (found === undefined) throw new InvalidArgumentError(`After HOME it is one of ${whats.join(", ")}.`)
  return found
}

const one = (documents: readonly DocumentView[], root: string | undefined): DocumentView => {
  if (root === undefined) throw new Usage("The document goes last: its root, as list shows it.")
  const found = documents.filter(each => each.root.startsWith(root.toLowerCase()))
  if (found[0] === undefined || root.length < 8) throw new Refused(refuse("not-found"))
  if (found.some(each => each.root !== found[0]?.root)) throw new Usage("More than one document begins so.")
  return found[0]
}

const percent = ({ held = 0, size }: DocumentView): string => `${Math.floor((100 * Math.min(held, size)) / size)} %`

const timeLeft = ({ held = 0, size, bytesPerSecond = 0 }: DocumentView): string => {
  if (bytesPerSecond <= 0) return ""
  const seconds = Math.ceil((size - held) / bytesPerSecond)
  return seconds < 120 ? `, about ${seconds} s left` : `, about ${Math.ceil(seconds / 60)} min left`
}

const standing = (view: DocumentView): string => {
  switch (view.state) {
    case "offered":
      return `OURS: they say they hold ${percent(view)}`
    case "there":
      return "OURS: stored there, proven"
    case "withdrawn":
      return "OURS: withdrawn"
    case "coming":
      return `COMING: ${percent(view)}${timeLeft(view)}`
    case "not-asked":
      return "NOT ASKED FOR"
    case "looked-at":
      return "here, and being looked at"
    case "here":
      return view.doubt === undefined ? "HERE" : "HERE, and not of the type that it is said to be"
    case "held-back":
      return "HELD BACK by what looked at it"
    case "gone":
      return "they give it no more"
    case "wrong":
      return "WRONG: what came was not what their message says"
    case "stopped":
      return `STOPPED: ${view.reason === undefined ? "" : refusals[view.reason][2]}`
    default:
      return ""
  }
}

const list = (documents: readonly DocumentView[], say: Say): void => {
  const lines = documents.map(
    view => `${view.root.slice(0, 16)}  ${shown(view.name)}  ${view.mediaType}  ${view.size} bytes  ${standing(view)}`,
  )
  say.result({ documents }, ...(lines.length > 0 ? lines : ["No message names a document."]))
}

const save = async (node: Node, view: DocumentView, output: string | undefined, say: Say): Promise<void> => {
  if (output === undefined) throw new Usage("-o says into which file.")
  const content = await node.document(view.root)
  const file = await open(output, "wx", 0o600)
  try {
    for await (const bytes of content) await file.write(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  say.result(
    { root: view.root, file: output },
    `${shown(view.name)} is in ${output}. Open it with care: Parley has not.`,
  )
}

const mediaTypes: Readonly<Record<string, string>> = {
  ".txt": "text/plain",
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
}

/** A file, taken in by the node, as a message may name it. */
export const attach = async (node: Node, path: string): Promise<DocumentRequest> => {
  const { size } = statSync(path)
  const name = basename(path)
  const mediaType = mediaTypes[extname(path).toLowerCase()] ?? "application/octet-stream"
  const fault = size > documentBytesMax ? refuse("too-large", { bytes: size, most: documentBytesMax }) : undefined
  const wrong = fault ?? documentFault({ name, mediaType, size })
  if (wrong) throw new Refused(wrong)
  const { upload } = await node.beginDocument()
  let at = 0
  for await (const part of createReadStream(path, { highWaterMark: partBytes })) {
    const bytes = part instanceof Uint8Array ? part : Buffer.from(String(part))
    await node.documentPart(upload, at, bytes)
    at += bytes.length
  }
  return { name, mediaType, ...(await node.finishDocument(upload)) }
}
