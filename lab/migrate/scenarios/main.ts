import { agentChunk, agentMessage, agentMessages, agentPieceSize, startAgent } from "../../client/agent.js"
import type { OnTheWay } from "../../client/migration.js"
import { mainFromClient } from "../../client/numbers.js"
import type { Session } from "../../client/session.js"
import type { Host } from "../host.js"
import { guestPorts, type Machine } from "../machine.js"
import type { Fatal, Scenario } from "../scenario.js"
import { lateOn, written } from "./guest.js"

const machine: Machine = { guest: true }

/** The guest's descriptor of the agent's port. */
const agentPort = `/dev/vport0p${guestPorts.agent}`

/** The guest has an agent that has written these bytes and reads nothing. */
const withAgent = async (source: Host, session: Session, bytes: Uint8Array = new Uint8Array()) => {
  await source.inGuest(`exec 3<>${agentPort}`)
  const agent = await startAgent(session.main)
  if (bytes.length > 0) await source.inGuest(`${written(bytes)} >&3`)
  return agent
}

/** Text enough for a message of several pieces. */
const text = (size: number): Buffer => Buffer.alloc(size, "the quick brown fox jumps over the lazy dog\n")

const clipboard = agentMessage(agentMessages.clipboard, text(6000))

const inPieces = (message: Buffer): readonly Buffer[] =>
  Array.from({ length: Math.ceil(message.length / agentPieceSize) }, (_, index) =>
    message.subarray(index * agentPieceSize, (index + 1) * agentPieceSize),
  )

/** The guest's agent has written so many bytes of a message when the machine moves. */
const partly = (name: string, says: string, bytes: Uint8Array): Scenario => ({
  name,
  says,
  machine,
  prepare: async (source, session) => {
    await withAgent(source, session, bytes)
    return undefined
  },
  keep: ["main/0"],
})

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

const announcement = agentChunk(agentMessage(agentMessages.announceCapabilities, Buffer.from([0, 0, 0, 0, 3, 0, 0, 0])))

const chunkHeaders = range(1, 7).map((length) =>
  partly(
    `main-chunk-header-${length}`,
    `agent has written ${length} of a chunk header's 8 bytes`,
    announcement.subarray(0, length),
  ),
)

const messageHeaders = range(1, 19).map((length) =>
  partly(
    `main-message-header-${length}`,
    `agent has written a chunk header and ${length} of a message header's 20 bytes`,
    announcement.subarray(0, 8 + length),
  ),
)

/** Most of a chunk: all that the server has read it hands to the client before it moves. */
const most = (message: Buffer, length: number): Buffer =>
  agentChunk(message.subarray(0, agentPieceSize)).subarray(0, length)

const midMessage: readonly Scenario[] = [
  partly(
    "main-mid-message",
    "agent has written 1000 bytes of a clipboard message's first chunk",
    most(clipboard, 1000),
  ),
  partly(
    "main-mid-message-large-chunk",
    "agent has written 3000 bytes of a chunk that holds a whole clipboard message of 6020",
    agentChunk(clipboard).subarray(0, 3000),
  ),
  partly(
    "main-mid-message-discarded",
    "agent has written a part of a monitors configuration, which the server discards",
    agentChunk(agentMessage(agentMessages.monitorsConfig, text(200))).subarray(0, 100),
  ),
]

const agentQueue = (pieces: readonly Uint8Array[]): OnTheWay =>
  lateOn("main", (main) => {
    for (const piece of pieces) main.send(mainFromClient.agentData, piece)
  })

/** The client has sent this when the machine has stopped: the server queues it and has no device to write it to. */
const queued = (name: string, says: string, pieces: readonly Uint8Array[], rest: Partial<Scenario> = {}): Scenario => ({
  name,
  says,
  machine,
  prepare: async (source, session) => {
    await withAgent(source, session)
    return agentQueue(pieces)
  },
  keep: ["main/0"],
  ...rest,
})

/** The guest's agent reads nothing: its kernel takes what it has room for, and the rest waits on the host. */
const stalled = (name: string, says: string, pieces: readonly Uint8Array[]): Scenario => ({
  name,
  says: `agent that does not read: ${says}`,
  machine,
  prepare: async (source, session) => {
    const agent = await withAgent(source, session)
    await agent.sendAll(pieces, 500)
    return undefined
  },
  keep: ["main/0"],
})

const queues: readonly Scenario[] = [
  queued("main-queue-one", "one agent message of 8 bytes queued", [
    agentMessage(agentMessages.announceCapabilities, text(8)),
  ]),
  queued("main-queue-part", "the first piece of an agent message of three queued", inPieces(clipboard).slice(0, 1)),
  queued("main-queue-message", "an agent message of three pieces queued", inPieces(clipboard)),
  queued(
    "main-queue-window",
    "as many pieces queued as the client has tokens for: 10 of 2048 bytes",
    inPieces(agentMessage(agentMessages.clipboard, text(10 * agentPieceSize - 20))),
  ),
  queued("main-second-hop", "moved twice, an agent message of three pieces queued at each move", inPieces(clipboard), {
    hops: 2,
    keep: ["main/0", "display/0", "smartcard/0"],
  }),
  stalled(
    "main-queue-stalled",
    "the client has used up its tokens on pieces of 2048 bytes",
    inPieces(agentMessage(agentMessages.clipboard, text(400 * agentPieceSize))),
  ),
  stalled(
    "main-queue-stalled-small",
    "the client has used up its tokens on messages of 21 bytes",
    Array.from({ length: 400 }, () => agentMessage(agentMessages.clipboard, text(1))),
  ),
  {
    name: "main-queue-and-partial-header",
    says: "two agent messages queued, and agent has written a chunk header and 12 bytes of a message header",
    machine,
    prepare: async (source, session) => {
      await withAgent(source, session, announcement.subarray(0, 20))
      const message = agentMessage(agentMessages.announceCapabilities, text(8))
      return agentQueue([message, message])
    },
    keep: ["main/0"],
  },
]

/** States that spice-server 0.15.1 cannot write down: the source ends where an assertion does not hold. */
export const fatalMainScenarios: readonly Fatal[] = [
  {
    ...partly("fatal-chunk-header", "agent has written exactly a chunk header", announcement.subarray(0, 8)),
    dies: /reds\.cpp:1238/,
  },
  {
    ...partly(
      "fatal-message-header",
      "agent has written exactly a chunk header and a message header",
      announcement.subarray(0, 28),
    ),
    dies: /reds\.cpp:1320/,
  },
  {
    ...partly(
      "fatal-between-chunks",
      "agent has written a whole chunk of a message and not the next",
      most(clipboard, 8 + agentPieceSize),
    ),
    dies: /reds\.cpp:1311/,
  },
  {
    name: "fatal-agent-not-started",
    says: "agent connected, and a client that never started it",
    machine,
    prepare: async (source) => {
      await source.inGuest(`exec 3<>${agentPort}`)
      return undefined
    },
    keep: [],
    dies: /char-device\.cpp:773/,
  },
]

/** States of main: the guest's agent, and what goes back and forth. */
export const mainScenarios: readonly Scenario[] = [
  { name: "main-agent-absent", says: "a guest without an agent", machine, keep: ["main/0"] },
  partly("main-agent-idle", "agent connected, nothing written either way", new Uint8Array()),
  ...chunkHeaders,
  ...messageHeaders,
  ...midMessage,
  ...queues,
  queued(
    "main-full-header",
    "an agent message of three pieces queued, of a client with the full header and a ticket",
    inPieces(clipboard),
    { session: { fullHeader: true }, machine: { ...machine, password: "ticket of the lab" } },
  ),
]
