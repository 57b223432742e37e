import * as E from "fp-ts/lib/Either.js"
import type { DataChannel } from "../../seal/binding.js"
import { isEnvelope } from "../../seal/kind.js"
import { open } from "../../seal/open.js"
import type { ReplayWindow } from "../../seal/replay.js"
import { openRules } from "../../seal/rules.js"
import { verify } from "../../seal/verify.js"
import type { ReceiverState } from "../../spice/receiver.js"
import { Violation } from "../../violation/violation.js"
import type { SealSettings } from "../config/settings.js"
import type { Sealing } from "../inspect/interface.js"

/** The link that data came on, and when that was. */
export interface LinkedAt {
  readonly channel: DataChannel
  readonly channelId: number
  readonly connectionId: number
  /** Milliseconds since 1970. */
  readonly linkedAt: number
}

/** A state that a client brought, and the receiver that it is to be checked for. */
export interface Brought {
  readonly state: Uint8Array
  readonly receiver: ReceiverState
  readonly sealing: Sealing | undefined
}

/** Opens what a client brings, where it is sealed. A violation says that it is not what it has to be. */
export const openData = (
  payload: Uint8Array,
  { channel, channelId, connectionId, linkedAt }: LinkedAt,
  settings: SealSettings | undefined,
  receiver: ReceiverState,
  window: ReplayWindow,
  now: number,
): Brought | Violation => {
  if (settings === undefined) return { state: payload, receiver, sealing: undefined }
  const { credentials, vm, required, as: destination } = settings
  if (!isEnvelope(payload))
    return required
      ? new Violation(openRules.sealed, { path: "", offset: 0, length: payload.length })
      : { state: payload, receiver, sealing: { kind: "unsealed" } }
  const maxStateBytes = receiver.maxBlobBytes[channel]
  const bound = { vm, connectionId, channel, channelId, destination }
  const options = { window, now, linkedAt, maxStateBytes }
  const opened =
    credentials.kind === "keys"
      ? open(payload, bound, { ...options, keys: credentials.keys })
      : verify(payload, bound, { ...options, verifier: credentials.verifier })
  if (E.isLeft(opened)) return opened.left[0]
  const { state, id, sealedAt } = opened.right
  const subject = "subject" in opened.right ? opened.right.subject : undefined
  const sealing: Sealing = { kind: "opened", envelope: id, age: now - sealedAt, subject }
  return { state, receiver: { ...receiver, provenance: "sealed" }, sealing }
}
