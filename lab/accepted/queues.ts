import fc from "fast-check"
import type { Channel } from "../../src/index.js"
import { agentMessage } from "../client/agent.js"
import { words } from "../client/words.js"

/** Queues of writes that are what a client of the channel would have written, but for what the client chooses. */

const anyWord = fc.oneof(fc.constantFrom(0, 1, 2, 65536, 0x7fffffff, 0x80000000, 0xffffffff), fc.nat(20))

const data = (most: number) =>
  fc.oneof(fc.constantFrom(0, 1, 4, most), fc.nat(most)).map((size) => Buffer.alloc(size, 0x90))

/** A message for a smartcard's reader as it lies in a queue: VSCMsgHeader, big-endian, and what follows it. */
const cardMessage = (type: number, reader: number, body: Uint8Array): Buffer =>
  Buffer.concat([words(type, reader, body.length).swap32(), body])

/** Messages of the types that a server passes on, VSC_Error to VSC_APDU, with bodies that fit them or do not. */
const cardMessages = fc
  .record({ type: fc.integer({ min: 2, max: 7 }), reader: anyWord, body: data(400) })
  .map(({ type, reader, body }) => cardMessage(type, reader, body))

/** The reader's buffer, which a queue may fill to the last byte. */
const cardBuffer = 65536

/** Such messages back to back, alone or behind an answer that moves them to the end of the reader's buffer. */
const cardQueue: fc.Arbitrary<Uint8Array> = fc
  .record({ messages: fc.array(cardMessages, { minLength: 1, maxLength: 200, size: "max" }), atEnd: fc.boolean() })
  .map(({ messages, atEnd }) => {
    const queue = Buffer.concat(messages)
    const left = cardBuffer - queue.length - 12
    return new Uint8Array(atEnd && left >= 0 ? Buffer.concat([cardMessage(7, 0, Buffer.alloc(left)), queue]) : queue)
  })

/** A message of the agent's, cut into chunks of at most 2,048 bytes for either of its ports. */
const agentChunks = fc
  .record({ port: fc.constantFrom(1, 2), type: anyWord, body: data(3000) })
  .map(({ port, type, body }) => {
    const message = agentMessage(type, body)
    const pieces = Array.from({ length: Math.ceil(message.length / 2048) }, (_, index) =>
      message.subarray(2048 * index, 2048 * (index + 1)),
    )
    return Buffer.concat(pieces.flatMap((piece) => [words(port, piece.length), piece]))
  })

/** Messages back to back of which the first may be partly written. */
const queueOf = (message: fc.Arbitrary<Buffer>): fc.Arbitrary<Uint8Array> =>
  fc
    .record({ messages: fc.array(message, { maxLength: 200, size: "max" }), written: fc.constantFrom(0, 0, 1, 5, 13) })
    .map(({ messages, written }) => new Uint8Array(Buffer.concat(messages).subarray(written)))

/** The queues of the channels of which the decoders look at what is queued, or the device does. */
export const queues: { readonly [C in Channel]?: fc.Arbitrary<Uint8Array> } = {
  main: queueOf(agentChunks),
  smartcard: cardQueue,
  port: queueOf(data(5000)),
  webdav: queueOf(data(5000)),
}
