// The world as a node's process has it: its clock and its timers.
import type { World } from "../src/node/world.ts"

export const realWorld = (): World & { stop(): void } => {
  let timer: NodeJS.Timeout | undefined
  return {
    now: Date.now,
    later: task => void setImmediate(task),
    at(time, task) {
      clearTimeout(timer)
      timer = setTimeout(task, Math.max(0, time - Date.now()))
    },
    stop: () => clearTimeout(timer),
  }
}
