import type { SpiceChannel } from "../../client/channel.js"
import { inputsFromClient, inputsFromServer, portEvent, smartcardData, spicevmcData } from "../../client/numbers.js"
import { channelOf } from "../../client/session.js"
import { words } from "../../client/words.js"
import { guestPorts, type Machine } from "../machine.js"
import type { Fatal, Scenario } from "../scenario.js"
import { lateOn, written } from "./guest.js"

const firmware: Machine = {}
const guest: Machine = { guest: true }

/** A usbredir packet (usbredirproto.h): its type, the length of what follows, and an id. */
const usbredirPacket = (type: number, body: Uint8Array = new Uint8Array()): Buffer =>
  Buffer.concat([words(type, body.length, 0), body])

/** The first packet of each side: 64 bytes that name its version, and a word of capabilities. */
const usbredirHello = usbredirPacket(0, Buffer.concat([Buffer.alloc(64, "lab\0", "latin1"), words(0)]))

/** A device has gone; there was none. */
const usbredirDisconnect = usbredirPacket(2)

const sendInPieces = (channel: SpiceChannel, bytes: Buffer, size: number): void => {
  for (let at = 0; at < bytes.length; at += size) channel.send(spicevmcData, bytes.subarray(at, at + size))
}

const mebibyte = 1 << 20

const usbredirOfAMebibyte = Buffer.concat([
  usbredirHello,
  ...Array.from(
    { length: Math.floor((mebibyte - usbredirHello.length) / usbredirDisconnect.length) },
    () => usbredirDisconnect,
  ),
])

const usbredir: readonly Scenario[] = [
  {
    name: "usbredir-queue-hello",
    says: "usbredir's first packet queued",
    machine: firmware,
    accept: "usbredir-queue",
    prepare: async () => lateOn("usbredir", (channel) => channel.send(spicevmcData, usbredirHello)),
    keep: ["usbredir/0"],
  },
  {
    name: "usbredir-queue-mebibyte",
    says: "1 MiB of usbredir packets queued, in messages of 64 KiB",
    machine: firmware,
    accept: "usbredir-queue",
    prepare: async () => lateOn("usbredir", (channel) => sendInPieces(channel, usbredirOfAMebibyte, 65_536)),
    keep: ["usbredir/0"],
  },
]

/** The guest opens a port and reads nothing of what the client sends, more than its kernel takes. */
const stalled = (name: "port" | "webdav", pieces: number, size: number): Scenario => ({
  name: `${name}-queue-stalled`,
  says: `guest that has opened the ${name} channel's port and does not read: ${pieces} messages of ${size} bytes sent`,
  machine: guest,
  prepare: async (source, session) => {
    const channel = channelOf(session, name)
    await source.inGuest(`exec 5<>/dev/vport0p${guestPorts[name]}`)
    await channel.receive(portEvent)
    for (let piece = 0; piece < pieces; piece++) channel.send(spicevmcData, Buffer.alloc(size, `piece ${piece}\n`))
    return undefined
  },
  keep: [`${name}/0`],
})

const ports: readonly Scenario[] = [
  {
    name: "port-queue",
    says: "three messages to a port that the guest has not opened",
    machine: guest,
    prepare: async () =>
      lateOn("port", (channel) => {
        for (const word of ["one\n", "two\n", "three\n"]) channel.send(spicevmcData, Buffer.from(word))
      }),
    keep: ["port/0"],
  },
  stalled("port", 150, 1000),
  stalled("webdav", 140, 4096),
]

/** A smartcard message as a client sends it (libcacard's vscard_common.h): type, reader, length, and the data. */
const cardMessage = (type: number, reader: number, data: Uint8Array = new Uint8Array()): Buffer =>
  Buffer.concat([words(type, reader, data.length), data])

const noReader = 0xffffffff
const readerAdd = (name: string): Buffer => cardMessage(3, noReader, Buffer.from(`${name}\0`))
const answerToReset = (reader: number): Buffer =>
  cardMessage(5, reader, Buffer.from("3b6a00008031c0734d435a010203", "hex"))
