// Words of a bundle of evidence: what its README says and what its verdicts say, in three languages, side by side because they are read by
// strangers to the program and must say exactly the same. Placeholders in braces are filled in as they are.
export type BundleWord = keyof typeof en

const en = {
  readme: `PARLEY: EVIDENCE
Entries that two authorities, {parties}, said to each other on their line
{line},
signed by them: {entries}

To check it, you need nothing but this file and the fingerprints of the parties, heard from the parties themselves:
  - in a browser, without a network: take verify.html out of this file, open it, and give it this file. A false bundle can bring a false
    page: compare the SHA-256 of verify.html with what the release says, or take the page from a release.
  - with the program: parley verify FILE --trust FINGERPRINT
  - with public tools: sha256sum -c sha256sums; the Go packages sumdb/note and sumdb/tlog read keys/, heads/ and proofs/.
The law of these files is protocol/evidence.md of the program, which is free software.

charter.cbor     who the parties are and which keys they have, each signed by its roots
chosen/          the entries that are shown, as COSE_Sign1
others/          entries that say something of them: receipts, countersignatures, both signatures under the charter
bodies/          the texts that are shown, each with its salt before it; the SHA-256 of the file stands in the entry
heads/ keys/     the signed size and root of each log, and the key of the first signature
proofs/          that an entry lies under its head (C2SP tlog-proof)
consistency/     that a head continues what the other party had seen

A text that is not here was kept back by whoever made this file. Its hash is signed: it can be shown later, and proven.
What is proven is that a party said something. Whether it is so, no signature says. Times are their authors' own.
`,
  "readme.fork": `
rivals/          TWO HISTORIES: for each chosen entry a second one of the same place, which says something else and bears the same
                 party's signature. Both cannot stand in one log. Which of them is true, no signature says.
                 Or two roots of one size, as two of these say it: heads (.note), the entry after that size by its own root (.next.cose), and
                 the chosen entry, by the path (.path) that gives its own root and, with the entry, the root of its size.
`,
  title: "Evidence of a line",
  intro: "Checks a bundle of evidence on this machine. Nothing is sent anywhere.",
  trust: "Fingerprints that you trust",
  "trust.how": "One a line, heard from the party itself and not from whoever gave you the bundle.",
  drop: "Drop the bundle here, or choose it",
  choose: "Choose the bundle",
  checking: "Checking…",
  language: "Language",
  proven: "PROVEN",
  "not-proven": "NOT PROVEN",
  "proven.all": "What is shown here was signed by the parties that you trust.",
  "fork.yes": "TWO HISTORIES: PROVEN",
  "fork.no": "TWO HISTORIES: NOT PROVEN",
  "fork.said": "{party} has signed two different entries as its {stem}. Which of the two is true, no signature says.",
  "fork.roots.said":
    "{party} has signed two different roots of its log, both of {stem}: {first} and {second}. Which of the two is true, no signature says.",
  "fork.roots.second":
    "By this entry, which commits to all before it, the root at {stem} is {first}. {party} has signed as well that it is {hash}",
  "fork.second": "A second entry {stem}, signed with the same key of {party}, says something else. Its hash: {hash}",
  line: "Line {line}",
  trusted: "{party}, fingerprint {fingerprint}: trusted by you",
  stranger:
    "{party}, fingerprint {fingerprint}: NOT among those that you trust. Ask the party itself for its fingerprint",
  entry: "{stem}: {kind}, {time} by the clock of {party}",
  numbered: "{stem}: {traffic} {number}, {kind}, {precedence}, {time} by the clock of {party}",
  signed: "Signed by {party}",
  "signed.not": "NOT signed by {party}",
  released: "Released by {officer}",
  "released.alone": "Released by one; the second had been asked before",
  "officer.proven": "{officer}, proven by the officer's own key",
  "officer.node": "{officer}, said by the node",
  "released.none": "No person is named as having released it",
  included: "Entry {seq} in a log of {size}, under the signed head of {party}",
  "included.not": "No signed head in this bundle covers it",
  pq: "The head is signed with ML-DSA-65 as well, which holds against a quantum computer",
  "pq.not": "Covered by no ML-DSA-65 signature",
  countersigned: "Countersigned by {party} when it had seen {size} entries: {by}, {time} by its clock",
  "countersigned.not": "{party} has countersigned it nowhere in this bundle",
  receipt: "{kind}: {party}, {time} by its clock, in {by}",
  "receipt.officer": "{kind}: {party}, {officer}, {time} by its clock, in {by}",
  "receipt.none": "No receipt in this bundle names it",
  "body.shown": "The text is the one that was signed",
  "body.withheld": "The text is kept back; its hash is signed, so that it can be shown and proven later",
  "body.false": "The text is NOT the one that was signed",
  "body.none": "It has no text",
  fault: "{file}: {sentence}",
  "kind.charter": "charter",
  "kind.generation": "new generation",
  "kind.key": "change of keys",
  "kind.officer": "officer",
  "kind.message": "message",
  "kind.answer": "answer",
  "kind.answered": "Answered",
  "kind.stored": "Stored",
  "kind.displayed": "Displayed",
  "kind.ring": "Alarm ringing",
  "kind.acknowledged": "Acknowledged",
  "kind.read-back": "Read back",
  "kind.passed-up": "Passed up",
  "kind.deferred": "Deferred",
  "kind.declined": "Declined",
  "kind.refused": "Refused",
  "kind.expired": "Expired on arrival",
  "kind.undecipherable": "Could not be opened",
  "kind.without-body": "Stored without its text",
  "kind.seconded": "Seconded",
  "kind.objected": "Objected",
  "kind.other": "entry of kind {number}",
} as const

