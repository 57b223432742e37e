import { fromClient } from "../../../src/spice/wire/messages.js"
import { displayFromClient, mainFromClient, mainFromServer } from "../../client/numbers.js"
import { words } from "../../client/words.js"
import { connectionId, settle } from "../scene.js"
import { carrying, displayInit, genuineData, inMigration, type Order, ordinary, sendData } from "./order.js"

/** What a migrating client sends out of order. */

const { migrateDstDoSeamless, attachChannels, agentStart, agentData } = mainFromClient

const onEveryCarrying: readonly Order[] = carrying.flatMap((name): readonly Order[] => [
  {
    name: `migrating-data-twice-${name}`,
    sentence: "sends genuine MIGRATE_DATA twice",
    channel: name,
    play: inMigration(name, (channel) => {
      sendData(channel, name)
      sendData(channel, name)
    }),
  },
  {
    name: `migrating-message-first-${name}`,
    sentence: "sends an ordinary message before genuine MIGRATE_DATA",
    channel: name,
    play: inMigration(name, (channel) => {
      channel.send(ordinary[name].type, ordinary[name].payload)
      sendData(channel, name)
    }),
  },
  {
    name: `migrating-empty-data-${name}`,
    sentence: "sends MIGRATE_DATA without a byte",
    channel: name,
    play: inMigration(name, ({ send }) => send(fromClient.migrateData)),
  },
  {
    name: `migrating-flush-mark-${name}`,
    sentence: "sends MIGRATE_FLUSH_MARK to the target",
    channel: name,
    play: inMigration(name, ({ send }) => send(fromClient.migrateFlushMark)),
  },
  {
    name: `migrating-leaves-${name}`,
    sentence: "closes the channel instead of sending its data",
    channel: name,
    play: inMigration(name, async ({ close }) => {
      close()
      await settle()
    }),
  },
])

/** Begins a seamless migration with this version, and waits for the answer. */
const seamless = (version: number): Order => ({
  name: `migrating-version-${version}`,
  sentence: `sends MIGRATE_DST_DO_SEAMLESS of version ${version}, and links usbredir`,
  channel: "usbredir",
  play: async (scene) => {
    const main = await scene.link("main")
    main.send(migrateDstDoSeamless, words(version))
    await main.receive(mainFromServer.migrateDstSeamlessAck, mainFromServer.migrateDstSeamlessNack)
    await scene.load()
    const attacked = await scene.link("usbredir")
    return { main, attacked }
  },
})

/** Data on a channel of a migrating session whose target has not been told that it is seamless. */
const beforeSeamless = carrying.map(
  (name): Order => ({
    name: `migrating-data-before-seamless-${name}`,
    sentence: "sends genuine MIGRATE_DATA before MIGRATE_DST_DO_SEAMLESS",
    channel: name,
    play: async (scene) => {
      const main = await scene.link("main")
      const attacked = name === "main" ? main : await scene.link(name)
      sendData(attacked, name)
      await settle()
      main.send(migrateDstDoSeamless, words(1))
      await scene.load()
      return { main, attacked }
    },
  }),
)

const onMain = {
  "seamless-twice": ["MIGRATE_DST_DO_SEAMLESS a second time", migrateDstDoSeamless, words(1)],
  end: ["MIGRATE_END", mainFromClient.migrateEnd, Buffer.alloc(0)],
  connected: ["MIGRATE_CONNECTED", mainFromClient.migrateConnected, Buffer.alloc(0)],
  "connected-seamless": ["MIGRATE_CONNECTED_SEAMLESS", mainFromClient.migrateConnectedSeamless, Buffer.alloc(0)],
  "connect-error": ["MIGRATE_CONNECT_ERROR", mainFromClient.migrateConnectError, Buffer.alloc(0)],
  "attach-channels": ["ATTACH_CHANNELS", attachChannels, Buffer.alloc(0)],
  "agent-start": ["AGENT_START", agentStart, words(0xffffffff)],
  "agent-data": ["AGENT_DATA", agentData, Buffer.alloc(2048)],
} as const

const mainOrders: readonly Order[] = Object.entries(onMain).map(([name, [title, type, payload]]) => ({
  name: `migrating-${name}`,
  sentence: `sends ${title} between the target's acknowledgement and main's genuine data`,
  channel: "main",
  play: inMigration("main", (main) => {
    main.send(type, payload)
    sendData(main, "main")
  }),
}))

/** Data that no decoder can object to, with a queue for the device. */
const withQueue = (queue: Uint8Array): Buffer => {
  const data = Buffer.concat([genuineData("usbredir"), queue])
  data.writeUInt32LE(queue.length, 21) // write_size
  data.writeUInt32LE(data.length - queue.length, 29) // write_data_ptr
  return data
}

