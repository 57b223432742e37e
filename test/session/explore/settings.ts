import type { Hostile, Setting } from "./explore.js"
import { honestId, refused, seamless, semiSeamless } from "./honest.js"
import type { ChannelKind } from "./server.js"
import type { Message, Without } from "./world.js"

/** What is explored, and what of the guard is taken away to see that it is needed. */

const everything: readonly Message[] = ["seamless", "end", "init", "data", "other"]
const kinds: readonly ChannelKind[] = ["main", "display", "usbredir"]

/** A connection id that no honest client has. */
const otherId = 8

const hostile = (events: number, changes: Partial<Hostile> = {}): Hostile => ({
  connections: [-10, -11],
  events,
  hasTicket: true,
  ids: [otherId],
  channels: kinds,
  messages: everything,
  ...changes,
})

/** One client that guesses the honest one's id, and another. */
const knowing = { ids: [honestId, otherId] } as const

export interface Explored {
  readonly says: string
  readonly setting: Setting
  /** How many states there are: it stands in docs/session.md. */
  readonly states: number
}

export const explored: readonly Explored[] = [
  {
    says: "a hostile client with the ticket: two connections, 4 events, any id",
    setting: { awaitsMachine: true, hostile: [hostile(4, knowing)] },
    states: 65_815,
  },
  {
    says: "the same with 3 events, and the guard restarted at any moment",
    setting: { awaitsMachine: true, mayRestart: true, hostile: [hostile(3, knowing)] },
    states: 46_298,
  },
  {
    says: "two hostile clients with the ticket: four connections, 2 events each",
    setting: {
      awaitsMachine: true,
      hostile: [hostile(2, { ids: [honestId] }), hostile(2, { ids: [honestId], connections: [-20, -21] })],
    },
    states: 153_253,
  },
  {
    says: "a seamless migration beside a hostile client with the ticket, 2 events",
    setting: { awaitsMachine: true, honest: seamless, hostile: [hostile(2)] },
    states: 20_778,
  },
  {
    says: "a semi-seamless migration beside the same",
    setting: { awaitsMachine: true, honest: semiSeamless, hostile: [hostile(2)] },
    states: 15_213,
  },
  {
    says: "a seamless migration to a server that awaits no machine beside the same",
    setting: { awaitsMachine: false, honest: refused, hostile: [hostile(2)] },
    states: 14_995,
  },
  {
    says: "a seamless migration beside a hostile client without the ticket: two connections, any id",
    setting: { awaitsMachine: true, honest: seamless, hostile: [hostile(2, { ...knowing, hasTicket: false })] },
    states: 52_643,
  },
]

export interface Ablation {
  readonly without: Without
  readonly setting: Setting
}

const two = [-10, -11]
const three = [-10, -11, -12]

const ablation = (
  without: Without,
  events: number,
  messages: readonly Message[],
  changes: Partial<Hostile>,
  honest?: Setting["honest"],
): Ablation => ({
  without,
  setting: {
    awaitsMachine: true,
    hostile: [hostile(events, { ids: [honestId], messages, channels: ["main"], connections: [-10], ...changes })],
    without,
    ...(honest === undefined ? {} : { honest }),
  },
})

const displays: Partial<Hostile> = { channels: ["main", "display"], connections: two, ids: [] }
const streams: Partial<Hostile> = { channels: ["main", "usbredir"], connections: three }

export const ablations: readonly Ablation[] = [
  ablation("one-link-at-a-time", 4, ["init"], { ...displays, connections: three }),
  ablation("flag-off", 5, ["seamless"], streams),
  ablation("own-display-init", 3, [], displays),
  ablation("patient-end", 3, [], displays),
  ablation("main-data-last", 6, ["seamless", "data"], { ...displays, ids: [honestId] }),
  ablation("session/seamless-on-migrating-main", 2, ["seamless"], {}),
  ablation("session/seamless-once", 5, ["seamless", "end"], {}),
  ablation("session/end-not-seamless", 4, ["seamless", "end"], {}),
  ablation("session/quiet-until-data", 4, ["seamless", "other"], { ...streams, connections: two }),
  ablation("session/display-init-once", 4, ["init"], displays),
  ablation("session/display-init-first", 4, ["other"], displays),
  ablation("session/flush-mark-asked", 2, ["flush"], {}),
  ablation("session/machine-awaited", 4, ["seamless", "data"], {}),
  ablation("session/id-once", 5, ["seamless"], streams),
  ablation("session/one-migration", 2, [], { ids: [otherId] }, seamless),
  ablation("session/channel-before-data", 6, ["seamless", "data"], { ...displays, ids: [honestId] }),
  ablation("session/data-in-migration", 4, ["data"], displays),
  ablation("session/data-once", 6, ["seamless", "data"], { ...displays, ids: [honestId] }),
  ablation("session/data-after-acknowledgement", 6, ["seamless", "data"], { ...streams, connections: two }),
  ablation("session/channel-once", 5, [], { ...displays, connections: three }),
  ablation("session/main-open", 6, [], { ...displays, connections: three }),
]
