import { agentMessage } from "../../client/agent.js"
import type { SpiceChannel } from "../../client/channel.js"
import { inputsFromClient, mainFromClient, portEvent, smartcardData, spicevmcData } from "../../client/numbers.js"
import { words } from "../../client/words.js"
import { settle } from "../scene.js"
import { hugeSizes, inSession, lyingFrame, type Order } from "./order.js"

/** Messages that have nothing to do with a migration: what else a client can do to a server, for comparison. */

const { agentStart, agentData, agentToken, mouseModeRequest } = mainFromClient

const started = async ({ send }: SpiceChannel): Promise<void> => {
  send(agentStart, words(0xffffffff))
  await settle()
}

const monitorsConfig = (data: Uint8Array): Buffer => agentMessage(2, data)

const agent: readonly Order[] = [
  {
    name: "agent-data-before-start",
    sentence: "sends AGENT_DATA before AGENT_START",
    channel: "main",
    play: inSession("main", ({ send }) => send(agentData, agentMessage(4, Buffer.alloc(8)))),
  },
  {
    name: "agent-token-before-start",
    sentence: "sends AGENT_TOKEN before AGENT_START",
    channel: "main",
    play: inSession("main", ({ send }) => send(agentToken, words(1))),
  },
  {
    name: "agent-start-twice",
    sentence: "sends AGENT_START twice, and tokens until their count wraps",
    channel: "main",
    play: inSession("main", async (main) => {
      await started(main)
      main.send(agentStart, words(0xffffffff))
      main.send(agentToken, words(0xffffffff))
    }),
  },
  {
    name: "agent-data-empty",
    sentence: "sends AGENT_DATA without a byte",
    channel: "main",
    play: inSession("main", async (main) => {
      await started(main)
      main.send(agentData)
    }),
  },
  {
    name: "agent-data-too-large",
    sentence: "sends AGENT_DATA of 65,536 bytes where 2,048 are the most",
    channel: "main",
    play: inSession("main", async (main) => {
      await started(main)
      main.send(agentData, Buffer.alloc(65536))
    }),
  },
  {
    name: "agent-data-without-tokens",
    sentence: "sends 30 messages to the agent without waiting for tokens",
    channel: "main",
    play: inSession("main", async (main) => {
      await started(main)
      for (let sent = 0; sent < 30; sent++) main.send(agentData, agentMessage(4, Buffer.alloc(2028)))
    }),
  },
  {
    name: "agent-monitors-short",
    sentence: "sends the agent a monitors' configuration of 2^32 - 1 monitors in 8 bytes",
    channel: "main",
    play: inSession("main", async (main) => {
      await started(main)
      main.send(agentData, monitorsConfig(Buffer.concat([words(0xffffffff), words(0)])))
    }),
  },
]

const agentSizes = hugeSizes.map(
  ({ size, title, value }): Order => ({
    name: `agent-size-${size}`,
    sentence: `announces AGENT_DATA of ${title} bytes after AGENT_START, and sends 64 of them`,
    channel: "main",
    play: inSession("main", async (main) => {
      await started(main)
      main.sendRaw(lyingFrame(agentData, value, Buffer.alloc(64)))
    }),
  }),
)

const onSpicevmc = (["usbredir", "port", "webdav"] as const).flatMap((name): readonly Order[] => [
  {
    name: `spicevmc-empty-${name}`,
    sentence: "sends a message without a byte",
    channel: name,
    play: inSession(name, ({ send }) => send(spicevmcData)),
  },
  ...[0xffffffff, 0xffffffe8, 0xffffffd8, 0x80000000, 0x7fffffff].map((size) => ({
    name: `spicevmc-compressed-${size.toString(16)}-${name}`,
    sentence: `sends 16 bytes that are to be 0x${size.toString(16)} when LZ4 has decompressed them`,
    channel: name,
    play: inSession(name, ({ send }) =>
      send(102, Buffer.concat([Buffer.from([1]), words(size), Buffer.alloc(16, 0x55)])),
    ),
  })),
  {
    name: `spicevmc-event-${name}`,
    sentence: "sends the event 255 of a port",
    channel: name,
    play: inSession(name, ({ send }) => send(portEvent, Buffer.from([255]))),
  },
])

