// The talks as one finished page: sections, accounts side by side, sources, how exactly each date is known. Nothing here is unread.
import { useEffect, useRef } from "react"
import type { ReportedView } from "../../api/shapes.ts"
import { en, type Word } from "../../words/en.ts"
import { useKnowledge } from "../knowledge.tsx"
import { partiesOf } from "../number.ts"
import { Words } from "../pieces.tsx"
import { useReader } from "../words.tsx"
import { type Item, ownFirst, sections, sourceIn, whenOf } from "./groups.ts"

const isWord = (key: string): key is Word => key in en

const useSectionName = (): ((section: string) => string) => {
  const { t } = useReader()
  return section => {
    const key = `section.${section}`
    return isWord(key) ? t(key) : section
  }
}

/** Whose account: a party by its name in the reader's language, the press, or both sides. */
const useAccountName = (): ((account: string) => string) => {
  const { line } = useKnowledge()
  const { t, name } = useReader()
  return account => {
    if (account === "press" || account === "both") return t(`account.${account}`)
    const party = partiesOf(line).find(({ code }) => code === account)
    return party ? name(party.names) : account
  }
}

const When = ({ record }: { readonly record: ReportedView }) => {
  const { t, language } = useReader()
  const when = whenOf(record, language)
  const text = when.season ? t(`season.${when.season}`, { year: when.year }) : when.text
  return (
    <span className="when">
      <time dateTime={record.when} className="code">
        {text}
      </time>{" "}
      <span className="quiet">{t(`precision.${record.precision}`)}</span>
    </span>
  )
}

const Account = ({ record }: { readonly record: ReportedView }) => {
  const { t, name, language } = useReader()
  const accountName = useAccountName()
  return (
    <div className="account">
      <p className="account-of">
        <span className="quiet">{t("reported.account")}</span> <strong>{accountName(record.account)}</strong>
      </p>
      <p className="account-text">
        <Words text={name(record.text)} language={language} />
      </p>
      <p className="source">
        <When record={record} />
        <span>
          <span className="quiet">{t("reported.source")}</span> {sourceIn(record.source, language)}
        </span>
      </p>
    </div>
  )
}

const Entry = ({ item: { accounts } }: { readonly item: Item }) => {
  const { line } = useKnowledge()
  const { t, name } = useReader()
  const [first] = accounts
  if (!first) return null
  const differ = accounts.length > 1
  return (
    <li className="reported-item">
      <h4>{name(first.title)}</h4>
      {differ && <p className="quiet">{t("reported.differs")}</p>}
      <div className={differ ? "accounts beside" : "accounts"}>
        {ownFirst(accounts, line.us.code).map(record => (
          <Account key={record.hash} record={record} />
        ))}
      </div>
    </li>
  )
}

export const Talks = () => {
  const { state, line } = useKnowledge()
  const { t, name, language } = useReader()
  const sectionName = useSectionName()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  const importers = partiesOf(line).filter(({ party }) => state.reported.some(({ importer }) => importer === party))
  return (
    <article className="talks">
      <header className="pane-head">
        <h2 tabIndex={-1} ref={heading}>
          {t("reported.title")}
        </h2>
      </header>
      <p className="talks-about">{t("reported.about")}</p>
      {importers.length > 0 && (
        <p className="quiet">
          {t("reported.imported", {
            party: importers.map(({ names }) => name(names)).join(language === "en" ? ", " : "、"),
          })}
        </p>
      )}
      {state.reported.length === 0 && <p className="empty">{t("reported.none")}</p>}
      {sections(state.reported).map(({ section, items }) => (
        <section key={section}>
          <h3>{sectionName(section)}</h3>
          <ol className="reported-items">
            {items.map(item => (
              <Entry key={item.key} item={item} />
            ))}
          </ol>
        </section>
      ))}
    </article>
  )
}
