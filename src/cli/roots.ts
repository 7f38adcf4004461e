// What the roots sign of a running node's change of keys: the node prepares it, the roots sign it where they are kept, the node says it.
import type { OrderReply, PrepareRequest } from "../api/shapes.ts"
import { fromHex, hex } from "../core/hash.ts"
import { type Keyring, rootsAt } from "../node/main.ts"
import { nodeOf } from "./ask.ts"

export const rootFileHelp = "the file of the root keys, where it is not in the home"

export const saidByRoots = async (
  home: string,
  request: PrepareRequest,
  { roots, ring }: { readonly roots: string | undefined; readonly ring: Keyring },
): Promise<OrderReply> => {
  const signer = rootsAt(home, roots, ring)
  const node = nodeOf(home)
  const { prefix, message } = await node.prepareKeys(request)
  const [context, signed] = [fromHex(prefix), fromHex(message)]
  if (context === undefined || signed === undefined) throw new Error("The node gave nothing to sign.")
  return node.commitKeys((await signer.rootSign(signed, context)).map(hex))
}
