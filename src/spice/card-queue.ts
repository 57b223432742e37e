import type { Scan } from "../layout/expression.js"
import { cut, viewOf } from "../violation/bytes.js"

/** Bytes of a VSCMsgHeader: u32 type, u32 reader_id, u32 length, big-endian (libcacard, vscard_common.h). */
export const cardHeaderSize = 12

/**
 * The types of message that spice-server 0.15.1 writes to a reader: VSC_Error, VSC_ReaderAdd, VSC_ReaderRemove, VSC_ATR,
 * VSC_CardRemove and VSC_APDU (libcacard, vscard_common.h; spice/server/smartcard-channel-client.cpp). VSC_Init, which is
 * the one before them, it keeps to itself.
 */
const firstType = 2
const lastType = 7
const typeCount = lastType - firstType + 1

/**
 * Whether the write queue of a smartcard can be what a server wrote: whole messages back to back, from the first byte to
 * the last. Nothing is left of one before: a reader takes whatever it has room for, and that is all or, for good, nothing.
 * Of less than a header nothing is said here; there is a rule for it.
 */
const messagesFit = (queue: Uint8Array): boolean => {
  if (queue.length < cardHeaderSize) return true
  const view = viewOf(queue)
  let at = 0
  while (queue.length - at >= cardHeaderSize) {
    const type = view.getUint32(at)
    if (type < firstType || type > lastType) return false
    at += cardHeaderSize + view.getUint32(at + 8)
  }
  return at === queue.length
}

/**
 * The same bytes cut into messages: a message's type and length are what stands at their places, as far as that can be
 * so. Nothing else is written.
 */
const withMessages = (queue: Uint8Array): Uint8Array => {
  if (messagesFit(queue)) return queue
  const bytes = cut(queue, 0, queue.length, false)
  const view = viewOf(bytes)
  for (let at = 0; at < bytes.length; at += cardHeaderSize + view.getUint32(at + 8)) {
    const left = bytes.length - at - cardHeaderSize
    const length = view.getUint32(at + 8) % (left + 1)
    view.setUint32(at, firstType + ((view.getUint8(at + 3) - firstType + typeCount) % typeCount))
    view.setUint32(at + 8, left - length >= cardHeaderSize ? length : left)
  }
  return bytes
}

/** The scan of `smartcard/write-queue-messages`; no message has the type 0. */
export const cardMessagesFit: Scan = {
  name: "cardMessagesFit",
  holds: messagesFit,
  refused: new Uint8Array(cardHeaderSize),
  mended: withMessages,
}
