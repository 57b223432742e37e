import type { HeaderPlaces } from "./header.js"
import { fullPlaces, miniPlaces } from "./header.js"
import { capabilityBits, type Link } from "./link.js"

/** What both sides of a connection have the capability for. */
export interface Agreement {
  /** Whether the client chooses how it authenticates itself; otherwise it sends a ticket. */
  readonly choosesMechanism: boolean
  readonly header: HeaderPlaces
}

export const agreementOf = (client: number, server: number): Agreement => {
  const both = client & server
  return {
    choosesMechanism: (both & capabilityBits.authSelection) !== 0,
    header: (both & capabilityBits.miniHeader) !== 0 ? miniPlaces : fullPlaces,
  }
}

/** A connection, and what its two sides have said of it so far: the client its link, the server what both agree on. */
export interface Terms {
  /** Its number, for the events. */
  readonly connection: number
  link: Link | undefined
  agreement: Agreement | undefined
}

/** A link and how its connection is spoken from then on. */
export interface Agreed {
  readonly link: Link
  readonly agreement: Agreement
}
