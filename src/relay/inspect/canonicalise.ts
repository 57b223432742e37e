import * as E from "fp-ts/lib/Either.js"
import { encode } from "../../layout/encode.js"
import { decodeMigrateData, encodeMigrateData, type MigrateData } from "../../spice/migrate-data.js"
import { type Channel, type ReceiverState, receiverArguments } from "../../spice/receiver.js"
import { layoutOf } from "../../spice/registry.js"
import { Violation } from "../../violation/violation.js"
import type { Reaction } from "../config/configuration.js"

/** What becomes of a blob by itself: its state and the one encoding of that, or why there is none. */
export type Canonical =
  | { readonly state: MigrateData; readonly bytes: Uint8Array; readonly violation: Violation | undefined }
  | { readonly state: undefined; readonly violation: Violation }

const nothing = new Uint8Array()

const unconnected = {
  connected: false,
  num_client_tokens: 0,
  num_send_tokens: 0,
  write_num_client_tokens: 0,
  write_data: nothing,
}

/** A device that waits for its data waits for ever if that says that there was none; with nothing queued it goes on. */
const idle = { ...unconnected, connected: true, num_client_tokens: 0xffffffff, num_send_tokens: 0xffffffff }

const betweenMessages = { msg_remaining: 0, msg_filter_result: "ok" } as const

/** The channels that have an empty state which every target takes: no agent, a smartcard between messages, no motion. */
const empty: { readonly [C in Channel]?: MigrateData<C> } = {
  main: {
    agent_base: unconnected,
    client_agent_started: false,
    agent2client: {
      chunk_header_size: 0,
      chunk_header: { port: 0, size: 0 },
      msg_header_done: false,
      msg_header: nothing,
      ...betweenMessages,
    },
    client2agent: betweenMessages,
  },
  smartcard: { base: idle, reader_added: true, read_data: { header: null, data: nothing } },
  inputs: { motion_count: 0 },
}

/** The empty state of a channel; undefined where there is none that is safe. */
const reset = (channel: Channel, violation: Violation): Canonical => {
  const state = empty[channel]
  if (state === undefined) return { state, violation }
  const encoded = encodeMigrateData(channel, state)
  return E.isLeft(encoded) ? { state: undefined, violation } : { state, bytes: encoded.right, violation }
}

/** Checks a blob: what comes back is written anew from what was read, never the bytes that came. */
export const checkBlob = (
  channel: Channel,
  payload: Uint8Array,
  receiver: ReceiverState,
  onViolation: Reaction,
): Canonical => {
  const decoded = decodeMigrateData(channel, payload, receiver, { alias: true })
  if (E.isLeft(decoded)) {
    const [violation] = decoded.left
    return onViolation === "reset" ? reset(channel, violation) : { state: undefined, violation }
  }
  const state = decoded.right
  const bytes = encode(layoutOf(channel), state, receiverArguments(receiver, channel))
  // Of every blob that decodes the one encoding is the blob itself (fuzz/properties.ts, isIdentity).
  if (bytes instanceof Violation || Buffer.compare(bytes, payload) !== 0)
    throw new Error("a blob that decoded is encoded otherwise")
  return { state, bytes, violation: undefined }
}
