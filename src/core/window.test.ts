// What may be under way on a path, against a buffer without an end behind a known rate: full use of the path, and little that waits.
import assert from "node:assert/strict"
import { test } from "node:test"
import { freshPath, type Path } from "./path-state.ts"
import { hasRoom, passed, wantsProbe } from "./window.ts"

type Buffered = { readonly bytesPerMs: number; readonly roundTripMs: number; readonly frameBytes: number }

/** Sends all that it may for so long: the share of the path's rate that was used in its second half, and how long pings took then. */
const full = ({ bytesPerMs, roundTripMs, frameBytes }: Buffered, ms: number) => {
  const traits = { rate: 1e9, fragmentBytes: 262_144, queueBytes: 1_048_576, keepsOrder: true } as const
  const path: Path = freshPath(0, 1, traits, 65_536, 0)
  const line = { now: 0, state: { windows: new Map<number, number>() } }
  const pongs: { readonly due: number; readonly ping: Path["pings"][number] }[] = []
  const waits: number[] = []
  let freeAt = 0
  let last = { at: 0, bytes: 0 }
  let halfBytes = 0
  const ping = (): void => {
    const underWay = path.bytesSent - path.bytesPassed
    const asked = { echo: line.now, at: line.now, frames: 0, bytes: path.bytesSent, underWay }
    path.pings.push(asked)
    path.bytesProbed = path.bytesSent
    pongs.push({ due: Math.max(freeAt, line.now) + roundTripMs, ping: asked })
  }
  ping()
  for (; line.now < ms; line.now++) {
    for (let first = pongs[0]; first && first.due <= line.now; first = pongs[0]) {
      pongs.shift()
      path.pings.shift()
      const perMs = (first.ping.bytes - last.bytes) / Math.max(1, line.now - last.at)
      last = { at: line.now, bytes: first.ping.bytes }
      if (line.now > ms / 2) waits.push(line.now - first.ping.at)
      path.bytesPassed = first.ping.bytes
      passed(line, path, first.ping, perMs)
    }
    while (hasRoom(path, 0)) {
      path.bytesSent += frameBytes
      freeAt = Math.max(freeAt, line.now) + frameBytes / bytesPerMs
      if (wantsProbe(path)) ping()
    }
    if (wantsProbe(path)) ping()
    if (line.now === Math.floor(ms / 2)) halfBytes = path.bytesPassed
  }
  return { share: (path.bytesPassed - halfBytes) / (bytesPerMs * (ms / 2)), most: Math.max(...waits) }
}

test("S-12: a path is full, and what is urgent waits there for some hundredths of a second behind the rest", () => {
  for (const [rate, roundTripMs, mostMs] of [
    [12_500, 50, 150],
    [12_500, 1, 120],
    [1_250, 20, 150],
    [25_000, 400, 1_000],
  ] as const) {
    const { share, most } = full({ bytesPerMs: rate, roundTripMs, frameBytes: Math.min(66_000, rate * 5) }, 60_000)
    assert.ok(share > 0.9, `${rate} B/ms: only ${share} of it is used`)
    assert.ok(most <= mostMs, `${rate} B/ms: ${most} ms and not ${roundTripMs}`)
  }
})

test("S-12: on a path that is a million times as slow as it says nothing lies for long, however long it is kept full", () => {
  const { share, most } = full({ bytesPerMs: 0.96, roundTripMs: 600, frameBytes: 256 }, 3_600_000)
  assert.ok(share > 0.95, `only ${share} of it is used`)
  assert.ok(most < 5_000, `${most} ms`)
})
