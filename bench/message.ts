// The message that the workloads send: 200 characters of Chinese, 600 bytes, as an ordinary word of one side to the other.
import { randomBytes } from "node:crypto"
import { encodeMessageBody } from "../src/core/body.ts"
import type { Order } from "../src/core/event.ts"
import { kinds, precedences, traffics } from "../src/core/registry.ts"

const sentence = "我方一只气象观测气球因设备故障偏离预定航线，预计将于明日上午进入贵方空域附近。该气球未携带危险物品，"

/** 200 characters; no two of them alike. */
export const messageText = (count: number): string => {
  const number = String(count)
    .padStart(8, "0")
    .replace(/\d/g, digit => "〇一二三四五六七八九"[Number(digit)] ?? "")
  return (number + sentence.repeat(5)).slice(0, 200)
}

export const messageOrder = (count: number): Omit<Order, "id"> => ({
  kind: kinds.message,
  traffic: traffics.indexOf("test"),
  precedence: precedences.indexOf("ROUTINE"),
  refs: [],
  body: {
    salt: Uint8Array.from(randomBytes(16)),
    bytes: encodeMessageBody({ text: messageText(count), language: "zh" }),
  },
  action: [],
  info: [],
  handling: 0,
  act: Uint8Array.from(randomBytes(16)),
  releases: [],
})
