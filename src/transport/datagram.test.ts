import assert from "node:assert/strict"
import { createHmac } from "node:crypto"
import { test } from "node:test"
import { prng } from "../../sim/prng.ts"
import { type Control, controlReader, controlWriter, frameDatagram, sessionOf } from "./datagram.ts"
import type { Session } from "./greet.ts"

const tagBy = (key: string, said: Uint8Array): Buffer => createHmac("sha256", key).update(said).digest().subarray(0, 16)
const sessionBetween = (ours: string, peers: string): Session => ({
  id: Buffer.alloc(8, 5),
  tag: said => tagBy(ours, said),
  isTrue: (said, tag) => tagBy(peers, said).equals(tag),
})
const [us, peer] = [sessionBetween("a", "b"), sessionBetween("b", "a")]

const messages: readonly Control[] = [
  { type: "probe", size: 1_200 },
  { type: "probed", size: 1_200 },
  { type: "mark", number: 7 },
  { type: "report", number: 7, at: 4_000_000_000, frames: 12, bytes: 4_294_967_295 },
  { type: "bye" },
]

test("F-20: messages of a path are read as they were written, a probe as large as it says", () => {
  const [write, read] = [controlWriter(us), controlReader(peer)]
  for (const control of messages) {
    const datagram = write(control)
    assert.equal(sessionOf(datagram), "05".repeat(8))
    assert.deepEqual(read(datagram), { control, isNewest: true })
    assert.equal(read(datagram), "repeated")
    if (control.type === "probe") assert.equal(datagram.length, control.size)
    else assert.ok(datagram.length <= 46)
  }
  assert.deepEqual(Buffer.from(frameDatagram(us, Uint8Array.of(1, 2))).toString("hex"), `24${"05".repeat(8)}0102`)
})

test("F-20: what is late is taken once, what is too late or altered never", () => {
  const [write, read] = [controlWriter(us), controlReader(peer)]
  const datagrams = Array.from({ length: 200 }, () => write({ type: "mark", number: 1 }))
  const [first, second, third] = datagrams
  assert(first && second && third)
  assert.deepEqual(read(second), { control: { type: "mark", number: 1 }, isNewest: true })
  assert.deepEqual(read(first), { control: { type: "mark", number: 1 }, isNewest: false })
  for (const datagram of datagrams.slice(100)) assert.notEqual(typeof read(datagram), "string")
  assert.equal(read(third), "repeated")
  const bye = Buffer.from(write({ type: "bye" }))
  for (let bit = 0; bit < 8 * bye.length; bit++) {
    const altered = Buffer.from(bye)
    altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.equal(read(altered), "bad-tag")
  }
  for (let length = 0; length < bye.length; length++) assert.equal(read(bye.subarray(0, length)), "bad-tag")
  assert.equal(controlReader(us)(bye), "bad-tag", "our own words")
})

test("F-20: whatever a peer puts under its own tag, it is a message or nothing", () => {
  const chance = prng(3)
  const read = controlReader(peer)
  for (let number = 1; number < 3_000; number++) {
    const body = chance.bytes(chance.below(24))
    const head = Buffer.concat([Buffer.of(0x25), us.id, Buffer.alloc(4), Buffer.of(chance.below(8))])
    head.writeUInt32BE(number, 9)
    const said = Buffer.concat([head, body])
    const heard = read(Buffer.concat([said, us.tag(said)]))
    assert.ok(heard === undefined || (typeof heard === "object" && messages.some(it => it.type === heard.control.type)))
  }
})
