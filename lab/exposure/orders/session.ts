import { fromClient } from "../../../src/spice/wire/messages.js"
import { displayFromClient, mainFromClient } from "../../client/numbers.js"
import { words } from "../../client/words.js"
import { settle } from "../scene.js"
import {
  carrying,
  displayInit,
  everyChannel,
  hugeSizes,
  inClaimedMigration,
  inSession,
  lyingFrame,
  type Order,
  ordinary,
  sendData,
} from "./order.js"

/** Messages of a migration, in a session that has none. */

const onEveryChannel: readonly Order[] = everyChannel.flatMap((name): readonly Order[] => [
  {
    name: `session-flush-mark-${name}`,
    sentence: "sends MIGRATE_FLUSH_MARK",
    channel: name,
    play: inSession(name, ({ send }) => send(fromClient.migrateFlushMark)),
  },
  {
    name: `session-data-${name}`,
    sentence: "sends genuine MIGRATE_DATA",
    channel: name,
    play: inSession(name, (channel) => sendData(channel, name)),
  },
  {
    name: `session-empty-data-${name}`,
    sentence: "sends MIGRATE_DATA without a byte",
    channel: name,
    play: inSession(name, ({ send }) => send(fromClient.migrateData)),
  },
  {
    name: `session-unknown-${name}`,
    sentence: "sends a message of a type that does not exist",
    channel: name,
    play: inSession(name, ({ send }) => send(999, words(0))),
  },
])

const mainMessages = {
  "dst-do-seamless": ["MIGRATE_DST_DO_SEAMLESS", mainFromClient.migrateDstDoSeamless, words(1)],
  "dst-do-seamless-2": ["MIGRATE_DST_DO_SEAMLESS of version 2", mainFromClient.migrateDstDoSeamless, words(2)],
  end: ["MIGRATE_END", mainFromClient.migrateEnd, Buffer.alloc(0)],
  connected: ["MIGRATE_CONNECTED", mainFromClient.migrateConnected, Buffer.alloc(0)],
  "connected-seamless": ["MIGRATE_CONNECTED_SEAMLESS", mainFromClient.migrateConnectedSeamless, Buffer.alloc(0)],
  "connect-error": ["MIGRATE_CONNECT_ERROR", mainFromClient.migrateConnectError, Buffer.alloc(0)],
} as const

const onMain: readonly Order[] = Object.entries(mainMessages).map(([name, [title, type, payload]]) => ({
  name: `session-${name}`,
  sentence: `sends ${title}`,
  channel: "main",
  play: inSession("main", ({ send }) => send(type, payload)),
}))

/** Nobody tells a server whether a migration is under way: a client's word is enough. */
const claimed: readonly Order[] = carrying.flatMap((name): readonly Order[] => [
  {
    name: `session-claimed-data-${name}`,
    sentence: "says that it migrates, and sends genuine MIGRATE_DATA",
    channel: name,
    play: inClaimedMigration(name, (channel) => sendData(channel, name)),
  },
  {
    name: `session-claimed-foreign-${name}`,
    sentence: "says that it migrates, and sends MIGRATE_DATA of another channel",
    channel: name,
    play: inClaimedMigration(name, (channel) => sendData(channel, name === "inputs" ? "display" : "inputs")),
  },
])

const kinds = (name: (typeof everyChannel)[number]) => [
  { kind: "data", title: "MIGRATE_DATA", type: fromClient.migrateData as number },
  { kind: "ordinary", title: "an ordinary message", type: ordinary[name].type },
  ...(name === "main" ? [{ kind: "agent", title: "AGENT_DATA", type: mainFromClient.agentData }] : []),
]

const huge: readonly Order[] = everyChannel.flatMap((name) =>
  kinds(name).flatMap(({ kind, title, type }) =>
    hugeSizes.map(({ size, title: bytes, value }) => ({
      name: `session-size-${size}-${kind}-${name}`,
      sentence: `announces ${title} of ${bytes} bytes, and sends 8 of them`,
      channel: name,
      play: inSession(name, ({ sendRaw }) => sendRaw(lyingFrame(type, value, Buffer.alloc(8)))),
    })),
  ),
)

const others: readonly Order[] = [
  {
    name: "session-display-init-twice",
    sentence: "sends DISPLAY_INIT a second time",
    channel: "display",
    play: inSession("display", ({ send }) => send(displayFromClient.init, displayInit)),
  },
  {
    name: "session-flush-mark-after-session",
    sentence: "closes main, and sends MIGRATE_FLUSH_MARK at the same time",
    channel: "inputs",
    play: inSession("inputs", async ({ send }, _, { main }) => {
      main.close()
      send(fromClient.migrateFlushMark)
      await settle()
    }),
  },
]

export const sessionOrders: readonly Order[] = [...onEveryChannel, ...onMain, ...claimed, ...huge, ...others].map(
  (order) => ({ ...order, machineRuns: true }),
)
