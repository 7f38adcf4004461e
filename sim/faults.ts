// What the world, the disks and the liars may do to a line. A run counts each kind.

export const faultKinds = [
  "drop",
  "double",
  "delay",
  "reorder",
  "corrupt",
  "replay",
  "garbage",
  "looped",
  "yearLate",
  "buffered",
  "cutOneWay",
  "cut",
  "halfOpen",
  "silence30d",
  "pathRemoved",
  "pathAdded",
  "crashBeforeDurable",
  "crashAfterDurable",
  "powerLoss",
  "diskFull",
  "stop",
  "clockJump",
  "rotation",
  "revocation",
  "generation",
  "putBack",
  "recordLost",
  "fork",
  "flood",
  "backdate",
  "planted",
  "falseOwnRoot",
  "falseReceipt",
  "reusedAct",
  "forgedRelease",
  "forgedAuthor",
  "wrongLine",
  "oversized",
  "falseHave",
  "wrongChunk",
  "withdrawn",
  "dropped",
] as const
export type FaultKind = (typeof faultKinds)[number]
export type Faults = Record<FaultKind, number>

export const noFaults = (): Faults => {
  const faults: Partial<Faults> = {}
  for (const kind of faultKinds) faults[kind] = 0
  return faults as Faults
}

export const addFaults = (sum: Faults, more: Faults): void => {
  for (const kind of faultKinds) sum[kind] += more[kind]
}
