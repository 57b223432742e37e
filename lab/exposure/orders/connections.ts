import { displayFromClient, mainFromClient, mainFromServer } from "../../client/numbers.js"
import type { RawChannel, RawMessage } from "../../client/raw.js"
import { words } from "../../client/words.js"
import type { Played } from "../attack.js"
import { connectionId, type Scene, settle } from "../scene.js"
import { displayInit, type Order } from "./order.js"

/**
 * Several connections whose order decides, and answers that nobody sees. The flag that MIGRATE_DST_DO_SEAMLESS sets stays
 * for the server's life (reds.cpp:1952): a channel of the next migration that is linked before that has said how it
 * migrates then ends QEMU (reds.cpp:2029).
 */

const seamless: RawMessage = [mainFromClient.migrateDstDoSeamless, words(1)]

const next = connectionId + 1

/** A next client, whose channel is linked before its main has said how it migrates. */
const linkNext = async (scene: Scene): Promise<Played> => {
  const main = await scene.link("main", { of: next })
  const attacked = await scene.link("inputs", { of: next })
  await settle()
  return { main, attacked }
}

/** A client that asks for a seamless migration and leaves in some way, and the next one. */
const unseen =
  (act: (main: RawChannel) => Promise<void> | void) =>
  async (scene: Scene): Promise<Played> => {
    await act(await scene.linkRaw("main"))
    await settle()
    return linkNext(scene)
  }

const unseenAnswers = {
  twice: ["twice in one write", ({ send }) => send(seamless, seamless)],
  unknown: ["and a message that does not exist in one write", ({ send }) => send(seamless, [999, words(0)])],
  end: ["and MIGRATE_END in one write", ({ send }) => send(seamless, [mainFromClient.migrateEnd])],
  close: [
    "and closes main at once",
    ({ send, close }) => {
      send(seamless)
      close()
    },
  ],
  reset: [
    "and resets main's connection at once",
    ({ send, reset }) => {
      send(seamless)
      reset()
    },
  ],
  unread: [
    "reads no answer, and resets main's connection",
    async ({ stall, send, reset }) => {
      stall()
      send(seamless)
      await settle()
      reset()
    },
  ],
} as const satisfies Record<string, readonly [sentence: string, act: (main: RawChannel) => Promise<void> | void]>

const isDecidedByLuck = (name: string): boolean => ["close", "reset", "unread"].includes(name)

const unseenOrders: readonly Order[] = Object.entries(unseenAnswers).flatMap(([name, [sentence, act]]) =>
  [false, true].map((runs) => ({
    name: `unseen-${name}${runs ? "-running" : ""}`,
    sentence: `sends MIGRATE_DST_DO_SEAMLESS ${sentence}${runs ? ", when the machine runs" : ""}; another links main and inputs`,
    channel: "inputs",
    isRace: isDecidedByLuck(name),
    machineRuns: runs,
    play: async (scene) => {
      if (runs) await scene.load()
      const played = await unseen(act)(scene)
      if (!runs) await scene.load()
      return played
    },
  })),
)

/** Takes the result of a link that may fail. */
const resultOf = ({ result }: RawChannel): Promise<unknown> => result().catch(() => undefined)

/** Sends tickets that are ready in one go, and takes what comes of them. */
const atOnce = async (...prepared: readonly RawChannel[]): Promise<void> => {
  for (const { sendTicket } of prepared) sendTicket()
  await Promise.all(prepared.map(resultOf))
}

/** Two links in this order or the other. */
const inBothOrders = (
  name: string,
  sentence: string,
  play: (scene: Scene, inOrder: (one: RawChannel, other: RawChannel) => Promise<void>) => Promise<Played>,
): readonly Order[] =>
  [false, true].map((isReversed) => ({
    name: `race-${name}${isReversed ? "-reversed" : ""}`,
    sentence: `${sentence}${isReversed ? " (the other one first)" : ""}`,
    channel: "display",
    isRace: true,
    play: (scene) => play(scene, (one, other) => (isReversed ? atOnce(other, one) : atOnce(one, other))),
  }))

/** An ordinary session whose client has the server's end of main closed, and keeps its own open. */
const ordinaryMain = async (scene: Scene) => {
  const main = await scene.link("main", { of: 0, allowHalfOpen: true })
  const of = (await main.receive(mainFromServer.init)).payload.readUInt32LE(0)
  return { main, of }
}

const races: readonly Order[] = [
  ...inBothOrders(
    "two-claims",
    "keeps main of a session half open, and with its id links at the same moment main of a migration and a display, which gets DISPLAY_INIT",
    async (scene, inOrder) => {
      const { main, of } = await ordinaryMain(scene)
      const [second, display] = [await scene.prepare("main", { of }), await scene.prepare("display", { of })]
      await inOrder(second, display)
      display.send([displayFromClient.init, displayInit])
      await settle()
      second.send(seamless)
      await settle()
      await scene.load()
      return { main, attacked: main }
    },
  ),
  ...inBothOrders(
    "display-and-main",
    "links a display, on which nothing comes, and at the same moment main of another session",
    async (scene, inOrder) => {
      const { main, of } = await ordinaryMain(scene)
      await inOrder(await scene.prepare("display", { of }), await scene.prepare("main", { of: 0 }))
      await settle()
      await scene.load()
      return { main, attacked: main }
    },
  ),
  ...inBothOrders(
    "display-and-end",
    "links a display, on which nothing comes, and at the same moment main of a migration, which says MIGRATE_END and closes",
    async (scene, inOrder) => {
      const { main, of } = await ordinaryMain(scene)
      const second = await scene.prepare("main", { of })
      const display = await scene.prepare("display", { of })
      await inOrder(second, display)
      second.send([mainFromClient.migrateEnd])
      second.close()
      display.close()
      await settle()
      await scene.load()
      return { main, attacked: main }
    },
  ),
  ...inBothOrders(
    "seamless-and-main",
    "prepares main and inputs of a next migration, and sends both tickets as the first says MIGRATE_DST_DO_SEAMLESS and closes",
    async (scene, inOrder) => {
      const first = await scene.linkRaw("main")
      const second = await scene.prepare("main", { of: next })
      const inputs = await scene.prepare("inputs", { of: next })
      first.send(seamless)
      first.close()
      await inOrder(second, inputs)
      await settle()
      const played = await linkNext(scene)
      await scene.load()
      return played
    },
  ),
]

export const connectionOrders: readonly Order[] = [...unseenOrders, ...races]
