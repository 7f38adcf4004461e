// Alarm sounds, synthesised: distinct by level, and an exercise never sounds like the real thing. Only one tab of a console sounds; a
// sound that cannot be played now is dropped and never queued, for an alarm of ten minutes ago is a lie. (DESIGN 8)
import type { MessageView } from "../api/shapes.ts"
import type { Precedence, Traffic } from "../core/registry.ts"

export type Level = "PRIORITY" | "IMMEDIATE" | "FLASH"
/** One tone: start and length in ms from the start of the pattern, pitch in Hz. */
export type Tone = { readonly at: number; readonly ms: number; readonly hz: number }
export type Pattern = { readonly wave: OscillatorType; readonly tones: readonly Tone[]; readonly everyMs: number }

const beats = (starts: readonly number[], ms: number, hz: number): readonly Tone[] => starts.map(at => ({ at, ms, hz }))

/** High: 3 + 2 tones twice, short pause. Medium: five. Low: three, slow. After the practice of IEC 60601-1-8. */
const real: Record<Level, Pattern> = {
  PRIORITY: { wave: "triangle", tones: beats([0, 320, 640], 200, 660), everyMs: 12_000 },
  IMMEDIATE: { wave: "triangle", tones: beats([0, 180, 360, 640, 820], 120, 880), everyMs: 7_000 },
  FLASH: {
    wave: "square",
    tones: beats([0, 130, 260, 480, 610, 1_000, 1_130, 1_260, 1_480, 1_610], 90, 1_047),
    everyMs: 3_500,
  },
}
/** An exercise opens with two falling tones that no real alarm has, and keeps to a softer, lower voice. */
const opening: readonly Tone[] = [
  { at: 0, ms: 260, hz: 440 },
  { at: 300, ms: 320, hz: 294 },
]
const exercise = ({ tones, everyMs }: Pattern): Pattern => ({
  wave: "sine",
  tones: [...opening, ...tones.map(({ at, ms, hz }) => ({ at: at + 760, ms, hz: hz / 2 }))],
  everyMs: everyMs * 1.5,
})

export const levelOf = (precedence: Precedence): Level | null =>
  precedence === "FLASH" || precedence === "IMMEDIATE" || precedence === "PRIORITY" ? precedence : null
export const patternOf = (level: Level, traffic: Traffic): Pattern =>
  traffic === "real" ? real[level] : exercise(real[level])

/** What sounds: an alarm, or what calls a second officer. */
export type Sounding = Pick<MessageView, "hash" | "precedence" | "traffic">

export type SoundState = "untested" | "tested" | "suspended" | "elsewhere"

const play = (context: AudioContext, { wave, tones }: Pattern, delayMs = 0): void => {
  const start = context.currentTime + 0.02 + delayMs / 1000
  for (const { at, ms, hz } of tones) {
    const voice = context.createOscillator()
    const volume = context.createGain()
    const from = start + at / 1000
    const to = from + ms / 1000
    voice.type = wave
    voice.frequency.value = hz
    // A soft edge of 10 ms keeps each tone from clicking.
    volume.gain.setValueAtTime(0, from)
    volume.gain.linearRampToValueAtTime(wave === "square" ? 0.16 : 0.34, from + 0.01)
    volume.gain.setValueAtTime(wave === "square" ? 0.16 : 0.34, to - 0.01)
    volume.gain.linearRampToValueAtTime(0, to)
    voice.connect(volume).connect(context.destination)
    voice.start(from)
    voice.stop(to)
  }
}

export class Sounder {
  #context: AudioContext | null = null
  #testedAt: number | null = null
  #ours = false
  #lastAt = Number.NEGATIVE_INFINITY
  #lastHash = ""

  /** Browsers let a page sound only after a person touched it; the first touch of any kind wakes it, the test proves it. */
  wake(): void {
    if (!this.#context) {
      this.#context = new AudioContext()
      // Held for the life of this tab: whoever holds the lock is the one that sounds.
      void navigator.locks?.request("parley-sound", () => {
        this.#ours = true
        return new Promise<never>(() => {})
      })
      if (!navigator.locks) this.#ours = true
    }
    if (this.#context.state === "suspended") void this.#context.resume()
  }

  /** All three levels, one after the other, so that the officer knows them. */
  async test(now: number): Promise<void> {
    this.wake()
    const context = this.#context
    if (!context) return
    await context.resume()
    play(context, real.PRIORITY)
    play(context, real.IMMEDIATE, 1_600)
    play(context, real.FLASH, 3_300)
    this.#testedAt = now
    this.#lastAt = performance.now() + 5_200
  }

  /** Called at every beat and second with the alarm that stands first: sounds when its turn has come. */
  tick(first: Sounding | undefined, now: number): void {
    const level = first ? levelOf(first.precedence) : null
    if (!first || !level || !this.#ours || this.#context?.state !== "running") return
    const pattern = patternOf(level, first.traffic)
    const due = this.#lastAt + (first.hash === this.#lastHash ? pattern.everyMs : 0)
    if (now < due) return
    play(this.#context, pattern)
    this.#lastAt = now
    this.#lastHash = first.hash
  }

  get testedAt(): number | null {
    return this.#testedAt
  }
  get state(): SoundState {
    if (this.#context && !this.#ours) return "elsewhere"
    if (this.#testedAt === null) return "untested"
    return this.#context?.state === "running" ? "tested" : "suspended"
  }
}
