import { createServer, type Socket } from "node:net"
import { createServer as createTlsServer, type Server as TlsServer } from "node:tls"
import * as E from "fp-ts/lib/Either.js"
import { formatAddress } from "../config/address.js"
import type { Settings } from "../config/settings.js"
import { codeOf, type Failure } from "../failure.js"
import { relayed } from "../socket-options.js"
import { type Admission, admissionOf, type Rejection } from "./admission.js"
import { type BoundListener, listening } from "./bind.js"
import type { Activation } from "./systemd.js"

/** A connection that was taken. */
export interface Accepted {
  readonly client: Socket
  readonly settings: Settings
  /** The client's address and port; undefined on a unix socket. */
  readonly peer: Peer | undefined
  readonly admission: Admission
}

export interface Peer {
  readonly address: string
  readonly port: number
}

/** Who takes connections, and is told of those that are none. */
export interface Acceptor {
  readonly accept: (accepted: Accepted) => void
  readonly reject: (settings: Settings, peer: Peer | undefined, why: Rejection | "tls", code?: string) => void
  /** Taking a connection failed, as it does without file descriptors; the listener goes on. */
  readonly failed: (settings: Settings, code: string) => void
}

/** A listener that listens. */
export interface Listener {
  readonly settings: () => Settings
  /** How connections are treated from now on. */
  readonly use: (settings: Settings) => void
  readonly address: string
  /** Listens no more; connections go on. */
  readonly close: () => void
}

const peerOf = ({ remoteAddress, remotePort }: Socket): Peer | undefined =>
  remoteAddress === undefined ? undefined : { address: remoteAddress, port: remotePort ?? 0 }

/** A server for TLS that does not listen: connections are given to it once they are admitted. */
const tlsServerOf = (settings: Settings, admission: Admission, acceptor: Acceptor): TlsServer | undefined => {
  const { tls, limits } = settings
  if (tls === undefined) return undefined
  const handshakeTimeout = 1000 * limits.handshakeSeconds
  const server = createTlsServer({ ...tls, rejectUnauthorized: tls.requestCert, handshakeTimeout })
  server.on("secureConnection", (client) => {
    client.allowHalfOpen = true
    acceptor.accept({ client, settings, peer: peerOf(client), admission })
  })
  server.on("tlsClientError", (error, client) => {
    acceptor.reject(settings, peerOf(client), "tls", codeOf(error))
    client.destroy()
  })
  return server
}

/** Listens as settings say, or says why not. */
export const openListener = async (
  first: Settings,
  activation: Activation,
  acceptor: Acceptor,
): Promise<E.Either<Failure, Listener>> => {
  const admission = admissionOf()
  const server = createServer(relayed)
  let settings = first
  let bound: BoundListener | undefined
  let tlsServer = tlsServerOf(first, admission, acceptor)

  server.on("connection", (client) => {
    // Of a client that is gone already the system does not know the address any more, and nothing is lost.
    client.on("error", () => client.destroy())
    const peer = peerOf(client)
    if (peer === undefined && bound?.hasAddresses !== false) {
      client.destroy()
      return
    }
    const admitted = admission.admit(peer?.address, settings)
    if (typeof admitted === "string") {
      client.destroy()
      acceptor.reject(settings, peer, admitted)
      return
    }
    client.once("close", admitted)
    if (tlsServer === undefined) {
      acceptor.accept({ client, settings, peer, admission })
      return
    }
    // One that ends within the handshake would keep its place until that has had its time.
    client.allowHalfOpen = false
    tlsServer.emit("connection", client)
  })

  const listens = await listening(server, first.listen, activation, first.access)
  if (E.isLeft(listens)) return E.left({ name: first.name, reason: listens.left })
  const { address, close } = listens.right
  bound = listens.right
  server.on("error", (error) => acceptor.failed(settings, codeOf(error)))
  return E.right({
    settings: () => settings,
    use: (next) => {
      settings = next
      tlsServer = tlsServerOf(next, admission, acceptor)
    },
    address: formatAddress(address),
    close,
  })
}
