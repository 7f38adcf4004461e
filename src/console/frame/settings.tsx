// The foot of the frame: language, surface, keys, version. Quiet, and reachable in two keystrokes from anywhere.
import { useEffect, useState } from "react"
import { Button } from "react-aria-components/Button"
import { signOut } from "../ask.ts"
import { useKnowledge } from "../knowledge.tsx"
import { LanguageChoice } from "../language.tsx"
import { type Verified, VerifiedMark } from "../verify/verified.tsx"
import { useReader } from "../words.tsx"
import { About } from "./about.tsx"

const surfaces = ["dark", "light", "dim"] as const
type Surface = (typeof surfaces)[number]
const place = "parley.surface"

const keptSurface = (): Surface => {
  try {
    const kept = localStorage.getItem(place)
    return surfaces.find(surface => surface === kept) ?? "dark"
  } catch {
    return "dark"
  }
}

const useSurface = () => {
  const [surface, setSurface] = useState(keptSurface)
  useEffect(() => {
    document.documentElement.setAttribute("data-surface", surface)
    try {
      localStorage.setItem(place, surface)
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  }, [surface])
  return [surface, setSurface] as const
}

type Keys = readonly [boolean, (on: boolean) => void]

type SettingsProps = {
  readonly keys: Keys
  readonly leave: () => void
  readonly verified: Verified
  readonly openKeys: () => void
}

/** Said to administrators alone, and only where there is something to do. (K-10) */
const Yearly = ({ openKeys }: Pick<SettingsProps, "openKeys">) => {
  const { line } = useKnowledge()
  const { t } = useReader()
  if (line.yearly === undefined) return null
  return (
    <button type="button" className="plain yearly-foot" onClick={openKeys}>
      {t(line.yearly.state === "late" ? "yearly.foot-late" : "yearly.foot-due")}
    </button>
  )
}

export const Settings = ({ keys: [keysOn, setKeys], leave, verified, openKeys }: SettingsProps) => {
  const { t } = useReader()
  const [surface, setSurface] = useSurface()
  return (
    <footer className="settings">
      <LanguageChoice />
      <fieldset className="choice" aria-label={t("settings.surface")}>
        {surfaces.map(one => (
          <button type="button" key={one} aria-pressed={one === surface} onClick={() => setSurface(one)}>
            {t(`surface.${one}`)}
          </button>
        ))}
      </fieldset>
      <button type="button" className="plain" aria-pressed={keysOn} onClick={() => setKeys(!keysOn)}>
        {t("settings.keys")}: {t(keysOn ? "settings.keys-on" : "settings.keys-off")}
      </button>
      {keysOn && <span className="keys-hint">{t("settings.keys-hint")}</span>}
      <Yearly openKeys={openKeys} />
      <VerifiedMark verified={verified} />
      <About />
      <Button className="plain" onPress={() => void signOut().then(leave)}>
        {t("officer.sign-out")}
      </Button>
    </footer>
  )
}
