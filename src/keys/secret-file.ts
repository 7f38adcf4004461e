// A passphrase or a PIN in a file, or as a credential of the service manager.
import { existsSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"

const others = 0o077

/** Without the newline that editors put at the end. Throws when others may read it. */
export const readSecret = (file: string): string => {
  const found = statSync(file)
  if (found.isFile() && process.platform !== "win32" && (found.mode & others) !== 0)
    throw new Error(`${file} holds a secret and is open to others; make it 0600 with chmod, and choose another secret.`)
  return readFileSync(file, "utf8").replace(/\r?\n$/, "")
}

/** Undefined where the service manager gives none of that name. */
export const credentialFile = (name: string): string | undefined => {
  const directory = process.env.CREDENTIALS_DIRECTORY
  const file = directory === undefined ? undefined : join(directory, name)
  return file !== undefined && existsSync(file) ? file : undefined
}
