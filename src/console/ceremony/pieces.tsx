// Small pieces of the ceremony's screens: a title, a fingerprint in groups, and the two buttons that lead on and back.
import type { ReactNode } from "react"
import { Button } from "react-aria-components/Button"
import { useSaying } from "./say.ts"

export const Title = ({ children }: { readonly children: ReactNode }) => <h1 tabIndex={-1}>{children}</h1>

/** In eight groups of eight, so that two people can read it to each other. */
export const Fingerprint = ({ label, hash }: { readonly label: string; readonly hash: string }) => (
  <dl className="fingerprint">
    <dt>{label}</dt>
    <dd lang="en" translate="no" className="code">
      {(hash.match(/.{8}/g) ?? []).map((group, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the groups of one hash never move.
        <span key={at}>{group}</span>
      ))}
    </dd>
  </dl>
)

type OnwardProps = {
  readonly next: () => void
  readonly back?: () => void
  readonly label?: string
  readonly isDisabled?: boolean
}

export const Onward = ({ next, back, label, isDisabled = false }: OnwardProps) => {
  const { say } = useSaying()
  return (
    <div className="buttons onward">
      <Button className="button strong" isDisabled={isDisabled} onPress={next}>
        {label ?? say("wizard.next")}
      </Button>
      {back && (
        <Button className="button" onPress={back}>
          {say("wizard.back")}
        </Button>
      )}
    </div>
  )
}
