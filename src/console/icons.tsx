// Simple marks, drawn in the colour of their text. A mark never stands without its word, so all are hidden from readers aloud.
import type { ReactNode } from "react"
import type { Precedence } from "../core/registry.ts"

const Mark = ({ children, size = 16, box = 16 }: { children: ReactNode; size?: number; box?: number }) => (
  <svg className="mark" width={size} height={size} viewBox={`0 0 ${box} ${box}`} aria-hidden="true" focusable="false">
    {children}
  </svg>
)
const line = {
  fill: "none",
  stroke: "currentColor",
  strokeWidth: 1.6,
  strokeLinecap: "round",
  strokeLinejoin: "round",
} as const

export const LampMark = ({ state }: { readonly state: "up" | "down" | "unknown" }) => (
  <Mark size={18}>
    {state === "up" && <circle cx="8" cy="8" r="5.5" fill="currentColor" />}
    {state === "down" && (
      <>
        <rect x="2" y="2" width="12" height="12" fill="currentColor" />
        <path d="M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6" stroke="var(--ground)" strokeWidth="2" />
      </>
    )}
    {state === "unknown" && <circle cx="8" cy="8" r="5.5" {...line} strokeDasharray="2.6 3" />}
  </Mark>
)

/** Half where its answer is late, hollow where it is open and nothing was heard. */
export const PathMark = ({ state }: { readonly state: "up" | "doubted" | "quiet" | "down" | "unknown" }) => {
  if (state === "up" || state === "down" || state === "unknown") return <LampMark state={state} />
  return (
    <Mark size={18}>
      <circle cx="8" cy="8" r="5.5" {...line} />
      {state === "doubted" && <path d="M8 2.5a5.5 5.5 0 010 11z" fill="currentColor" />}
    </Mark>
  )
}

const letter: Record<Precedence, string> = { FLASH: "Z", IMMEDIATE: "O", PRIORITY: "P", ROUTINE: "R", BULK: "B" }
const shape: Record<Precedence, ReactNode> = {
  FLASH: <path d="M12 1l11 11-11 11L1 12z" />,
  IMMEDIATE: <path d="M7.5 2h9L22.5 12l-6 10h-9L1.5 12z" />,
  PRIORITY: <rect x="2.5" y="2.5" width="19" height="19" />,
  ROUTINE: <circle cx="12" cy="12" r="10" />,
  BULK: <path d="M3 6h18v12H3z" />,
}
/** Letter in a shape of its own: five levels that a grey photograph tells apart. */
export const PrecedenceMark = ({
  precedence,
  size = 24,
}: {
  readonly precedence: Precedence
  readonly size?: number
}) => (
  <svg className="mark" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <g
      fill={precedence === "ROUTINE" || precedence === "BULK" ? "none" : "currentColor"}
      stroke="currentColor"
      strokeWidth="1.5"
    >
      {shape[precedence]}
    </g>
    <text x="12" y="16.4" textAnchor="middle" className={`letter ${precedence}`}>
      {letter[precedence]}
    </text>
  </svg>
)

