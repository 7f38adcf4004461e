// The message that the workloads send: 200 characters of Chinese, 600 bytes, as an ordinary word of one side to the other.
import { randomBytes } from "node:crypto"
import { encodeMessageBody } from "../src/core/body.ts"
import type { Manifest } from "../src/core/document.ts"
import type { Order } from "../src/core/event.ts"
import { kinds, precedences, traffics } from "../src/core/registry.ts"

const sentence = "我方一只气象观测气球因设备故障偏离预定航线，预计将于明日上午进入贵方空域附近。该气球未携带危险物品，"

/** Says nothing twice: packed, a text is worth what its language makes of it, and not its repetitions. */
const notice =
  "今天上午九时二十分，我方高空气象观测站发现一只民用探空气球偏离预定航线，受西风影响向东漂移，高度约一万八千米，速度每小时六十公里。" +
  "该球直径三十米，下挂太阳能电池板和温湿度记录仪，不含任何危险品，也没有推进装置。民航部门已调整有关航路，并将每隔一刻钟更新位置。" +
  "若贵国需要进一步资料，请与值班室联系；如拟采取处置措施，希望事先告知，以便双方共同保证海上船只与人员安全。特此通报，请予确认收悉。"

const numbered = (count: number, text: string): string => {
  const number = String(count)
    .padStart(8, "0")
    .replace(/\d/g, digit => "〇一二三四五六七八九"[Number(digit)] ?? "")
  return (number + text).slice(0, 200)
}

/** 200 characters; no two of them alike. */
export const messageText = (count: number): string => numbered(count, sentence.repeat(5))

/** The same, for where it is packed. */
export const noticeText = (count: number): string => numbered(count, notice)

export type MessageOptions = {
  readonly text?: string
  readonly precedence?: number
  readonly documents?: readonly Manifest[]
}

export const flash = precedences.indexOf("FLASH")
export const routine = precedences.indexOf("ROUTINE")

export const messageOrder = (
  count: number,
  { text = messageText(count), precedence = routine, documents = [] }: MessageOptions = {},
): Omit<Order, "id"> => ({
  kind: kinds.message,
  traffic: traffics.indexOf("test"),
  precedence,
  refs: [],
  body: {
    salt: Uint8Array.from(randomBytes(16)),
    bytes: encodeMessageBody({ text, language: "zh", documents }),
  },
  action: [],
  info: [],
  handling: 0,
  act: Uint8Array.from(randomBytes(16)),
  releases: [],
})
