// A file that is either the old one or the new one, whole, whenever the power fails; readable by its owner alone.
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs"
import { dirname } from "node:path"

const fileMode = 0o600
const directoryMode = 0o700
const others = 0o077
/** Windows has no such modes; there the directory's own access list is the operator's to set (docs/OPERATING). */
const hasModes = process.platform !== "win32"

/** Throws when the directory is open to anybody else; makes it when it is not there. */
export const ensurePrivateDirectory = (path: string): void => {
  makeDirectory(dirname(path))
  refuseOpenDirectory(path)
}

/** One after the other: where none can be made, as under /proc, the platform's own way of making them all never ends. */
const makeDirectory = (path: string): void => {
  if (existsSync(path)) return
  if (dirname(path) !== path) makeDirectory(dirname(path))
  try {
    mkdirSync(path, { mode: directoryMode })
  } catch (cause) {
    // Two processes may make the same parent at once.
    if (!existsSync(path)) throw new Error(`${path} cannot be made.`, { cause })
  }
}

/** Throws, naming both modes, when anybody but the owner may read the file or list its directory. */
export const refuseOpenAccess = (path: string): void => {
  refuseOpenDirectory(path)
  refuseOpen(path, statSync(path).mode, fileMode)
}

const refuseOpenDirectory = (path: string): void =>
  refuseOpen(dirname(path), statSync(dirname(path)).mode, directoryMode)

const refuseOpen = (path: string, mode: number, wanted: number): void => {
  if (!hasModes || (mode & others) === 0) return
  const octal = (bits: number): string => `0${(bits & 0o777).toString(8)}`
  throw new Error(
    `${path} holds private keys and is open to others (mode ${octal(mode)}). Make it ${octal(wanted)} with chmod, and consider its keys known to whoever could read it.`,
  )
}

/** Never replaces: an existing file is an Error. */
export const createAtomically = (path: string, text: string): void => {
  const fresh = writeBeside(path, text)
  try {
    linkSync(fresh, path)
  } catch (cause) {
    throw new Error(`${path} exists already; keys are never overwritten`, { cause })
  } finally {
    rmSync(fresh)
  }
  syncDirectory(path)
}

/** `scrub`: the old file's bytes are overwritten once the new one stands. What copies a file system or a disk keeps of its own
 *  accord, it keeps. */
export const replaceAtomically = (path: string, text: string, options: { readonly scrub: boolean }): void => {
  const old = options.scrub ? openSync(path, "r+") : undefined
  try {
    renameSync(writeBeside(path, text), path)
    syncDirectory(path)
    if (old === undefined) return
    writeAll(old, new Uint8Array(fstatSync(old).size))
    fsyncSync(old)
  } finally {
    if (old !== undefined) closeSync(old)
  }
}

/** Bytes under a name that nothing else has, in a folder of any owner and on any disk: there whole, or not at all. */
export const placeAtomically = (path: string, bytes: Uint8Array): void => {
  try {
    renameSync(writeBeside(path, bytes), path)
  } catch (cause) {
    rmSync(`${path}${besideSuffix}`, { force: true })
    throw cause
  }
  try {
    syncDirectory(path)
  } catch (cause) {
    // Some file systems of removable disks cannot do that for a folder, and have written it already.
    if (!(cause instanceof Error && "code" in cause && (cause.code === "EINVAL" || cause.code === "ENOTSUP")))
      throw cause
  }
}

/** What a file is called that is being written. One that was left by a crash is never read. */
export const besideSuffix = ".new"

const writeBeside = (path: string, content: string | Uint8Array): string => {
  const fresh = `${path}${besideSuffix}`
  rmSync(fresh, { force: true }) // left by a crash, never read
  const file = openSync(fresh, "wx", fileMode)
  try {
    writeAll(file, typeof content === "string" ? new TextEncoder().encode(content) : content)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  return fresh
}

const writeAll = (file: number, bytes: Uint8Array): void => {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, at)
}

const syncDirectory = (path: string): void => {
  if (!hasModes) return // nor can a directory be opened there
  const directory = openSync(dirname(path), "r")
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
