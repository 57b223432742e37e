import type { ListenerConfiguration } from "../../../src/relay/index.js"
import { mainFromClient, mainFromServer } from "../../client/numbers.js"
import { words } from "../../client/words.js"
import type { Guard } from "../../migrate/relay.js"
import type { Play } from "../attack.js"
import { connectionId, settle } from "../scene.js"
import type { Order } from "./order.js"

/** A guard that forgets, or is not the only way to its server: what one client leaves there, and the next one. */

/** What happens to the guard before a client comes; gives the port that it comes through. */
type Step = (guard: Guard) => Promise<number>

interface Course {
  readonly sentence: string
  /** Whether the first client is still there when the next one comes. */
  readonly staysOpen?: boolean
  readonly first?: Step
  readonly next?: Step
}

const asBefore: Step = ({ port }) => Promise.resolve(port)

/** A second listener beside the guard's own. */
const beside =
  (second: (own: ListenerConfiguration) => Partial<ListenerConfiguration>): Step =>
  async ({ reload, portOf }) => {
    await reload((own) => [own, { ...own, name: "second", listen: "tcp://127.0.0.1:0", ...second(own) }])
    return portOf("second")
  }

const towards = (host: string): Step => beside(({ target }) => ({ target: target.replace("127.0.0.1", host) }))

const droppedAndBack: Step = async ({ reload, port }) => {
  await reload((own) => [{ ...own, name: "other", listen: "tcp://127.0.0.1:0", target: "tcp://127.0.0.1:9" }])
  await reload()
  return port
}

const restarted: Step = async ({ restart, port }) => {
  await restart()
  return port
}

const courses: Readonly<Record<string, Course>> = {
  restart: { sentence: "when the guard was started anew", staysOpen: true, next: restarted },
  reload: { sentence: "when the guard's listener was dropped and came back", next: droppedAndBack },
  "reload-open": {
    sentence: "when the guard's listener was dropped and came back, the first still there",
    staysOpen: true,
    next: droppedAndBack,
  },
  name: { sentence: "through another listener, to the same server by another name", next: towards("localhost") },
  address: {
    sentence: "through another listener, to the same server by another address",
    next: towards("[::ffff:127.0.0.1]"),
  },
  monitor: {
    sentence: "the first through another listener, which only watches",
    first: beside(() => ({ mode: "monitor" })),
  },
}

const play =
  ({ staysOpen = false, first: before = asBefore, next: between = asBefore }: Course): Play =>
  async ({ host, link, load }) => {
    const port = (step: Step): Promise<number> =>
      host.relay === undefined ? Promise.resolve(host.port) : step(host.relay)
    const first = await link("main", { port: await port(before) })
    first.send(mainFromClient.migrateDstDoSeamless, words(1))
    await first.receive(mainFromServer.migrateDstSeamlessAck)
    if (!staysOpen) {
      first.close()
      await settle()
    }
    const way = { of: connectionId + 1, port: await port(between) }
    const main = await link("main", way)
    const attacked = await link("inputs", way)
    await settle()
    await load()
    return { main, attacked }
  }

export const guardOrders: readonly Order[] = Object.entries(courses).map(([name, course]) => ({
  name: `guard-${name}`,
  sentence: `begins a seamless migration, and another links main and inputs, ${course.sentence}`,
  channel: "inputs",
  play: play(course),
}))
