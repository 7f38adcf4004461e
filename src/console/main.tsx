// The console's first line. Fonts come after the first drawing: until then, and without them, the system's own serve.
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { App } from "./app.tsx"
import { KeptConsole } from "./fallen.tsx"
import { watchComposition } from "./keys.ts"
import { ReaderProvider } from "./words.tsx"

const root = document.getElementById("root")
if (!root) throw new Error("The page has no place for the console.")
watchComposition()
createRoot(root).render(
  <StrictMode>
    <ReaderProvider>
      <KeptConsole>
        <App />
      </KeptConsole>
    </ReaderProvider>
  </StrictMode>,
)
void import("./fonts.ts")
