// Whether a passkey can be used where this console stands, and what to say where it cannot.
import type { ReactNode } from "react"
import { useReader } from "../words.tsx"

/** A browser binds a passkey to a name: an address of numbers has none. In a frame the other page would be bound in as well. */
type Fit = "fits" | "address" | "framed" | "none"
const fitHere = (): Fit => {
  if (/^[\d.]+$|^\[/.test(location.hostname)) return "address"
  if (window.top !== window) return "framed"
  return typeof PublicKeyCredential === "undefined" ? "none" : "fits"
}

/** What stands inside where a passkey can be used here; else why not, and where it can. */
export const Fits = ({ children }: { readonly children: ReactNode }) => {
  const { t } = useReader()
  const fit = fitHere()
  if (fit === "fits") return children
  if (fit === "none") return <p className="quiet">{t("passkey.none")}</p>
  if (fit === "address")
    return <p className="quiet">{t("passkey.address", { place: `http://localhost:${location.port}/` })}</p>
  return (
    <p className="quiet">
      {t("passkey.framed")}{" "}
      <a href={location.pathname + location.search} target="_blank" rel="noreferrer">
        {t("passkey.own-window")}
      </a>
    </p>
  )
}
