// This home was put back from a copy: what is happening, what the other side holds of us, and what its people do. (L-11, A-49)
import type { RestoreView } from "../../api/standing.ts"
import { RefusedMark } from "../icons.tsx"
import { useKnowledge } from "../knowledge.tsx"
import { partyOf } from "../number.ts"
import { useReader } from "../words.tsx"

const Peer = ({ restore, peer }: { readonly restore: RestoreView; readonly peer: RestoreView["peers"][number] }) => {
  const { line } = useKnowledge()
  const { t, name } = useReader()
  const side = partyOf(line, peer.party)
  const { ours, claimed, lacking, newer, forked } = restore
  const given = { them: side ? name(side.names) : "", ours, claimed }
  return (
    <>
      {peer.restored ? (
        <li>{t("restore.both", given)}</li>
      ) : !peer.answered ? (
        <li>{t("restore.asked", given)}</li>
      ) : (
        <li>{t(claimed > ours ? "restore.fetching" : "restore.here", given)}</li>
      )}
      {newer && <li>{t("restore.newer", given)}</li>}
      {forked && <li>{t("restore.forked", given)}</li>}
      {lacking > 0 && <li>{t("restore.lacking", { count: lacking })}</li>}
    </>
  )
}

/** Two that wait for each other, a log that was begun anew elsewhere, and one that says two things do not end by themselves. */
const needsPeople = ({ peers, newer, forked }: RestoreView): boolean =>
  newer || forked || peers.some(({ restored }) => restored)

export const RestoreBand = ({ openKeys }: { readonly openKeys: () => void }) => {
  const { line } = useKnowledge()
  const { t } = useReader()
  const { restore } = line
  if (restore === undefined) return null
  const decides = needsPeople(restore)
  return (
    <section className="refused-band break-band restore-band" aria-label={t("restore.band")}>
      <RefusedMark />
      <strong>{t("restore.band")}</strong>
      <span className="refused-sentence">{t("restore.what")}</span>
      <ol>
        {restore.peers.some(({ up }) => !up) && <li>{t("restore.down")}</li>}
        {restore.peers.map(peer => (
          <Peer key={peer.party} restore={restore} peer={peer} />
        ))}
        <li>
          <strong>{t(decides ? "restore.decide" : "restore.wait")}</strong>{" "}
          {t(decides ? "restore.who" : "restore.late")}{" "}
          {decides && line.officer.role === "administrator" && (
            <button type="button" className="button small" onClick={openKeys}>
              {t("restore.keys")}
            </button>
          )}
        </li>
      </ol>
    </section>
  )
}
