// Files that leave this machine by a person's hand, and those that come back.
import type { SignaturesFile } from "../../api/keys.ts"

/** A signed sheet holds two signatures: 16 kB in hex. What is much larger is something else, and is not read. */
const signedBytesMax = 64 * 1_024

export const saveFile = (name: string, bytes: string | Blob | Uint8Array<ArrayBuffer>, type: string): void => {
  const url = URL.createObjectURL(new Blob([bytes], { type }))
  const link = document.createElement("a")
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** Null for a file that is no signed sheet. */
export const readSigned = async (file: File): Promise<SignaturesFile | null> => {
  if (file.size > signedBytesMax) return null
  try {
    const value: unknown = JSON.parse(await file.text())
    if (typeof value !== "object" || value === null || !("signatures" in value) || !("sheet" in value)) return null
    const { sheet, signatures } = value
    const areTexts = Array.isArray(signatures) && signatures.every((each): each is string => typeof each === "string")
    return typeof sheet === "string" && areTexts ? { parley: "signatures/1", sheet, signatures } : null
  } catch {
    return null
  }
}

export const sha256Of = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))]
    .map(byte => byte.toString(16).padStart(2, "0"))
    .join("")
