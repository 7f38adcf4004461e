// The officers of the examples: of the first party, signed by its roots. What was signed before is taken again, as with the cards.
import { ED25519_TORSION_SUBGROUP, ed25519 } from "@noble/curves/ed25519.js"
import { encode } from "../../src/core/cbor.ts"
import type { Card } from "../../src/core/charter.ts"
import { equal, fromHex } from "../../src/core/hash.ts"
import {
  decodeOfficerBody,
  encodeOfficerBody,
  type Officer,
  officerPrefix,
  officerSignedBytes,
  type Signatory,
} from "../../src/core/officer.ts"
import { isRefusal } from "../../src/core/refusal.ts"
import { algorithms } from "../../src/core/suite.ts"
import type { RootSigner } from "../../src/keys/signer.ts"
import { nodeSuite as suite } from "../../src/suites/node.ts"
import { softKey, softPasskey } from "./authenticator.ts"

const { ed25519: ed, esp256, esp384 } = algorithms

/** A key of a prime-order part and one of eight: the cofactored and the cofactorless check can differ for it. (E-15) */
const mixedOrder = (): Uint8Array => {
  const key = softKey(ed, "mixed").public
  return ed25519.Point.fromBytes(key).add(ed25519.Point.fromHex(ED25519_TORSION_SUBGROUP[1]!)).toBytes()
}

/** One side of the examples, as far as its roots go. */
type Rooted = { readonly card: Card; readonly keys: RootSigner }

type Enrolment = {
  readonly officer: Officer /** Whose roots sign: the author's, or the other party's. */
  readonly by?: 1
}

const enrolments = {
  duty: {
    officer: {
      code: "duty-1",
      inOffice: true,
      name: "Sato",
      office: { en: "Watch, east", ja: "東当直", zh: "东部值班" },
      roles: ["watch"],
      keys: [softKey(ed, "duty"), softKey(esp256, "duty"), softKey(esp384, "duty"), softPasskey(esp256, "duty")],
      issue: 1,
    },
  },
  chief: {
    officer: {
      code: "7",
      inOffice: true,
      roles: ["releaser", "administrator"],
      keys: [softPasskey(ed, "chief"), softKey(ed, "chief")],
      issue: 2,
    },
  },
  clerk: {
    officer: { code: "clerk", inOffice: true, roles: ["translator"], keys: [softKey(ed, "clerk")], issue: 3 },
  },
  night: { officer: { code: "duty-2", inOffice: true, roles: ["watch"], keys: [softKey(ed, "night")], issue: 4 } },
  retired: { officer: { code: "duty-1", inOffice: false, roles: [], keys: [], issue: 5 } },
  mixed: {
    officer: {
      code: "mixed",
      inOffice: true,
      roles: ["watch"],
      keys: [{ type: "key", alg: ed, public: mixedOrder() }],
      issue: 6,
    },
  },
  foreign: {
    officer: { code: "duty-3", inOffice: true, roles: ["watch"], keys: [softKey(ed, "foreign")], issue: 6 },
    by: 1,
  },
} as const satisfies Record<string, Enrolment>

export type OfficerName = keyof typeof enrolments
export type EnrolledOfficers = Readonly<Record<OfficerName, { readonly officer: Officer; readonly body: Uint8Array }>>

/** `made`: bodies in hex, by name. */
export const exampleOfficers = async (
  line: Uint8Array,
  parties: readonly [Rooted, Rooted],
  made: Readonly<Record<string, string>>,
): Promise<EnrolledOfficers> => {
  const all: [string, { officer: Officer; body: Uint8Array }][] = []
  for (const [name, enrolment] of Object.entries<Enrolment>(enrolments)) {
    const { officer, by = 0 } = enrolment
    const signatory: Signatory = { line, author: 0, card: parties[by].card }
    const before = madeBefore(made[name], officer, signatory)
    const sign = async (): Promise<Uint8Array> => {
      const signatures = await parties[by].keys.rootSign(officerSignedBytes(signatory, officer), officerPrefix)
      return encodeOfficerBody(signatory, officer, signatures, suite)
    }
    all.push([name, { officer, body: before ?? (await sign()) }])
  }
  return Object.fromEntries(all) as EnrolledOfficers
}

/** The body as the vectors hold it, if it is still that of the officer. */
const madeBefore = (text: string | undefined, officer: Officer, by: Signatory): Uint8Array | undefined => {
  const bytes = text === undefined ? undefined : fromHex(text)
  const read = bytes && decodeOfficerBody(bytes)
  if (read === undefined || isRefusal(read)) return undefined
  const said = encode([by.line, by.author, read.signed])
  return equal(said, officerSignedBytes(by, officer)) ? bytes : undefined
}
