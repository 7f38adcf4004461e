// A stream through an HTTP proxy (RFC 9110, CONNECT). The proxy learns where to, and what it can see of what passes.
import { request } from "node:http"
import type { Socket } from "node:net"

/** Answers the tunnel once the proxy has made it; whoever asked ends what comes too late. */
export const throughProxy = (
  proxy: URL,
  target: string,
  made: (socket: Socket) => void,
  failed: (error: Error) => void,
): { destroy(): void } => {
  const { hostname, port, username, password } = proxy
  const name = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const asked = request({
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? 80 : Number(port),
    method: "CONNECT",
    path: target,
    headers: {
      host: target,
      ...(username !== "" && { "proxy-authorization": `Basic ${Buffer.from(name).toString("base64")}` }),
    },
    agent: false,
    maxHeaderSize: 8_192,
  })
  asked.on("connect", (answer, socket, head) => {
    if (answer.statusCode === 200 && head.length === 0) return made(socket)
    socket.destroy()
    failed(new Error(`the proxy answers ${answer.statusCode}`))
  })
  // An answer without a tunnel.
  asked.on("response", answer => {
    answer.destroy()
    failed(new Error(`the proxy answers ${answer.statusCode}`))
  })
  asked.on("error", failed)
  asked.end()
  return { destroy: () => asked.destroy() }
}
