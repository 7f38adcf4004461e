// The door: one-time links in, and a plain page for everybody else. The token leaves the address before anything else happens.
import { useEffect, useState } from "react"
import { askLine, isFailure, signIn } from "../ask.ts"
import { LanguageChoice } from "../language.tsx"
import { useReader } from "../words.tsx"

export type Standing = "asking" | "signing-in" | "in" | "out" | "refused" | "no-node" | "unpaired"

/** Read once, before the first drawing: the address must not keep a token for the next person at this machine. */
const takeToken = (): string | null => {
  const token = new URLSearchParams(location.hash.slice(1).replace(/^\//, "")).get("token")
  if (token) history.replaceState(null, "", location.pathname + location.search)
  return token
}
const token = takeToken()
let entering: Promise<Standing> | null = null

const knock = async (): Promise<Standing> => {
  const answer = await askLine()
  if (!isFailure(answer)) return "in"
  if (answer.failed !== "refused") return "no-node"
  // A home that has no line yet serves the ceremony instead. (CH-10)
  return answer.problem.refusal === "unpaired" ? "unpaired" : "out"
}
const enter = async (): Promise<Standing> => {
  if (!token) return knock()
  const answer = await signIn(token)
  if (!isFailure(answer)) return knock()
  // A used link of somebody who is signed in already does no harm.
  const standing = await knock()
  return standing === "out" ? "refused" : standing
}

export const useStanding = (): readonly [Standing, (standing: Standing) => void] => {
  const [standing, setStanding] = useState<Standing>(token ? "signing-in" : "asking")
  useEffect(() => {
    entering ??= enter()
    void entering.then(setStanding)
  }, [])
  useEffect(() => {
    if (standing !== "no-node") return
    const again = setInterval(() => void knock().then(setStanding), 1_000)
    return () => clearInterval(again)
  }, [standing])
  return [standing, setStanding]
}

export const Door = ({ standing }: { readonly standing: Standing }) => {
  const { t } = useReader()
  const said = standing === "refused" ? "door.failed" : standing === "no-node" ? "door.no-node" : null
  const busy = standing === "asking" || standing === "in"
  return (
    <main className="door">
      <p className="own-name">{t("app.name")}</p>
      {standing === "signing-in" && <p role="status">{t("door.signing-in")}</p>}
      {said && <p role="alert">{t(said)}</p>}
      {!busy && standing !== "signing-in" && standing !== "no-node" && (
        <>
          <h1>{t("door.title")}</h1>
          <p>{t("door.how")}</p>
        </>
      )}
      <LanguageChoice />
    </main>
  )
}
