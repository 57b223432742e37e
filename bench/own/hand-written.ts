import type { Message } from "./format.js"

/** What somebody who knows the format and V8 would write: one pass, and every check that the declaration makes. */
export const decodeByHand = (
  bytes: Uint8Array,
): { readonly messages: readonly { readonly value: Message }[] } | string => {
  const size = bytes.length
  if (size > 1 << 20) return "layout/blob-limit"
  const view = new DataView(bytes.buffer, bytes.byteOffset, size)
  const messages: { readonly value: Message }[] = []
  let at = 0
  while (at < size) {
    if (size - at < 3) return "layout/part-fits"
    const type = view.getUint8(at)
    if (type !== 1 && type !== 2) return "layout/enumeration"
    const length = view.getUint16(at + 1, false)
    const start = at + 3
    if (length > size - start) return "layout/part-fits"
    if (type === 1) {
      if (length < 8) return "layout/part-fits"
      if (length > 8) return "layout/part-filled"
      messages.push({ value: { kind: "ping", value: { id: view.getBigUint64(start, false) } } })
    } else {
      if (length < 1) return "layout/part-fits"
      const urgent = view.getUint8(start)
      if (urgent > 1) return "layout/boolean"
      messages.push({
        value: { kind: "text", value: { urgent: urgent === 1, text: bytes.slice(start + 1, start + length) } },
      })
    }
    at = start + length
  }
  return { messages }
}
