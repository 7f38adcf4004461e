// The officers of both sides, for the people of this one; and how one is enrolled or retired here (page: protocol/officer.md). The roots
// have signed before anything comes to this node: it holds none of them, and the core judges what they signed.
import type { OfficersView, OrderReply } from "../api/shapes.ts"
import type { Charter } from "../core/charter.ts"
import { overtold } from "../core/disclosure.ts"
import { fromHex, hex } from "../core/hash.ts"
import { decodeOfficerBody, type Officer, type OfficerKey } from "../core/officer.ts"
import { isRefusal, type Refusal, refuse } from "../core/refusal.ts"
import { kinds, precedences, traffics } from "../core/registry.ts"
import { algorithmName } from "../core/suite.ts"
import { isObject } from "./requests.ts"
import type { Running } from "./run.ts"

export type OfficerOfficeOptions = {
  readonly charter: Charter
  readonly running: Pick<Running, "order" | "officers">
  /** 16 random bytes. */
  readonly salt: () => Uint8Array
}

export type OfficerOffice = {
  list(): OfficersView[]
  /** An officer's body that the roots have signed. */
  enrol(request: unknown): Promise<OrderReply | Refusal>
}

export const officerOffice = ({ charter, running, salt }: OfficerOfficeOptions): OfficerOffice => ({
  list: () =>
    charter.parties.map((_, party) => {
      const { issue, inOffice } = running.officers(party)
      return { party, issue, officers: [...inOffice.values()].map(officerView) }
    }),

  async enrol(request) {
    const body = isObject(request) && typeof request.body === "string" ? fromHex(request.body) : undefined
    if (body === undefined) return refuse("bad-request", { field: "body" })
    const officer = decodeOfficerBody(body)
    const told = isRefusal(officer) ? undefined : overtold(charter.terms.disclosure, officer)
    if (told !== undefined) return refuse("bad-officer", { field: told })
    const answer = await running.order({
      kind: kinds.officer,
      traffic: traffics.indexOf("service"),
      precedence: precedences.indexOf("PRIORITY"),
      refs: [],
      body: { salt: salt(), bytes: body },
      action: [],
      info: [],
      handling: 0,
      releases: [],
    })
    if (isRefusal(answer)) return answer
    return { hash: hex(answer.entry.hash), seq: answer.entry.seq, number: null }
  },
})

const officerView = ({ code, name, office, roles, keys, issue }: Officer): OfficersView["officers"][number] => ({
  code,
  ...(name !== undefined && { name }),
  ...(office !== undefined && { office }),
  roles,
  keys: keys.map(keyView),
  issue,
})

export const keyView = (key: OfficerKey): OfficersView["officers"][number]["keys"][number] => ({
  type: key.type,
  algorithm: algorithmName(key.alg),
  public: hex(key.public),
  ...(key.type === "passkey" && { credentialId: hex(key.credentialId), rpId: key.rpId, origin: key.origin }),
})
