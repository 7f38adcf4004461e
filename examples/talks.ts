// The talks of 22 February 2023 as reported records, and the one question that waits: a drill, invented for practice. Whose account it
// is imports it: each side its own, the press and what both say by turns. Asked twice, nothing is written twice.
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import type { MessagePage, OrderReply, OrderRequest, ReportedView } from "../src/api/shapes.ts"
import { administrator, type Capital, watchOfficer } from "./capital.ts"

export type Talk = Omit<ReportedView, "hash" | "importer">

export const talks: readonly Talk[] = JSON.parse(
  readFileSync(new URL("talks-2023-02-22.json", import.meta.url), "utf8"),
)

const nameOf = ({ section, title, account, when }: Talk): string => JSON.stringify([section, title.en, account, when])

/** Records imported now. They are written one after the other, so that both sides keep them in one order. */
export const importTalks = async (capitals: readonly [Capital, Capital]): Promise<number> => {
  const held = await capitals[0].ask<ReportedView[]>(administrator, "/api/reported")
  const known = new Set(held.map(nameOf))
  const sections = [...new Set(talks.map(talk => talk.section))]
  let last: { readonly by: Capital; readonly seq: number } | undefined
  let count = 0
  for (const talk of talks) {
    if (known.has(nameOf(talk))) continue
    const turn = sections.indexOf(talk.section) % 2 === 0 ? capitals[0] : capitals[1]
    const by = capitals.find(({ code }) => code === talk.account) ?? turn
    if (last !== undefined && last.by !== by) await by.holds(last.by.party, last.seq)
    const { seq } = await by.ask<OrderReply>(administrator, "/api/reported", talk)
    last = { by, seq }
    count++
  }
  const other = capitals.find(capital => capital !== last?.by)
  if (last !== undefined) await other?.holds(last.by.party, last.seq)
  return count
}

const question = {
  kind: "message",
  act: createHash("sha256").update("parley example: balloons").digest("hex").slice(0, 32),
  language: "en",
  precedence: "ROUTINE",
  traffic: "drill",
  refs: [],
  subject: "DRILL, invented for practice: balloons · 訓練（架空）：気球 · 演练（虚构）：气球",
  text: [
    "DRILL, invented for practice. No government has asked this.\nDo you know of a balloon that is adrift today? If so: where and when was it launched, what is it for, and where is it expected to go?",
    "訓練：練習のために作られたもので、いずれの政府が尋ねたものでもない。\n本日漂流している気球を把握しているか。把握していれば、放球の場所と時刻、目的、予想される進路を示されたい。",
    "演练：为练习而虚构，任何一方政府都没有提出过这一询问。\n今天是否掌握有气球失控漂移？如有，请说明施放的地点和时间、用途以及预计的去向。",
  ].join("\n\n"),
} as const satisfies OrderRequest

/** Asks it, unless anything has been said on this line before. */
export const askQuestion = async (from: Capital): Promise<boolean> => {
  const { total } = await from.ask<MessagePage>(watchOfficer, "/api/messages?after=0&limit=1")
  if (total > 0) return false
  await from.ask<OrderReply>(watchOfficer, "/api/orders", question)
  return true
}
