// Cards, the charter, its signatures and the words of the ceremony. (CH)
import { cardText } from "../../src/core/charter.ts"
import { concat, fromHex, hex, utf8 } from "../../src/core/hash.ts"
import { wordDigits } from "../../src/core/words.ts"
import { pairingWords, wordLists } from "../../src/keys/pairing-words.ts"
import type { Case } from "./cases-cbor.ts"
import type { ExampleLine } from "./line.ts"

/** Where `needle` stands in `bytes`; it must stand there once. */
const find = (bytes: Uint8Array, needle: Uint8Array): number => {
  const at = Buffer.from(bytes).indexOf(needle)
  if (at < 0) throw new Error("not in the card")
  return at
}

/** `card`, or edits of the first one: [at, hex] puts these bytes there. `field`: what the refusal names. */
const cards = (line: ExampleLine): Case[] => {
  const { card } = line.parties[0]
  const { bytes } = card
  const end = bytes.length
  const edit = (name: string, expect: string, field: string, at: number, put: string): Case => ({
    name,
    clause: "CH-3",
    expect,
    field,
    edit: [at, put],
  })
  const at = (text: string, from = 0): number => find(bytes, utf8(text)) + from
  const key = (place: number): number => find(bytes, card.nodeKeys[place]!.public)
  const identity = `01${"00".repeat(31)}`
  return [
    ...line.parties.map(party => ({
      name: party.card.code,
      clause: "CH-3",
      expect: "ok",
      card: hex(party.card.bytes),
      hash: hex(party.card.hash),
    })),
    edit("a code with a capital", "bad-card", "code", at("tokyo"), hex(utf8("T"))),
    edit("an address without a port", "bad-card", "addresses", at("192.0.2.1:7311", 9), hex(utf8("."))),
    edit("a zone with a space", "bad-card", "zone", at("Asia/Tokyo", 4), hex(utf8(" "))),
    edit(
      "a desk's clock for a sixth precedence",
      "bad-card",
      "desks",
      find(bytes, fromHex("8182041a00015f90")!) + 2,
      "05",
    ),
    edit(
      "a disclosure at a level that is not there",
      "bad-card",
      "terms",
      find(bytes, fromHex("828201028210")!) + 3,
      "04",
    ),
    edit("a node key of small order", "bad-card", "keys", key(0), identity),
    edit("an X-Wing key with a coefficient of 4,095", "bad-card", "base", find(bytes, card.base), "ffffff"),
    edit("one bit of a name", "bad-card", "signature", at("Rescue"), hex(utf8("r"))),
    edit(
      "one bit of the first root's signature",
      "bad-card",
      "signature",
      end - 7_859 - 10,
      hex(Uint8Array.of(bytes[end - 7_859 - 10]! ^ 1)),
    ),
    edit(
      "one bit of the second root's signature",
      "bad-card",
      "signature",
      end - 10,
      hex(Uint8Array.of(bytes[end - 10]! ^ 1)),
    ),
    edit("a card that is no array", "bad-card", "cbor", 0, "83"),
  ]
}

export const charterCases = async (line: ExampleLine): Promise<Record<string, unknown>> => {
  const { charter, parties } = line
  const numbers = await pairingWords(parties[1].card, parties[0].card)
  const words = (list: readonly string[]): string => numbers.map(number => list[number]).join(" ")
  const bodies = parties.map(({ card, charterBody }, author) => ({ author, code: card.code, body: hex(charterBody) }))
  return {
    cards: cards(line),
    text: { clause: "CH-3", of: parties[0].card.code, start: cardText(parties[0].card).slice(0, 64) },
    charter: {
      clause: "CH-4",
      // The charter's bytes are this, and between the two heads the cards as they stand above.
      head: hex(
        charter.bytes.subarray(
          0,
          charter.bytes.length - parties[0].card.bytes.length - parties[1].card.bytes.length - 3,
        ),
      ),
      bytes: charter.bytes.length,
      hash: hex(charter.hash),
      line: hex(charter.line),
    },
    signatures: [
      ...bodies.map(({ author, code, body }) => ({
        name: `roots of ${code}`,
        clause: "CH-5",
        expect: "ok",
        author,
        body,
      })),
      { name: "the other party's roots", clause: "CH-5", expect: "unknown-key", author: 1, bodyOf: 0 },
      {
        name: "one bit of the second root's signature",
        clause: "CH-5",
        expect: "bad-signature",
        author: 0,
        bodyOf: 0,
        flip: -1,
      },
    ],
    words: {
      clause: "CH-6",
      input: hex(concat(parties[0].card.hash, parties[1].card.hash)),
      numbers,
      digits: numbers.map(wordDigits).join(" "),
      en: words(wordLists.en),
      ja: words(wordLists.ja),
      zh: words(wordLists.zh),
    },
  }
}
