// What falls over falls alone: of a page, the lamps and the alarm beside it stand on; of the whole, it is said that nothing rings here.
import { Component, type ReactNode } from "react"
import { Button } from "react-aria-components"
import { useReader } from "./words.tsx"

type Kept = {
  /** At another place another page stands, and is tried. */
  readonly place: string
  readonly fallen: (again: () => void) => ReactNode
  readonly children: ReactNode
}

class Keep extends Component<Kept, { readonly isFallen: boolean }> {
  override state = { isFallen: false }

  static getDerivedStateFromError = (): { isFallen: boolean } => ({ isFallen: true })

  override componentDidUpdate(before: Kept): void {
    if (this.state.isFallen && before.place !== this.props.place) this.setState({ isFallen: false })
  }

  override render(): ReactNode {
    const { fallen, children } = this.props
    return this.state.isFallen ? fallen(() => this.setState({ isFallen: false })) : children
  }
}

const Said = ({ isWhole, again }: { readonly isWhole: boolean; readonly again: () => void }) => {
  const { t } = useReader()
  return (
    <div className="fallen" role="alert">
      <p>{t(isWhole ? "fallen.whole" : "fallen.page")}</p>
      <Button className="button strong" onPress={again}>
        {t(isWhole ? "fallen.load" : "fallen.again")}
      </Button>
    </div>
  )
}

export const KeptPage = ({ place, children }: { readonly place: string; readonly children: ReactNode }) => (
  <Keep place={place} fallen={again => <Said isWhole={false} again={again} />}>
    {children}
  </Keep>
)

export const KeptConsole = ({ children }: { readonly children: ReactNode }) => (
  <Keep place="" fallen={() => <Said isWhole again={() => location.reload()} />}>
    {children}
  </Keep>
)
