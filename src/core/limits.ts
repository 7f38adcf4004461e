// Every bound of the law, with its arithmetic (page: protocol/limits.md). Units are in the names; nothing here is tunable.

/** One signed entry, COSE_Sign1 included. 4,096 B at 960 B/s is 4.3 s: the longest that a thin path is held. (LI-1) */
export const entryBytesMax = 4_096
/** One body. Larger is a document. 65,536 B at 960 B/s is 68 s. (LI-2) */
export const bodyBytesMax = 65_536
/** A body at FLASH or IMMEDIATE: about 200 words in any of the three languages, and one more fragment train. (LI-2) */
export const urgentBodyBytesMax = 4_096
/** Salt before a body under its hash: 128 bits. (E-12) */
export const saltBytes = 16
/** Deepest nesting of CBOR that is read; the deepest that the law writes is 6. (LI-3) */
export const cborDepthMax = 8
/** Entries that one entry may refer to: 64 × 34 B = 2,176 B, which leaves room for everything else in 4,096. (LI-4) */
export const refsMax = 64
/** Desks named for action, and for information. (LI-4) */
export const desksMax = 16
/** Officers' releases in one entry. (LI-4) */
export const releasesMax = 4
/** Characters of an officer's name or number in a release. (LI-4) */
export const officerCharsMax = 64
/** Officers of one party who are in office. Their keys stand in the state that is written with every entry. (OF-1) */
export const officersMax = 64
/** Keys of one officer: two security keys, one of them in a drawer, and the same for the keys that replace them. (OF-1) */
export const officerKeysMax = 4
/** A passkey's credential id; security keys that keep their secrets outside take some 200 bytes. (OF-1) */
export const credentialIdBytesMax = 512
/** What an authenticator says beside its signature: 37 bytes, and extensions if it has any. (OF-5) */
export const authenticatorDataBytesMax = 256
/** What the browser says of a signature: type, challenge and origin take 150 to 420 bytes. (OF-5) */
export const clientDataBytesMax = 1_024
/** Latest time that is written: 9999-12-31T23:59:59.999Z, the last that RFC 3339 has a form for. (LI-4) */
export const timeMsMax = 253_402_300_799_999
/** A language tag (BCP 47): "zh-Hans-CN" has 10. (LI-8) */
export const languageBytesMax = 16
/** A subject: one line on any screen, about 80 characters of any of the three languages. (LI-8) */
export const subjectBytesMax = 256
/** A reason for deferring or declining; longer is an answer. (LI-8) */
export const reasonBytesMax = 2_048
/** Source and section of a reported record. (LI-8) */
export const sourceBytesMax = 1_024
/** Parties of one line: tested with 2; the data model carries 16. (LI-5) */
export const partiesMax = 16
/** One card: its keys and signatures take 11,300, and the names, desks and labels of a large party the same again. (LI-7) */
export const cardBytesMax = 32_768
/** Desks, addresses, labels, languages or clocks in one card. (LI-7) */
export const cardItemsMax = 64
/** Characters of one name in one language. (LI-7) */
export const nameCharsMax = 200
/** Bytes of a card or parcel in one part: 720 are 1,080 letters, a QR code that a plain camera reads off a screen. (CH-9, EP-22) */
export const partBytesMax = 720
/** Parts of one card or parcel: 32,768 ÷ 720 = 46. (CH-9, EP-22) */
export const partsMax = 46
/** Disjoint ranges beyond the contiguous record that are kept per author. (S-6) */
export const gapsMax = 16
/** Signed but unacceptable entries kept aside per author, as evidence. (L-9) */
export const asidesMax = 1_000
/** One sealed frame's plaintext. 256 KiB is 21 ms at 100 Mbit/s. (F-3) */
export const frameBytesMax = 262_144
/** The shortest plaintext on a path of headRateMin and above: a ping, a pong and a small receipt look alike. (F-10) */
export const padLeast = 256
/** Up to here plaintexts have a power of two; above, steps of a thirty-second to a sixteenth. (F-10) */
export const padPowersMax = 4_096
/** Frames that may be missing or late before an old one is refused as replayed. (F-6) */
export const replayWindow = 1_024
/** Sealing epochs that a receiver keeps per direction. (EP-6) */
export const epochsKept = 4
/** A sending epoch ends after this many frames: 2^24 of at most 2^18 B stays far below the AES-GCM bound. (EP-5) */
export const epochFramesMax = 1 << 24
/** … or after this time. (EP-5) */
export const epochMsMax = 24 * 3_600_000
/** Credit that a node grants by default: bytes pushed to it and not yet known durable. 4 MiB ≥ 100 Mbit/s × 100 ms × 3. (S-3) */
export const creditBytes = 4 * 1_048_576
/** A peer that has exceeded its credit by this factor is refused. (S-3) */
export const creditSlack = 2
/** Entries between heads at the most, on a path of headRateMin and above. (L-6) */
export const headEntriesMax = 1_024
/** Quiet before a head, on a path of headRateMin and above. (L-6) */
export const headQuietMs = 250
/** bit/s: from here on heads follow headQuietMs, bodies go as they are, frames are padded; below, heads take headShare at most. (L-6) */
export const headRateMin = 1_000_000
/** Share of a thin path's rate that heads may take. A head is about 3,500 B: one in 73 s at 960 B/s. (L-6) */
export const headShare = 0.05
/** How long a gap stands before it is asked for. (S-7) */
export const wantAfterMs = 1_000
/** Silence on an open path before a ping. (S-9) */
export const pingAfterMs = 3_000
/** Silence on an open path before it is taken for dead: three pings unanswered, found within 10 s. (S-9) */
export const deadAfterMs = 9_000
/** Reconnect: every second, spread by a fifth, for ever. (S-10) */
export const reconnectMs = 1_000
export const reconnectSpread = 0.2
/** A peer's clock that differs by more than this is reported, and no more than reported. (E-9) */
export const clockDoubtMs = 60_000
/** Orders waiting to be signed; one more is refused as `busy`, before anything of it is promised. (LI-6) */
export const ordersMax = 65_536
/** An opening's bytes on the wire: 1,120 of X-Wing, 64 + 3,309 of signatures, the rest below 512. (EP-3) */
export const openingBytesMax = 5_120
/** How far ahead of our clock a break opening's time may be: what was set aside must not bar the way for years. (EP-9) */
export const breakAheadMs = 86_400_000
/** Receipts travel at the precedence of what they answer, and never below this one: ROUTINE. */
export const precedenceFloor = 1
/** How long a peer has to show, with an entry of ours, that it holds more of our log than we do. 60 s is 57 kB at 960 B/s. (L-11) */
export const doubtMs = 60_000
/** Changes of a party's node keys: one a year in two lifetimes, and more. Each is 2 kB in memory and some bytes of the snapshot. (LI-9) */
export const keyChangesMax = 256
/** A change of keys that is shown: a key of 1,952 B, signatures of 3,309 B twice or of 3,309 and 7,856 B, the entry, its words. (K-5) */
export const shownBytesMax = 20_480
/** A bundle of evidence. What is larger is chosen in two; a reader holds all of it in memory. (EV-1) */
export const bundleBytesMax = 256 * 1_048_576
/** Files in one bundle: about 5,000 entries with their bodies and proofs. (EV-1) */
export const bundleFilesMax = 16_384

