// What a node says that it holds of every log: a claim, which steers what is sent and asked for (page: protocol/sync.md, section 2).
import type { Have } from "./frame.ts"
import { gapsMax } from "./limits.ts"
import type { Line, Log } from "./state.ts"

export const rangesAhead = (log: Log): [number, number][] => {
  const ranges: [number, number][] = []
  for (const seq of [...log.ahead.keys()].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last && last[1] === seq - 1) last[1] = seq
    else if (ranges.length === gapsMax) break
    else ranges.push([seq, seq])
  }
  return ranges
}

export const have = (line: Line): Have[] =>
  line.state.logs.map(log => ({
    author: log.author,
    generation: log.generation,
    size: log.frontier.size,
    ahead: rangesAhead(log),
  }))
