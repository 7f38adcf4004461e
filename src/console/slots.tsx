// A sentence of the program with somebody's name in it, which is more than text: of another language, in a writing direction of its own.
import { Fragment, type ReactNode } from "react"
import type { NamedOfficer } from "../api/shapes.ts"
import { Code, PersonName, Words } from "./pieces.tsx"
import { useReader } from "./words.tsx"

/** What a word is given for a part that is drawn: private code points, which no text that comes here has. */
export const slot = (at: number): string => String.fromCodePoint(0xf0000 + at)

/** `text` with the parts in their slots, one run of text wherever it stands. */
export const Slotted = ({ text, parts }: { readonly text: string; readonly parts: readonly ReactNode[] }) => (
  <span>
    {[...text.split(/([\u{F0000}-\u{F00FF}])/u)].map((piece, at) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one sentence never move.
      <Fragment key={at}>{at % 2 === 1 ? parts[(piece.codePointAt(0) ?? 0) - 0xf0000] : piece}</Fragment>
    ))}
  </span>
)

/** By code, and as far as their side discloses it by office in the reader's language and by name in their own writing. */
export const OfficerName = ({ officer, party }: { readonly officer: NamedOfficer; readonly party: number }) => {
  const { name, language } = useReader()
  return (
    <>
      <Code>{officer.code}</Code>
      {officer.office && " "}
      {officer.office && <Words text={name(officer.office)} language={language} isLine />}
      {officer.name !== undefined && " "}
      {officer.name !== undefined && <PersonName name={officer.name} party={party} />}
    </>
  )
}

/** "A and B", as the reader's language says it. */
export const OfficerNames = (props: { readonly officers: readonly NamedOfficer[]; readonly party: number }) => {
  const { both } = useReader()
  return (
    <Slotted
      text={both(props.officers.map((_, at) => slot(at)))}
      parts={props.officers.map(officer => <OfficerName key={officer.code} officer={officer} party={props.party} />)}
    />
  )
}
