import type { Terms } from "./capabilities.js"
import { type ClientFramer, frameClient } from "./client-framer.js"
import { encodeMessage, fullPlaces } from "./header.js"
import type { Link } from "./link.js"
import { frameServer, type ServerFramer } from "./server-framer.js"

/** Both sides of a connection: the server's reply says how either goes on. */
export interface Framers {
  readonly client: ClientFramer
  /** To be read before the client gets its bytes: it may answer at once. */
  readonly server: ServerFramer
  /** Encodes a message of this side's own, as the connection is spoken; only once the server has accepted the link. */
  readonly encode: (type: number, payload: Uint8Array) => Uint8Array
}

/**
 * Frames both sides of a connection.
 *
 * @param connection - its number, for the events
 * @param mayDrop - whether messages of the server may be dropped on a connection with this link
 */
export const frameConnection = (connection: number, mayHold: (link: Link) => boolean): Framers => {
  const terms: Terms = { connection, link: undefined, agreement: undefined }
  return {
    client: frameClient(terms),
    server: frameServer(terms, mayHold),
    encode: (type, payload) => encodeMessage(terms.agreement?.header ?? fullPlaces, type, payload),
  }
}
