// QR codes: drawn from a text, and read from a picture. The card's parts are upper-case letters and figures, which a code holds densely.
import encodeQR from "qr"
import decodeQR from "qr/decode.js"
import { useMemo } from "react"

const quiet = 4

/** Black on white on every surface: a camera reads no other. */
export const QrCode = ({ text, label }: { readonly text: string; readonly label: string }) => {
  const { size, path } = useMemo(() => {
    const rows = encodeQR(text, "raw", { ecc: "low", border: quiet, encoding: "alphanumeric" })
    const dark = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
    return { size: rows.length, path: dark.join("") }
  }, [text])
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}

/** Longer sides of a picture are made smaller before it is searched. */
const sideMax = 1_600
const patienceMs = 400

export const readCode = (source: CanvasImageSource, width: number, height: number): string | undefined => {
  const scale = Math.min(1, sideMax / Math.max(width, height))
  const canvas = document.createElement("canvas")
  canvas.width = Math.round(width * scale)
  canvas.height = Math.round(height * scale)
  const context = canvas.getContext("2d", { willReadFrequently: true })
  if (!context || canvas.width === 0 || canvas.height === 0) return undefined
  context.drawImage(source, 0, 0, canvas.width, canvas.height)
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
  try {
    return decodeQR({ width: canvas.width, height: canvas.height, data }, { timeLimit: patienceMs })
  } catch {
    // A picture without a code, or with one that is not whole, is the usual case of a camera.
    return undefined
  }
}
