import { agreementOf } from "./agreement.js"
import { type ClientFramer, type ClientListener, frameClient } from "./client-framer.js"
import { frameServer, type ServerFramer, type ServerListener } from "./server-framer.js"

/** Who judges what the client of a connection sends, and is told what the server says. */
export interface ConnectionListener extends ClientListener {
  readonly result: ServerListener["result"]
  readonly serverMessage: ServerListener["message"]
}

/** Both directions of a connection: the server's reply says how either goes on. */
export interface Framers {
  readonly fromClient: ClientFramer["feed"]
  /** To be told before the client is: it may answer at once. */
  readonly fromServer: ServerFramer
}

export const frameConnection = (listener: ConnectionListener): Framers => {
  const client = frameClient(listener)
  const fromServer = frameServer({
    reply: ({ error, capabilities }) => {
      const link = client.link()
      if (link === undefined || error !== 0) return undefined
      const agreed = { link, agreement: agreementOf(link.capabilities, capabilities) }
      client.agree(agreed)
      return agreed
    },
    result: listener.result,
    message: listener.serverMessage,
  })
  return { fromClient: client.feed, fromServer }
}