const ja: Record<BundleWord, string> = {
  readme: `PARLEY：証拠一式
二つの当局（{parties}）が次の回線で互いに述べ、署名した記載です。
回線 {line}
記載 {entries}

確認に必要なのは、このファイルと、当事者自身から聞いた指紋だけです。
  - ブラウザーで（通信は不要）：このファイルから verify.html を取り出して開き、このファイルを渡します。偽の証拠一式には偽の
    ページが入っているかもしれません。verify.html の SHA-256 を配布元の示す値と比べるか、配布元のページを使ってください。
  - プログラムで：parley verify ファイル --trust 指紋
  - 公開の道具で：sha256sum -c sha256sums。Go の sumdb/note と sumdb/tlog が keys/、heads/、proofs/ を読みます。
形式の規約はプログラムの protocol/evidence.md にあります。プログラムは自由に入手できます。

charter.cbor     当事者とその鍵。それぞれの根の鍵で署名
chosen/          示された記載（COSE_Sign1）
others/          それらについて述べる記載：受領通知、副署、規程への双方の署名
bodies/          示された本文。前に塩が付き、ファイルの SHA-256 が記載にある
heads/ keys/     各記録の署名された大きさと根、第一の署名の鍵
proofs/          記載が先頭値の下にあること（C2SP tlog-proof）
consistency/     先方の見た記録の続きに先頭値があること

ここにない本文は、このファイルを作った者が示さなかったものです。ハッシュは署名済みなので、後から示して証明できます。
証明されるのは当事者がそう述べたことです。内容が事実かどうかは、どの署名も述べません。時刻は作成者自身のものです。
`,
  "readme.fork": `
rivals/          二つの経過：表示された各記載と同じ位置に、同じ当事者が署名した、内容の異なる別の記載です。
                 一つの記録に両方が存在することはできません。どちらが正しいかは、署名からは分かりません。
                 または、同じ大きさについての二つの異なる根です。根を示すのは、先頭値（.note）、その次の記載が署名した直前までの
                 根（.next.cose）、表示された記載とその経路（.path）のうちの二つです。
`,
  title: "回線の証拠",
  intro: "証拠一式をこの機器の中で確認します。どこにも送信しません。",
  trust: "信頼する指紋",
  "trust.how": "一行に一つ。証拠一式を渡した者からではなく、当事者自身から聞いたもの。",
  drop: "証拠一式をここに置くか、選んでください",
  choose: "証拠一式を選ぶ",
  checking: "確認しています…",
  language: "言語",
  proven: "証明されました",
  "not-proven": "証明されません",
  "proven.all": "ここに示すものは、信頼する当事者が署名したものです。",
  "fork.yes": "二つの経過：証明されました",
  "fork.no": "二つの経過：証明されていません",
  "fork.roots.said":
    "{party}は自らの記録の{stem}として、異なる二つの根に署名しています：{first} と {second}。どちらが正しいかは、署名からは分かりません。",
  "fork.roots.second":
    "それ以前のすべてを確定するこの記載によれば、{stem}の根は {first} です。{party}は、根が {hash} であるとも署名しています。",
  "fork.said": "{party}は{stem}として、異なる二つの記載に署名しています。どちらが正しいかは、署名からは分かりません。",
  "fork.second":
    "同じ{stem}として、{party}の同じ鍵で署名された別の記載があり、内容が異なります。そのハッシュ値：{hash}",
  line: "回線 {line}",
  trusted: "{party}、指紋 {fingerprint}：信頼するものに含まれます",
  stranger: "{party}、指紋 {fingerprint}：信頼するものに含まれません。当事者自身に指紋を尋ねてください",
  entry: "{stem}：{kind}、{party}の時計で {time}",
  numbered: "{stem}：{traffic} {number}、{kind}、{precedence}、{party}の時計で {time}",
  signed: "{party}が署名",
  "signed.not": "{party}の署名ではありません",
  released: "発信を決裁：{officer}",
  "released.alone": "一名で決裁。二人目には事前に求めていました",
  "officer.proven": "{officer}（本人の鍵で証明）",
  "officer.node": "{officer}（ノードの申告）",
  "released.none": "発信を決裁した者の名はありません",
  included: "大きさ {size} の記録の {seq} 番目、{party}の署名した先頭値の下",
  "included.not": "この証拠一式に、これを含む署名済みの先頭値はありません",
  pq: "先頭値は ML-DSA-65 でも署名され、量子計算機にも耐えます",
  "pq.not": "ML-DSA-65 の署名に含まれません",
  countersigned: "{party}が {size} 件を見た時点で副署：{by}、その時計で {time}",
  "countersigned.not": "この証拠一式に {party}の副署はありません",
  receipt: "{kind}：{party}、その時計で {time}、{by}",
  "receipt.officer": "{kind}：{party}、{officer}、その時計で {time}、{by}",
  "receipt.none": "この証拠一式に、これを指す受領通知はありません",
  "body.shown": "本文は署名されたものです",
  "body.withheld": "本文は示されていません。ハッシュは署名済みなので、後から示して証明できます",
  "body.false": "本文は署名されたものではありません",
  "body.none": "本文はありません",
  fault: "{file}：{sentence}",
  "kind.charter": "規程",
  "kind.generation": "新しい世代",
  "kind.key": "鍵の変更",
  "kind.officer": "担当官",
  "kind.message": "通信",
  "kind.answer": "回答",
  "kind.answered": "回答済み",
  "kind.stored": "保存",
  "kind.displayed": "表示",
  "kind.ring": "警報鳴動",
  "kind.acknowledged": "了解",
  "kind.read-back": "復唱",
  "kind.passed-up": "上申",
  "kind.deferred": "保留",
  "kind.declined": "回答せず",
  "kind.refused": "拒否",
  "kind.expired": "到着時に期限切れ",
  "kind.undecipherable": "開封できず",
  "kind.without-body": "本文なしで保存",
  "kind.seconded": "二人目が同意",
  "kind.objected": "二人目が異議",
  "kind.other": "種別 {number} の記載",
}