const usbredirGarbage: Order = {
  name: "usbredir-garbage-twice",
  sentence: "sends two messages of zeros, which are no usbredir",
  channel: "usbredir",
  play: inSession("usbredir", async ({ send }) => {
    send(spicevmcData, Buffer.alloc(80))
    await settle()
    send(spicevmcData, Buffer.alloc(80))
  }),
}

const vscMessage = (type: number, reader: number, length: number, data: Uint8Array): Buffer =>
  Buffer.concat([words(type), words(reader), words(length), data])

const smartcardMessages = {
  "apdu-length": ["an APDU of 65,536 bytes in 4", vscMessage(7, 0, 65536, Buffer.alloc(4))],
  "apdu-length-wraps": ["an APDU of 2^32 - 12 bytes in 4", vscMessage(7, 0, 0xfffffff4, Buffer.alloc(4))],
  "apdu-reader": ["an APDU for the reader 1 of 0", vscMessage(7, 1, 4, Buffer.alloc(4))],
  atr: ["an ATR before its reader was added", vscMessage(5, 0, 64, Buffer.alloc(64, 0x3b))],
  "reader-removed": ["the removal of a reader that was never added", vscMessage(4, 0, 0, Buffer.alloc(0))],
  "reader-unknown": ["the removal of the reader 7 of 0", vscMessage(4, 7, 0, Buffer.alloc(0))],
  short: ["a message of 4 bytes", words(7)],
  empty: ["a message without a byte", Buffer.alloc(0)],
} as const

const onSmartcard: readonly Order[] = Object.entries(smartcardMessages).map(([name, [title, payload]]) => ({
  name: `smartcard-${name}`,
  sentence: `sends ${title}`,
  channel: "smartcard",
  play: inSession("smartcard", ({ send }) => send(smartcardData, payload)),
}))

const displayMessages = {
  "codecs-none": ["no preferred codecs", 105, Buffer.from([0])],
  "codecs-short": ["255 preferred codecs in 1 byte", 105, Buffer.from([255, 1])],
  "stream-report": ["a report on a stream that does not exist", 102, Buffer.alloc(32, 0xff)],
  "draw-done": ["GL_DRAW_DONE without a drawing", 104, Buffer.alloc(0)],
  compression: ["a compression that does not exist", 103, Buffer.from([255])],
} as const

const onDisplay: readonly Order[] = Object.entries(displayMessages).map(([name, [title, type, payload]]) => ({
  name: `display-${name}`,
  sentence: `sends ${title}`,
  channel: "display",
  play: inSession("display", ({ send }) => send(type, payload)),
}))

const position = Buffer.concat([words(0x7fffffff), words(0x7fffffff), Buffer.from([0, 0, 255])])

const onInputs: readonly Order[] = [
  {
    name: "inputs-position-of-client",
    sentence: "asks for the client's mouse and sends a position outside every display",
    channel: "inputs",
    play: inSession("inputs", async ({ send }, _, { main }) => {
      await started(main)
      main.send(mouseModeRequest, Buffer.from([2, 0]))
      await settle()
      send(inputsFromClient.mousePosition, position)
    }),
  },
  {
    name: "inputs-position-without-agent",
    sentence: "asks for the client's mouse, and sends a position when the guest has closed its agent's port",
    channel: "inputs",
    play: inSession("inputs", async ({ send }, { host }, { main }) => {
      await started(main)
      main.send(mouseModeRequest, Buffer.from([2, 0]))
      await settle()
      await host.inGuest("exec 3>&-")
      send(inputsFromClient.mousePosition, position)
    }),
  },
  {
    name: "inputs-scancodes-empty",
    sentence: "sends no scancodes at all",
    channel: "inputs",
    play: inSession("inputs", ({ send }) => send(110)),
  },
]

export const deviceOrders: readonly Order[] = [
  ...agent,
  ...agentSizes,
  ...onSpicevmc,
  usbredirGarbage,
  ...onSmartcard,
  ...onDisplay,
  ...onInputs,
]
