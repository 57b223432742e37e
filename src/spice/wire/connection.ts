import { agreementOf } from "./capabilities.js"
import { type ClientFramer, type ClientListener, frameClient } from "./client-framer.js"
import { encodeMessage, fullPlaces } from "./header.js"
import { frameServer, type ServerFramer, type ServerListener } from "./server-framer.js"

/** Who judges what the client of a connection sends, and is told what the server says. */
export interface ConnectionListener extends ClientListener {
  readonly result: ServerListener["result"]
  readonly serverMessage: ServerListener["message"]
  readonly mayDrop: ServerListener["mayDrop"]
}

/** Both directions of a connection: the server's reply says how either goes on. */
export interface Framers {
  readonly fromClient: ClientFramer["feed"]
  /** Forwards the link that was held. */
  readonly release: ClientFramer["release"]
  /** A message of this side's own, as the connection is spoken; only once the server has accepted the link. */
  readonly encode: (type: number, payload: Uint8Array) => Uint8Array
  /** To be told before the client is: it may answer at once. */
  readonly fromServer: ServerFramer
}

export const frameConnection = (listener: ConnectionListener): Framers => {
  const client = frameClient(listener)
  let header = fullPlaces
  const fromServer = frameServer({
    reply: ({ error, capabilities }) => {
      const link = client.link()
      if (link === undefined || error !== 0) return undefined
      const agreed = { link, agreement: agreementOf(link.capabilities, capabilities) }
      header = agreed.agreement.header
      client.agree(agreed)
      return agreed
    },
    result: listener.result,
    message: listener.serverMessage,
    mayDrop: listener.mayDrop,
  })
  return {
    fromClient: client.feed,
    release: client.release,
    encode: (type, payload) => encodeMessage(header, type, payload),
    fromServer,
  }
}
