import type { Unverifiable } from "../../src/index.js"
import type { OnTheWay } from "../client/migration.js"
import { inputsFromClient, inputsFromServer } from "../client/numbers.js"
import { channelOf, type Session, type SessionOptions } from "../client/session.js"
import { happens } from "../patience.js"
import { type Hop, hop, sessionOn, startPair } from "./hop.js"
import { type Host, type HostOptions, withHosts } from "./host.js"
import type { Machine } from "./machine.js"
import { versionsOf } from "./versions.js"

/** A channel of a session, as "main/0". */
export type ChannelKey = `${string}/${number}`

/** A state of the source that is worth a migration. */
export interface Scenario {
  /** What its files are named after. */
  readonly name: string
  /** What the source's state is, for the index of the corpus. */
  readonly says: string
  readonly machine: Machine
  readonly session?: Partial<SessionOptions>
  /** Brings the source into the state, once the client is there. */
  readonly prepare?: (source: Host, session: Session) => Promise<OnTheWay | undefined>
  /** How often the machine moves; the blobs of the last move count. 1 if not given. */
  readonly hops?: number
  /** What the data has that no check can tell from a lie: a guard refuses it unless it is told to accept it. */
  readonly accept?: Unverifiable
  /** The channels whose blobs are worth keeping. */
  readonly keep: readonly ChannelKey[]
}

/** A scenario that the source does not survive. */
export interface Fatal extends Scenario {
  /** What it says in the end. */
  readonly dies: RegExp
}

/** Waits until what the client has moved to works: the display draws again, and the mouse arrives. */
const goesOn = async (host: Host, session: Session): Promise<void> => {
  const [display, inputs] = [channelOf(session, "display"), channelOf(session, "inputs")]
  const before = display.received()
  await host.ask("system_reset")
  for (let sent = 0; sent < 4; sent++) inputs.send(inputsFromClient.mouseMotion, Buffer.alloc(10, 1))
  await inputs.receive(inputsFromServer.mouseMotionAck)
  while (display.received() === before) await host.ask("query-status")
}

/** A scenario's last migration, and between what. */
export interface Ran extends Hop {
  readonly versions: string
  /** The channels that the client has lost on the way. */
  readonly lost: readonly ChannelKey[]
}

const lostOf = async ({ main, channels }: Session): Promise<readonly ChannelKey[]> => {
  const all = [...new Set([main, ...channels])]
  const ended = await Promise.all(all.map(({ ended }) => happens(ended, 30)))
  return all.filter((_, index) => ended[index]).map(({ name, id }): ChannelKey => `${name}/${id}`)
}

/** Runs a scenario on fresh hosts with this project's client, which reaches them through the relay if it is to. */
export const runScenario = (
  { machine, session: options, prepare, hops = 1 }: Scenario,
  how: Pick<HostOptions, "relay"> = {},
): Promise<Ran> =>
  withHosts(async (start) => {
    const [first, second] = await startPair(start, { machine, ...how })
    const versions = await versionsOf(first)
    const session = await sessionOn(first, options)
    const onTheWay = await prepare?.(first, session)
    let source = second
    let last = await hop(first, second, session, onTheWay)
    for (let done = 1; done < hops; done++) {
      const next = await start({ machine, ...how, isTarget: true })
      last = await hop(source, next, last.session, onTheWay)
      source = next
    }
    await goesOn(source, last.session)
    const lost = await lostOf(last.session)
    last.session.close()
    return { ...last, versions, lost }
  })
