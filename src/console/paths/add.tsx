// An administrator adds a path: its kind, its name, and the fields that its kind takes. It is opened at once, or refused by its field.
import { useState } from "react"
import { Button } from "react-aria-components/Button"
import { pathFields } from "../../api/paths.ts"
import { type Failure, isFailure } from "../ask.ts"
import { useAsking } from "../asking.ts"
import { useFailure } from "../failure.ts"
import { Code } from "../pieces.tsx"
import { useReader } from "../words.tsx"
import { addPath } from "./ask.ts"
import { isKind } from "./path.tsx"

const kinds = Object.keys(pathFields).filter(isKind)
type Field = (typeof pathFields)[(typeof kinds)[number]][number] | "cost"
type Asked = "name" | Field

/** What a field looks like: an example of it is the shortest explanation. */
const examples: Readonly<Record<Asked, string>> = {
  name: "radio",
  listen: "0.0.0.0:7300",
  connect: "line.example:7300",
  device: "/dev/ttyUSB0",
  rate: "9600",
  cert: "/etc/parley/tls.pem",
  key: "/etc/parley/tls.key",
  ca: "/etc/parley/ca.pem",
  proxy: "http://proxy.example:3128",
  cost: "0",
}

/** Which fields a refusal is about. */
const refusedFields = (failure: Failure): readonly string[] => {
  if (failure.failed !== "refused") return []
  const { field } = failure.problem.details
  return typeof field === "string" ? field.split(", ") : []
}

const Refused = ({ failure }: { readonly failure: Failure }) => {
  const { t, both } = useReader()
  const say = useFailure()
  const named = refusedFields(failure).flatMap(field => (field in examples ? [t(`paths.field-${field as Asked}`)] : []))
  const why = failure.failed === "refused" ? failure.problem.details.why : undefined
  return (
    <p className="notice" role="alert">
      {named.length > 0 ? t("paths.bad-field", { fields: both(named) }) : t("act.failed", { why: say(failure) })}{" "}
      {typeof why === "string" && <Code>{why}</Code>}
    </p>
  )
}

export const AddPath = ({ look }: { readonly look: () => Promise<void> }) => {
  const { t } = useReader()
  const { isBusy, failure, ask, forget } = useAsking()
  const [kind, setKind] = useState<(typeof kinds)[number]>("tls")
  const [given, setGiven] = useState<Partial<Record<Asked, string>>>({})
  const [added, setAdded] = useState<string | null>(null)
  const fields: readonly Field[] = [...pathFields[kind], "cost"]
  const name = given.name?.trim() ?? ""
  const wrong = failure === null ? [] : refusedFields(failure)
  const add = async (): Promise<void> => {
    setAdded(null)
    const said = fields.flatMap(field => {
      const value = given[field]?.trim() ?? ""
      return value === "" ? [] : [[field, value] as const]
    })
    const answer = await ask(addPath({ name, kind, fields: Object.fromEntries(said) }))
    if (isFailure(answer)) return
    setAdded(name)
    setGiven({})
    await look()
  }
  return (
    <form
      className="keep-form path-form"
      onSubmit={event => {
        event.preventDefault()
        if (name !== "" && !isBusy) void add()
      }}
    >
      <label className="field">
        <span>{t("paths.kind")}</span>
        <select
          value={kind}
          onChange={({ target }) => {
            forget()
            if (isKind(target.value)) setKind(target.value)
          }}
        >
          {kinds.map(each => (
            <option key={each} value={each}>
              {t(`paths.kind-${each}`)}
            </option>
          ))}
        </select>
      </label>
      <p className="quiet">{t(`paths.about-${kind}`)}</p>
      <div className="path-fields">
        {(["name", ...fields] as const).map(field => (
          <label className="field" key={field}>
            <span>{t(`paths.field-${field}`)}</span>
            <input
              type="text"
              autoComplete="off"
              spellCheck={false}
              lang="en"
              className="code"
              value={given[field] ?? ""}
              placeholder={examples[field]}
              aria-invalid={wrong.includes(field)}
              onChange={({ target }) => setGiven({ ...given, [field]: target.value })}
            />
          </label>
        ))}
      </div>
      {failure !== null && <Refused failure={failure} />}
      <div className="buttons">
        <Button className="button strong" type="submit" isDisabled={name === "" || isBusy}>
          {t(isBusy ? "paths.adding" : "paths.add-do")}
        </Button>
      </div>
      <p role="status">{added !== null && t("paths.added", { name: added })}</p>
    </form>
  )
}
