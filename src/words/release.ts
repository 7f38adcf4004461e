// Words of releasing with officers' own signatures, in the three languages side by side (pages: protocol/officer.md; protocol/security.md,
//
export const releaseEn = {
  "sign.why-one": "{precedence} needs the signature of an officer: you sign with your passkey.",
  "sign.why-more":
    "{precedence} needs {persons, plural, =2 {two} other {#}} persons. You are the first. When you have signed with your passkey it waits here; it is sent as soon as {persons, plural, =2 {the second has} other {the others have}} signed.",
  "sign.why-acknowledge": "Acknowledging {precedence} needs your signature: you are asked for your passkey.",
  "sign.why-act": "This needs your signature: you are asked for your passkey.",
  "sign.touch": "Waiting for your passkey",
  "sign.send": "SIGN AND SEND — {traffic} — {precedence} to {them}",
  "sign.lay": "SIGN, AND ASK THE SECOND — {traffic} — {precedence} to {them}",
  "sign.not-given":
    "No passkey has signed. Have yours at hand and try again. Without it: another officer signs at this desk, or your administrator opens the sealed key of last resort.",
  "sign.no-passkey":
    "No passkey of yours is enrolled for this console. You make one under Keys, and the roots sign it; until then an officer signs with a key file on the command line.",

  "waiting.title": "Waiting for a second officer",
  "waiting.count": "{count, plural, one {# waits for a second officer} other {# wait for a second officer}}",
  "waiting.by": "Laid down by {name}, {dtg}. Signed: {officers}.",
  "waiting.needs": "{count, plural, one {One more officer} other {# more officers}} must sign. Nothing has been sent.",
  "waiting.releaser": "The next must be a releasing officer.",
  "waiting.own": "You have signed. The second officer sees this on the watch screen.",
  "waiting.all": "All {persons} must sign. Of more than two nobody is spared.",
  "waiting.sign-one": "SIGN AS ONE OF {persons} — {traffic} — {precedence} to {them}",
  "waiting.sign": "SIGN AS THE SECOND — {traffic} — {precedence} to {them}",
  "waiting.set-aside": "Set aside",
  "waiting.word": "Why, for the officer who laid it down",
  "waiting.set-aside-send": "SET ASIDE: it is not sent",
  "waiting.alone-in": "If the second does not answer, you may release it alone in {time}.",
  "waiting.alone-now":
    "The second has not answered in time. You may release it alone. Both sides will see that; the second signs or objects afterwards.",
  "waiting.alone": "SIGN AND RELEASE ALONE — {traffic} — {precedence} to {them}",
  "waiting.take-back": "Take back into the draft",
  "waiting.draft-full": "Your draft is not empty. Send or discard it, then this can be taken back.",
  "waiting.take-off": "Take off the board",
  "waiting.aside": "Set aside by {by}, {dtg}:",
  "waiting.over": "Its time has passed: it is not sent any more.",
  "waiting.not-after": "Not after {dtg}",
  "waiting.differs": "What stands here is not what was signed. Do not sign it, and tell your administrator.",

  "released.by":
    "{count, plural, one {Released by {officers}, who has signed} other {Released by {officers}: each has signed}}",
  "chip.notified": "released by one, the second notified",
  "chip.seconded": "released by one, the second has signed since",
  "chip.objected": "released by one, the second objects",
  "chip.break-glass": "sealed key of last resort",
  "second.ask":
    "Released by {officer} alone. As the second officer, sign it or object to it. Both sides will see which.",
  "second.sign": "Sign as the second officer",
  "second.object": "Object",
  "second.object-title": "Object to {number}: what was sent is not taken back",
  "second.object-send": "SIGN AND SEND: OBJECTION, to {them}",

  "read-back.act": "Read back",
  "read-back.title": "Read back {number}",
  "read-back.text": "What you have understood, in your words; {them} reads it and compares",
  "read-back.send": "SEND: READ BACK, to {them}",
} as const

