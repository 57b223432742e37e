import * as E from "fp-ts/lib/Either.js"
import type { Binding, DataChannel } from "../../seal/binding.js"
import type { Stated } from "../../seal/prepare.js"
import { sealRules } from "../../seal/rules.js"
import { seal } from "../../seal/seal.js"
import { sign } from "../../seal/sign.js"
import type { LinkRequest } from "../../session/index.js"
import { decodeMigrateData } from "../../spice/migrate-data.js"
import type { ReceiverState } from "../../spice/receiver.js"
import { structure } from "../../spice/structure.js"
import { type Destination, decodeDestination } from "../../spice/wire/destination.js"
import { wordAt } from "../../spice/wire/fixed-layout.js"
import { mainFromServer } from "../../spice/wire/messages.js"
import { Violation } from "../../violation/violation.js"
import type { SealSettings } from "../config/settings.js"
import { isListed, placeOfDestination } from "./destination.js"

/** What a guard knows of the session that its server has now, as a source that seals. */
export interface SourceSession {
  /** What a client says to the target; 0 before the server has named it. */
  connectionId: number
  agent: NonNullable<Stated["agent"]>
  readonly displays: Set<number>
  /** Where the server has sent its client. */
  destination: Destination | undefined
}

export const newSourceSession = (): SourceSession => ({
  connectionId: 0,
  agent: "unknown",
  displays: new Set(),
  destination: undefined,
})

/** The server has taken a link: with a new main channel a new session begins. */
export const sourceLinked = (session: SourceSession, { channel, channelId, connectionId }: LinkRequest): void => {
  if (channel === "display") session.displays.add(channelId)
  if (channel !== "main") return
  session.connectionId = connectionId
  session.agent = "unknown"
  session.displays.clear()
  session.destination = undefined
}

/** The bytes of MAIN_INIT's u32 session_id and agent_connected. */
const initPlaces = { sessionId: 0, agentConnected: 16, size: 20 }

/** Takes in what the server says on main, by its header and the beginning of its payload. */
export const sourceHeard = (session: SourceSession, type: number, head: Uint8Array): void => {
  switch (type) {
    case mainFromServer.init:
      if (head.length < initPlaces.size) return
      session.connectionId = wordAt(head, initPlaces.sessionId)
      session.agent = wordAt(head, initPlaces.agentConnected) === 0 ? "absent" : "connected"
      break
    case mainFromServer.agentConnected:
    case mainFromServer.agentConnectedTokens:
      session.agent = "connected"
      break
    case mainFromServer.agentDisconnected:
      session.agent = "absent"
      break
    case mainFromServer.migrateCancel:
      session.destination = undefined
  }
}

/** Whether a message says where the client is sent: it has to be read whole. */
export const saysDestination = (type: number): boolean =>
  type === mainFromServer.migrateBegin || type === mainFromServer.migrateBeginSeamless

/** Takes in where the client is sent. */
export const sourceBegan = (session: SourceSession, payload: Uint8Array): void => {
  session.destination = decodeDestination(payload)
}

/** What a source's guard goes by. */
export interface SourceSeal {
  readonly settings: SealSettings
  readonly session: SourceSession
  readonly receiver: ReceiverState
}

/** What becomes of data that the server is about to give its client, by its size: it is sealed, passes, or must not. */
export const intentFor = (
  channel: DataChannel,
  size: number,
  { settings, session, receiver }: SourceSeal,
): "seal" | "pass" | Violation => {
  const { destinations, required } = settings
  const place = { path: "", offset: 0, length: 0 }
  if (destinations.length === 0) return "pass"
  if (session.destination === undefined || !isListed(destinations, session.destination))
    return required ? new Violation(sealRules.destination, place) : "pass"
  const limit = receiver.maxBlobBytes[channel]
  return size > limit ? new Violation(structure.limit, place, size, limit) : "seal"
}

/** An envelope, and what the server's own decoder objects to in the data that it holds. */
export interface Outgoing {
  readonly bytes: Uint8Array
  readonly violation: Violation | undefined
}

/** Seals a server's data. A violation says why it must not be sent. */
export const sealData = (
  { channel, channelId }: Pick<Binding, "channel" | "channelId">,
  payload: Uint8Array,
  { settings, session, receiver }: SourceSeal,
  now: number,
): Outgoing | Violation => {
  const { credentials, vm, lifetime, onInvalid } = settings
  const { connectionId, agent, displays } = session
  const destination = session.destination && placeOfDestination(session.destination)
  const decoded = decodeMigrateData(channel, payload, { ...receiver, provenance: "sealed" }, { alias: true })
  const violation = E.isLeft(decoded) ? decoded.left[0] : undefined
  if (violation !== undefined && onInvalid === "refuse") return violation
  const bound = { vm, connectionId, channel, channelId, destination }
  const options = { now, lifetime, stated: { agent, displays } }
  const envelope =
    credentials.kind === "keys"
      ? seal(payload, bound, { ...options, keys: credentials.keys })
      : sign(payload, bound, { ...options, signer: credentials.signer })
  return E.isLeft(envelope) ? envelope.left[0] : { bytes: envelope.right, violation }
}
