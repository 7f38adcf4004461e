// The tables of a home's record, and how an older home becomes a newer one (page: protocol/security.md, section 3). A published
// step is never edited: one more version is one more step at the end.

/** "Parl", in the file's header: tells a home from any other SQLite file. */
export const applicationId = 0x5061_726c

/** Step n takes a home from version n to n + 1; version 0 is an empty file. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO meta VALUES ('schema', 0), ('writer', 0), ('process', 0), ('opened', 0);

  CREATE TABLE entry (
    position INTEGER PRIMARY KEY,
    author INTEGER NOT NULL CHECK (author >= 0),
    generation INTEGER NOT NULL CHECK (generation >= 0),
    seq INTEGER NOT NULL CHECK (seq >= 1),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    at INTEGER NOT NULL,
    gap INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    salt BLOB,
    body BLOB,
    UNIQUE (author, generation, seq)
  ) STRICT;
  -- Eight bytes of the hash find the row; the whole hash is compared there. A third of the pages of a full index, which
  -- are what an append of many rows writes most of.
  CREATE INDEX entry_hash ON entry (substr(hash, 1, 8));

  CREATE TABLE head (
    author INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    ed25519 BLOB NOT NULL,
    ml_dsa_65 BLOB NOT NULL,
    UNIQUE (author, generation, size, root)
  ) STRICT;

  CREATE TABLE aside (
    position INTEGER PRIMARY KEY,
    author INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    refusal TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE mark (position INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, refusal TEXT NOT NULL) STRICT;
  CREATE TABLE snapshot (only INTEGER PRIMARY KEY CHECK (only = 1), state BLOB NOT NULL) STRICT;
  CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
  `,
  // Salt and body of a sealed record stand in their box and nowhere else; 'sealed' says that the snapshot and settings are sealed too.
  `
  ALTER TABLE entry ADD COLUMN box BLOB;
  INSERT INTO meta VALUES ('sealed', 0);
  `,
  // Documents in chunks. In a sealed record each chunk is sealed by itself, under its document and place, and so are root and leaves, by
  // which a known file could be told; 'name' is then what the key makes of the root.
  `
  CREATE TABLE document (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name BLOB UNIQUE CHECK (name IS NULL OR length(name) = 32),
    size INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    state TEXT NOT NULL
  ) STRICT;
  CREATE TABLE announced (
    document INTEGER NOT NULL REFERENCES document (id),
    author INTEGER NOT NULL,
    entry BLOB NOT NULL,
    UNIQUE (document, entry)
  ) STRICT;
  CREATE TABLE chunk (
    document INTEGER NOT NULL REFERENCES document (id),
    place INTEGER NOT NULL CHECK (place >= 0),
    bytes BLOB NOT NULL,
    UNIQUE (document, place)
  ) STRICT;
  `,
  // The same bytes may be given and fetched: what the node says of the one changes nothing of the other.
  `
  ALTER TABLE document RENAME COLUMN state TO got;
  ALTER TABLE document ADD COLUMN given TEXT NOT NULL DEFAULT '';
  UPDATE document SET given = got, got = '' WHERE got = 'withdrawn' OR got LIKE 'there %';
  `,
  // What is fetched is said in the record. Before that, it was whatever was not whole.
  `
  UPDATE document SET got = 'wanted' WHERE got = '' AND id IN (SELECT document FROM announced);
  `,
]
