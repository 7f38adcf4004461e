// Bytes and the few things that are done with them everywhere: comparing, joining, hex, base64, UTF-8. Nothing here is secret, so
// comparing stops at the first difference; where time could tell something, src/suites compares.

export const equal = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}

/** Byte order, a shorter prefix first: below 0, 0, above 0. The order of hashes and of cards. */
export const compare = (a: Uint8Array, b: Uint8Array): number => {
  const shared = Math.min(a.length, b.length)
  for (let at = 0; at < shared; at++) {
    const difference = a[at]! - b[at]!
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

export const concat = (...parts: readonly Uint8Array[]): Uint8Array => {
  let length = 0
  for (const part of parts) length += part.length
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

export const hex = (bytes: Uint8Array): string => {
  let text = ""
  for (let at = 0; at < bytes.length; at++) text += hexOf[bytes[at]!]
  return text
}

/** Lower case only, so that one value has one text; undefined for anything else. */
export const fromHex = (text: string): Uint8Array | undefined => {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return undefined
  const bytes = new Uint8Array(text.length / 2)
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(text.slice(2 * at, 2 * at + 2), 16)
  return bytes
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
const standard = `${letters}+/`
const urlSafe = `${letters}-_`

const base64With = (alphabet: string, pad: string, bytes: Uint8Array): string => {
  let text = ""
  for (let at = 0; at < bytes.length; at += 3) {
    const [first, second, third] = [bytes[at]!, bytes[at + 1], bytes[at + 2]]
    text += alphabet[first >> 2]! + alphabet[((first & 3) << 4) | ((second ?? 0) >> 4)]!
    text += second === undefined ? pad : alphabet[((second & 15) << 2) | ((third ?? 0) >> 6)]!
    text += third === undefined ? pad : alphabet[third & 63]!
  }
  return text
}

const fromBase64With = (alphabet: string, text: string): Uint8Array | undefined => {
  if (text.length % 4 === 1) return undefined
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let [held, bits, at] = [0, 0, 0]
  for (const letter of text) {
    const value = alphabet.indexOf(letter)
    if (value < 0) return undefined
    held = ((held << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (held >> bits) & 0xff
    }
  }
  // Bits left over must be zero, so that one value has one text.
  return (held & ((1 << bits) - 1)) === 0 ? bytes : undefined
}

/** Standard alphabet, padded. */
export const base64 = (bytes: Uint8Array): string => base64With(standard, "=", bytes)

/** Undefined unless it is exactly what `base64` writes. */
export const fromBase64 = (text: string): Uint8Array | undefined => {
  if (text.length % 4 !== 0) return undefined
  const bare = text.replace(/={1,2}$/, "")
  return fromBase64With(standard, bare)
}

/** URL-safe alphabet, no padding. */
export const base64url = (bytes: Uint8Array): string => base64With(urlSafe, "", bytes)
export const fromBase64url = (text: string): Uint8Array | undefined => fromBase64With(urlSafe, text)

const encoder = new TextEncoder()
// A leading U+FEFF is text like any other: dropping it would change what was signed.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

export const utf8 = (text: string): Uint8Array => encoder.encode(text)

/** Undefined when the bytes are not UTF-8. */
export const fromUtf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return decoder.decode(bytes)
  } catch (fault) {
    if (fault instanceof TypeError) return undefined
    throw fault
  }
}
