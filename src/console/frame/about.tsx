// Which program our node runs, to be compared with the other side's over a voice. Nothing of it is sent.
import { useId, useState } from "react"
import { useKnowledge } from "../knowledge.tsx"
import { Code } from "../pieces.tsx"
import { compared, digitsMin, inGroups } from "../release.ts"
import { useReader } from "../words.tsx"

const Compare = ({ release }: { readonly release: string }) => {
  const { t } = useReader()
  const [typed, setTyped] = useState("")
  const field = useId()
  const came = compared(typed, release)
  return (
    <>
      <p>{t("about.release")}</p>
      <p>
        <Code className="release">{inGroups(release)}</Code>
      </p>
      <p>
        <label htmlFor={field}>{t("about.heard")}</label>{" "}
        <input
          id={field}
          value={typed}
          autoComplete="off"
          spellCheck={false}
          onChange={e => setTyped(e.target.value)}
        />
      </p>
      <p role="status">{came !== "nothing" && <strong>{t(`about.${came}`, { count: digitsMin })}</strong>}</p>
    </>
  )
}

/** The hash of our node's release, or that it has none. */
export const Release = () => {
  const { line } = useKnowledge()
  const { t } = useReader()
  return line.release === null ? <p>{t("about.none")}</p> : <Compare release={line.release} />
}

export const About = () => {
  const { line } = useKnowledge()
  const { t } = useReader()
  return (
    <details className="about">
      <summary className="version">{t("settings.version", { version: line.version })}</summary>
      <Release />
    </details>
  )
}