/** Keys for what is carried: the first after an hour of a log, the next every 10 days, each erased when it is 30 days old. (EP-13) */
export const carriedFirstMs = 3_600_000
export const carriedRenewMs = 10 * 24 * 3_600_000
export const carriedMs = 30 * 24 * 3_600_000
/** A parcel as a file, and how many of them are remembered by name on either side. (EP-14, EP-15) */
export const parcelBytesMax = 8_388_608
export const parcelNamesMax = 64
/** A parcel that is shown in QR codes: at two and a half a second 46 of them are 19 s a round. (EP-22) */
export const codesBytesMax = 32_768
/** Files of one folder that are looked at: at 8 MiB each, more than any disk that somebody carries. (EP-18) */
export const folderFilesMax = 4_096
/** One symbol. With 73 bytes around it and 28 of UDP over IP it is 1,221: less than any path between two machines takes whole. (EP-19) */
export const symbolBytes = 1_120
/** A parcel that goes round on a one-way path: 940 symbols; put together in 50 ms. (EP-20) */
export const carouselBytesMax = 1_048_576
/** Parcels of which a receiver collects symbols at once, and their bytes together: four of the largest. (EP-21) */
export const objectsMax = 16
export const objectBytesMax = 33_554_432
/** A parcel of which nothing more comes is forgotten; it goes round again. (EP-21) */
export const objectMs = 24 * 3_600_000

/** A document, and the chunks in which it is known and kept: 1,600 of 64 KiB. At 960 B/s a chunk is 68 s. (D-1, D-3) */
export const documentBytesMax = 104_857_600
export const chunkBytes = 65_536
/** Documents that one message names. (D-1) */
export const documentsMax = 8
/** A name that every file system takes. (D-2) */
export const documentNameBytesMax = 200
/** RFC 6838, section 4.2. (D-1) */
export const mediaTypeCharsMax = 127
/** Documents that a node asks for at a time, questions of a path that it keeps, stretches of one chunk that may be missing. (D-5, D-6) */
export const documentsWantedMax = 64
export const asksMax = 64
export const stretchesMax = 16
/** Bytes of documents that a node asks for ahead of their coming, at most. (D-5) */
export const askedBytesMax = 4 * 1_048_576
