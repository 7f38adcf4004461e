// What a node accepts of a log, step by step; heads, proofs and the joint order. (L, O, R-4, E-3 to E-14)
import type { Fields } from "../../src/core/entry.ts"
import { hex, utf8 } from "../../src/core/hash.ts"
import { type Head, headText, note } from "../../src/core/head.ts"
import { jointOrder, type Orderable } from "../../src/core/order.ts"
import { consistencyProof, inclusionProof, treeRoot } from "../../src/core/proof.ts"
import { kinds } from "../../src/core/registry.ts"
import { nodeSuite as suite } from "../../src/suites/node.ts"
import type { Case } from "./cases-cbor.ts"
import { act, type ExampleLine, Pen, type Said, saidOf } from "./line.ts"

/** `told`: refusals that the step leads to, in order; none for an entry that is accepted in silence. */
type Step = { readonly heard: Said; readonly told?: readonly string[] }
const message = { kind: kinds.message, traffic: 2 } as const
const falseRoot = suite.sha256(utf8("false"))

type Scene = readonly [string, string, (pen: Pen, line: ExampleLine) => Step[]]
const then = (heard: Said, ...told: string[]): Step => ({ heard, told })
const one = (name: string, clause: string, refusal: string, changed: Partial<Fields>): Scene => [
  clause,
  name,
  pen => [then(pen.sign({ ...message, ...changed }), refusal)],
]

// Each after the author's charter entry, which stands at seq 1. The reader is the second party; its own log holds its charter entry.
const scenes: readonly Scene[] = [
  ["L-1", "two messages, one after the other", pen => [then(pen.say(message)), then(pen.say(message))]],
  [
    "S-1",
    "the same entry twice is nothing",
    pen => {
      const said = pen.say(message)
      return [then(said), then(said)]
    },
  ],
  one("another line's entry", "E-3", "wrong-line", { line: new Uint8Array(16) }),
  one("an author who is no party", "E-4", "unknown-author", { author: 7 }),
  one("a first entry of the next generation that opens none", "E-5", "bad-generation", { generation: 2, seq: 1 }),
  [
    "E-5",
    "an entry of a generation that has not opened yet is passed over",
    pen => [then(pen.sign({ ...message, generation: 2 }))],
  ],
  one("a false own root", "E-7", "wrong-own-root", { ownRoot: falseRoot }),
  one("message number 2 before 1", "E-10", "wrong-number", { number: 2 }),
  [
    "E-12",
    "a body that is not the one signed",
    pen => {
      const said = pen.sign(message, utf8("signed"))
      return [then({ entry: said.entry, body: { salt: said.body!.salt, bytes: utf8("other") } }, "wrong-body")]
    },
  ],
  [
    "E-12",
    "a body where none was signed",
    pen => [then({ ...pen.sign(message), body: { salt: new Uint8Array(16), bytes: utf8("other") } }, "wrong-body")],
  ],
  ["R-6", "an entry without its body is stored", pen => [then({ entry: pen.say(message, utf8("kept back")).entry })]],
  [
    "E-14",
    "an act that was recorded before",
    pen => [
      then(pen.say({ ...message, act: act("once") })),
      then(pen.say({ ...message, act: act("once") }), "act-reused"),
    ],
  ],
  ["CH-5", "a second charter entry", pen => [then(pen.sign({ kind: kinds.charter }), "other-charter")]],
  [
    "E-15",
    "a signature of the reader's own key",
    (pen, line) => [then(pen.sign(message, undefined, line.parties[1]), "bad-signature")],
  ],
  [
    "L-8",
    "two entries with one number of the log",
    pen => {
      const [first, second] = [pen.sign(message), pen.sign({ ...message, precedence: 2 })]
      return [then(first), then(second, "two-histories")]
    },
  ],
  [
    "L-8",
    "another entry at a taken place, with a false signature",
    (pen, line) => {
      const [first, second] = [pen.sign(message), pen.sign({ ...message, precedence: 2 }, undefined, line.parties[1])]
      return [then(first), then(second, "bad-signature")]
    },
  ],
  [
    "S-6",
    "an entry across a gap, then what was missing",
    pen => {
      const [first, second] = [pen.say(message), pen.say(message)]
      return [then(second), then(first)]
    },
  ],
  [
    "L-8",
    "an entry across a gap whose own root proves false",
    pen => {
      const first = pen.say(message)
      const second = pen.say({ ...message, ownRoot: falseRoot })
      return [then(second), then(first, "false-own-root")]
    },
  ],
  [
    "L-5",
    "seen of a root that is not ours",
    pen => [
      then(pen.say({ ...message, seen: [{ author: 1, generation: 1, size: 1, root: falseRoot }] }), "seen-mismatch"),
    ],
  ],
  [
    "R-4",
    "a receipt for what was never written",
    pen => [
      then(
        pen.say({ kind: kinds.stored, seen: [{ author: 1, generation: 1, size: 1, root: falseRoot }] }),
        "false-receipt",
      ),
    ],
  ],
  [
    "L-11",
    "seen of more than we hold: we were restored from a copy",
    pen => [then(pen.say({ ...message, seen: [{ author: 1, generation: 1, size: 99, root: falseRoot }] }), "restored")],
  ],
  ["E-9", "an entry that arrives after its not-after is stored", pen => [then(pen.say({ ...message, notAfter: 1 }))]],
]

