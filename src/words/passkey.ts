// Words of passkeys at the console: signing in with one, having one enrolled, and what waits for the roots, in the three languages side by
// side (pages: protocol/security.md, A-28 to A-33; protocol/officer.md).
export const passkeyEn = {
  "passkey.sign-in": "Sign in with a passkey",
  "passkey.as": "As",
  "passkey.as-usual": "my usual role",
  "passkey.asking": "Waiting for your passkey",
  "passkey.address":
    "Passkeys work only where the console is opened by name, not by the number of a machine. Open it by the name in your link, or at {place}.",
  "passkey.framed": "This console is shown inside another page. A passkey needs a window of its own:",
  "passkey.own-window": "Open in its own window",
  "passkey.none": "This browser cannot use passkeys.",

  "passkey.not-given":
    "The passkey was not used: it was cancelled, took too long, is not on this device, or could not tell that it was you. Nothing was done. Try again.",
  "passkey.held-already": "This device holds a passkey of yours already. Use it, or another device.",
  "passkey.wrong-place":
    "The browser does not allow a passkey at this address. Open the console by its proper name and try again.",
  "passkey.unfit":
    "This device cannot make such a passkey. It must stay on the device, and ask for your finger, your face or a PIN.",

  "enrol.own": "Your passkey",
  "enrol.open": "Enrol a passkey",
  "enrol.title": "Enrol a passkey",
  "enrol.about":
    "A passkey is a key on your device. With it you sign in without a link, and sign what you release in your own name.",
  "enrol.needs":
    "It must ask for your finger, your face or a PIN each time, and must not be copied to a cloud account. A security key fits; so does a device whose passkeys stay on it.",
  "enrol.as": "You are enrolled as {name}, with the code {code}.",
  "enrol.code": "Your code. Both sides will see it on what you release",
  "enrol.code-form": "1 to 16 of a–z, 0–9 and -",
  "enrol.make": "Make the passkey",
  "enrol.made": "The passkey is made. It waits for the roots under the code {code}.",
  "enrol.made-next":
    "Read this code and the beginning of the key to your administrator. Once the roots of this side have signed, the passkey signs you in.",
  "enrol.made-example":
    "This is an example line: its roots sign at once, with nobody looking. On a real line, persons do.",
  "enrol.in-office": "{code} is enrolled. From now on this passkey signs you in.",
  "enrol.close": "Close",
  "enrol.invited":
    "You were invited to enrol a passkey. This invitation signs nobody in; it ends when it has been used.",
  "enrol.dead": "This invitation is not accepted. It may have been used, or be too old: ask for a new one.",
  "enrol.to-door": "To the door",

  "pending.title": "Passkeys that wait for the roots",
  "pending.about":
    "Let each officer read out the code and how the key begins. Only if they agree does whoever holds the roots sign, on the machine of this home.",
  "pending.none": "None waits.",
  "pending.code": "Code",
  "pending.made": "Made",
  "pending.key": "Its key begins",
  "pending.command": "To sign:",
  "pending.drop": "Remove",
  "pending.drop-named": "Remove {code}",
  "pending.drop-sure": "The passkey of {code} is forgotten here. The officer may make another.",
  "invite.title": "Invite an officer to enrol",
  "invite.about":
    "The link lets one person enrol one passkey, with the roles that you choose, and signs in to nothing. Give it in person.",
  "invite.name": "Name",
  "invite.code": "Code",
  "invite.roles": "Roles",
  "invite.make": "Make the link",
  "invite.link": "The link for {code}. It is shown once and ends at {dtg}.",
} as const

type Words = Record<keyof typeof passkeyEn, string>

