// The steps of the ceremony, and what each of their screens is given.
import type { CeremonyView } from "../../api/ceremony.ts"

export const steps = ["terms", "ours", "theirs", "differ", "seen", "words", "done"] as const
export type StepName = (typeof steps)[number]

export type StepProps = {
  readonly view: CeremonyView
  readonly heard: (view: CeremonyView) => void
  readonly go: (step: StepName) => void
}
