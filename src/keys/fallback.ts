// The fallback card's tables: what two officers ask each other by telephone when Parley is dead (page: protocol/charter.md, CH-11). They
// follow from a secret that the two sides carried to each other by hand, never from what was sent or read out.
import { createHmac, randomInt, scrypt } from "node:crypto"

export const fallbackRows = 10
export const fallbackColumns = 8

export type Fallback = {
  /** Four digits that both cards bear when the same secret was typed on both sides. */
  readonly check: string
  /** By party, by row, by column: four digits each. */
  readonly tables: readonly (readonly (readonly string[])[])[]
}

const cost = { N: 131_072, r: 8, p: 1, maxmem: 256 * 1_048_576 }
const keyBytes = 32

/** Ten numbers of 11 bits by chance: 110 bits, which nobody can try out. */
export const drawSecret = (): number[] => Array.from({ length: 10 }, () => randomInt(2_048))

export const fallbackOf = async (secret: readonly number[], charterHash: Uint8Array): Promise<Fallback> => {
  const written = Buffer.alloc(2 * secret.length)
  for (const [at, number] of secret.entries()) written.writeUInt16BE(number, 2 * at)
  const salt = Buffer.concat([Buffer.from("parley/1 fallback"), charterHash])
  const key = await new Promise<Buffer>((resolve, reject) =>
    scrypt(written, salt, keyBytes, cost, (error, made) => (error ? reject(error) : resolve(made))),
  )
  const code = (...place: readonly number[]): string => {
    const digest = createHmac("sha256", key).update(Uint8Array.from(place)).digest()
    return String(digest.readUInt32BE(0) % 10_000).padStart(4, "0")
  }
  const count = (size: number): number[] => Array.from({ length: size }, (_, at) => at)
  return {
    check: code(255),
    tables: count(2).map(party =>
      count(fallbackRows).map(row => count(fallbackColumns).map(column => code(party, row, column))),
    ),
  }
}
