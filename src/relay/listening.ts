import type { ListenOptions, Server } from "node:net"
import * as E from "fp-ts/lib/Either.js"
import type { Activation } from "./activation.js"
import type { Address } from "./address.js"
import { printableReasonOf } from "./failure.js"

/** A socket that is there already, which @types/node takes only as a handle of whatever kind. */
interface Inherited {
  readonly fd: number
}

/** What a server is told to listen on; undefined for a socket that nobody passed on. */
const optionsOf = (address: Address, { descriptorOf }: Activation): ListenOptions | Inherited | undefined => {
  switch (address.scheme) {
    case "unix":
      return { path: address.path }
    case "fd": {
      const fd = descriptorOf(address.name)
      return fd === undefined ? undefined : { fd }
    }
    default:
      return { host: address.host, port: address.port }
  }
}

/** Makes a server listen. */
export const listening = (
  server: Server,
  address: Address,
  activation: Activation,
): Promise<E.Either<string, undefined>> =>
  new Promise((resolve) => {
    const options = optionsOf(address, activation)
    if (options === undefined) {
      resolve(E.left("no socket of this name was passed on (LISTEN_FDS, LISTEN_FDNAMES)"))
      return
    }
    const failed = (error: unknown): void => resolve(E.left(printableReasonOf(error)))
    server.once("error", failed)
    try {
      server.listen(options, () => {
        server.off("error", failed)
        resolve(E.right(undefined))
      })
    } catch (error) {
      failed(error)
    }
  })

/** Where a server listens in fact: of port 0, the port that the system chose. */
export const boundTo = (server: Server, address: Address): Address => {
  const bound = server.address()
  return "port" in address && typeof bound === "object" && bound !== null ? { ...address, port: bound.port } : address
}

/** Whether what connects has an address: a socket of the internet's. */
export const hasAddresses = (server: Server): boolean => {
  const bound = server.address()
  return typeof bound === "object" && bound !== null
}
