// The ten numbers of the ceremony and the lists that show them as words (page: protocol/charter.md, section 7). The derivation is
// slow on purpose: who would forge a card to match the words must pay 128 MiB and half a second for every try.
import { scrypt } from "node:crypto"
import { wordlist as english } from "@scure/bip39/wordlists/english.js"
import { wordlist as japanese } from "@scure/bip39/wordlists/japanese.js"
import { wordlist as chinese } from "@scure/bip39/wordlists/simplified-chinese.js"
import type { Card } from "../core/charter.ts"
import { wordNumbers } from "../core/words.ts"

/** BIP-39: 2,048 words each; a number is a place in the list. */
export const wordLists: Readonly<Record<"en" | "ja" | "zh", readonly string[]>> = {
  en: english,
  ja: japanese,
  zh: chinese,
}

const cost = { N: 131_072, r: 8, p: 1, maxmem: 256 * 1_048_576 }
const digestBytes = 16

/** The same for both sides, whichever card is named first. (CH-6) */
export const pairingWords = (cardA: Card, cardB: Card): Promise<number[]> => {
  const hashes = [Buffer.from(cardA.hash), Buffer.from(cardB.hash)].sort(Buffer.compare)
  return new Promise((resolve, reject) =>
    scrypt(Buffer.concat(hashes), "parley/1 words", digestBytes, cost, (error, digest) =>
      error ? reject(error) : resolve(wordNumbers(digest)),
    ),
  )
}
