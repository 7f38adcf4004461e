// The worked example of the page on officers: an enrolment, and a release by passkey.
import { actDigest } from "../../src/core/act.ts"
import { decode } from "../../src/core/cbor.ts"
import { concat, fromUtf8, hex, utf8 } from "../../src/core/hash.ts"
import { officerPrefix, officerSignedBytes } from "../../src/core/officer.ts"
import { kinds } from "../../src/core/registry.ts"
import { nodeSuite as suite } from "../../src/suites/node.ts"
import { annotate, type Labels } from "./annotate.ts"
import { touch, withProofs } from "./cases-officer.ts"
import { act, type ExampleLine, Pen } from "./line.ts"
import { fence } from "./tables.ts"

const rowLabels: Labels = Object.fromEntries(
  [0, 1, 2, 3].flatMap(at => [
    [`6.${at}.0`, "type"],
    [`6.${at}.1`, "alg"],
    [`6.${at}.2`, "public key"],
  ]),
)

export const officerExample = (line: ExampleLine): string => {
  const { body, officer } = line.officers.duty
  const pen = new Pen(line, 0)
  pen.charter()
  const fields = { kind: kinds.message, precedence: 3, act: act("released") }
  const { entry } = pen.take(withProofs(pen, fields, [touch()], utf8("x")))
  const proof = entry.releases[0]!.proof
  const [, , client] = decode(proof, { bytesMax: 4_096, depthMax: 2 }) as readonly Uint8Array[]
  const by = { line: line.charter.line, author: 0, card: line.parties[0].card }
  const message = concat(officerPrefix, officerSignedBytes(by, officer))
  return fence(
    `the body of an officer's entry, ${body.length} bytes:`,
    annotate(body, {
      "1": "code",
      "2": "status: in office",
      "3": "name",
      "4": "office",
      "5": "roles",
      "6": "keys",
      ...rowLabels,
      "6.3.3": "credential id",
      "6.3.4": "relying party",
      "6.3.5": "origin",
      "7": "signatures of the roots",
      "8": "issue",
    }),
    "",
    `what each root signs, ${message.length} bytes; SHA-256 of it`,
    `  ${hex(suite.sha256(message))}`,
    "",
    "her release of an IMMEDIATE message by the passkey: act digest",
    `  ${hex(actDigest(entry, suite))}`,
    `proof, ${proof.length} bytes:`,
    annotate(proof, { "0": "credential id", "1": "authenticator data", "2": "client data", "3": "signature, DER" }),
    "client data as text:",
    `  ${fromUtf8(client!)}`,
  )
}
