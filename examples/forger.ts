// A thief with a copy of one side's home, but without the key that signs its entries: he can open epochs and seal frames in that side's
// name, and what he writes has a signature that is not its author's. This is the real loop on a real record (the copy); only the signer
// is false. Usage: node examples/forger.ts HOME-COPY (--listen | --peer) HOST:PORT
import { argv, exit } from "node:process"
import { encodeMessageBody } from "../src/core/body.ts"
import { utf8 } from "../src/core/hash.ts"
import { newLine, snapshotOf } from "../src/core/line.ts"
import { kinds, precedences, traffics } from "../src/core/registry.ts"
import type { Signer } from "../src/keys/signer.ts"
import { type Home, openHome } from "../src/node/home.ts"
import { parseAddress } from "../src/node/main.ts"
import { run } from "../src/node/run.ts"
import { openSqlite } from "../src/store/sqlite.ts"
import type { Store } from "../src/store/store.ts"
import { nodeSuite } from "../src/suites/node.ts"
import { tlsTransport } from "../src/transport/tls.ts"

const opening = utf8("parley/1 opening")
const entry = utf8("Signature1")
const isOpening = (message: Uint8Array): boolean => opening.every((byte, at) => message[at] === byte)
/** [ "Signature1", … ] in CBOR: what is signed of an entry. */
const isEntry = (message: Uint8Array): boolean => entry.every((byte, at) => message[at + 2] === byte)
const never = new Promise<never>(() => undefined)

/** True for what opens a sealing epoch, false for every entry; heads are not made at all. */
const falseSigner = (keys: Signer): Signer => ({
  keys: keys.keys,
  holds: key => keys.holds(key),
  makeNodeKeys: () => never,
  keepNodeKeys: () => undefined,
  sign(messages, by) {
    if (messages.every(isOpening)) return keys.sign(messages, by)
    return messages.every(isEntry) ? messages.map(() => new Uint8Array(64).fill(7)) : never
  },
  signPost: (message, context, by) => (isOpening(message) ? keys.signPost(message, context, by) : never),
  makeEpochKey: () => never,
  eraseEpochKey: () => undefined,
  encapsulate: publicKey => keys.encapsulate(publicKey),
  decapsulate: (number, enc) => keys.decapsulate(number, enc),
})

/** Epochs that the thief is ahead of the node whose copy this is, so that their numbers do not meet. */
const epochsAhead = 16

/** The copied record, as if the node that it was taken from had opened some epochs more. */
const copied = ({ charter, us, charterBody, record, cipher }: Home): Store => {
  const store = openSqlite(record, { now: Date.now, cipher })
  const snapshot = store.state()
  if (snapshot === undefined) throw new Error("This node has never run.")
  const line = newLine(
    { charter, us, suite: nodeSuite, charterBody },
    { snapshot, unconfirmed: [], recent: [], changes: [] },
  )
  for (const peer of line.state.peers.values()) peer.nextEpoch += epochsAhead
  store.append({ rows: [], heads: [], asides: [], marks: [], state: snapshotOf(line) })
  return store
}

const forge = async (path: string, way: string, address: string): Promise<void> => {
  const home = openHome(path)
  const { charter, us, keys } = home
  const peer = charter.parties[1 - us]
  const at = parseAddress(address)
  if (peer === undefined || at === undefined) throw new Error("usage: forger HOME-COPY (--listen | --peer) HOST:PORT")
  let timer: NodeJS.Timeout | undefined
  const running = await run({
    charter,
    us,
    charterBody: home.charterBody,
    suite: nodeSuite,
    signer: falseSigner(keys),
    store: copied(home),
    paths: [
      {
        peer: 1 - us,
        transport: tlsTransport({
          ...(way === "--listen" ? { listen: at } : { connect: at }),
          key: keys.tls.key,
          cert: keys.tls.cert,
          peerSpki: peer.tlsSpki,
          random: Math.random,
        }),
      },
    ],
    world: {
      now: Date.now,
      later: task => void setImmediate(task),
      at(time, task) {
        clearTimeout(timer)
        timer = setTimeout(task, Math.max(0, time - Date.now()))
      },
    },
    check: () => [],
    tell: () => undefined,
    failed: error => {
      console.error(error.message)
      exit(3)
    },
  })
  const text = "FORGED, for practice: this must never be shown as said."
  await running.order({
    kind: kinds.message,
    traffic: traffics.indexOf("drill"),
    precedence: precedences.indexOf("ROUTINE"),
    refs: [],
    body: { salt: crypto.getRandomValues(new Uint8Array(16)), bytes: encodeMessageBody({ language: "en", text }) },
    action: [{ party: 1 - us, desk: 0 }],
    info: [],
    handling: 0,
    act: crypto.getRandomValues(new Uint8Array(16)),
    releases: [{ type: "node", officer: "Watch 1", proof: new Uint8Array(0) }],
  })
}

const [, , path = "", way = "", address = ""] = argv
await forge(path, way, address)
