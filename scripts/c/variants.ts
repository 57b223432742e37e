import type { ReceiverState } from "../../src/spice/receiver.js"

/** A blob of the corpus with some bytes set and bytes of zero behind it, for its receiver or one that differs from that. */
interface Variant {
  readonly file: string
  /** Bytes in hexadecimal, by the offset at which they are written. */
  readonly set?: Readonly<Record<number, string>>
  /** How many bytes of zero follow. */
  readonly longer?: number
  readonly receiver?: Partial<ReceiverState>
}

const lossy = "display/genuine/display-base.bin"
const lossless = "display/genuine/display-lossless.bin"
const agentQueue = "main/genuine/main-queue-message.bin"
const discarded = "main/genuine/main-mid-message-discarded.bin"
const cardQueue = "smartcard/genuine/smartcard-queue.bin"
const partialMessage = "smartcard/genuine/smartcard-partial-message.bin"

/** What takes the branches of the C that no blob of the corpus takes (c/test/coverage.sh). */
export const variants: readonly Variant[] = [
  // Edges with a sign, and regions that are empty in one direction or in none.
  { file: lossy, set: { 88: "ffffffff", 96: "05000000", 100: "01000000" } },
  { file: lossy, set: { 96: "05000000" } },
  { file: lossy, set: { 100: "05000000" } },
  { file: lossless, set: { 84: "00040000" } },
  { file: lossless, set: { 80: "02000000", 84: "01000000" }, longer: 4 },
  // Chunks of the agent's: for another port, larger than a chunk may be, and beyond the queue's end.
  { file: agentQueue, set: { 65: "02000000" } },
  { file: agentQueue, set: { 69: "01080000" } },
  { file: agentQueue, set: { 4181: "85070000" } },
  // Results of the agent's filter that no capture has.
  { file: discarded, set: { 59: "03" } },
  { file: discarded, set: { 64: "03" } },
  { file: discarded, set: { 33: "00", 60: "01000000", 64: "01" } },
  { file: discarded, set: { 33: "00", 60: "01000000", 64: "00" } },
  // A queue that the receiver vouches for, and one of the source that counts no messages.
  {
    file: "spicevmc/genuine/usbredir-queue-hello.bin",
    receiver: { provenance: "relayed", accept: ["usbredir-queue"] },
  },
  { file: "spicevmc/genuine/usbredir-base.bin", receiver: { source: "0.15" } },
  // Messages for a card: each type, and too few bytes left for one more.
  { file: cardQueue, set: { 42: "00000002" } },
  { file: cardQueue, set: { 42: "00000003" } },
  { file: cardQueue, set: { 42: "00000004" } },
  { file: cardQueue, set: { 90: "00000101" } },
  // No device on the source.
  { file: "smartcard/genuine/smartcard-base.bin", set: { 12: "00", 13: "0000000000000000" } },
  // A partly read message that the receiver vouches for: within its buffer, and beyond each size that this can have.
  { file: partialMessage, receiver: { provenance: "relayed", accept: ["smartcard-partial-read"] } },
  { file: partialMessage, receiver: { source: "0.15" } },
  { file: partialMessage, set: { 50: "0000012c" } },
  { file: partialMessage, set: { 50: "00000258" } },
  { file: partialMessage, set: { 34: "35020000", 50: "0000012c" }, longer: 443 },
  { file: partialMessage, set: { 34: "65020000", 50: "00000258" }, longer: 491 },
]