/** `heard`, one after the other, after the first party's charter entry; `told` with each. */
export const sceneCases = (line: ExampleLine): Case[] =>
  scenes.map(([clause, name, play]) => {
    const pen = new Pen(line, 0)
    pen.charter()
    const heard = play(pen, line).map(({ heard, told = [] }) => ({ ...saidOf(heard), told }))
    return { name, clause, expect: "told", heard }
  })

const headCase = (head: Head) => ({
  ...head,
  root: hex(head.root),
  ed25519: hex(head.ed25519),
  mlDsa65: hex(head.mlDsa65),
})

/** `head`, or edits of the first: [field, byte, xor]. */
export const headCases = (line: ExampleLine): Case[] => {
  const pen = new Pen(line, 0)
  pen.charter()
  pen.say(message)
  const head = pen.head()
  const keys = line.parties[0].card.nodeKeys
  const written = note(line.charter.line, head, [keys[0]!, keys[1]!], suite)
  const bad = "bad-head-signature"
  return [
    {
      name: "a head of two entries",
      clause: "L-4",
      expect: "ok",
      head: headCase(head),
      text: headText(line.charter.line, head),
      note: written,
    },
    { name: "a false Ed25519 signature", clause: "L-4", expect: bad, edit: ["ed25519", 5, 1] },
    { name: "a false ML-DSA-65 signature", clause: "L-4", expect: bad, edit: ["mlDsa65", 5, 1] },
    { name: "another root", clause: "L-4", expect: bad, edit: ["root", 31, 1] },
    { name: "another size", clause: "L-4", expect: bad, edit: ["size", 0, 1] },
  ]
}

const leaves = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, at) => suite.sha256(Uint8Array.of(0), utf8(`leaf ${at + 1}`)))
const hexes = (hashes: readonly Uint8Array[]): string[] => hashes.map(hex)

/** Leaf n of a tree is SHA-256(0x00 ‖ "leaf n"). */
export const proofCases = (): Case[] => {
  const cases: Case[] = [0, 1, 2, 3, 7, 8].map(size => ({
    name: `the root of ${size} leaves`,
    clause: "L-1",
    expect: "ok",
    size,
    root: hex(treeRoot(leaves(size), suite)),
  }))
  const root = (size: number): string => hex(treeRoot(leaves(size), suite))
  const inclusion = (seq: number, size: number) => ({
    seq,
    size,
    root: root(size),
    path: hexes(inclusionProof(leaves(size), seq, suite)),
  })
  for (const [seq, size] of [
    [1, 1],
    [1, 7],
    [5, 7],
    [7, 7],
    [8, 8],
  ] as const)
    cases.push({ name: `leaf ${seq} of ${size}`, clause: "L-2", expect: "ok", inclusion: inclusion(seq, size) })
  const proven = inclusion(5, 7)
  const false2 = (name: string, changed: object): Case => ({
    name,
    clause: "L-2",
    expect: "no",
    inclusion: { ...proven, ...changed },
  })
  cases.push(
    false2("another place", { seq: 6 }),
    false2("a place beyond the tree", { seq: 8 }),
    false2("place 0", { seq: 0 }),
    false2("a path too short", { path: proven.path.slice(1) }),
    false2("a path too long", { path: [...proven.path, root(1)] }),
    false2("another root", { root: root(6) }),
  )
  const consistency = (oldSize: number, size: number) => ({
    oldSize,
    oldRoot: root(oldSize),
    size,
    root: root(size),
    path: hexes(consistencyProof(leaves(size), oldSize, suite)),
  })
  for (const [oldSize, size] of [
    [1, 7],
    [3, 7],
    [4, 7],
    [6, 7],
    [7, 7],
    [4, 8],
  ] as const)
    cases.push({
      name: `${size} continues ${oldSize}`,
      clause: "L-3",
      expect: "ok",
      consistency: consistency(oldSize, size),
    })
  const continued = consistency(3, 7)
  const false3 = (name: string, changed: object): Case => ({
    name,
    clause: "L-3",
    expect: "no",
    consistency: { ...continued, ...changed },
  })
  cases.push(
    false3("from the empty tree", { oldSize: 0, oldRoot: root(0), path: [] }),
    false3("to a smaller tree", { oldSize: 7, size: 3 }),
    false3("another old root", { oldRoot: root(2) }),
    false3("a path too short", { path: continued.path.slice(1) }),
    false3("a path too long", { path: [...continued.path, root(1)] }),
  )
  return cases
}

