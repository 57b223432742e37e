import * as E from "fp-ts/lib/Either.js"
import {
  type Channel,
  defaultReceiver,
  encodeMigrateData,
  type MigrateData,
  type ReceiverState,
} from "../../src/index.js"

/** A quantity that no rule but a limit bounds, and a well-formed blob for every amount of it. */
export interface Quantity {
  readonly name: string
  readonly channel: Exclude<Channel, "spicevmc">
  /** The limit of a receiver that is told nothing else. */
  readonly limit: number
  readonly most: number
  readonly blobOf: (amount: number) => Uint8Array
}

const everything = 2 ** 31 - 1
const unlimited = { usbredir: everything, port: everything, webdav: everything, smartcard: everything }

/** A receiver that sets no limit, and trusts what it gets. */
const limitless: ReceiverState = {
  ...defaultReceiver,
  provenance: "sealed",
  maxMotionCount: 65535,
  maxBlobBytes: { ...defaultReceiver.maxBlobBytes, ...unlimited },
  maxWriteBytes: { ...defaultReceiver.maxWriteBytes, ...unlimited },
  maxReadBytes: unlimited,
}

const { maxWriteBytes, maxReadBytes, maxMotionCount } = defaultReceiver

const encoded = <C extends Channel>(channel: C, state: MigrateData<C>): Uint8Array => {
  const blob = encodeMigrateData(channel, state, limitless)
  if (E.isLeft(blob)) throw new Error(blob.left[0].message)
  return blob.right
}

const endless = 0xffffffff

const baseOf = (queue: Uint8Array) => ({
  connected: true,
  num_client_tokens: endless,
  num_send_tokens: endless,
  write_num_client_tokens: 0,
  write_data: queue,
})

/** A run of so many bytes made of one piece, the last of it cut. */
const repeated = (piece: Uint8Array, size: number): Uint8Array => new Uint8Array(Buffer.alloc(size, piece))

/** usbredir's first packet, then packets that say that a device has gone (usbredirproto.h). */
const usbredirPackets = (size: number): Uint8Array => {
  const hello = Buffer.alloc(80)
  hello.writeUInt32LE(68, 4)
  const gone = Buffer.alloc(12)
  gone.writeUInt32LE(2, 0)
  return new Uint8Array(Buffer.concat([hello, repeated(gone, Math.max(0, size - hello.length))]).subarray(0, size))
}

/** A smartcard's answer of 258 bytes to reader 0, as it lies in a queue: the header's words are big-endian. */
const cardAnswer = (() => {
  const message = Buffer.alloc(12 + 258, 0x90)
  message.writeUInt32BE(7, 0)
  message.writeUInt32BE(0, 4)
  message.writeUInt32BE(258, 8)
  return message
})()

const mebibyte = 0x100000

const streams = (["usbredir", "port", "webdav"] as const).map(
  (channel): Quantity => ({
    name: "queue of zeros",
    channel,
    limit: maxWriteBytes[channel],
    most: 64 * mebibyte,
    blobOf: (size) => encoded(channel, { base: baseOf(new Uint8Array(size)) }),
  }),
)

/** Every quantity that a limit decides over. A display's surfaces are bounded by its table, an agent's queue by its window. */
export const quantities: readonly Quantity[] = [
  ...streams,
  {
    name: "queue of usbredir packets",
    channel: "usbredir",
    limit: maxWriteBytes.usbredir,
    most: 64 * mebibyte,
    blobOf: (size) => encoded("usbredir", { base: baseOf(usbredirPackets(size)) }),
  },
  {
    name: "queue of zeros",
    channel: "smartcard",
    limit: maxWriteBytes.smartcard,
    most: 64 * mebibyte,
    blobOf: (size) =>
      encoded("smartcard", {
        base: baseOf(new Uint8Array(size)),
        reader_added: true,
        read_data: { header: null, data: new Uint8Array() },
      }),
  },
  {
    name: "queue of a card's answers",
    channel: "smartcard",
    limit: maxWriteBytes.smartcard,
    most: 64 * mebibyte,
    blobOf: (size) =>
      encoded("smartcard", {
        base: baseOf(repeated(cardAnswer, size)),
        reader_added: true,
        read_data: { header: null, data: new Uint8Array() },
      }),
  },
  {
    name: "partly read message",
    channel: "smartcard",
    limit: maxReadBytes.smartcard,
    most: 64 * mebibyte,
    blobOf: (size) =>
      encoded("smartcard", {
        base: baseOf(new Uint8Array()),
        reader_added: true,
        read_data: { header: { type: 7, reader_id: 0, length: size }, data: new Uint8Array(size - 1) },
      }),
  },
  {
    name: "motions not acknowledged",
    channel: "inputs",
    limit: maxMotionCount,
    most: 65535,
    blobOf: (motion_count) => encoded("inputs", { motion_count }),
  },
]
