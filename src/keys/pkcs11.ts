// Keys in a hardware module, by PKCS#11 (page: docs/OPERATING): the node's classical key, and officers' own. Everything else of a node
// stays in its files, since modules know neither ML-DSA nor X-Wing. The module runs on a thread, because its calls block.
import { Worker } from "node:worker_threads"
import { equal } from "../core/hash.ts"
import { refuse } from "../core/refusal.ts"
import type { Classical, PublicKey } from "../core/suite.ts"
import { KeysRefused } from "./lock.ts"
import { lowS } from "./raw.ts"

/** Where a token is: the vendor's library, and the token's label in it. */
export type TokenPlace = { readonly module: string; readonly token: string }

/** A key in a module, as a file names it. */
export type HardRef = { readonly label: string; readonly alg: Classical; readonly public: Uint8Array }

export type TokenTask =
  | { readonly do: "open"; readonly module: string; readonly token: string; readonly pin: string }
  | { readonly do: "generate" | "find" | "destroy"; readonly label: string; readonly alg: Classical }
  | {
      readonly do: "sign"
      readonly label: string
      readonly alg: Classical
      readonly messages: readonly Uint8Array[]
    }

export type TokenAnswer =
  | { readonly results: readonly Uint8Array[] }
  | { readonly failed: string; readonly wrongPin: boolean }

export type HardKey = {
  readonly public: PublicKey
  sign(messages: readonly Uint8Array[]): Promise<Uint8Array[]>
}

export type Token = {
  /** A new key pair, whose private key never leaves the token. */
  generate(label: string, alg: Classical): Promise<HardKey>
  /** A key that is there already. */
  find(label: string, alg: Classical): Promise<HardKey>
  /** A key that is not there is destroyed already. */
  destroy(label: string, alg: Classical): Promise<void>
  close(): Promise<void>
}

/** What the file of a node's keys asks of a module. */
export type HardModule = {
  open(ref: HardRef): Promise<HardKey>
  make(alg: Classical): Promise<HardRef>
  destroy(ref: HardRef): Promise<void>
}

/** Throws KeysRefused for a wrong PIN, which is tried once, since a token locks itself; an Error when the token is not there. */
export const openToken = async ({ module, token }: TokenPlace, pin: string): Promise<Token> => {
  const { ask, close } = thread()
  const keyOf = async (label: string, alg: Classical, how: "generate" | "find"): Promise<HardKey> => {
    const [point] = await ask({ do: how, label, alg })
    return {
      public: { alg, public: point! },
      sign: async messages => {
        if (messages.length === 0) return []
        const signatures = await ask({ do: "sign", label, alg, messages })
        return signatures.map(signature => lowS(alg, signature))
      },
    }
  }
  try {
    await ask({ do: "open", module, token, pin })
  } catch (cause) {
    await close()
    throw cause
  }
  return {
    generate: (label, alg) => keyOf(label, alg, "generate"),
    find: (label, alg) => keyOf(label, alg, "find"),
    destroy: async (label, alg) => void (await ask({ do: "destroy", label, alg })),
    close,
  }
}

/** The key of a label, if it is the one that was made there. */
export const requireKey = (key: HardKey, { label, alg, public: wanted }: HardRef): HardKey => {
  if (key.public.alg === alg && equal(key.public.public, wanted)) return key
  throw new KeysRefused(
    `The token holds another key under ${label} than this home was made with.`,
    refuse("wrong-token"),
  )
}

const thread = (): { ask(task: TokenTask): Promise<readonly Uint8Array[]>; close(): Promise<void> } => {
  const worker = new Worker(new URL("./pkcs11-thread.ts", import.meta.url))
  const waiting: { resolve(results: readonly Uint8Array[]): void; reject(error: Error): void }[] = []
  worker.on("message", (answer: TokenAnswer) => {
    const asked = waiting.shift()
    if (waiting.length === 0) worker.unref()
    if ("results" in answer) asked?.resolve(answer.results)
    else if (answer.wrongPin)
      asked?.reject(new KeysRefused(`The token does not take this PIN: ${answer.failed}.`, refuse("wrong-pin")))
    else
      asked?.reject(new Error("The hardware module did not do what it was asked.", { cause: new Error(answer.failed) }))
  })
  worker.on("error", cause => {
    for (const { reject } of waiting.splice(0))
      reject(new Error("The thread of the hardware module failed.", { cause }))
  })
  return {
    ask: task =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject })
        worker.ref()
        worker.postMessage(task)
      }),
    async close() {
      await worker.terminate()
      for (const { reject } of waiting.splice(0)) reject(new Error("The hardware module was closed."))
    },
  }
}
