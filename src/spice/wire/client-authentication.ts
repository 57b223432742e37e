import { Violation } from "../../violation/violation.js"
import type { Agreement } from "./capabilities.js"
import { wordAt } from "./fixed-layout.js"
import { type Part, whole } from "./parser.js"
import { wireChecks } from "./rules.js"

/** An RSA key of 1024 bits (SPICE_TICKET_KEY_PAIR_LENGTH) makes tickets of so many bytes. */
const ticketSize = 128

const mechanisms = { ticket: 1, sasl: 2 } as const

/** Who takes what authenticates a client. */
export interface AuthenticationListener {
  /** All of it is there. Its last bytes have not passed: they are the listener's to forward. */
  readonly complete: (last: Uint8Array) => Violation | undefined
  /** Bytes that may pass, in order. */
  readonly forward: (bytes: Uint8Array) => void
}

const ticket = ({ complete, forward }: AuthenticationListener): Part => {
  let left = ticketSize
  return (chunk, start) => {
    const end = Math.min(chunk.length, start + left)
    left -= end - start
    if (left === 0) return complete(chunk.subarray(start, end)) ?? end
    forward(chunk.subarray(start, end))
    return end
  }
}

/** The mechanism that a client chooses, where it may, and its ticket: nothing else can be followed. */
export const clientAuthentication = ({ choosesMechanism }: Agreement, listener: AuthenticationListener): Part => {
  if (!choosesMechanism) return ticket(listener)
  let part = whole(4, (bytes) => {
    const place = { path: "auth_mechanism", offset: 0, length: 4 }
    const chosen = wordAt(bytes, 0)
    if (chosen === mechanisms.sasl) return new Violation(wireChecks.sasl, place)
    if (chosen !== mechanisms.ticket) return new Violation(wireChecks.mechanism, place, chosen, mechanisms.ticket)
    part = ticket(listener)
    listener.forward(bytes)
    return undefined
  })
  return (chunk, start) => part(chunk, start)
}
