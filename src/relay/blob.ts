import * as E from "fp-ts/lib/Either.js"
import type { Violation } from "../schema/violation.js"
import { decodeMigrateData, encodeMigrateData, type MigrateData } from "../spice/migrate-data.js"
import { type Channel, defaultReceiver, type ReceiverState } from "../spice/receiver.js"
import type { Reaction } from "./configuration.js"

/** What becomes of a blob by itself: its state and the one encoding of that, or why there is none. */
export type Checked =
  | { readonly state: MigrateData; readonly bytes: Uint8Array; readonly violation: Violation | undefined }
  | { readonly state: undefined; readonly violation: Violation }

/** The magic, the header's version and that of the part behind it, and nothing else: nobody was connected. */
const unconnected = (magic: string, size: number): Buffer => {
  const blob = Buffer.alloc(size)
  blob.write(magic, "latin1")
  blob.writeUInt32LE(1, 4)
  return blob
}

const withDevice = (magic: string, size: number): Buffer => {
  const blob = unconnected(magic, size)
  blob.writeUInt32LE(1, 8)
  return blob
}

/** The formats that have an empty state which every target takes: no agent, no smartcard, no motion. */
const empty: Partial<Record<Channel, Uint8Array>> = {
  main: withDevice("MNMD", 65),
  smartcard: withDevice("SCMD", 42),
  inputs: unconnected("ICMD", 10),
}

/** The empty state of a channel; undefined where there is none that is safe. */
const reset = (channel: Channel, violation: Violation): Checked => {
  const blob = empty[channel]
  if (blob === undefined) return { state: undefined, violation }
  const decoded = decodeMigrateData(channel, blob, defaultReceiver)
  return E.isLeft(decoded) ? { state: undefined, violation } : { state: decoded.right, bytes: blob, violation }
}

/** Checks a blob: what comes back is written anew from what was read, never the bytes that came. */
export const checkBlob = (
  channel: Channel,
  payload: Uint8Array,
  receiver: ReceiverState,
  onViolation: Reaction,
): Checked => {
  const decoded = decodeMigrateData(channel, payload, receiver, { alias: true })
  const encoded = E.isLeft(decoded) ? decoded : encodeMigrateData(channel, decoded.right, receiver)
  if (E.isRight(decoded) && E.isRight(encoded))
    return { state: decoded.right, bytes: encoded.right, violation: undefined }
  const [violation] = E.isLeft(decoded) ? decoded.left : E.isLeft(encoded) ? encoded.left : []
  if (violation === undefined) throw new Error("a refusal without a violation")
  return onViolation === "reset" ? reset(channel, violation) : { state: undefined, violation }
}
