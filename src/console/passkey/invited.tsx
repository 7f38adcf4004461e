// Whoever was invited enrols one passkey here and is signed in to nothing by it.
import { useState } from "react"
import { Button } from "react-aria-components/Button"
import { useReader } from "../words.tsx"
import type { Enrolled } from "./ask.ts"
import { Made, Make } from "./enrol.tsx"

type InvitedProps = { readonly invitation: string; readonly leave: () => void }

export const Invited = ({ invitation, leave }: InvitedProps) => {
  const { t } = useReader()
  const [enrolled, setEnrolled] = useState<Enrolled | null>(null)
  return (
    <>
      <h1>{t("enrol.title")}</h1>
      {enrolled === null ? (
        <>
          <p>{t("enrol.invited")}</p>
          <p>{t("enrol.needs")}</p>
          <Make by={{ invitation }} made={setEnrolled} />
        </>
      ) : (
        <Made enrolled={enrolled}>
          <p>
            <strong>{t("enrol.made", { code: enrolled.code })}</strong>
          </p>
          <p>{t("enrol.made-next")}</p>
        </Made>
      )}
      <Button className="button" onPress={leave}>
        {t("enrol.to-door")}
      </Button>
    </>
  )
}
