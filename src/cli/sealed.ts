// The sealed key of last resort: made, tried, and its sheet printed once: the words in every list and as numbers, and what to do with it,
// in the three languages, because who opens the envelope one night may read any of them (page: protocol/security.md, A-42).
import type { OfficersView } from "../api/shapes.ts"
import { hex } from "../core/hash.ts"
import { breakGlass, type Officer, type OfficerKey } from "../core/officer.ts"
import { wordDigits } from "../core/words.ts"
import { createSealedKey, type SealedWords, wordLists } from "../node/main.ts"
import { type Say, Usage } from "./say.ts"
import { type SecretFiles, signerOf } from "./signers.ts"

type Algorithm = Parameters<typeof createSealedKey>[1]
type SealedOptions = {
  readonly code?: string
  readonly name?: string
  readonly role: readonly string[]
  readonly key: readonly string[]
  readonly newKey?: string
} & SecretFiles
export type Sealed = { readonly file: string; readonly words: SealedWords; officer(issue: number): Officer }

export const sealedKey = (code: string, alg: Algorithm, options: SealedOptions): Sealed => {
  const { newKey: file, name, role, key } = options
  if (file === undefined) throw new Usage("--new-key says in which file the sealed key is kept.")
  if (role.length > 0 || key.length > 0) throw new Usage("A sealed key has its own role, and no other key beside it.")
  if (!code.startsWith(breakGlass)) throw new Usage(`The code of a sealed key begins with ${breakGlass}.`)
  const { public: made, words } = createSealedKey(file, alg)
  const keys: readonly OfficerKey[] = [{ type: "key", ...made }]
  return {
    ...{ file, words },
    officer: issue => ({ code, inOffice: true, ...(name !== undefined && { name }), roles: [breakGlass], keys, issue }),
  }
}

/** Opens it and signs nothing: to be done before the envelope is sealed. */
export const tryKey = async (
  author: number,
  views: readonly OfficersView[],
  options: SealedOptions,
  say: Say,
): Promise<void> => {
  const [file] = options.key
  if (file === undefined || options.code === undefined) throw new Usage("--code says whose key it is, and --key which.")
  const signer = await signerOf(file, options)
  const held = views.find(({ party }) => party === author)?.officers.find(({ code }) => code === options.code)
  const isHeld = held?.keys.some(each => each.public === hex(signer.public.public)) === true
  if (!isHeld) throw new Error(`${file} opens, and it is not the key of ${options.code} in office.`)
  say.result({ code: options.code, opens: true }, `${file} opens, and is the key of ${options.code} in office.`)
}

const how = [
  "Copy these words onto paper by hand or print them, and seal them in an envelope; keep the key file apart from it. They are shown this",
  "once. The last word follows from the others and finds a slip. Using the key raises an alarm at every console of this side, and both",
  "sides see that it was used. Afterwards it is retired and made anew.",
  "この語を紙に書き写すか印刷して封筒に封じ、鍵のファイルとは別に保管してください。表示は一度限りです。最後の語は誤記を見つけるためのものです。",
  "鍵を使うと当方のすべての端末に警報が出て、使用したことは双方に表示されます。使用後は失効させ、新しく作ってください。",
  "请将这些词抄写或打印在纸上，封入信封，并与密钥文件分开保管。仅显示这一次。最后一词用于发现抄写错误。",
  "动用该密钥会使本方所有控制台发出警报，双方都会看到其已被动用。使用后须停用并重新制作。",
]

export const sheet = ({ file, words }: Sealed, code: string, party: string, say: Say): void => {
  const rows = words.map((number, at) => {
    const [en = "", ja = "", zh = ""] = [wordLists.en, wordLists.ja, wordLists.zh].map(list => list[number])
    return { number: wordDigits(number), at: at + 1, en, ja, zh }
  })
  say.result(
    { sheet: code, party, file, numbers: rows.map(({ number }) => number), words: rows.map(({ en }) => en) },
    "",
    `===== ${party} · ${code} · ${file} =====`,
    ...how,
    "",
    ...rows.map(({ at, number, en, ja, zh }) => `${String(at).padStart(4)}  ${number}  ${en.padEnd(10)} ${zh}  ${ja}`),
    "=====",
  )
}