type Words = Record<keyof typeof releaseEn, string>

export const releaseJa: Words = {
  "sign.why-one": "{precedence}には担当官の署名が必要です。パスキーで署名してください。",
  "sign.why-more":
    "{precedence}には{persons}人の署名が必要です。あなたが一人目です。パスキーで署名すると当方で待機し、{persons, plural, =2 {二人目} other {全員}}が署名した時点で送信されます。",
  "sign.why-acknowledge": "{precedence}の了解には署名が必要です。パスキーの操作を求められます。",
  "sign.why-act": "この操作には署名が必要です。パスキーの操作を求められます。",
  "sign.touch": "パスキーの操作を待っています",
  "sign.send": "署名して発信 — {traffic} — {precedence} — {them}宛",
  "sign.lay": "署名して二人目に回付 — {traffic} — {precedence} — {them}宛",
  "sign.not-given":
    "パスキーによる署名がありません。パスキーを用意して、もう一度行ってください。手元にない場合は、ほかの担当官がこの端末で署名するか、管理者が封印された非常用の鍵を開封します。",
  "sign.no-passkey":
    "この端末用に登録されたあなたのパスキーがありません。「鍵」の画面で作成し、ルート鍵の署名を受けてください。それまでは、担当官がコマンドラインで鍵ファイルを用いて署名します。",

  "waiting.title": "二人目の署名待ち",
  "waiting.count": "二人目の署名待ち{count}件",
  "waiting.by": "起案：{name}、{dtg}。署名済み：{officers}。",
  "waiting.needs": "あと{count}人の署名が必要です。まだ何も送信されていません。",
  "waiting.releaser": "次に署名するのは発信責任者でなければなりません。",
  "waiting.own": "あなたは署名済みです。二人目の当直画面に表示されています。",
  "waiting.all": "{persons}人全員の署名が必要です。一人でも欠けると発信できません。",
  "waiting.sign-one": "{persons}人の一人として署名 — {traffic} — {precedence} — {them}宛",
  "waiting.sign": "二人目として署名し発信 — {traffic} — {precedence} — {them}宛",
  "waiting.set-aside": "差し戻す",
  "waiting.word": "理由（起案した担当官に伝えます）",
  "waiting.set-aside-send": "差し戻し：送信しない",
  "waiting.alone-in": "二人目の応答がない場合、{time}後に単独で発信できます。",
  "waiting.alone-now":
    "二人目が期限内に応答していません。単独で発信できます。その旨は双方に表示され、二人目は後から署名するか、異議を述べます。",
  "waiting.alone": "署名して単独で発信 — {traffic} — {precedence} — {them}宛",
  "waiting.take-back": "下書きに戻す",
  "waiting.draft-full": "下書きが空ではありません。発信するか破棄すると、下書きに戻せます。",
  "waiting.take-off": "一覧から外す",
  "waiting.aside": "{by}が差し戻し、{dtg}：",
  "waiting.over": "期限が過ぎたため、送信されません。",
  "waiting.not-after": "有効期限 {dtg}",
  "waiting.differs": "表示されている内容は、署名された内容と一致しません。署名せず、管理者に連絡してください。",

  "released.by": "{officers}が発信を決裁（{count, plural, =1 {署名済み} other {各自署名済み}}）",
  "chip.notified": "単独で発信、二人目に通知済み",
  "chip.seconded": "単独で発信、二人目がその後署名",
  "chip.objected": "単独で発信、二人目が異議",
  "chip.break-glass": "封印された非常用の鍵",
  "second.ask":
    "{officer}が単独で発信しました。二人目の担当官として、署名するか異議を述べてください。結果は双方に表示されます。",
  "second.sign": "二人目として署名する",
  "second.object": "異議を述べる",
  "second.object-title": "{number} に異議：送信済みの内容は取り消されません",
  "second.object-send": "署名して送信：異議、{them}宛",

  "read-back.act": "復唱する",
  "read-back.title": "{number} を復唱",
  "read-back.text": "理解した内容（自分の言葉で。{them}が意図と照合します）",
  "read-back.send": "送信：復唱、{them}宛",
}

