// The document that may use the camera, which is apart from all others: it shows one page, and every other page leaves it (page:
// protocol/security.md, A-20).
import type { View } from "./frame/frame.tsx"

const path = "/by-screen"
const isApart = location.pathname === path

/** Whether this page is another document's; then the browser goes there. */
export const apart = (view: View): boolean => {
  if ((view === "screen") === isApart) return false
  location.assign(view === "screen" ? `${path}${location.search}` : `/${location.search}#view=${view}`)
  return true
}

const reachable: readonly View[] = ["watch", "write", "talks", "paths", "keys", "sessions", "export"]

/** The page to begin with. */
export const viewAsked = (): View => {
  if (isApart) return "screen"
  const asked = new URLSearchParams(location.hash.slice(1)).get("view")
  const view = reachable.find(name => name === asked)
  if (asked !== null) history.replaceState(null, "", location.pathname + location.search)
  return view ?? "watch"
}
