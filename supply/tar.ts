// A tar archive whose bytes follow from names and contents alone: sorted, no owner, no time, two modes. (POSIX ustar)
import { readdirSync, readFileSync, statSync } from "node:fs"
import { join, sep } from "node:path"

const blockBytes = 512
const zeros = (count: number): Buffer => Buffer.alloc(count)

/** The pieces of an archive of all files below a folder; `name` stands before their paths. Links are refused: none is meant to be there. */
export function* tarOf(folder: string, name: string): Generator<Buffer> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  const paths = files
    .filter(entry => !entry.isDirectory())
    .map(entry => {
      const path = join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .split(sep)
        .join("/")
      if (!entry.isFile()) throw new Error(`${path} is neither a file nor a folder.`)
      return path
    })
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  for (const path of paths) {
    const bytes = readFileSync(join(folder, path))
    const runs = (statSync(join(folder, path)).mode & 0o100) !== 0
    yield header(`${name}/${path}`, bytes.length, runs ? 0o755 : 0o644)
    yield bytes
    yield zeros((blockBytes - (bytes.length % blockBytes)) % blockBytes)
  }
  yield zeros(2 * blockBytes)
}

const header = (path: string, bytes: number, mode: number): Buffer => {
  const block = zeros(blockBytes)
  const [prefix, name] = split(path)
  const octal = (value: number, at: number, digits: number): number =>
    block.write(`${value.toString(8).padStart(digits, "0")}\0`, at, "latin1")
  block.write(name, 0, "utf8")
  octal(mode, 100, 7)
  for (const at of [108, 116]) octal(0, at, 7) // no owner, no group
  octal(bytes, 124, 11)
  octal(0, 136, 11) // no time
  block.write("        0", 148, "latin1")
  block.write("ustar\u000000", 257, "latin1")
  block.write(prefix, 345, "utf8")
  const sum = block.reduce((sum, byte) => sum + byte, 0)
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1")
  return block
}

/** 155 bytes before a slash, 100 after it. */
const split = (path: string): readonly [string, string] => {
  const bytes = (text: string): number => Buffer.byteLength(text)
  if (bytes(path) <= 100) return ["", path]
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1))
    if (bytes(path.slice(0, at)) <= 155 && bytes(path.slice(at + 1)) <= 100)
      return [path.slice(0, at), path.slice(at + 1)]
  throw new Error(`${path} is too long for this kind of archive.`)
}
