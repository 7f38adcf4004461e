// What the stand-in of console-fixture.ts shows: two parties and made-up messages, one of every kind that a console has to draw.
import type { MessageView, PartyView, ReportedView, Rung } from "../src/api/shapes.ts"

export const minute = 60_000
export const hour = 60 * minute

export const tokyo: PartyView = {
  party: 0,
  code: "tokyo",
  names: { en: "Tokyo", ja: "東京", zh: "东京" },
  zone: "Asia/Tokyo",
  language: "ja",
  desks: [{ desk: 1, code: "mfa", names: { en: "Foreign ministry", ja: "外務省", zh: "外务省" } }],
}
export const beijing: PartyView = {
  party: 1,
  code: "beijing",
  names: { en: "Beijing", ja: "北京", zh: "北京" },
  zone: "Asia/Shanghai",
  language: "zh",
  desks: [{ desk: 1, code: "mfa", names: { en: "Foreign ministry", ja: "外交部", zh: "外交部" } }],
}
export type Side = "tokyo" | "beijing"
export const officers = { tokyo: "SATO Hanako · 佐藤 花子", beijing: "LI Wei · 李伟" } as const

export const hashOf = (n: number): string => n.toString(16).padStart(4, "0").repeat(16)
export const rung = (name: Rung["rung"], party: number, at: number, over: Partial<Rung> = {}): Rung => ({
  rung: name,
  party,
  at,
  heardAt: at + 900,
  proof: "node",
  ...(name === "sent" ? {} : { hash: hashOf(at % 60_000) }),
  ...over,
})

export const base = (position: number, author: number, written: number): MessageView => ({
  position,
  hash: hashOf(position),
  author,
  generation: 0,
  seq: position + 20,
  number: 100 + position,
  kind: "message",
  precedence: "ROUTINE",
  traffic: "real",
  written,
  received: written + 700,
  refs: [],
  action: [{ party: 1 - author, desk: 1 }],
  info: [],
  officer: author === 0 ? officers.tokyo : officers.beijing,
  bytes: 412,
  rungs: [],
  gapBefore: false,
  concurrent: false,
  rings: false,
})

/** The ladder of a message as far as it came. */
export const came = (author: number, at: number, ...far: Rung["rung"][]): readonly Rung[] => {
  const other = 1 - author
  const name = (party: number): string => (party === 0 ? officers.tokyo : officers.beijing)
  const known: Partial<Record<Rung["rung"], Rung>> = {
    released: rung("released", author, at, { proof: "officer", officer: name(author) }),
    sent: rung("sent", author, at + 40),
    stored: rung("stored", other, at + 700),
    displayed: rung("displayed", other, at + 4_000, { officer: name(other) }),
    ring: rung("ring", other, at + 1_000),
    acknowledged: rung("acknowledged", other, at + 24_000, { proof: "officer", officer: name(other) }),
    answered: rung("answered", other, at + 40 * minute, { proof: "officer", officer: name(other) }),
    deferred: rung("deferred", other, at + 9 * minute, {
      proof: "officer",
      officer: name(other),
      until: at + 30 * hour,
      reason: "The competent authority has been asked.",
      language: "en",
    }),
    declined: rung("declined", other, at + 12 * minute, {
      proof: "officer",
      officer: name(other),
      reason: "非本线路事项。",
      language: "zh",
    }),
  }
  return far.flatMap(name => known[name] ?? [])
}

const yesterday = (t: (minutes: number) => number): MessageView[] => [
  {
    ...base(1, 0, t(1_700)),
    language: "ja",
    text: "定時の回線点検です。受信状況をお知らせください。",
    rungs: came(0, t(1_700), "released", "sent", "stored", "displayed", "acknowledged"),
  },
  {
    ...base(2, 1, t(1_660)),
    kind: "answer",
    refs: [hashOf(1)],
    language: "zh",
    text: "线路检查：收到，信号清晰。",
    rungs: came(1, t(1_660), "released", "stored", "displayed", "acknowledged"),
  },
  {
    ...base(3, 0, t(1_500)),
    precedence: "PRIORITY",
    language: "en",
    subject: "Weather balloon, planned release",
    text: "A meteorological balloon will be released at 0600Z from 35°41′N 139°41′E, drifting east. Expected to come down at sea within four hours.\nA report follows when it has come down.",
    rungs: came(0, t(1_500), "released", "sent", "stored", "displayed", "acknowledged", "deferred"),
  },
  {
    ...base(4, 1, t(900)),
    precedence: "ROUTINE",
    traffic: "test",
    number: 1,
    language: "en",
    text: "TEST TEST TEST. Alphabet and figures follow: ABC 0123456789. 测试：骨直与次刃海角入。TEST TEST TEST.",
    rungs: came(1, t(900), "released", "stored", "displayed"),
  },
  {
    ...base(5, 0, t(800)),
    language: "ja",
    traffic: "drill",
    number: 3,
    precedence: "IMMEDIATE",
    subject: "訓練　訓練：救難調整所との通信確認",
    text: "訓練。これは訓練通信です。漂流中の船舶を想定し、救難調整所の連絡先を確認します。訓練。",
    rungs: came(0, t(800), "released", "sent", "stored", "displayed", "acknowledged", "answered"),
  },
]

