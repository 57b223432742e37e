import { fromClient } from "../../src/spice/wire/messages.js"
import type { ChannelKind } from "../../test/session/explore/server.js"
import type { SpiceChannel } from "../client/channel.js"
import { displayFromClient, mainFromClient, mainFromServer } from "../client/numbers.js"
import { words } from "../client/words.js"
import type { Play } from "../exposure/attack.js"
import type { Case } from "../exposure/cases.js"
import { displayInit, genuineData, ordinary } from "../exposure/orders/order.js"
import { type Scene, settle } from "../exposure/scene.js"
import { machine } from "../exposure/state.js"
import { happens } from "../patience.js"
import { type Act, walkAt } from "./walks.js"

/** What a walk may take beyond a step of QEMU's, in milliseconds: a display that awaits its data holds the machine up for 10 s. */
const takes = 15_000

/** How long a link is waited for, in milliseconds: the guard holds some for as long as their client does nothing else. */
const linkPatience = 300

/** The first connection id of the model's server. */
const firstId = 1000

const payloads: Readonly<
  Record<Extract<Act, { does: "send" }>["message"], (kind: ChannelKind) => readonly [number, Uint8Array?]>
> = {
  seamless: () => [mainFromClient.migrateDstDoSeamless, words(1)],
  end: () => [mainFromClient.migrateEnd],
  data: (kind) => [fromClient.migrateData, genuineData(kind)],
  init: () => [displayFromClient.init, displayInit],
  other: (kind) => [ordinary[kind].type, ordinary[kind].payload],
  bad: () => [0],
  flush: () => [fromClient.migrateFlushMark],
}

/** Plays a walk to a target. */
const playing =
  (walk: readonly Act[]): Play =>
  async (scene) => {
    const channels = new Map<number, SpiceChannel>()
    const ids: number[] = []
    for (const act of walk) {
      await take(act, scene, channels, ids)
      await settle()
    }
    const [main] = channels.values()
    if (main === undefined) throw new Error("a walk begins with a main channel")
    return { main, attacked: main, isGone: true }
  }

/** Takes a step, as far as the one before came about; `ids` are those that the server gave, in their order. */
const take = async (act: Act, scene: Scene, channels: Map<number, SpiceChannel>, ids: number[]): Promise<void> => {
  if (act.does === "arrive") return scene.load()
  const channel = channels.get(act.connection)
  if (act.does === "leave") channel?.close()
  if (act.does === "send" && channel !== undefined) channel.send(...payloads[act.message](kindOf(channel)))
  if (act.does !== "link") return
  const linking = scene.link(act.channel, { of: ids[act.id - firstId] ?? act.id }).then((linked) => {
    channels.set(act.connection, linked)
    if (act.channel === "main" && act.id === 0)
      linked.receive(mainFromServer.init).then(
        ({ payload }) => ids.push(payload.readUInt32LE(0)),
        () => undefined,
      )
  })
  linking.catch(() => undefined)
  await happens(linking, linkPatience)
}

const kindOf = ({ name }: SpiceChannel): ChannelKind => (name === "display" || name === "usbredir" ? name : "main")

/** The walk of a number through the relay. */
export const walkCase = (number: number): Case => ({
  name: `walk ${number}`,
  mode: "relayed",
  key: `walk ${number}`,
  machine,
  relay: {},
  guarded: [],
  tries: 1,
  takes,
  varies: true,
  play: playing(walkAt(number)),
})
