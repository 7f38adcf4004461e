// Codes read from a camera, from pictures and from files of text.
import { useEffect, useRef, useState } from "react"
import { useReader } from "../words.tsx"
import { readCode } from "./qr.tsx"

export const Camera = ({ read }: { readonly read: (text: string) => void }) => {
  const { t } = useReader()
  const video = useRef<HTMLVideoElement>(null)
  const [fails, setFails] = useState(false)
  useEffect(() => {
    let stream: MediaStream | undefined
    let stopped = false
    let next = 0
    const look = (): void => {
      const seen = video.current
      const text = seen && seen.readyState >= 2 ? readCode(seen, seen.videoWidth, seen.videoHeight) : undefined
      if (text !== undefined) read(text)
      if (!stopped) next = requestAnimationFrame(look)
    }
    const open = async (): Promise<void> => {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: 1_280 } })
      if (stopped || !video.current) return stream.getTracks().forEach(track => void track.stop())
      video.current.srcObject = stream
      await video.current.play()
      look()
    }
    open().catch(() => setFails(true))
    return () => {
      stopped = true
      cancelAnimationFrame(next)
      stream?.getTracks().forEach(track => void track.stop())
    }
  }, [read])
  if (fails)
    return (
      <p className="notice" role="alert">
        {t("codes.no-camera")}
      </p>
    )
  return (
    <figure className="camera">
      <video ref={video} muted playsInline aria-label={t("codes.camera")} />
      <figcaption className="quiet">{t("codes.looking")}</figcaption>
    </figure>
  )
}

const fileBytesMax = 32 * 1_048_576

/** The text of a file, or of the code in a picture; undefined where there is none. */
export const textIn = async (file: File): Promise<string | undefined> => {
  if (file.size > fileBytesMax) return undefined
  if (!file.type.startsWith("image/")) return file.text()
  const picture = await createImageBitmap(file).catch(() => undefined)
  if (picture === undefined) return undefined
  const text = readCode(picture, picture.width, picture.height)
  picture.close()
  return text
}
