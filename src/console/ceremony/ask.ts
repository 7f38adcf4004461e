// Questions to an unpaired home (src/api/ceremony.ts). Never throws: what the home refuses comes back as a value.
import type { CeremonyView, FallbackView, Person } from "../../api/ceremony.ts"
import type { Proposal } from "../../core/proposal.ts"
import type { TermField } from "../../core/term-fields.ts"
import { type Failure, get, post } from "../ask.ts"

type Answer = Promise<CeremonyView | Failure>

export const askCeremony = (): Answer => get<CeremonyView>("/api/ceremony")
export const proposeTerms = (set: Partial<Proposal>): Answer => post<CeremonyView>("/api/ceremony/terms", { set })
export const takeTheirs = (fields: readonly TermField[]): Answer => post<CeremonyView>("/api/ceremony/take", { fields })
export const readCard = (text: string): Answer => post<CeremonyView>("/api/ceremony/card", { text })
export const checkWords = (typed: string): Answer => post<CeremonyView>("/api/ceremony/words", { typed })
export const signCharter = (persons: readonly Person[], place: string): Answer =>
  post<CeremonyView>("/api/ceremony/confirm", { persons, place })
export const drawSecret = (): Promise<{ numbers: readonly number[] } | Failure> => post("/api/ceremony/secret", {})
export const makeFallback = (secret: string): Promise<FallbackView | Failure> =>
  post<FallbackView>("/api/ceremony/fallback", { secret })
export const runNode = (): Promise<object | Failure> => post("/api/ceremony/run", {})
