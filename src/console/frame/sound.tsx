// Sound as a state of the watch: untested, tested at a time, held back. A watch begins with the test.
import { useState } from "react"
import { Button } from "react-aria-components/Button"
import { SoundMark } from "../icons.tsx"
import { useKnowledge, useMoment } from "../knowledge.tsx"
import { zulu } from "../time.ts"
import { useReader } from "../words.tsx"

const useTest = () => {
  const { sounder } = useKnowledge()
  const { now } = useMoment()
  const [playing, setPlaying] = useState(false)
  const test = async (): Promise<void> => {
    setPlaying(true)
    await sounder.test(now)
    setTimeout(() => setPlaying(false), 5_500)
  }
  return { playing, test }
}

export const SoundLamp = () => {
  const { sounder } = useKnowledge()
  useMoment()
  const { t } = useReader()
  const { playing, test } = useTest()
  const { state, testedAt } = sounder
  const word = state === "tested" ? t("sound.tested", { time: zulu(testedAt ?? 0) }) : t(`sound.${state}`)
  return (
    <Button className={`sound ${state}`} onPress={() => void test()}>
      <SoundMark on={state === "tested"} />
      <span>
        {t("sound.word")}: {word}
      </span>
      <span className="visually-hidden">{t("sound.test")}</span>
      <span className="visually-hidden" role="status">
        {playing ? t("sound.playing") : ""}
      </span>
    </Button>
  )
}

/** Shown until the sound has been tested in this page: browsers let no page sound before a person touched it. */
export const SoundGate = () => {
  const { sounder } = useKnowledge()
  useMoment()
  const { t } = useReader()
  const { playing, test } = useTest()
  if (playing) return <p className="gate playing">{t("sound.playing")}</p>
  if (sounder.state !== "untested") return null
  return (
    <div className="gate">
      <span>{t("sound.gate")}</span>
      <Button className="button small" onPress={() => void test()}>
        <SoundMark on />
        {t("sound.test")}
      </Button>
    </div>
  )
}