export const SentMark = () => (
  <Mark>
    <path d="M4 12L12 4M6 4h6v6" {...line} />
  </Mark>
)
export const ReceivedMark = () => (
  <Mark>
    <path d="M12 4L4 12M10 12H4V6" {...line} />
  </Mark>
)
export const SoundMark = ({ on }: { readonly on: boolean }) => (
  <Mark>
    <path d="M2 6h2.5L8 3v10L4.5 10H2z" {...line} />
    {on ? (
      <path d="M10.5 5.5a3.5 3.5 0 010 5M12.5 3.5a6.2 6.2 0 010 9" {...line} />
    ) : (
      <path d="M11 6l4 4M15 6l-4 4" {...line} />
    )}
  </Mark>
)
export const CheckMark = () => (
  <Mark>
    <path d="M2.5 8.5l3.5 3.5 7.5-8" {...line} />
  </Mark>
)
export const KeyMark = () => (
  <Mark>
    <circle cx="5" cy="8" r="3" {...line} />
    <path d="M8 8h6M11.5 8v3M14 8v2" {...line} />
  </Mark>
)
export const WriteMark = () => (
  <Mark>
    <path d="M3 13l.6-3L10.8 2.8l2.4 2.4L6 12.4z" {...line} />
  </Mark>
)
export const BoardMark = () => (
  <Mark>
    <path d="M2 3h12v10H2zM2 7h12M8 7v6" {...line} />
  </Mark>
)
export const PagesMark = () => (
  <Mark>
    <path d="M4 2h8v12H4zM6 5.5h4M6 8h4M6 10.5h4" {...line} />
  </Mark>
)
export const BackMark = () => (
  <Mark>
    <path d="M9.5 3L4.5 8l5 5" {...line} />
  </Mark>
)
export const PrintMark = () => (
  <Mark>
    <path d="M4 6V2h8v4M4 12H2V6h12v6h-2M4 10h8v4H4z" {...line} />
  </Mark>
)
export const ClockMark = () => (
  <Mark>
    <circle cx="8" cy="8" r="6" {...line} />
    <path d="M8 4.5V8l2.5 1.5" {...line} />
  </Mark>
)
export const GapMark = () => (
  <Mark>
    <path d="M8 1v4M8 11v4M4 8h1.5M10.5 8H12" {...line} strokeDasharray="2 2" />
  </Mark>
)
export const OrderMark = () => (
  <Mark>
    <path d="M3 5h10M3 11h10M11 3l2 2-2 2M5 9l-2 2 2 2" {...line} />
  </Mark>
)
export const RefusedMark = () => (
  <Mark>
    <circle cx="8" cy="8" r="6" {...line} />
    <path d="M4 12l8-8" {...line} />
  </Mark>
)

/** A rung: square when an officer signed it, round when a node said it, open when it is only claimed or still to come. */
export const RungMark = ({ kind }: { readonly kind: "officer" | "node" | "claimed" | "pending" | "queued" }) => (
  <Mark size={14}>
    {kind === "officer" && <rect x="2.5" y="2.5" width="11" height="11" fill="currentColor" />}
    {kind === "node" && <circle cx="8" cy="8" r="5.5" fill="currentColor" />}
    {kind === "claimed" && <circle cx="8" cy="8" r="5" {...line} />}
    {kind === "pending" && <circle cx="8" cy="8" r="5" {...line} strokeDasharray="2 2.6" />}
    {kind === "queued" && <path d="M3 3h10v10H3zM3 8l5-5M3 13L13 3M8 13l5-5" {...line} />}
  </Mark>
)

export const PersonsMark = () => (
  <Mark>
    <circle cx="8" cy="5" r="2.6" {...line} />
    <path d="M2.8 14c.6-3 2.6-4.4 5.2-4.4s4.6 1.4 5.2 4.4" {...line} />
  </Mark>
)

export const EvidenceMark = () => (
  <Mark>
    <path d="M3 2h7l3 3v9H3z" {...line} />
    <path d="M5.5 9.5l1.800 1.800 3.400-3.800" {...line} />
  </Mark>
)

export const PathsMark = () => (
  <Mark>
    <path d="M2 8h3c3 0 3-5 6-5h3M5 8h9M5 8c3 0 3 5 6 5h3" {...line} />
  </Mark>
)

export const DocumentMark = () => (
  <Mark>
    <path d="M4 1.5h5.5L12.5 5v9.5H4zM9.5 1.5V5h3" {...line} />
  </Mark>
)

export const CodeMark = () => (
  <Mark>
    <path
      d="M2.5 2.5h4v4h-4zM9.5 2.5h4v4h-4zM2.5 9.5h4v4h-4zM9.5 9.5h1.500v1.500M13.500 9.500v1.500M9.500 13.500h1.500M13.500 13.500v-.5"
      {...line}
    />
  </Mark>
)