const apdu = (reader: number, size: number): Buffer => cardMessage(7, reader, Buffer.alloc(size, 0x90))

/** The same message as a device writes it: the header's words are big-endian. */
const fromDevice = (type: number, reader: number, data: Uint8Array): Buffer => {
  const header = Buffer.alloc(12)
  for (const [index, value] of [type, reader, data.length].entries()) header.writeUInt32BE(value, 4 * index)
  return Buffer.concat([header, data])
}

/** What stands in the reader's place writes so many bytes of an APDU's message. */
const partlyRead = (name: string, says: string, bytes: Uint8Array): Scenario => ({
  name,
  says,
  machine: { ...guest, smartcard: "serial" },
  accept: "smartcard-partial-read",
  prepare: async (source, session) => {
    channelOf(session, "smartcard").send(smartcardData, readerAdd("lab reader"))
    await source.inGuest("stty raw -F /dev/ttyS0")
    await source.inGuest(`${written(bytes)} >/dev/ttyS0`)
    return undefined
  },
  keep: ["smartcard/0"],
})

const smartcards: readonly Scenario[] = [
  {
    name: "smartcard-reader-added",
    says: "a reader added and a card inserted",
    machine: firmware,
    prepare: async (_, session) => {
      const channel = channelOf(session, "smartcard")
      channel.send(smartcardData, readerAdd("lab reader"))
      channel.send(smartcardData, answerToReset(0))
      return undefined
    },
    keep: ["smartcard/0"],
  },
  {
    name: "smartcard-queue",
    says: "a reader's card inserted and three answers of the card queued",
    machine: firmware,
    prepare: async (_, session) => {
      channelOf(session, "smartcard").send(smartcardData, readerAdd("lab reader"))
      return lateOn("smartcard", (channel) => {
        for (const message of [answerToReset(0), apdu(0, 2), apdu(0, 258)]) channel.send(smartcardData, message)
      })
    },
    keep: ["smartcard/0"],
  },
  partlyRead(
    "smartcard-partial-header",
    "a reader that has written 5 bytes of a message's header",
    fromDevice(7, 0, Buffer.alloc(5, 0xa4)).subarray(0, 5),
  ),
  partlyRead(
    "smartcard-partial-message",
    "a reader that has written the header and 100 of 261 bytes of an APDU",
    fromDevice(7, 0, Buffer.alloc(261, 0xa4)).subarray(0, 112),
  ),
]

/** A relative motion of the mouse: dx, dy and the buttons. */
const motion = Buffer.from([1, 0, 0, 0, 1, 0, 0, 0, 0, 0])

const inputs: readonly Scenario[] = [1, 2, 3].map((motions) => ({
  name: `inputs-motions-${motions}`,
  says: `${motions} motions of the mouse not yet acknowledged`,
  machine: firmware,
  prepare: async (_, session) => {
    const channel = channelOf(session, "inputs")
    for (let sent = 0; sent < 4 + motions; sent++) channel.send(inputsFromClient.mouseMotion, motion)
    await channel.receive(inputsFromServer.mouseMotionAck)
    return undefined
  },
  keep: ["inputs/0"],
}))

/** States of the channels that lead to devices. */
export const deviceScenarios: readonly Scenario[] = [...usbredir, ...ports, ...smartcards, ...inputs]

/**
 * For a message of more than 282 bytes spice-server 0.15.1 moves its buffer, and writes what comes next to where it was:
 * the source's heap is corrupt, which the C library notices later.
 */
export const fatalDeviceScenarios: readonly Fatal[] = [
  {
    ...partlyRead(
      "fatal-large-smartcard-message",
      "a reader that has written the header and 600 of 2000 bytes of a message",
      fromDevice(7, 0, Buffer.alloc(2000, 0xa4)).subarray(0, 612),
    ),
    dies: /has ended/,
  },
]
