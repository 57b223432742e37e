import { setTimeout as pause } from "node:timers/promises"
import { fromClient } from "../../../src/spice/wire/messages.js"
import { agentMessage, agentMessages } from "../../client/agent.js"
import type { SpiceChannel } from "../../client/channel.js"
import { displayFromClient, mainFromClient } from "../../client/numbers.js"
import type { RawChannel } from "../../client/raw.js"
import { words } from "../../client/words.js"
import { guestPorts } from "../../migrate/machine.js"
import type { Play } from "../attack.js"
import { type Scene, settle } from "../scene.js"
import { displayInit, genuineAgentData, lyingFrame, type Order } from "./order.js"
import { migrate } from "./source.js"

/** Clients that do not read, do not answer, or stop in the middle of a message. */

const { agentStart, agentData, attachChannels } = mainFromClient

/** Fills a display's screen with text, over and over. */
const draw = "for i in 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9; do dmesg >/dev/tty0; done"

/** How long the guest may draw, and how long it may take until nothing takes a server's answers any more, in milliseconds. */
const patience = { drawing: 20_000, clogging: 15_000 } as const

/** A display of an ordinary session that the guest draws on. */
const drawnOn =
  (before: (display: RawChannel) => void): Play =>
  async (scene) => {
    const { connectionId: of, main } = await scene.ordinary({ without: ["display"] })
    const display = await scene.linkRaw("display", { of })
    display.send([displayFromClient.init, displayInit])
    before(display)
    for (let screen = 0; screen < 4; screen++) await scene.host.inGuest(draw)
    return { main, attacked: main }
  }

/** Asks for the list of channels until nothing on the way back takes the answers any more, and reads none of them. */
const clog = async (main: SpiceChannel): Promise<void> => {
  main.stall()
  const asked = Buffer.concat(Array.from({ length: 20_000 }, () => lyingFrame(attachChannels, 0, Buffer.alloc(0))))
  for (let sent = 0; sent < 25; sent++) {
    main.sendRaw(asked)
    await pause(30)
  }
  await pause(500)
}

const agentPort = `/dev/vport0p${guestPorts.agent}`

/** The guest's agent leaves, another comes, and between the two the client sends AGENT_START. */
const betweenAgents = async ({ host }: Scene, main: SpiceChannel): Promise<void> => {
  await host.inGuest("exec 3>&-")
  await pause(100)
  main.send(agentStart, words(0xffffffff))
  await pause(300)
  await host.inGuest(`exec 3<>${agentPort}`)
  await pause(100)
}

const message = agentMessage(agentMessages.clipboard, Buffer.alloc(40))

const firstHalf = lyingFrame(agentData, message.length, message.subarray(0, 10))

/** Longer than the relay waits for a server to close. */
const standstill = 12_000

/** A client that leaves a channel while QEMU stands still, as it does on a host that is short of everything. */
const whileStill =
  (name: "port" | "display", leave: (channel: RawChannel) => void): Play =>
  async (scene) => {
    const { connectionId: of, main } = await scene.ordinary({ without: [name] })
    const channel = await scene.prepare(name, { of })
    scene.host.freeze()
    channel.sendTicket()
    leave(channel)
    await pause(standstill)
    scene.host.thaw()
    await settle()
    return { main, attacked: main }
  }

const still: readonly Order[] = [
  {
    name: "stall-server-port",
    sentence: "sends a port's ticket and closes it, while QEMU stands still for 12 s",
    channel: "port",
    machineRuns: true,
    takes: standstill,
    play: whileStill("port", ({ close }) => close()),
  },
  {
    name: "stall-server-display",
    sentence: "sends a display's ticket and DISPLAY_INIT, and closes it, while QEMU stands still for 12 s",
    channel: "display",
    machineRuns: true,
    takes: standstill,
    play: whileStill("display", ({ send, close }) => {
      send([displayFromClient.init, displayInit])
      close()
    }),
  },
]

export const stallOrders: readonly Order[] = [
  ...still,
  {
    name: "stall-display-unread",
    sentence: "does not read its display, on which the guest draws",
    channel: "display",
    machineRuns: true,
    takes: patience.drawing,
    play: drawnOn(({ stall }) => stall()),
  },
  {
    name: "stall-display-unacknowledged",
    sentence: "reads its display, on which the guest draws, and acknowledges nothing",
    channel: "display",
    machineRuns: true,
    takes: patience.drawing,
    play: drawnOn(() => undefined),
  },
  {
    name: "stall-agent-between",
    sentence: "sends AGENT_START when the agent has left and before another comes, and migrates",
    channel: "main",
    machineRuns: true,
    play: async (scene) => {
      const session = await scene.ordinary()
      await betweenAgents(scene, session.main)
      return migrate(scene, session)
    },
  },
  {
    name: "stall-agent-unread",
    sentence:
      "does not read main while the agent leaves, sends AGENT_START, reads on when another has come, and migrates",
    channel: "main",
    machineRuns: true,
    takes: patience.clogging,
    play: async (scene) => {
      const session = await scene.ordinary()
      await clog(session.main)
      await betweenAgents(scene, session.main)
      session.main.resume()
      return migrate(scene, session)
    },
  },
  {
    name: "stall-agent-data-half",
    sentence: "sends half of an AGENT_DATA, links main of another session, and sends AGENT_DATA there",
    channel: "main",
    machineRuns: true,
    play: async (scene) => {
      const { main: first } = await scene.ordinary()
      first.send(agentStart, words(0xffffffff))
      await settle()
      first.sendRaw(firstHalf)
      await settle()
      const main = await scene.link("main", { of: 0 })
      main.send(agentStart, words(0xffffffff))
      main.send(agentData, message)
      await settle()
      return { main, attacked: main }
    },
  },
  {
    name: "stall-agent-data-half-at-arrival",
    varies: true,
    sentence: "sends genuine MIGRATE_DATA and half of an AGENT_DATA, and the other half when the machine has arrived",
    channel: "main",
    play: async (scene) => {
      const main = await scene.migrating()
      main.send(fromClient.migrateData, genuineAgentData())
      main.sendRaw(firstHalf)
      await settle()
      await scene.load()
      main.sendRaw(message.subarray(10))
      await settle()
      return { main, attacked: main }
    },
  },
]