const year = 365 * 86_400_000
const hashOf = (author: number, seq: number): Uint8Array => suite.sha256(utf8(`order ${author} ${seq}`))
type Written = readonly [
  author: number,
  seq: number,
  time: number,
  seen?: readonly [number, number] | undefined,
  ref?: readonly [number, number],
]
const written = ([author, seq, time, seen, ref]: Written): Orderable => ({
  author,
  generation: 1,
  seq,
  hash: hashOf(author, seq),
  time,
  seen: seen ? [{ author: seen[0], generation: 1, size: seen[1] }] : [],
  refs: ref ? [hashOf(...ref)] : [],
})

const base = 1_000_000_000_000
const histories: readonly (readonly [string, string, readonly (readonly Written[])[]])[] = [
  [
    "O-1",
    "what was seen stands before what saw it, though its time is later",
    [
      [
        [0, 1, base + 10],
        [0, 2, base + 200],
      ],
      [
        [1, 1, base + 20],
        [1, 2, base + 30, [0, 2]],
      ],
    ],
  ],
  [
    "O-1",
    "what is referred to stands first",
    [
      [
        [0, 1, base + 10],
        [0, 2, base + 20, undefined, [1, 2]],
      ],
      [
        [1, 1, base + 30],
        [1, 2, base + 40],
      ],
    ],
  ],
  [
    "O-2",
    "a clock ten years ahead holds up nothing that does not follow from it",
    [
      [
        [0, 1, base],
        [0, 2, base + 10 * year],
        [0, 3, base + 20],
      ],
      [
        [1, 1, base + 5],
        [1, 2, base + 10],
        [1, 3, base + 30, [0, 2]],
      ],
    ],
  ],
  [
    "O-2",
    "a clock ten years behind moves nothing before its causes",
    [
      [
        [0, 1, base],
        [0, 2, base + 20],
      ],
      [
        [1, 1, base + 10 - 10 * year],
        [1, 2, base + 30 - 10 * year, [0, 2]],
      ],
    ],
  ],
  [
    "O-2",
    "equal times are ordered by hash",
    [
      [
        [0, 1, base],
        [0, 2, base],
      ],
      [
        [1, 1, base],
        [1, 2, base],
      ],
    ],
  ],
  [
    "O-3",
    "two that claim to have seen each other in a circle",
    [
      [
        [0, 1, base, [1, 2]],
        [0, 2, base + 9, [1, 2]],
      ],
      [
        [1, 1, base + 1, [0, 2]],
        [1, 2, base + 9, [0, 2]],
      ],
    ],
  ],
  ["O-3", "a cause that is not held is none", [[[0, 1, base + 5, [1, 7]]], [[1, 1, base + 9, undefined, [0, 4]]]]],
]

/** Hash of entry `seq` of `author`: SHA-256 of "order author seq". `placed`: [author, seq, effective time]. */
export const orderCases = (): Case[] =>
  histories.map(([clause, name, logs]) => ({
    name,
    clause,
    expect: "ok",
    logs: logs.map(log =>
      log.map(row => ({ ...written(row), hash: hex(hashOf(row[0], row[1])), refs: written(row).refs.map(hex) })),
    ),
    placed: jointOrder(logs.map(log => log.map(written))).map(it => [it.author, it.seq, it.effective]),
  }))
