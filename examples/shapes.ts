// What passes between the example page and the program that runs it. JSON. Routes, all on loopback:
//   GET /state → State            POST /open {} → Frames (one-time sign-in tokens for both consoles)
//   POST /act ActRequest → State  GET everything else: the page's own files and the console's style
import type { Language } from "../src/api/shapes.ts"
import type { RefusalCode } from "../src/core/refusal.ts"
import type { Word } from "./page/words.ts"

export const sideCodes = ["tokyo", "beijing"] as const
export type SideCode = (typeof sideCodes)[number]

/** On the cable, on both sides, or on one. */
export const lineActs = ["cut", "mend", "verify"] as const
export const sideActs = ["kill", "start", "defer", "decline", "alter", "restore", "forge"] as const
export type Act = (typeof lineActs)[number] | (typeof sideActs)[number]

export type ActRequest = {
  readonly act: Act
  readonly side?: SideCode
  /** The language of a reason that is given. */
  readonly language: Language
}

export type SideState = {
  readonly code: SideCode
  /** `ended`: by itself, and not by a button. */
  readonly process: "starting" | "runs" | "stopping" | "killed" | "stopped" | "ended"
  readonly pid: number | null
  /** As its node says; null while it says nothing. */
  readonly link: "up" | "down" | null
  readonly queued: number | null
  readonly entries: number | null
  /** A byte of its record was altered and not put back. */
  readonly altered: boolean
  readonly port: number
}

/** What a button, or the start, came to: a sentence of the page's words and what fills it. */
export type Outcome = {
  readonly id: number
  readonly at: number
  readonly said: Word
  readonly given: Readonly<Record<string, string | number>>
  readonly side?: SideCode
  readonly refusal?: RefusalCode
  readonly faults?: readonly FaultSeen[]
}

/** `record`: in whose home it was found; `author` and `seq`: which entry. */
export type FaultSeen = {
  readonly record: SideCode
  readonly author: string
  readonly seq: number
  readonly refusal: RefusalCode
}

export type State = {
  readonly ready: boolean
  readonly failed?: string
  readonly cable: "whole" | "cut"
  readonly sides: readonly SideState[]
  /** Oldest first. */
  readonly outcomes: readonly Outcome[]
  readonly busy: Act | null
  /** The console's style sheet, once it is built. */
  readonly style: string | null
}

export type Frames = {
  readonly frames: readonly { readonly code: SideCode; readonly port: number; readonly token: string }[]
}