export const passkeyJa: Words = {
  "passkey.sign-in": "パスキーで着席する",
  "passkey.as": "職務",
  "passkey.as-usual": "通常の職務",
  "passkey.asking": "パスキーの操作を待っています",
  "passkey.address":
    "パスキーは、コンソールを番号のアドレスではなく名前で開いた場合にのみ使用できます。リンクに記載の名前、又は {place} で開いてください。",
  "passkey.framed": "このコンソールは別のページ内に表示されています。パスキーには専用のウィンドウが必要です。",
  "passkey.own-window": "専用のウィンドウで開く",
  "passkey.none": "このブラウザーではパスキーを使用できません。",

  "passkey.not-given":
    "パスキーは使用されませんでした。取消し、時間切れ、この端末に鍵がない、又は本人確認ができなかったことが考えられます。何も行われていません。もう一度行ってください。",
  "passkey.held-already":
    "この端末には、すでにあなたのパスキーがあります。それを使用するか、別の端末で登録してください。",
  "passkey.wrong-place":
    "このアドレスではブラウザーがパスキーを許可しません。正しい名前でコンソールを開き、もう一度行ってください。",
  "passkey.unfit":
    "この端末では、必要なパスキーを作成できません。端末の外に出ず、指紋・顔・暗証番号のいずれかで本人確認を行うものが必要です。",

  "enrol.own": "あなたのパスキー",
  "enrol.open": "パスキーを登録",
  "enrol.title": "パスキーの登録",
  "enrol.about": "パスキーは端末内の鍵です。リンクなしで着席でき、発信を決裁する際に自分の名義で署名できます。",
  "enrol.needs":
    "使用のたびに指紋・顔・暗証番号のいずれかで本人確認を行い、クラウドに複製されないものに限ります。セキュリティキー、又はパスキーが端末の外に出ない機器が使用できます。",
  "enrol.as": "{name}（符号 {code}）として登録されます。",
  "enrol.code": "あなたの符号（発信した内容とともに双方に表示されます）",
  "enrol.code-form": "a–z、0–9、- のうち1～16字",
  "enrol.make": "パスキーを作成",
  "enrol.made": "パスキーを作成しました。符号 {code} でルート鍵の署名を待っています。",
  "enrol.made-next":
    "この符号と鍵の冒頭を管理者に読み上げてください。当方のルート鍵で署名されると、このパスキーで着席できます。",
  "enrol.made-example":
    "これは練習用の回線です。ルート鍵の署名は人の確認なしに直ちに行われます。実際の回線では人が行います。",
  "enrol.in-office": "{code} は登録されました。今後はこのパスキーで着席できます。",
  "enrol.close": "閉じる",
  "enrol.invited":
    "パスキーの登録に招待されています。この招待で着席することはできません。一度使用すると無効になります。",
  "enrol.dead": "この招待は受け付けられません。使用済みか、期限切れの可能性があります。新しい招待を依頼してください。",
  "enrol.to-door": "入口へ",

  "pending.title": "ルート鍵の署名を待つパスキー",
  "pending.about":
    "符号と鍵の冒頭を各担当官に読み上げてもらってください。一致した場合に限り、ルート鍵の保管者がこのホームの機械で署名します。",
  "pending.none": "待機中のものはありません。",
  "pending.code": "符号",
  "pending.made": "作成",
  "pending.key": "鍵の冒頭",
  "pending.command": "署名するには：",
  "pending.drop": "取り除く",
  "pending.drop-named": "{code} を取り除く",
  "pending.drop-sure": "{code} のパスキーを当方から取り除きます。担当官は改めて作成できます。",
  "invite.title": "担当官を登録に招待",
  "invite.about":
    "このリンクで、一人が、選択した職務のパスキーを一つ登録できます。着席はできません。対面で渡してください。",
  "invite.name": "氏名",
  "invite.code": "符号",
  "invite.roles": "職務",
  "invite.make": "リンクを作成",
  "invite.link": "{code} 用のリンクです。表示は一度限りで、{dtg} に無効となります。",
}

export const passkeyZh: Words = {
  "passkey.sign-in": "使用通行密钥登录",
  "passkey.as": "职责",
  "passkey.as-usual": "通常职责",
  "passkey.asking": "正在等待您的通行密钥",
  "passkey.address": "只有按名称（而非数字地址）打开控制台时才能使用通行密钥。请按链接中的名称打开，或打开 {place}。",
  "passkey.framed": "本控制台显示在另一页面之内。使用通行密钥须在单独的窗口中进行：",
  "passkey.own-window": "在单独的窗口中打开",
  "passkey.none": "此浏览器不能使用通行密钥。",

  "passkey.not-given":
    "未使用通行密钥：可能已取消、超时、密钥不在本设备上，或未能核实是您本人。未执行任何操作。请重试。",
  "passkey.held-already": "本设备已有您的通行密钥。请使用该密钥，或改用其他设备。",
  "passkey.wrong-place": "浏览器不允许在此地址使用通行密钥。请按正确的名称打开控制台后重试。",
  "passkey.unfit": "本设备不能生成所需的通行密钥。密钥须不离开设备，并核验指纹、面部或 PIN 码。",

  "enrol.own": "您的通行密钥",
  "enrol.open": "登记通行密钥",
  "enrol.title": "登记通行密钥",
  "enrol.about": "通行密钥是保存在您设备中的密钥。有了它，您无需链接即可登录，并以本人名义签发。",
  "enrol.needs":
    "每次使用须核验指纹、面部或 PIN 码，且不得复制到云端账户。安全密钥可以使用；通行密钥不离开本机的设备也可以使用。",
  "enrol.as": "登记为{name}，代码 {code}。",
  "enrol.code": "您的代码（将随您签发的内容向双方显示）",
  "enrol.code-form": "1 至 16 个字符，限 a–z、0–9 和 -",
  "enrol.make": "生成通行密钥",
  "enrol.made": "通行密钥已生成，以代码 {code} 等待根密钥签署。",
  "enrol.made-next": "请将此代码和密钥开头读给管理员。我方根密钥签署后，您即可用此通行密钥登录。",
  "enrol.made-example": "这是示例线路：其根密钥立即签署，无人核对。在真实线路上由人员签署。",
  "enrol.in-office": "{code} 已登记。今后可用此通行密钥登录。",
  "enrol.close": "关闭",
  "enrol.invited": "您受邀登记通行密钥。此邀请不能用于登录；使用一次后即失效。",
  "enrol.dead": "此邀请未被接受，可能已经使用或已过期。请索取新的邀请。",
  "enrol.to-door": "返回入口",

  "pending.title": "等待根密钥签署的通行密钥",
  "pending.about": "请每名经办人读出代码和密钥开头。核对一致后，由根密钥保管人在本系统所在机器上签署。",
  "pending.none": "没有等待签署的通行密钥。",
  "pending.code": "代码",
  "pending.made": "生成时间",
  "pending.key": "密钥开头",
  "pending.command": "签署命令：",
  "pending.drop": "移除",
  "pending.drop-named": "移除 {code}",
  "pending.drop-sure": "我方将移除 {code} 的通行密钥。该经办人可以重新生成。",
  "invite.title": "邀请经办人登记",
  "invite.about": "此链接供一人登记一把通行密钥，职责由您选定；不能用于登录。请当面交付。",
  "invite.name": "姓名",
  "invite.code": "代码",
  "invite.roles": "职责",
  "invite.make": "生成链接",
  "invite.link": "{code} 的链接。仅显示一次，{dtg} 失效。",
}
