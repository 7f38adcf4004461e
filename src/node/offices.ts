// The rooms of a node that people come to, each with what it needs, and who hears what the loop tells.
import { randomBytes } from "node:crypto"
import type { Problem } from "../api/shapes.ts"
import type { Manifest } from "../core/document.ts"
import type { Tell } from "../core/event.ts"
import type { LineRecord } from "../record/record.ts"
import type { Store } from "../store/store.ts"
import { nodeSuite } from "../suites/node.ts"
import { Alarms } from "./alarms.ts"
import { DocumentDesk } from "./document-desk.ts"
import { Duress } from "./duress.ts"
import type { Home } from "./home.ts"
import { keyOffice } from "./key-office.ts"
import type { Log } from "./log.ts"
import { lookBy } from "./look.ts"
import { officerNames } from "./officer-names.ts"
import { officerOffice } from "./officer-office.ts"
import { parcelOffice } from "./parcel-office.ts"
import { Passkeys } from "./passkeys.ts"
import { releaseHash } from "./release.ts"
import { ReleaseDesk } from "./release-desk.ts"
import { spareIn } from "./reserve.ts"
import type { Running } from "./run.ts"
import { Watch } from "./watch.ts"

/** 2 GiB of the other side's documents, if nothing else is set. (D-5) */
const roomBytesDefault = 2 * 1_073_741_824

export type OfficesOptions = {
  readonly home: Home
  readonly record: LineRecord
  readonly store: Store
  readonly running: Running
  readonly log: Log
  readonly version: string
}

/** `refused`: a refusal of the line is noted. */
export const offices = (
  { home, record, store, running, log, version }: OfficesOptions,
  refused: (problem: Problem, peer: number | null) => void,
) => {
  const { charter, us, keys, settings } = home
  const salt = (): Uint8Array => Uint8Array.from(randomBytes(16))
  const now = Date.now
  const parcels = parcelOffice({
    ...{ us, store, running, now, offered: () => documents.offered() },
    unopened: ({ name }) => log.warn({ parcel: name }, "a parcel of ours could not be opened there"),
  })
  const { unopened } = parcels
  const { roomBytes = roomBytesDefault, look } = settings.documents ?? {}
  const documents = new DocumentDesk({
    ...{ us, record, store, suite: nodeSuite, running, now, salt, roomBytes, spareBytes: spareIn(home) },
    look: look && lookBy(look),
    changed: entries => watch.touch(entries),
    refused: refusal => watch.told({ type: "refused", refusal, peer: 1 - us }),
  })
  const viewed = (author: number, document: Manifest) => documents.view(author, document)
  const isKept = (document: Pick<Manifest, "root" | "size">) => documents.isKept(document)
  const about = {
    charter,
    us,
    record,
    store,
    suite: nodeSuite,
    running,
    now,
    salt,
    unopened,
    isKept,
    documents: viewed,
  }
  const alarms = new Alarms(about)
  const named = officerNames(record, store)
  const watch = new Watch({ ...about, named, version, release: releaseHash(), refused, alarms })
  const desk = new ReleaseDesk({ ...about, order: (officer, request) => watch.order(officer, request) })
  const passkeys = new Passkeys({
    ...{ isExample: charter.terms.example, side: `Parley, ${charter.parties[us]?.names.en ?? ""}` },
    ...{ officers: () => running.officers(us), store, suite: nodeSuite, now },
  })
  return {
    ...{ about, watch, desk, parcels, documents, passkeys, alarms, duress: new Duress(about) },
    office: keyOffice({ ...about, signer: keys }),
    officers: officerOffice({ charter, running, salt }),
    told(tell: Tell): void {
      for (const room of [watch, desk, parcels, documents]) room.told(tell)
      if (alarms.told(tell)) watch.sayLine()
    },
  }
}
