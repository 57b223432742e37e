import * as E from "fp-ts/lib/Either.js"
import type { DataChannel } from "../../seal/binding.js"
import { isEnvelope } from "../../seal/envelope.js"
import { type Opened, open } from "../../seal/open.js"
import type { ReplayWindow } from "../../seal/replay.js"
import { openRules } from "../../seal/rules.js"
import type { ReceiverState } from "../../spice/receiver.js"
import { Violation } from "../../violation/violation.js"
import type { SealSettings } from "../config/settings.js"

/** The link that data came on, and when that was. */
export interface LinkedAt {
  readonly channel: DataChannel
  readonly channelId: number
  readonly connectionId: number
  /** Milliseconds since 1970. */
  readonly linkedAt: number
}

/** Opens what a client brings; undefined where it is not sealed and need not be. */
export const openData = (
  payload: Uint8Array,
  { channel, channelId, connectionId, linkedAt }: LinkedAt,
  { keys, vm, required }: SealSettings,
  receiver: ReceiverState,
  window: ReplayWindow,
  now: number,
): Opened | Violation | undefined => {
  if (!isEnvelope(payload))
    return required ? new Violation(openRules.sealed, { path: "", offset: 0, length: payload.length }) : undefined
  const maxStateBytes = receiver.maxBlobBytes[channel]
  const opened = open(payload, { vm, connectionId, channel, channelId }, { keys, window, now, linkedAt, maxStateBytes })
  return E.isLeft(opened) ? opened.left[0] : opened.right
}
