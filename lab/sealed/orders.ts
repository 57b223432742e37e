import { fateOf } from "../exposure/attack.js"
import { orders } from "../exposure/cases.js"
import { isHarm } from "../exposure/fate.js"
import type { Order } from "../exposure/orders/order.js"
import { machine, savedState } from "../exposure/state.js"
import type { Host } from "../migrate/host.js"
import type { Told } from "../migrate/relay.js"
import { faredOf, type Outcome } from "./play.js"

/** A client that brings data where none is due, to a guard that has nothing but the seal to tell. */
export interface OrderAttack {
  readonly kind: string
  readonly name: string
  readonly order: Order
}

/** Orders of the exposure matrix by what they begin with. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  "to a server that awaits none": [
    "session-data-",
    "session-empty-data-",
    "session-claimed-data-",
    "session-claimed-foreign-",
  ],
  "out of turn": ["migrating-data-", "migrating-empty-data-"],
  "nonsense queued for usbredir": ["migrating-queue-of-garbage"],
}

export const orderAttacks: readonly OrderAttack[] = Object.entries(kinds).flatMap(([kind, beginnings]) =>
  orders
    .filter(({ name }) => beginnings.some((beginning) => name.startsWith(beginning)))
    .map((order) => ({ kind, name: order.name, order })),
)

/** A guard that believes that a machine is awaited, and whatever no check can tell from a lie. */
const credulous = (own: Told): Told => ({
  ...own,
  awaitsMachine: true,
  receiver: { accept: ["usbredir-queue", "smartcard-partial-read"] },
})

/** Plays such an order behind a guard that opens, with a QEMU of its own. */
export const playOrder = async (
  { kind, name, order: { play, takes } }: OrderAttack,
  own: Told,
  interrupted: Promise<never>,
): Promise<Outcome> => {
  let target: Host | undefined
  const fate = await fateOf({
    options: { machine, relay: credulous(own) },
    state: await savedState(),
    play: (scene) => {
      target = scene.host
      return play(scene)
    },
    ...(takes === undefined ? {} : { takes }),
    interrupted,
  })
  const channels = target === undefined ? [] : faredOf(target)
  const through = channels.reduce((sum, { passed }) => sum + passed, 0)
  return { kind, name, channels, through, isAlive: !isHarm(fate) }
}
