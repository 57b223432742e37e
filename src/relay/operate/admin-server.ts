import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http"
import type { Socket } from "node:net"
import * as E from "fp-ts/lib/Either.js"
import type { Access } from "../config/access.js"
import { type Address, formatAddress } from "../config/address.js"
import type { Failure } from "../failure.js"
import { listening } from "../listen/bind.js"
import type { Activation } from "../listen/systemd.js"
import type { Metrics } from "./metrics.js"

/** The server that operators' tools ask: metrics and health. */
export interface Operations {
  readonly address: string
  readonly close: () => void
}

const plain = "text/plain; charset=utf-8"

const answer = (response: ServerResponse, status: number, text: string, type = plain): void => {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(text) }).end(text)
}

const handler =
  (metrics: Metrics, isReady: () => boolean): RequestListener =>
  (request, response) => {
    response.on("error", () => response.destroy())
    if (request.method !== "GET" && request.method !== "HEAD") return answer(response, 405, "only GET\n")
    switch (request.url) {
      case "/metrics":
        metrics.text().then(
          (text) => answer(response, 200, text, metrics.contentType),
          () => answer(response, 500, "no metrics\n"),
        )
        return
      case "/healthz":
        return answer(response, 200, "ok\n")
      case "/readyz":
        return isReady() ? answer(response, 200, "ready\n") : answer(response, 503, "not ready\n")
      default:
        return answer(response, 404, "there are /metrics, /healthz and /readyz\n")
    }
  }

/** Few ask, with few words, and not for long. */
const bounds = {
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 4096,
} as const
const mostConnections = 32

/** Lets new connections in by ending those that have asked nothing for the longest time. */
const makingRoom = (server: Server): void => {
  const open = new Set<Socket>()
  const isLast = (socket: Socket): void => {
    open.delete(socket)
    open.add(socket)
  }
  server.on("connection", (socket) => {
    const [oldest] = open
    if (oldest !== undefined && open.size >= mostConnections) {
      open.delete(oldest)
      oldest.destroy()
    }
    isLast(socket)
    socket.once("close", () => open.delete(socket))
  })
  server.on("request", ({ socket }) => isLast(socket))
}

export const openOperations = async (
  address: Address,
  activation: Activation,
  metrics: Metrics,
  isReady: () => boolean,
  access?: Access,
): Promise<E.Either<Failure, Operations>> => {
  const server = createServer(bounds, handler(metrics, isReady))
  makingRoom(server)
  const listens = await listening(server, address, activation, access)
  if (E.isLeft(listens)) return E.left({ name: "metrics", reason: listens.left })
  // Without file descriptors a connection fails; the server goes on.
  server.on("error", () => {})
  return E.right({
    address: formatAddress(listens.right.address),
    close: () => {
      listens.right.close()
      server.closeAllConnections()
    },
  })
}
