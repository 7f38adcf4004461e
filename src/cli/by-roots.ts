// What the roots sign of a running node's change of keys: the node prepares it, the roots sign it where they are kept, the node says it.
import type { SheetFile, SignaturesFile } from "../api/keys.ts"
import type { OrderReply, PrepareRequest } from "../api/shapes.ts"
import { fromHex, hex } from "../core/hash.ts"
import { refuse } from "../core/refusal.ts"
import { readSheet, type Sheet, sheetName } from "../core/sheet.ts"
import { type Keyring, rootsAt } from "../node/main.ts"
import { nodeSuite } from "../suites/node.ts"
import { nodeOf } from "./ask.ts"
import { granted, Refused } from "./say.ts"

export const rootFileHelp = "the file of the root keys, where it is not in the home"

export const saidByRoots = async (
  home: string,
  request: PrepareRequest,
  { roots, ring }: { readonly roots: string | undefined; readonly ring: Keyring },
): Promise<OrderReply> => {
  const signer = rootsAt(home, roots, ring)
  const node = nodeOf(home)
  const { prefix, message, name } = opened(await node.prepareKeys(request))
  return node.commitKeys(signaturesFile(name, await signer.rootSign(message, prefix)))
}

export type OpenSheet = {
  readonly prefix: Uint8Array
  readonly message: Uint8Array
  readonly name: string
  readonly sheet: Sheet
}

/** A sheet as it was carried here, read from what is signed and from nothing beside it. */
export const opened = ({ prefix, message, sheet: name }: Omit<SheetFile, "code" | "parley">): OpenSheet => {
  const [context, signed] = [fromHex(prefix), fromHex(message)]
  if (context === undefined || signed === undefined) throw new Refused(refuse("wrong-sheet", { field: "message" }))
  const sheet = granted(readSheet(context, signed))
  if (name !== hex(sheetName(context, signed, nodeSuite))) throw new Refused(refuse("wrong-sheet", { field: "sheet" }))
  return { prefix: context, message: signed, name, sheet }
}

export const signaturesFile = (sheet: string, signatures: readonly Uint8Array[]): SignaturesFile => ({
  parley: "signatures/1",
  sheet,
  signatures: signatures.map(hex),
})
