/** A message of a smartcard's reader or client as it lies in a queue: VSCMsgHeader, big-endian, and a body. */
export const cardMessage = (type: number, length: number, announced = length): Uint8Array => {
  const bytes = new Uint8Array(12 + length).fill(0x90, 12)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, type)
  view.setUint32(8, announced)
  return bytes
}
