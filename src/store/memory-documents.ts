// Documents of the store that forgets.
import { equal } from "../core/hash.ts"
import { type Announced, type DocumentStore, type KeptDocument, wanted, withdrawn } from "./store.ts"

type Document = {
  readonly id: number
  root: Uint8Array | undefined
  size: number
  leaves: Uint8Array | undefined
  given: string
  got: string
  readonly chunks: Map<number, Uint8Array>
  readonly announced: { readonly author: number; readonly entry: Uint8Array }[]
}

export type Documents = Map<number, Document>

const copy = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes)

export const copyDocuments = (documents: Documents): Documents =>
  new Map([...documents].map(([id, it]) => [id, { ...it, chunks: new Map(it.chunks), announced: [...it.announced] }]))

const byRoot = (documents: Documents, root: Uint8Array): Document | undefined =>
  [...documents.values()].find(it => it.root !== undefined && equal(it.root, root))

const fresh = (documents: Documents): Document => {
  const id = Math.max(0, ...documents.keys()) + 1
  const document = {
    ...{ id, root: undefined, size: 0, leaves: undefined },
    ...{ given: "", got: "", chunks: new Map(), announced: [] },
  }
  documents.set(id, document)
  return document
}

export const announce = (documents: Documents, { root, size, author, entry, isWanted }: Announced): void => {
  const document = byRoot(documents, root) ?? Object.assign(fresh(documents), { root: copy(root), size })
  if (isWanted) {
    document.got = wanted
    if (document.size !== size) document.chunks.clear()
    document.size = size
  }
  if (!document.announced.some(it => equal(it.entry, entry))) document.announced.push({ author, entry: copy(entry) })
}

const keptOf = ({ id, root, size, leaves, given, got, chunks, announced }: Document): KeptDocument[] => {
  if (root === undefined) return []
  const said = { given, got, held: chunks.size, announced: [...announced] }
  return [{ id, root: copy(root), size, ...(leaves && { leaves }), ...said }]
}

/** `reach`: what lies on the disk now; `write`: one write there, which may fail. */
export const memoryDocuments = (reach: () => Documents, write: (put: () => void) => void): DocumentStore => {
  const at = (id: number): Document => {
    const document = reach().get(id)
    if (document === undefined) throw new Error(`There is no document ${id}.`)
    return document
  }
  const drop = (id: number): void => {
    const document = at(id)
    document.chunks.clear()
    if (document.announced.length === 0) reach().delete(id)
  }
  return {
    all: () => [...reach().values()].flatMap(keptOf),
    find: root => {
      const document = byRoot(reach(), root)
      return document && keptOf(document)[0]
    },
    chunk: (id, index) => {
      const chunk = reach().get(id)?.chunks.get(index)
      return chunk && copy(chunk)
    },
    chunks: id => [...(reach().get(id)?.chunks.keys() ?? [])].sort((a, b) => a - b),
    begin: () => {
      let id = 0
      write(() => {
        id = fresh(reach()).id
      })
      return id
    },
    putChunk: (id, index, bytes) => {
      const { chunks } = at(id)
      write(() => chunks.has(index) || chunks.set(index, copy(bytes)))
    },
    finish: (id, { root, size, leaves }) => {
      const document = at(id)
      write(() => {
        const known = byRoot(reach(), root)
        if (known === undefined) return void Object.assign(document, { root: copy(root), size, leaves: copy(leaves) })
        for (const [index, chunk] of document.chunks) known.chunks.set(index, chunk)
        known.leaves = copy(leaves)
        known.size = size
        drop(id)
      })
    },
    setGiven: (id, said) => {
      const document = at(id)
      write(() => {
        if (document.given !== withdrawn) document.given = said
      })
    },
    setGot: (id, said) => {
      const document = at(id)
      write(() => {
        document.got = said
      })
    },
    drop: id => write(() => drop(id)),
    dropUnfinished: () =>
      write(() => {
        for (const { id, root } of [...reach().values()]) if (root === undefined) drop(id)
      }),
  }
}