const today = (t: (minutes: number) => number): MessageView[] => [
  {
    ...base(6, 1, t(300)),
    received: t(258),
    language: "zh",
    text: "关于2月份联络安排的表格已随后送出，请查收。",
    rungs: came(1, t(300), "released", "stored"),
    gapBefore: true,
    concurrent: true,
  },
  {
    ...base(7, 0, t(290)),
    language: "en",
    text: "Two forms of the same request crossed. Please treat the later one as withdrawn.",
    rungs: came(0, t(290), "released", "sent", "stored", "displayed", "declined"),
    concurrent: true,
  },
  { ...base(8, 1, t(120)), mark: "bad-signature-covered", text: "x", rungs: came(1, t(120), "released", "stored") },
  {
    ...base(9, 1, t(60)),
    language: "en",
    text: "Direction marks and zero-width characters in this line: abc\u202edef\u202c, g\u200bh, \u2066i\u2069.",
    rungs: came(1, t(60), "released", "stored", "displayed"),
  },
  {
    ...base(10, 0, t(12)),
    precedence: "PRIORITY",
    language: "ja",
    subject: "臨時の連絡会議について",
    text: "明日の連絡会議を二時間繰り下げたい。差し支えの有無を回答願います。",
    rungs: came(0, t(12), "released", "sent", "stored", "displayed", "ring"),
    waits: { who: 1, due: t(-168) },
  },
  {
    ...base(11, 1, t(3)),
    precedence: "PRIORITY",
    language: "zh",
    subject: "关于无人气球的询问",
    text: "贵方海岸以东发现一具气球，高度约一万二千米，向东漂移。请告知是否属于贵方登记的气象气球。",
    rungs: came(1, t(3), "released", "stored", "displayed", "ring"),
    rings: true,
    waits: { who: 0, due: t(-177) },
  },
]

export const script = (now: number): MessageView[] => {
  const t = (minutes: number): number => now - minutes * minute
  return [...yesterday(t), ...today(t)]
}

export const reported = (): ReportedView[] => {
  const record = (n: number, over: Partial<ReportedView>): ReportedView => ({
    hash: hashOf(900 + n),
    importer: 0,
    when: "2023-02-22",
    precision: "day",
    account: "press",
    source: "press of the day",
    section: "The meeting",
    title: { en: "Fixture", ja: "例", zh: "示例" },
    text: { en: "Fixture text", ja: "例文", zh: "示例文字" },
    ...over,
  })
  const hotline = { en: "The hotline", ja: "ホットライン", zh: "热线" }
  return [
    record(1, {
      title: { en: "The meeting", ja: "会合", zh: "会谈" },
      text: {
        en: "The 17th security dialogue, Tokyo, the first in four years.",
        ja: "第17回安保対話、東京。4年ぶりの開催。",
        zh: "第十七次安全对话，东京，四年来首次。",
      },
    }),
    record(2, {
      section: "What was agreed",
      title: hotline,
      account: "tokyo",
      source: "Ministry of Foreign Affairs of Japan",
      text: {
        en: "Continue coordination to commence its operation “around spring”.",
        ja: "「春頃」の運用開始に向けて調整を続ける。",
        zh: "继续协调，争取在“春季前后”开始运行。",
      },
    }),
    record(3, {
      section: "What was agreed",
      title: hotline,
      account: "beijing",
      source: "Ministry of Foreign Affairs of China",
      text: {
        en: "Open the direct telephone line between the defence departments as soon as possible.",
        ja: "防衛部門間の直通電話をできるだけ早期に開通させる。",
        zh: "尽早开通防务部门直通电话。",
      },
    }),
    record(4, {
      section: "What happened since",
      when: "2023-03-31",
      title: { en: "The line is installed", ja: "回線の設置", zh: "线路设置" },
      account: "both",
      text: { en: "Line installed.", ja: "回線を設置。", zh: "线路已设置。" },
    }),
  ]
}
