// The door: passkeys and one-time links in, invitations to enrol, and a plain page for everybody else. What was given in the address leaves
// it before anything else happens.
import { useEffect, useState } from "react"
import type { Word } from "../../words/en.ts"
import { askLine, isFailure, signIn } from "../ask.ts"
import { LanguageChoice } from "../language.tsx"
import { Invited } from "../passkey/invited.tsx"
import { SignIn } from "../passkey/sign-in.tsx"
import { useReader } from "../words.tsx"

export type Standing =
  | "asking"
  | "signing-in"
  | "in"
  | "out"
  | "refused"
  | "passkey-only"
  | "invited"
  | "no-node"
  | "unpaired"

/** Read once, before the first drawing: the address must not keep a secret for the next person at this machine. */
const take = (): { readonly token: string | null; readonly invitation: string | null } => {
  const given = new URLSearchParams(location.hash.slice(1).replace(/^\//, ""))
  const [token, invitation] = [given.get("token"), given.get("invite")]
  if (token || invitation) history.replaceState(null, "", location.pathname + location.search)
  return { token, invitation }
}
const { token, invitation } = take()
let entering: Promise<Standing> | null = null

const knock = async (): Promise<Standing> => {
  const answer = await askLine()
  if (!isFailure(answer)) return "in"
  if (answer.failed !== "refused") return "no-node"
  // A home that has no line yet serves the ceremony instead. (CH-10)
  return answer.problem.refusal === "unpaired" ? "unpaired" : "out"
}
const enter = async (): Promise<Standing> => {
  // It signs in to nothing, and whoever else is signed in here stays so.
  if (invitation) return "invited"
  if (!token) return knock()
  const answer = await signIn(token)
  if (!isFailure(answer)) return knock()
  // A used link of somebody who is signed in already does no harm.
  const standing = await knock()
  if (standing !== "out") return standing
  return answer.failed === "refused" && answer.problem.refusal === "passkey-only" ? "passkey-only" : "refused"
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

const saidAt: Partial<Record<Standing, Word>> = {
  refused: "door.failed",
  "no-node": "door.no-node",
  "passkey-only": "refusal.passkey-only",
}

type DoorProps = { readonly standing: Standing; readonly stand?: (standing: Standing) => void }

export const Door = ({ standing, stand }: DoorProps) => {
  const { t } = useReader()
  const said = saidAt[standing]
  return (
    <main className="door">
      <p className="own-name">{t("app.name")}</p>
      {standing === "signing-in" && <p role="status">{t("door.signing-in")}</p>}
      {said !== undefined && <p role="alert">{t(said)}</p>}
      {standing === "invited" && <Invited invitation={invitation ?? ""} leave={() => stand?.("out")} />}
      {(standing === "out" || standing === "refused" || standing === "passkey-only") && (
        <>
          <h1>{t("door.title")}</h1>
          <SignIn entered={() => void knock().then(stand)} />
          {standing !== "passkey-only" && <p className="quiet">{t("door.how")}</p>}
        </>
      )}
      <LanguageChoice />
    </main>
  )
}