const others: readonly Order[] = [
  {
    name: "migrating-queue-of-garbage",
    sentence: "sends data that is valid, with 80 zeros queued for the device, which are no usbredir, and goes on",
    channel: "usbredir",
    play: inMigration("usbredir", async ({ send }) => {
      send(fromClient.migrateData, withQueue(Buffer.alloc(80)))
      await settle()
    }),
  },
  {
    name: "migrating-display-init",
    sentence: "sends DISPLAY_INIT instead of MIGRATE_DATA",
    channel: "display",
    play: inMigration("display", ({ send }) => send(displayFromClient.init, displayInit)),
  },
  {
    name: "migrating-display-silent",
    sentence: "sends nothing on a channel that awaits its data",
    channel: "display",
    play: inMigration("display", () => undefined),
  },
  {
    name: "migrating-data-cursor",
    sentence: "sends MIGRATE_DATA of another channel",
    channel: "cursor",
    play: inMigration("cursor", (channel) => sendData(channel, "cursor")),
  },
  {
    name: "migrating-end-without-seamless",
    sentence: "sends MIGRATE_END twice where the migration is not seamless",
    channel: "main",
    play: async (scene) => {
      const main = await scene.link("main")
      await scene.load()
      main.send(mainFromClient.migrateEnd)
      main.send(mainFromClient.migrateEnd)
      return { main, attacked: main }
    },
  },
  {
    name: "migrating-version-lowered",
    sentence: "sends MIGRATE_DST_DO_SEAMLESS of version 1 and then of version 2, and links usbredir",
    channel: "usbredir",
    play: async (scene) => {
      const main = await scene.migrating()
      main.send(migrateDstDoSeamless, words(2))
      await main.receive(mainFromServer.migrateDstSeamlessNack)
      const attacked = await scene.link("usbredir")
      await scene.load()
      return { main, attacked }
    },
  },
  {
    name: "migrating-second-main",
    sentence: "links main a second time with the same connection id",
    channel: "main",
    play: async (scene) => {
      await scene.migrating()
      const main = await scene.link("main")
      await scene.load()
      return { main, attacked: main }
    },
  },
  {
    name: "migrating-second-main-and-channel",
    sentence: "links main a second time with the same connection id, and then usbredir",
    channel: "usbredir",
    play: async (scene) => {
      await scene.migrating()
      const main = await scene.link("main")
      const attacked = await scene.link("usbredir")
      await scene.load()
      return { main, attacked }
    },
  },
  {
    name: "migrating-other-main",
    sentence: "links main for another session while displays of the first await their data",
    channel: "main",
    play: async (scene) => {
      await scene.migrating()
      await scene.link("display")
      const main = await scene.link("main", { of: connectionId + 1 })
      await scene.load()
      return { main, attacked: main }
    },
  },
  {
    name: "migrating-channel-of-the-next",
    sentence:
      "begins a seamless migration, ends its session, and links main and usbredir of another before saying how that migrates",
    channel: "usbredir",
    play: async (scene) => {
      const first = await scene.migrating()
      first.close()
      await settle()
      const of = connectionId + 1
      const main = await scene.link("main", { of })
      const attacked = await scene.link("usbredir", { of })
      await scene.load()
      return { main, attacked }
    },
  },
  {
    name: "migrating-new-session",
    sentence: "opens an ordinary session while usbredir of the first awaits its data",
    channel: "main",
    play: async (scene) => {
      const first = await scene.migrating()
      const attacked = await scene.link("usbredir")
      const { main } = await scene.ordinary()
      sendData(attacked, "usbredir")
      sendData(first, "main")
      return { main, attacked: main }
    },
  },
  {
    name: "migrating-pending-twice",
    sentence: "links usbredir and display twice each before MIGRATE_DST_DO_SEAMLESS",
    channel: "usbredir",
    play: async (scene) => {
      const main = await scene.link("main")
      const attacked = await scene.link("usbredir")
      const displays = [await scene.link("display"), await scene.link("display")]
      await scene.link("usbredir")
      main.send(migrateDstDoSeamless, words(1))
      for (const display of displays) sendData(display, "display")
      sendData(attacked, "usbredir")
      await scene.load()
      return { main, attacked }
    },
  },
  {
    name: "migrating-pending-left",
    sentence: "links usbredir and display, closes them, and sends MIGRATE_DST_DO_SEAMLESS",
    channel: "main",
    play: async (scene) => {
      const main = await scene.link("main")
      const left = [await scene.link("usbredir"), await scene.link("display")]
      for (const { close } of left) close()
      await settle()
      main.send(migrateDstDoSeamless, words(1))
      await scene.load()
      return { main, attacked: main }
    },
  },
  {
    name: "migrating-pending-without-main",
    sentence: "links usbredir and display, and closes main before it has said what migration this is",
    channel: "usbredir",
    play: async (scene) => {
      const first = await scene.link("main")
      const attacked = await scene.link("usbredir")
      await scene.link("display")
      first.close()
      await settle()
      await scene.load()
      return { main: first, attacked }
    },
  },
  {
    name: "migrating-leaves-all",
    sentence: "closes main while usbredir and smartcard await their data, and sends both",
    channel: "usbredir",
    play: async (scene) => {
      const main = await scene.migrating()
      const [usbredir, smartcard] = [await scene.link("usbredir"), await scene.link("smartcard")]
      await scene.load()
      main.close()
      sendData(usbredir, "usbredir")
      sendData(smartcard, "smartcard")
      await settle()
      return { main, attacked: usbredir }
    },
  },
]

const early: readonly Order[] = (["inputs", "usbredir", "port", "webdav", "smartcard", "main"] as const).map(
  (name) => ({
    name: `migrating-data-early-${name}`,
    sentence: "sends genuine MIGRATE_DATA before the machine has arrived",
    channel: name,
    play: async (scene) => {
      const main = await scene.migrating()
      const attacked = name === "main" ? main : await scene.link(name)
      sendData(attacked, name)
      await settle()
      await scene.load()
      return { main, attacked }
    },
  }),
)

export const migratingOrders: readonly Order[] = [
  ...onEveryCarrying,
  ...beforeSeamless,
  ...[0, 2, 0xffffffff].map(seamless),
  ...mainOrders,
  ...others,
  ...early,
]
