// Alarms that stay until somebody has acknowledged them by name, and what is asked about them (page: protocol/security.md, A-40 to A-42).
//   POST /api/alarms/acknowledge AlarmName → 204   POST /api/alarms/proof AlarmName → the fork proof, a zip (EV-13)

/** `id`: hash of what raised it, an entry or heads, in hex. `at`: when this node kept or stored it. */
export type AlarmView = {
  readonly id: string
  readonly what: "two-histories" | "break-glass"
  readonly party: number
  readonly generation: number
  /** Of roots: their size. */
  readonly seq: number
  /** Two histories not by two entries of one place, but by two roots of one size. (L-12) */
  readonly ofRoots?: true
  readonly at: number
  /** Of a sealed key that was used: whose. */
  readonly officer?: string
  readonly acknowledged?: AlarmAcknowledged
}

export type AlarmAcknowledged = { readonly by: string; readonly role: string; readonly at: number }
export type AlarmName = { readonly id: string }
