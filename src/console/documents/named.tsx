// What a message says of a document, wherever it stands: its name as it is and never obeyed, its type, its size. (D-1, D-2)
import type { DocumentRequest } from "../../api/documents.ts"
import { sizeText } from "../figures.ts"
import { DocumentMark } from "../icons.tsx"
import { Code, Words } from "../pieces.tsx"
import { useReader } from "../words.tsx"

export const Named = ({ document: { name, mediaType, size } }: { readonly document: DocumentRequest }) => {
  const { language } = useReader()
  return (
    <span className="document-named">
      <DocumentMark />
      <strong>
        <Words text={name} language={undefined} isLine />
      </strong>
      <Code className="quiet">{mediaType}</Code>
      <Code className="quiet">{sizeText(size, language)}</Code>
    </span>
  )
}

/** As they are signed with the message: before it is released, and where it waits for a second officer. */
export const NamedWith = ({ documents }: { readonly documents: readonly DocumentRequest[] }) => {
  const { t } = useReader()
  if (documents.length === 0) return null
  return (
    <div className="documents-with">
      <p className="quiet">{t("attach.signed")}</p>
      <ul className="documents">
        {documents.map(document => (
          <li key={document.root}>
            <Named document={document} />
            <span className="document-root">
              <span className="quiet">{t("document.root")}</span> <Code className="hash">{document.root}</Code>
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
