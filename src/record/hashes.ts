// Which entry has this hash: an open-addressed table over one flat run of hashes. A Map of hex strings would take four times the
// memory, and a record is held whole. Places are given in the order of adding, from 0.

const hashBytes = 32

export class Hashes {
  #bytes = new Uint8Array(hashBytes * 1_024)
  /** Place + 1 of the entry that lies here; 0 is empty. At most half full. */
  #table = new Uint32Array(2_048)
  #count = 0

  get count(): number {
    return this.#count
  }

  /** The place of a hash; −1 when it is not held. */
  find(hash: Uint8Array): number {
    if (hash.length !== hashBytes) return -1
    const mask = this.#table.length - 1
    for (let slot = slotOf(hash, 0) & mask; ; slot = (slot + 1) & mask) {
      const held = this.#table[slot]!
      if (held === 0) return -1
      if (this.#isAt(held - 1, hash)) return held - 1
    }
  }

  /** The hash must be 32 bytes and not held yet. */
  add(hash: Uint8Array): number {
    if (hash.length !== hashBytes) throw new Error(`a hash of ${hash.length} bytes`)
    const place = this.#count++
    if (this.#bytes.length < hashBytes * this.#count) {
      const wider = new Uint8Array(2 * this.#bytes.length)
      wider.set(this.#bytes)
      this.#bytes = wider
    }
    this.#bytes.set(hash, hashBytes * place)
    if (2 * this.#count > this.#table.length) this.#widen()
    else this.#put(place)
    return place
  }

  /** The bytes of the hash at a place, shared: not to be changed. */
  at(place: number): Uint8Array {
    return this.#bytes.subarray(hashBytes * place, hashBytes * (place + 1))
  }

  /** Byte order of two held hashes. */
  compare(a: number, b: number): number {
    for (let at = 0; at < hashBytes; at++) {
      const difference = this.#bytes[hashBytes * a + at]! - this.#bytes[hashBytes * b + at]!
      if (difference !== 0) return difference
    }
    return 0
  }

  #isAt(place: number, hash: Uint8Array): boolean {
    const start = hashBytes * place
    for (let at = 0; at < hashBytes; at++) if (this.#bytes[start + at] !== hash[at]) return false
    return true
  }

  #put(place: number): void {
    const mask = this.#table.length - 1
    let slot = slotOf(this.#bytes, hashBytes * place) & mask
    while (this.#table[slot] !== 0) slot = (slot + 1) & mask
    this.#table[slot] = place + 1
  }

  #widen(): void {
    this.#table = new Uint32Array(2 * this.#table.length)
    for (let place = 0; place < this.#count; place++) this.#put(place)
  }
}

/** A hash is already spread evenly: its first bytes are the slot. */
const slotOf = (bytes: Uint8Array, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | ((bytes[at + 3]! & 0x7f) << 24)
