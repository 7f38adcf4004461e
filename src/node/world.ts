// The clock and the timer of a node that runs.
/** The world, as the loop knows it. `later` runs a task after everything now queued (setImmediate); `at` once at a time, replacing. */
export type World = {
  now(): number
  later(task: () => void): void
  at(time: number, task: () => void): void
}

export const realWorld = (): World & { stop(): void } => {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  return {
    now: Date.now,
    later: task => void setImmediate(task),
    at(time, task) {
      clearTimeout(timer)
      // A timer holds at most 2^31 − 1 ms.
      if (!stopped) timer = setTimeout(task, Math.min(2_147_483_647, Math.max(0, time - Date.now())))
    },
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
