// Words of beginning anew, in the three languages side by side (page: protocol/epoch.md, section 6).
export const breakEn = {
  "break.band": "SEALING MUST BEGIN ANEW",
  "break.what":
    "This side or {them} has lost what sealing rests on. Nothing new is read until both sides have done this:",
  "break.ring": "Ring the other side, by a way that is not this line. Both must know of the loss.",
  "break.ours": "Read out our number:",
  "break.theirs": "The number that they read out",
  "break.confirm": "Confirm",
  "break.set-aside": "Set aside",
  "break.not-come": "Their request has not come yet.",
  "break.waits": "Confirmed here. It waits for their officer.",
  "break.officer": "A watch officer or an administrator confirms it.",
  "break.doubt": "If they know of no loss, set it aside: somebody may have their keys.",
} as const

type Words = Record<keyof typeof breakEn, string>

export const breakJa: Words = {
  "break.band": "封緘をやり直す必要があります",
  "break.what":
    "こちらか{them}の側で、封緘のよりどころが失われました。双方が次のことを済ませるまで、新しいものは何も読まれません。",
  "break.ring": "この回線とは別の手段で相手方に電話をかけ、双方が喪失を承知していることを確かめてください。",
  "break.ours": "こちらの番号を読み上げてください：",
  "break.theirs": "相手方が読み上げた番号",
  "break.confirm": "確認する",
  "break.set-aside": "退ける",
  "break.not-come": "相手方からの申し出はまだ届いていません。",
  "break.waits": "こちらでは確認済みです。相手方の担当者を待っています。",
  "break.officer": "当直担当者か管理者が確認します。",
  "break.doubt": "相手方に喪失の心当たりがなければ、退けてください。鍵が他者の手にあるおそれがあります。",
}

export const breakZh: Words = {
  "break.band": "必须重新建立密封",
  "break.what": "本方或{them}一方失去了密封所依据的数据。双方完成以下步骤之前，不会读取任何新内容：",
  "break.ring": "请用本线路以外的方式致电对方，确认双方都知悉此次丢失。",
  "break.ours": "请读出本方号码：",
  "break.theirs": "对方读出的号码",
  "break.confirm": "确认",
  "break.set-aside": "搁置",
  "break.not-come": "尚未收到对方的请求。",
  "break.waits": "本方已确认，正等待对方人员确认。",
  "break.officer": "由值班人员或管理员确认。",
  "break.doubt": "若对方并不知悉丢失，请搁置：对方的密钥可能已落入他人之手。",
}
