// Files that are dropped on the page: taken wherever they fall, for a browser would leave the console and open them itself.
import { useEffect, useRef, useState } from "react"

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes("Files") === true

/** True while files are held over the page. `dropped` is null where none are taken just now. */
export const useDropped = (dropped: ((files: readonly File[]) => void) | null): boolean => {
  const [isOver, setOver] = useState(false)
  const taking = useRef(dropped)
  taking.current = dropped
  useEffect(() => {
    const over = (event: DragEvent): void => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setOver(taking.current !== null)
    }
    const left = ({ relatedTarget }: DragEvent): void => {
      if (relatedTarget === null) setOver(false)
    }
    const fell = (event: DragEvent): void => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setOver(false)
      taking.current?.([...(event.dataTransfer?.files ?? [])])
    }
    document.addEventListener("dragover", over)
    document.addEventListener("dragleave", left)
    document.addEventListener("drop", fell)
    return () => {
      document.removeEventListener("dragover", over)
      document.removeEventListener("dragleave", left)
      document.removeEventListener("drop", fell)
    }
  }, [])
  return isOver
}
