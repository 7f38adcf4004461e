// The charter: who stands on the line and under which terms (page: protocol/charter.md). Built from two cards, the same bytes on
// both sides; its hash names the line.
import type { Hash, PublicKey } from "./suite.ts"

export type Names = { readonly en: string; readonly ja: string; readonly zh: string }

export type Terms = {
  readonly example: boolean
  readonly languages: readonly string[]
  /** By precedence index: how long an answer may take, ms. */
  readonly replyClocks: readonly { readonly precedence: number; readonly ms: number }[]
  readonly flashBudget: { readonly count: number; readonly ms: number }
  readonly retentionYears: number
  readonly labels: readonly Names[]
  readonly releases: readonly { readonly precedence: number; readonly persons: number }[]
  readonly disclosure: readonly number[]
  readonly forms: Uint8Array
}

export type Card = {
  readonly bytes: Uint8Array
  readonly hash: Hash
  readonly code: string
  readonly names: Names
  readonly roots: readonly PublicKey[]
  readonly nodeKeys: readonly PublicKey[]
  readonly tlsSpki: Hash
  readonly base: Uint8Array
  readonly addresses: readonly string[]
  readonly desks: readonly { readonly code: string; readonly names: Names }[]
  readonly zone: string
  readonly language: string
  readonly nonce: Uint8Array
  readonly relyingParty?: { readonly id: string; readonly origin: string }
  readonly terms: Terms
}

export type Charter = {
  readonly bytes: Uint8Array
  readonly hash: Hash
  readonly line: Uint8Array
  readonly parties: readonly Card[]
  readonly terms: Terms
}