const zh: Record<BundleWord, string> = {
  readme: `PARLEY：证据包
两个主管部门（{parties}）在下列线路上彼此所说并签名的条目。
线路 {line}
条目 {entries}

核验只需本文件，以及从当事方本身得知的指纹：
  - 用浏览器（无需网络）：从本文件中取出 verify.html 打开，再把本文件交给它。伪造的证据包可能带有伪造的页面：
    请将 verify.html 的 SHA-256 与发布方公布的值比对，或使用发布方的页面。
  - 用程序：parley verify 文件 --trust 指纹
  - 用公开工具：sha256sum -c sha256sums；Go 的 sumdb/note 与 sumdb/tlog 可读 keys/、heads/、proofs/。
这些文件的规约见程序的 protocol/evidence.md；程序可自由获取。

charter.cbor     当事方及其密钥，各由其根密钥签名
chosen/          所出示的条目（COSE_Sign1）
others/          与之有关的条目：回执、副署、双方在章程上的签名
bodies/          所出示的正文，前有盐值；文件的 SHA-256 写在条目中
heads/ keys/     各份记录已签名的大小与根，以及第一个签名的密钥
proofs/          条目在首部之下的证明（C2SP tlog-proof）
consistency/     首部延续了对方所见记录的证明

此处没有的正文，是制作本文件者未予出示的。其哈希已签名，日后可以出示并证明。
所证明的是当事方说过什么；内容是否属实，任何签名都不能说明。时间均为作者自己的时间。
`,
  "readme.fork": `
rivals/          两份历史：与所示条目处于同一位置、由同一方签署而内容不同的另一个条目。
                 二者不可能同时存在于一份记录之中。哪一个属实，签名无法说明。
                 或为同一大小的两个不同的根，由下列之二说明：首部（.note）、其后一个条目所签署的此前之根（.next.cose）、
                 所示条目及其路径（.path）。
`,
  title: "线路的证据",
  intro: "在本机核验证据包，不向任何地方发送内容。",
  trust: "您信任的指纹",
  "trust.how": "每行一个。应从当事方本身得知，而不是从交给您证据包的人那里得知。",
  drop: "将证据包拖到此处，或选择文件",
  choose: "选择证据包",
  checking: "正在核验…",
  language: "语言",
  proven: "已证明",
  "not-proven": "未证明",
  "proven.all": "此处所示，均由您信任的当事方签名。",
  "fork.yes": "两份历史：已证明",
  "fork.no": "两份历史：未证明",
  "fork.said": "{party}以{stem}签署了两个不同的条目。哪一个属实，签名无法说明。",
  "fork.roots.said": "{party}就其记录的{stem}签署了两个不同的根：{first} 和 {second}。哪一个属实，签名无法说明。",
  "fork.roots.second": "该条目确定了此前的全部条目，据此{stem}的根为 {first}。{party}另又签署该根为 {hash}",
  "fork.second": "另有一个条目同为{stem}，由{party}的同一密钥签署，内容不同。其散列值：{hash}",
  line: "线路 {line}",
  trusted: "{party}，指纹 {fingerprint}：为您所信任",
  stranger: "{party}，指纹 {fingerprint}：不在您信任之列。请向当事方本身询问其指纹",
  entry: "{stem}：{kind}，{party}的时钟 {time}",
  numbered: "{stem}：{traffic} {number}，{kind}，{precedence}，{party}的时钟 {time}",
  signed: "由{party}签名",
  "signed.not": "不是{party}的签名",
  released: "签发：{officer}",
  "released.alone": "由一人签发，此前已请第二人签发",
  "officer.proven": "{officer}（由本人密钥证明）",
  "officer.node": "{officer}（节点所述）",
  "released.none": "未载明签发人",
  included: "大小为 {size} 的记录中的第 {seq} 条，在{party}已签名的首部之下",
  "included.not": "证据包中没有涵盖它的已签名首部",
  pq: "首部另有 ML-DSA-65 签名，可抵御量子计算机",
  "pq.not": "未被 ML-DSA-65 签名涵盖",
  countersigned: "{party}在已见 {size} 条时副署：{by}，其时钟 {time}",
  "countersigned.not": "证据包中没有{party}的副署",
  receipt: "{kind}：{party}，其时钟 {time}，见 {by}",
  "receipt.officer": "{kind}：{party}，{officer}，其时钟 {time}，见 {by}",
  "receipt.none": "证据包中没有指向它的回执",
  "body.shown": "正文即所签名的正文",
  "body.withheld": "正文未出示；其哈希已签名，日后可以出示并证明",
  "body.false": "正文不是所签名的正文",
  "body.none": "没有正文",
  fault: "{file}：{sentence}",
  "kind.charter": "章程",
  "kind.generation": "新的一代",
  "kind.key": "密钥变更",
  "kind.officer": "经办人",
  "kind.message": "电文",
  "kind.answer": "复电",
  "kind.answered": "已答复",
  "kind.stored": "存储",
  "kind.displayed": "显示",
  "kind.ring": "警报鸣响",
  "kind.acknowledged": "知悉",
  "kind.read-back": "复诵",
  "kind.passed-up": "上报",
  "kind.deferred": "延后",
  "kind.declined": "不予答复",
  "kind.refused": "拒收",
  "kind.expired": "到达时已过期",
  "kind.undecipherable": "无法打开",
  "kind.without-body": "存储但无正文",
  "kind.seconded": "第二人同意",
  "kind.objected": "第二人反对",
  "kind.other": "类别 {number} 的条目",
}

export const bundleWords = { en, ja, zh } as const
