import { displayFromClient, mainFromClient } from "../../client/numbers.js"
import type { RawChannel } from "../../client/raw.js"
import type { Session } from "../../client/session.js"
import { words } from "../../client/words.js"
import type { Play } from "../attack.js"
import { connectionId, type Scene, settle } from "../scene.js"
import { displayInit, lyingFrame, type Order } from "./order.js"

/**
 * Displays that end, or say nothing, before the server has taken their DISPLAY_INIT: until then the display's worker
 * waits for it 30 s, in a loop that outlives what it waits for, and the main loop waits for the worker.
 */

const init = [displayFromClient.init, displayInit] as const

/** DISPLAY_INIT with another window of the dictionary, in pixels. */
const initWithWindow = (pixels: number): Buffer => {
  const payload = Buffer.from(displayInit)
  payload.writeInt32LE(pixels, payload.length - 4)
  return payload
}

type Act = (display: RawChannel, scene: Scene, session: Session) => Promise<void> | void

/** An ordinary session whose client has linked its display, and acts on it. */
const onDisplay =
  (act: Act): Play =>
  async (scene) => {
    const session = await scene.ordinary({ without: ["display"] })
    const display = await scene.linkRaw("display", { of: session.connectionId })
    await act(display, scene, session)
    await settle()
    return { main: session.main, attacked: session.main }
  }

const ends = {
  close: ["closes it", ({ close }) => close()],
  "half-close": ["ends its half of the connection", ({ end }) => end()],
  reset: ["resets the connection", ({ reset }) => reset()],
  "too-large": [
    "announces a message of 65,536 bytes there",
    ({ write }) => write(lyingFrame(displayFromClient.init, 65536, Buffer.alloc(8))),
  ],
  unknown: ["sends a message there of a type that does not exist", ({ send }) => send([999, words(0)])],
  part: [
    "sends half of DISPLAY_INIT, and closes it",
    ({ write, close }) => {
      write(lyingFrame(displayFromClient.init, displayInit.length, displayInit.subarray(0, 7)))
      close()
    },
  ],
  init: [
    "sends DISPLAY_INIT, and closes it at once",
    ({ send, close }) => {
      send(init)
      close()
    },
  ],
  "init-unknown": [
    "sends DISPLAY_INIT and in the same write a message of a type that does not exist",
    ({ send }) => send(init, [999, words(0)]),
  ],
  "main-first": ["closes main", (_, __, { main }) => main.close()],
  "main-unread": [
    "sends on main a message of a type that does not exist, for which the server ends the session",
    (_, __, { main }) => main.send(999, words(0)),
  ],
  silent: ["sends nothing there", () => undefined],
  "window-large": [
    "sends DISPLAY_INIT with a dictionary of 2^25 + 1 pixels",
    ({ send }) => send([displayFromClient.init, initWithWindow(0x2000001)]),
  ],
  "window-negative": [
    "sends DISPLAY_INIT with a dictionary of -1 pixels",
    ({ send }) => send([displayFromClient.init, initWithWindow(-1)]),
  ],
} as const satisfies Record<string, readonly [sentence: string, act: Act]>

const inSession: readonly Order[] = Object.entries(ends).map(([name, [sentence, act]]) => ({
  name: `end-display-${name}`,
  sentence: `links a display, and ${sentence}`,
  channel: "display",
  machineRuns: true,
  play: onDisplay(act),
}))

/** What comes on a display while the server does not read it yet, of a migration that is not seamless. */
const pending = {
  close: ["closes it", ({ close }) => close()],
  "init-close": [
    "sends DISPLAY_INIT, closes it",
    ({ send, close }) => {
      send(init)
      close()
    },
  ],
  silent: ["sends nothing there", () => undefined],
} as const satisfies Record<string, readonly [sentence: string, act: (display: RawChannel) => void]>

const inMigration: readonly Order[] = Object.entries(pending).map(([name, [sentence, act]]) => ({
  name: `end-pending-${name}`,
  sentence: `says that it migrates, links a display, ${sentence}, and sends MIGRATE_END`,
  channel: "display",
  play: async (scene) => {
    await scene.load()
    const main = await scene.link("main")
    act(await scene.linkRaw("display"))
    await settle()
    main.send(mainFromClient.migrateEnd)
    await settle()
    return { main, attacked: main }
  },
}))

/** Ports, whose first message the server writes while it links them. */
const portAfterTicket =
  (of: number, goOn: (scene: Scene) => Promise<void>) =>
  async (scene: Scene): Promise<void> => {
    const port = await scene.prepare("port", { of })
    port.sendTicket()
    port.close()
    await settle()
    await goOn(scene)
  }

const others: readonly Order[] = [
  {
    name: "end-display-silent-other-main",
    sentence: "links a display, sends nothing there, and links main of another session",
    channel: "main",
    machineRuns: true,
    play: async (scene) => {
      const session = await scene.ordinary({ without: ["display"] })
      await scene.linkRaw("display", { of: session.connectionId })
      await settle()
      const main = await scene.link("main", { of: 0 })
      return { main, attacked: main }
    },
  },
  {
    name: "end-port-after-ticket",
    sentence: "sends a port's ticket, and closes it without waiting for the answer",
    channel: "port",
    machineRuns: true,
    play: async (scene) => {
      const { connectionId: of, main } = await scene.ordinary({ without: ["port"] })
      await portAfterTicket(of, settle)(scene)
      return { main, attacked: main }
    },
  },
  {
    name: "end-port-after-ticket-migrating",
    sentence:
      "says that it migrates, sends a port's ticket, closes that without waiting for the answer, and sends MIGRATE_DST_DO_SEAMLESS",
    channel: "port",
    play: async (scene) => {
      const main = await scene.link("main")
      await portAfterTicket(connectionId, async () => {
        main.send(mainFromClient.migrateDstDoSeamless, words(1))
        await settle()
      })(scene)
      await scene.load()
      return { main, attacked: main }
    },
  },
]

export const displayOrders: readonly Order[] = [...inSession, ...inMigration, ...others]
