// Releases by officers' own software keys on the command line: what is ordered is put together here, so that what they sign is what they
// typed and not what a node says it is (page: protocol/officer.md).
import { randomBytes } from "node:crypto"
import { type Command, InvalidArgumentError } from "commander"
import type { EntryView, Released } from "../api/shapes.ts"
import { type Act, actDigest } from "../core/act.ts"
import type { Charter } from "../core/charter.ts"
import { bodyHash } from "../core/entry.ts"
import { fromHex, hex } from "../core/hash.ts"
import { kinds, precedences, traffics } from "../core/registry.ts"
import { nodeSuite } from "../suites/node.ts"
import { Usage } from "./say.ts"
import { type SecretFiles, signerOf } from "./signers.ts"

export type ReleaseOptions = {
  readonly release: readonly string[]
  readonly officer: readonly string[]
} & SecretFiles

export const releaseOptions = (command: Command): Command =>
  command
    .option("--release <keyfile>", "signs with an officer's key; may be given again for a second officer", more, [])
    .option("--officer <code>", "whose key it is; one for each --release, in the same order", more, [])
    .option("--pin-file <file>", "holds the PIN of a key in a module; left out, it is asked for and not shown")
    .option("--words-file <file>", "holds the words of a sealed key; left out, they are asked for and not shown")

const more = (value: string, before: readonly string[]): readonly string[] => [...before, value]

export const readTime = (value: string): number => {
  const at = Date.parse(value)
  if (Number.isNaN(at)) throw new InvalidArgumentError("It is a time as 2027-03-01T09:30:00Z.")
  return at
}

/** An act that lacks what it says. */
export type Begun = Omit<Act, "bodyHash">

export const begun = (charter: Charter, us: number, act: string): Pick<Begun, "line" | "author" | "act"> => ({
  line: charter.line,
  author: us,
  act: fromHex(act) ?? new Uint8Array(0),
})

/** What somebody here says of a message: of its traffic and its precedence. */
export const replying = (kind: keyof typeof kinds, message: EntryView): Omit<Begun, "line" | "author" | "act"> => ({
  kind: kinds[kind],
  traffic: traffics.indexOf(message.traffic),
  precedence: precedences.indexOf(message.precedence),
  refs: [fromHex(message.hash) ?? new Uint8Array(0)],
  action: [],
  info: [],
  handling: 0,
})

/** Nothing where no key was given: the node then says who released it. */
export const releasesOf = async (
  act: Begun,
  said: (() => Uint8Array) | undefined,
  options: ReleaseOptions,
): Promise<Released> => {
  const { release, officer } = options
  if (release.length !== officer.length)
    throw new Usage("Each --release needs its --officer, and each --officer its --release.")
  const sole = act.sole === undefined ? {} : { sole: act.sole }
  if (release.length === 0) return sole
  const body = said?.()
  const salt = Uint8Array.from(randomBytes(16))
  const hash = body && bodyHash({ salt, bytes: body }, nodeSuite)
  const signers: Awaited<ReturnType<typeof signerOf>>[] = []
  // One after the other: two sealed ones ask on one terminal.
  for (const file of release) signers.push(await signerOf(file, options))
  const digest = actDigest({ ...act, ...(hash && { bodyHash: hash }) }, nodeSuite)
  const proofs: string[] = []
  for (const signer of signers) proofs.push(hex(await signer.sign(digest)))
  return {
    ...sole,
    ...(body && { salt: hex(salt) }),
    releases: proofs.map((proof, at) => ({ type: "key", officer: officer[at] ?? "", proof })),
  }
}
