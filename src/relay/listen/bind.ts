import type { AddressInfo, ListenOptions, Server } from "node:net"
import * as E from "fp-ts/lib/Either.js"
import { type Access, accessOf } from "../config/access.js"
import type { Address } from "../config/address.js"
import { printableReasonOf } from "../failure.js"
import type { Activation } from "./systemd.js"
import { listenOnPath } from "./unix-socket.js"

/** Where a server listens. */
export interface BoundListener {
  /** Of port 0, the port that the system chose. */
  readonly address: Address
  /** Whether what connects has an address: a socket of the internet's. */
  readonly hasAddresses: boolean
  /** Listens no more; connections go on. */
  readonly close: () => void
}

/** Makes a server listen; rejects with what keeps it from that. */
const listen = (server: Server, options: ListenOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(options, () => {
      server.off("error", reject)
      resolve()
    })
  })

const isInternet = (bound: string | AddressInfo | null): bound is AddressInfo =>
  typeof bound === "object" && bound !== null

const bind = async (
  server: Server,
  address: Address,
  activation: Activation,
  access: Access,
): Promise<BoundListener> => {
  switch (address.scheme) {
    case "unix":
      return { address, hasAddresses: false, close: await listenOnPath(server, address.path, access, listen) }
    case "fd": {
      const { socket, giveBack } = await activation.lend(address.name, server)
      return { address, hasAddresses: isInternet(socket.address()), close: giveBack }
    }
    default: {
      await listen(server, { host: address.host, port: address.port })
      const bound = server.address()
      const port = isInternet(bound) ? bound.port : address.port
      return { address: { ...address, port }, hasAddresses: true, close: () => void server.close() }
    }
  }
}

/** Makes a server listen, or says why it cannot. */
export const listening = async (
  server: Server,
  address: Address,
  activation: Activation,
  access: Access = accessOf(),
): Promise<E.Either<string, BoundListener>> => {
  try {
    return E.right(await bind(server, address, activation, access))
  } catch (error) {
    return E.left(printableReasonOf(error))
  }
}
