// Refusals: what the line may not accept, as values (page: protocol/registry.md, section 5). A refusal is recorded, shown in the
// reader's language and sometimes sent back. It is never thrown: an Error is for the world failing, an assertion for our own fault.

/** code → [number on the wire, clause, one sentence in English]. words/{en,ja,zh}.ts hold the reader's sentence for each code. */
export const refusals = {
  malformed: [1, "C-1", "The bytes are not the deterministic CBOR that the law asks for."],
  "too-large": [2, "LI-1", "It is larger than the law allows."],
  "too-deep": [3, "LI-3", "It is nested deeper than the law allows."],
  "wrong-version": [4, "E-2", "It is of another version of the law."],
  "newer-law": [5, "E-16", "It carries a critical field that this version does not know."],
  "wrong-line": [6, "E-3", "It belongs to another line."],
  "unknown-author": [7, "E-4", "Its author is not a party to this line."],
  "wrong-generation": [8, "E-5", "It is of a generation of the log that is not open."],
  "wrong-seq": [9, "E-6", "It is the author's own entry number out of turn."],
  "wrong-own-root": [10, "E-7", "It does not follow the record that we hold."],
  "false-own-root": [11, "L-8", "It was held across a gap, and the record that filled the gap proves its root false."],
  "wrong-number": [12, "E-10", "Its message number is not the next of its kind of traffic."],
  "act-reused": [13, "E-14", "Its author has used this act before: a person's one decision may be recorded once."],
  "unknown-key": [14, "E-15", "It is signed with a key that its author has not declared."],
  "bad-signature": [15, "E-15", "Its signature is not its author's."],
  "bad-signature-covered": [16, "L-7", "It lies under its author's signed head, but its own signature is false."],
  "two-histories": [17, "L-8", "Its author has signed two different entries with one number."],
  "seen-mismatch": [18, "L-5", "It claims to have seen a record of ours that is not ours."],
  "wrong-body": [19, "E-12", "The body is not the one that was signed."],
  "bad-text": [20, "E-13", "The text is not UTF-8, or holds a character that no text may hold."],
  "bad-head": [21, "L-4", "The signed head does not match the entries that it covers."],
  "bad-head-signature": [22, "L-4", "A signature of the head is false."],
  "bad-frame": [23, "F-4", "The sealed frame was altered, or sealed with another key."],
  "replayed-frame": [24, "F-6", "The sealed frame has been received before, or is too old."],
  "unknown-epoch": [25, "EP-6", "The frame is sealed in an epoch that we do not hold."],
  "bad-opening": [26, "EP-3", "The opening of a sealing epoch is not the peer's."],
  "unknown-secret": [27, "EP-4", "The opening builds on a secret that we do not hold."],
  "other-charter": [28, "CH-1", "The peer stands under another charter."],
  "over-credit": [29, "S-3", "The peer sends faster than we have granted."],
  "false-receipt": [30, "R-4", "It acknowledges an entry that we have not written."],
  expired: [31, "E-9", "Its time had passed when it arrived."],
  "stored-without-body": [32, "R-6", "The entry is stored; its body is missing."],
  undecipherable: [33, "R-7", "It could not be opened; the sender is asked to seal it again."],
  withheld: [34, "S-8", "The body was deleted by a signed entry."],
  restored: [35, "L-11", "This node was restored from a copy and may not sign until its record is whole again."],
  busy: [36, "LI-6", "Too much waits to be signed; nothing of this order was taken."],
  "late-writer": [37, "L-10", "Another node of ours has taken over this log."],
  "newer-home": [38, "L-10", "This home was written by a newer version of Parley."],
  "wrong-words": [39, "CH-6", "The words are not those of the two cards."],
  "bad-card": [40, "CH-3", "The card is damaged, or its signature is false."],
  "terms-differ": [41, "CH-4", "The two cards propose different terms."],
  "not-signed-in": [42, "A-1", "Nobody is signed in."],
  "not-found": [43, "A-2", "There is no such entry in this record."],
  "bad-request": [44, "A-3", "The request is not of the form that the node understands."],
  "empty-text": [45, "E-13", "There is no text to send."],
  unpaired: [46, "CH-1", "This home is not paired yet."],
  "not-allowed": [47, "A-4", "The role of this officer does not allow it."],
  "bad-release": [48, "OF-6", "It carries a proof that is not that of an officer who may give it."],
  "release-missing": [49, "OF-8", "It lacks a proof that the charter asks for: of an officer, or of a second one."],
  "bad-officer": [50, "OF-3", "It would change its author's officers, and its roots have not signed it so."],
  "key-revoked": [
    58,
    "K-8",
    "It is signed with a key that its author has revoked: it is not taken for the author's word.",
  ],
  "bad-key-change": [59, "K-3", "The change of keys is not of the form, or not signed by all who must sign it."],
  "bad-generation": [
    60,
    "K-9",
    "The new generation does not follow the log that we hold, or is not signed by its author's roots.",
  ],
  disowned: [61, "K-9", "Its author has begun its log anew and does not stand by what came after that place."],
  "key-missing": [
    62,
    "K-6",
    "The node key that is in force is not in this home: it can say nothing until its keys are changed.",
  ],
  "key-replaced": [63, "K-1", "It is signed with a key that its author had replaced by then."],
  "other-first-opening": [
    64,
    "EP-9",
    "Its first opening is not the one that we hold: one of the two homes has lost what it had.",
  ],
  "break-held": [65, "EP-9", "The other side asks to begin sealing anew; that waits here for an officer."],
  "old-break": [66, "EP-9", "Its request to begin anew is not newer than the last one, or its clock is wrong."],
  "no-break": [67, "EP-10", "No request to begin anew with this number is held here."],
  "bad-bundle": [68, "EV-1", "The file is not a bundle as the law has it."],
  "packed-bundle": [69, "EV-1", "A file in the bundle is compressed. It is not unpacked, however small it looks."],
  "path-escapes": [70, "EV-1", "A name in the bundle leads out of it."],
  "changed-file": [71, "EV-3", "A file in the bundle is not the one that its list of hashes names."],
  "missing-file": [72, "EV-2", "The bundle lacks a file that it needs."],
  "wrong-entry": [73, "EV-5", "The entry in the file is not the one that its name says."],
  "bad-proof": [74, "EV-6", "The proof does not show that the entry is in the log."],
  "bad-consistency": [75, "EV-7", "The proof does not show that one log continues the other."],
  "not-covered": [76, "EV-6", "No signed head in the bundle covers this entry."],
  untrusted: [
    77,
    "EV-8",
    "The bundle agrees with itself, and nobody in it has a fingerprint that was given as trusted.",
  ],
  locked: [78, "A-6", "This home is locked; it opens with its passphrase."],
  "wrong-passphrase": [79, "A-6", "The passphrase is not the one that locked this home."],
  "too-many-requests": [80, "A-21", "Too many requests in too short a time; nothing was done."],
  "wrong-host": [81, "A-22", "This node is not known under that name."],
  "wrong-origin": [82, "A-23", "A page of another origin has asked; nothing was done."],
  "bad-terms": [84, "CH-7", "A field of the terms is not of its form, or asks for what cannot be."],
  "own-card": [85, "CH-4", "It is our own card: the card of the other side is needed."],
  "mixed-parts": [86, "CH-9", "The parts are of two different cards."],
  "bad-part": [87, "CH-9", "A part of the card is damaged or missing, or there are too many."],
  "same-person": [88, "CH-10", "Two different persons confirm, and each gives a name."],
  "paired-already": [89, "CH-10", "This home is paired already: its card and terms stand."],
  "wrong-pin": [96, "A-12", "The hardware module does not take this PIN."],
  "wrong-token": [97, "A-12", "The hardware module does not hold the key of this home."],
} as const satisfies Record<string, readonly [number, string, string]>

export type RefusalCode = keyof typeof refusals

/** What was refused, with the facts that a person or an auditor needs. `details` hold numbers, hex and short names, never bodies. */
export type Refusal = {
  readonly refusal: RefusalCode
  readonly details: Readonly<Record<string, string | number>>
}

export const refuse = (refusal: RefusalCode, details: Refusal["details"] = {}): Refusal => ({ refusal, details })

export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === "object" && value !== null && "refusal" in value && typeof value.refusal === "string"
