// A folder that several people and lines share: what is put there, what is read, and what a disk may do to either.
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { isRefusal } from "../src/core/refusal.ts"
import { type CarriedIn, type CarriedOut, carryIn, carryOut, type OutMeans } from "../src/node/carried-folder.ts"
import type { ParcelOffice } from "../src/node/parcel-office.ts"
import { cutApart, officeOf } from "./fixtures/carried.ts"
import { charter, confirmed, type Side, say, sizeAt } from "./fixtures/keyed.ts"
import { until } from "./fixtures/pair.ts"

const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})
const disk = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "parley-carried-"))
  folders.push(folder)
  return folder
}

/** `bytesMax`: of one parcel, so that a few entries are several. */
const meansOf = (office: ParcelOffice, bytesMax?: number): OutMeans => ({
  waiting: async () => office.waiting(),
  parcels: async () => office.list(),
  async make(request) {
    if (bytesMax === undefined) return office.make(request)
    const made = await office.made({ after: request.after ?? 0, bytesMax })
    if (isRefusal(made)) return made
    return {
      ...office.list().at(-1)!,
      isWhole: made.isWhole,
      nextChunk: 0,
      bytes: Buffer.from(made.bytes).toString("base64"),
    }
  },
})

const out = async (us: 0 | 1, folder: string, means: OutMeans, tidy = false): Promise<CarriedOut> => {
  const done = await carryOut({ folder, charter, us }, means, { tidy, now: Date.now() })
  assert.ok(!isRefusal(done), JSON.stringify(done))
  return done
}

const bring = async (us: 0 | 1, folder: string, office: ParcelOffice, of = charter): Promise<CarriedIn> => {
  const take = (bytes: Uint8Array) => office.take({ bytes: Buffer.from(bytes).toString("base64") })
  const done = await carryIn({ folder, charter: of, us }, take)
  assert.ok(!isRefusal(done), JSON.stringify(done))
  return done
}

const fill = async (side: Side, count: number): Promise<number> => {
  let last = 0
  for (let at = 0; at < count; at++) last = await say(side)
  return last
}

test("EP-18: a folder takes as many parcels as it needs, several times, in both directions; what is held is tidied when asked", async () => {
  const { a, b, officeA, officeB } = await cutApart()
  const folder = disk()
  const last = await fill(a, 30)
  const few = meansOf(officeA, 4_500)
  const { written } = await out(0, folder, few)
  assert.ok(written.length > 2, `${written.length}`)
  assert.deepEqual(
    written.map(({ from }) => from).slice(1),
    written.map(({ to }) => to + 1).slice(0, -1),
    "without a gap",
  )
  assert.ok(
    readdirSync(folder).every(name => /^parley-[0-9a-f]{8}-0to1-1-\d{10}-\d{10}-[0-9a-f]{12}\.parcel$/.test(name)),
  )
  assert.deepEqual((await out(0, folder, few)).written, [], "nothing twice")
  // One that was damaged on the way is no reason to do without.
  const [broken] = written
  writeFileSync(join(folder, broken!.file), readFileSync(join(folder, broken!.file)).subarray(0, -5))
  const more = await fill(a, 1)
  assert.ok((await out(0, folder, few)).written.some(({ from }) => from === broken!.from))
  await out(1, folder, meansOf(officeB))

  const came = await bring(1, folder, officeB)
  assert.ok(sizeAt(b, 0) >= Math.max(more, last))
  assert.deepEqual(
    came.refused.map(({ file, refusal }) => [file, refusal.refusal]),
    [[broken!.file, "malformed"]],
  )
  assert.equal(came.ours.length, 1)
  assert.ok(
    (await bring(1, folder, officeB)).read.every(({ fresh }) => fresh === 0),
    "again it is nothing",
  )
  // The receipt goes back on the same disk.
  await out(1, folder, meansOf(officeB))
  assert.ok((await bring(0, folder, officeA)).ours.length > 2)
  await until("the receipt counts", () => confirmed(a) >= more)
  const tidied = await out(0, folder, few, true)
  assert.ok(tidied.removed.length >= written.length && tidied.removed.includes(broken!.file))
  assert.ok(
    readdirSync(folder).some(name => name.includes("1to0")),
    "theirs stay",
  )
})

test("EP-18: what lies there and what may go is told by what is in the files, and by no name", async () => {
  const { a, officeA, officeB } = await cutApart()
  const folder = disk()
  const last = await fill(a, 12)
  const few = meansOf(officeA, 4_500)
  const { written } = await out(0, folder, few)
  const { written: theirs } = await out(1, folder, meansOf(officeB))
  const [first, second] = [written[0] ?? assert.fail(), written[1] ?? assert.fail()]
  // Another name is the same parcel; and a name like one that is held makes no parcel one that may go.
  renameSync(join(folder, first.file), join(folder, "FIRST.PARCEL"))
  const held = second.file.replace(/-\d{10}-\d{10}-/, "-0000000001-0000000001-")
  renameSync(join(folder, second.file), join(folder, held))
  const foreign = `${first.file.replace(/-1-\d{10}.*/, "")}-1-0000000001-0000000001-0123456789ab.parcel`
  renameSync(join(folder, theirs[0]?.file ?? ""), join(folder, foreign))
  writeFileSync(join(folder, first.file), "no parcel")
  const again = await out(0, folder, few, true)
  assert.deepEqual([again.written, again.removed, again.kept], [[], [], written.length])
  // With a chunk of a document in it as well, it is over when that is.
  const root = "0a".repeat(32)
  const means: OutMeans = {
    ...few,
    parcels: async () => officeA.list().map(row => ({ ...row, document: { root, from: 0, to: 0 } })),
    waiting: async () => ({ ...officeA.waiting(), from: last + 1, documents: [{ root, size: 3 }] }),
  }
  assert.deepEqual((await out(0, folder, means, true)).removed, [])
  const over = { ...means, waiting: async () => ({ ...officeA.waiting(), from: last + 1, documents: [] }) }
  assert.equal((await out(0, folder, over, true)).removed.length, written.length)
  assert.ok(readdirSync(folder).includes(foreign), "theirs stay")
})

