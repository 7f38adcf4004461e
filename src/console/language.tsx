// The three languages side by side, each by its own name: at the door, in the ceremony and at the foot of every screen.
import { langTag, languages, ownName, useReader } from "./words.tsx"

export const LanguageChoice = () => {
  const { t, language, choose } = useReader()
  return (
    <fieldset className="choice" aria-label={t("settings.language")}>
      {languages.map(one => (
        <button type="button" key={one} lang={langTag[one]} aria-pressed={one === language} onClick={() => choose(one)}>
          {ownName[one]}
        </button>
      ))}
    </fieldset>
  )
}
