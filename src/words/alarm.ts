// Words of alarms that stay until somebody has acknowledged them by name, in the three languages side by side (page:
// protocol/security.md, A-40 to A-44).
export const alarmEn = {
  "staying.fork": "TWO HISTORIES SIGNED",
  "staying.fork.what":
    "{them} has signed two different entries as {place}. Both signatures are genuine and both entries are kept here. They cannot both be true.",
  "staying.fork.rely": "Rely on nothing from {them}, from this number on, until it is explained.",
  "staying.fork.roots.what":
    "{them} has signed, of its record up to {place}, two states that differ. All signatures are genuine and are kept here. The two states cannot both be true.",
  "staying.fork.roots.rely":
    "Rely on nothing from {them} until it is explained. The two part at {place} or before; from which number on, these signatures do not tell.",
  "staying.fork.ring":
    "Ring {them} at a number on the fallback card, not over this line. A copy that was put back, or a stolen key, does this as well: ask for both.",
  "staying.fork.tell": "Tell your superior and the auditor, and save the proof. An outsider can check it.",
  "staying.break-glass": "SEALED KEY USED",
  "staying.break-glass.what":
    "{place} of this side was released with the sealed key of last resort, {officer}. The other side sees that too.",
  "staying.break-glass.ask":
    "Find out who opened the envelope. If nobody here did, ring the other side at once at a number on the fallback card, and have the key retired.",
  "staying.break-glass.anew":
    "Retire the key, enrol a new one and seal it. An administrator or an auditor acknowledges.",
  "staying.acknowledge": "Acknowledge by name",
  "staying.kept": "Your name and the time are kept. The evidence stays.",
  "staying.save": "Save the proof",
  "staying.saved": "Saved. Its SHA-256:",
  "staying.more": "{count} more of these wait below this one",
  "staying.done.fork": "Two histories signed by {them}, {place}: acknowledged by {by}, {time}. The evidence is kept.",
  "staying.done.break-glass": "Sealed key {officer} used, {place}: acknowledged by {by}, {time}.",
  "duress.mark": "The other side's word for duress is in this text. Do not show that you know.",
} as const

type Words = Record<keyof typeof alarmEn, string>

export const alarmJa: Words = {
  "staying.fork": "二つの経過への署名",
  "staying.fork.what":
    "{them}が{place}として、異なる二つの記載に署名しました。署名はいずれも本物であり、両方の記載をここに保存してあります。両方が正しいことはあり得ません。",
  "staying.fork.rely": "事情が明らかになるまで、この番号以降の{them}の記載に依拠しないでください。",
  "staying.fork.roots.what":
    "{them}が、{place}までの自らの記録について、異なる二つの状態に署名しました。署名はすべて本物であり、ここに保存してあります。両方が正しいことはあり得ません。",
  "staying.fork.roots.rely":
    "事情が明らかになるまで、{them}の記載に依拠しないでください。二つは{place}またはそれ以前で分かれていますが、どの番号からかは、これらの署名からは分かりません。",
  "staying.fork.ring":
    "この回線ではなく、予備連絡票の番号で{them}に電話してください。複製からの復元や鍵の盗難でも起こります。その両方を尋ねてください。",
  "staying.fork.tell": "上司と監査担当者に報告し、証拠を保存してください。第三者が検証できます。",
  "staying.break-glass": "封印された鍵の使用",
  "staying.break-glass.what":
    "こちら側の{place}は、封印された非常用の鍵{officer}で決裁されました。相手方にもそのことが見えています。",
  "staying.break-glass.ask":
    "封筒を開けた者を確認してください。心当たりがなければ、直ちに予備連絡票の番号で相手方に電話し、この鍵を失効させてください。",
  "staying.break-glass.anew":
    "この鍵を失効させ、新しい鍵を登録して封印してください。確認は管理者か監査担当者が行います。",
  "staying.acknowledge": "氏名を記録して確認する",
  "staying.kept": "氏名と時刻が保存されます。証拠はそのまま残ります。",
  "staying.save": "証拠を保存",
  "staying.saved": "保存しました。SHA-256：",
  "staying.more": "ほかに{count}件が確認を待っています",
  "staying.done.fork": "{them}による二つの経過への署名、{place}：{by}が{time}に確認しました。証拠は保存されています。",
  "staying.done.break-glass": "封印された鍵{officer}の使用、{place}：{by}が{time}に確認しました。",
  "duress.mark": "この文に、強要を知らせる相手方の合言葉が含まれています。気付いたことを悟られないでください。",
}

export const alarmZh: Words = {
  "staying.fork": "签署了两份历史",
  "staying.fork.what":
    "{them}以{place}签署了两个不同的条目。两个签名均属真实，两个条目均已保存于此。二者不可能同时属实。",
  "staying.fork.rely": "在查明情况之前，请勿依据{them}自此序号起的任何内容行事。",
  "staying.fork.roots.what":
    "{them}就其截至{place}的记录签署了两个不同的状态。所有签名均属真实，并已保存于此。二者不可能同时属实。",
  "staying.fork.roots.rely":
    "在查明情况之前，请勿依据{them}的任何内容行事。二者在{place}或更早处分歧，究竟自哪个序号起，这些签名无法说明。",
  "staying.fork.ring":
    "请勿使用本线路，改拨备用联络卡上的号码致电{them}。用备份恢复或密钥被盗同样会造成这种情况，请一并询问。",
  "staying.fork.tell": "请报告上级和审计员，并保存证据。第三方可以核验。",
  "staying.break-glass": "已动用封存密钥",
  "staying.break-glass.what": "本方的{place}系以封存的应急密钥{officer}签发。对方同样可以看到。",
  "staying.break-glass.ask": "请查明何人启封。若本方无人启封，请立即拨打备用联络卡上的号码通知对方，并将该密钥停用。",
  "staying.break-glass.anew": "请停用该密钥，登记新密钥并重新封存。由管理员或审计员确认。",
  "staying.acknowledge": "署名确认",
  "staying.kept": "将记录您的姓名和时间。证据予以保留。",
  "staying.save": "保存证据",
  "staying.saved": "已保存。SHA-256：",
  "staying.more": "另有{count}项等待确认",
  "staying.done.fork": "{them}签署了两份历史，{place}：{by}已于{time}确认。证据已保存。",
  "staying.done.break-glass": "已动用封存密钥{officer}，{place}：{by}已于{time}确认。",
  "duress.mark": "此文中含有对方的胁迫暗语。请勿显露您已知悉。",
}