test("EP-18: parcels come by several carriers, under other names and in any order", async () => {
  const { a, b, officeA, officeB } = await cutApart()
  const [whole, one, two] = [disk(), disk(), disk()]
  const last = await fill(a, 20)
  const { written } = await out(0, whole, meansOf(officeA, 3_500))
  assert.ok(written.length > 2)
  for (const [at, { file }] of written.entries())
    copyFileSync(join(whole, file), join(at % 2 === 0 ? two : one, `${String(99 - at)}.PARCEL`))
  await bring(1, one, officeB)
  assert.ok(sizeAt(b, 0) < last, "half of it is not all")
  await bring(1, two, officeB)
  assert.ok(sizeAt(b, 0) >= last)
})

test("EP-18, EP-16: what is no parcel of this line is passed over or refused by name, and stops nothing", async () => {
  const { a, b, officeA, officeB } = await cutApart()
  const folder = disk()
  const last = await fill(a, 1)
  const { written } = await out(0, folder, meansOf(officeA))
  const good = join(folder, written[0]!.file)
  writeFileSync(join(folder, "a-garbage.parcel"), "no parcel")
  writeFileSync(join(folder, "b-empty.parcel"), "")
  writeFileSync(join(folder, "c-huge.parcel"), new Uint8Array(8_388_609))
  symlinkSync(good, join(folder, "d-link.parcel"))
  mkdirSync(join(folder, "e-folder.parcel"))
  if (process.platform !== "win32") execFileSync("mkfifo", [join(folder, "f-pipe.parcel")])
  const altered = readFileSync(good)
  altered[altered.length - 20]! ^= 1
  writeFileSync(join(folder, "g-altered.parcel"), altered)
  for (const name of ["photo.jpg", "._hidden.parcel", `${written[0]!.file}.new`])
    writeFileSync(join(folder, name), altered)
  const { read, refused } = await bring(1, folder, officeB)
  assert.deepEqual(Object.fromEntries(refused.map(({ file, refusal }) => [file.slice(0, 1), refusal.refusal])), {
    ...{ a: "malformed", b: "malformed", c: "too-large", d: "not-a-file", e: "not-a-file" },
    ...(process.platform !== "win32" && { f: "not-a-file" }),
    g: "bad-frame",
  })
  assert.equal(read.length, 1)
  assert.ok(sizeAt(b, 0) >= last)
  const other = { ...charter, line: new Uint8Array(16) }
  assert.deepEqual((await bring(1, folder, officeB, other)).read, [])
  assert.equal((await bring(1, folder, officeB, other)).others.length, 2)
  // What a cut has left is cleared away by the next that writes, and by nobody else.
  await out(1, folder, meansOf(officeB))
  assert.ok(readdirSync(folder).some(name => name.endsWith(".new")))
  await out(0, folder, meansOf(officeA))
  assert.ok(!readdirSync(folder).some(name => name.endsWith(".new")))
  for (let at = 0; at < 4_096; at++) writeFileSync(join(folder, `${at}.parcel`), "")
  const many = await carryIn({ folder, charter, us: 1 }, async () => assert.fail("nothing is read"))
  assert.ok(isRefusal(many) && many.refusal === "too-large")
})

test("EP-18: a disk that takes nothing, or not all, is said; what was written stays whole, and nothing else stays", async () => {
  const { a, officeA } = await cutApart()
  await fill(a, 20)
  const gone = join(disk(), "gone")
  await assert.rejects(out(0, gone, meansOf(officeA)), /is no folder that can be read/)
  const folder = disk()
  let made = 0
  const few = meansOf(officeA, 3_500)
  // The third finds its place taken by a folder: as with a full disk, it is the write that fails.
  const full: OutMeans = {
    ...few,
    async make(request) {
      const parcel = await few.make(request)
      if (!isRefusal(parcel) && ++made === 3) {
        const first = (await few.waiting()).generation
        const [from, to] = [parcel.from, parcel.to].map(seq => String(seq).padStart(10, "0"))
        const start = readdirSync(folder)[0]!.split("-").slice(0, 3).join("-")
        mkdirSync(join(folder, `${start}-${first}-${from}-${to}-${parcel.name.slice(0, 12)}.parcel`))
      }
      return parcel
    },
  }
  await assert.rejects(out(0, folder, full), /failed while it was written to\. 2 parcels were written whole and stay/)
  assert.ok(!readdirSync(folder).some(name => name.endsWith(".new")))
  assert.equal((await out(0, folder, few)).kept, 2)
  assert.ok(officeOf(a, 0).waiting().to > 0)
})
