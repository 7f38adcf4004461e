// The way in for whoever is enrolled: no link and no password, one touch.
import { useState } from "react"
import { Button } from "react-aria-components/Button"
import { breakGlass, type Role, roles } from "../../core/officer.ts"
import { type Failure, isFailure } from "../ask.ts"
import { useFailure } from "../failure.ts"
import { useReader } from "../words.tsx"
import { signInByPasskey } from "./ask.ts"
import { Fits } from "./place.tsx"

const offered = roles.filter(role => role !== breakGlass)

export const SignIn = ({ entered }: { readonly entered: () => void }) => {
  const { t } = useReader()
  const say = useFailure()
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [role, setRole] = useState<Role | null>(null)
  const enter = async (): Promise<void> => {
    setBusy(true)
    setFailure(null)
    const answer = await signInByPasskey(role)
    setBusy(false)
    if (isFailure(answer)) return setFailure(answer)
    entered()
  }
  return (
    <Fits>
      <Button className="button strong" isDisabled={isBusy} onPress={() => void enter()}>
        {t(isBusy ? "passkey.asking" : "passkey.sign-in")}
      </Button>
      <label className="sign-in-as">
        <span className="quiet">{t("passkey.as")}</span>{" "}
        <select
          value={role ?? ""}
          onChange={({ target }) => setRole(offered.find(each => each === target.value) ?? null)}
        >
          <option value="">{t("passkey.as-usual")}</option>
          {offered.map(each => (
            <option key={each} value={each}>
              {t(`role.${each}`)}
            </option>
          ))}
        </select>
      </label>
      {failure !== null && <p role="alert">{say(failure)}</p>}
    </Fits>
  )
}