export const releaseZh: Words = {
  "sign.why-one": "{precedence}须由经办人签名：请用通行密钥签名。",
  "sign.why-more":
    "{precedence}须由{persons}人签名。您是第一人。您用通行密钥签名后，电文在我方等待；{persons, plural, =2 {第二人} other {全部人员}}签名后随即发出。",
  "sign.why-acknowledge": "对{precedence}表示知悉须签名：系统将请您使用通行密钥。",
  "sign.why-act": "此项操作须签名：系统将请您使用通行密钥。",
  "sign.touch": "正在等待您的通行密钥",
  "sign.send": "签名并发出 — {traffic} — {precedence} — 致{them}",
  "sign.lay": "签名并送第二人 — {traffic} — {precedence} — 致{them}",
  "sign.not-given":
    "未取得通行密钥的签名。请备好通行密钥后重试。若不在手边：可由另一名经办人在本席签名，或由管理员启封应急密钥。",
  "sign.no-passkey":
    "您没有为本控制台登记的通行密钥。请在“密钥”页面生成，并由根密钥签署；在此之前，由经办人在命令行用密钥文件签名。",

  "waiting.title": "待第二人签名",
  "waiting.count": "{count} 件待第二人签名",
  "waiting.by": "提交：{name}，{dtg}。已签名：{officers}。",
  "waiting.needs": "还须{count}人签名。尚未发出任何内容。",
  "waiting.releaser": "下一名签名者须为签发人。",
  "waiting.own": "您已签名。第二人的值班画面上已显示此件。",
  "waiting.all": "须由{persons}人全部签名，缺一人即不能发出。",
  "waiting.sign-one": "作为{persons}人之一签名 — {traffic} — {precedence} — 致{them}",
  "waiting.sign": "以第二人身份签发 — {traffic} — {precedence} — 致{them}",
  "waiting.set-aside": "退回",
  "waiting.word": "理由（供提交人阅知）",
  "waiting.set-aside-send": "退回：不予发出",
  "waiting.alone-in": "若第二人未作回应，{time}后您可单独签发。",
  "waiting.alone-now": "第二人未在时限内回应。您可单独签发。双方都将看到此情况；第二人事后签名或提出异议。",
  "waiting.alone": "签名并单独签发 — {traffic} — {precedence} — 致{them}",
  "waiting.take-back": "取回至草稿",
  "waiting.draft-full": "草稿不为空。请先发出或放弃草稿，然后即可取回。",
  "waiting.take-off": "撤下",
  "waiting.aside": "{by}已退回，{dtg}：",
  "waiting.over": "时限已过，不再发出。",
  "waiting.not-after": "有效至 {dtg}",
  "waiting.differs": "此处显示的内容与已签名的内容不符。请勿签名，并告知管理员。",

  "released.by": "由{officers}签发（{count, plural, =1 {已签名} other {各已签名}}）",
  "chip.notified": "一人签发，已通知第二人",
  "chip.seconded": "一人签发，第二人其后签名",
  "chip.objected": "一人签发，第二人有异议",
  "chip.break-glass": "启封的应急密钥",
  "second.ask": "由{officer}单独签发。请以第二人身份签名或提出异议。双方都将看到结果。",
  "second.sign": "以第二人身份签名",
  "second.object": "提出异议",
  "second.object-title": "对 {number} 提出异议：已发出的内容不撤回",
  "second.object-send": "签名并发送：异议，致{them}",

  "read-back.act": "复诵",
  "read-back.title": "复诵 {number}",
  "read-back.text": "您所理解的内容（用自己的话；{them}将据此核对）",
  "read-back.send": "发送：复诵，致{them}",
}
