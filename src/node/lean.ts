// Memory of a node at rest. Reading the whole record leaves so much garbage that V8 would make room for it; and since a quiet line
// allocates next to nothing for hours, it would never give it back: 50 MB of the young space, and 30 MB besides (bench/results.md).
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

/** Does the work of a start with a young space that does not grow, and returns what it left behind. */
export const leanly = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  setFlagsFromString("--semi-space-growth-factor=1")
  try {
    return await work()
  } finally {
    setFlagsFromString("--semi-space-growth-factor=2")
    // `gc` is V8's own, and of no other context. The last resort is the one kind that shrinks the heap to what is alive.
    setFlagsFromString("--expose-gc")
    runInNewContext("gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })")
    setFlagsFromString("--no-expose-gc")
  }
}
