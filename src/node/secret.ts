// Secrets that let somebody in: links, sessions, invitations, the home's own commands, who reads its figures (page: protocol/security.md,
// What is kept of one that another holds is its digest alone, compared in constant time.
import { createHash, randomBytes } from "node:crypto"

/** 32 random bytes, base64url. */
export const makeSecret = (): string => randomBytes(32).toString("base64url")
/** Whether it could be one. */
export const isSecret = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text)
/** SHA-256, 32 bytes. */
export const digestOf = (secret: string): Buffer => createHash("sha256").update(secret).digest()
