import { setTimeout as delay } from "node:timers/promises"
import type { Channel } from "../../src/index.js"
import { fromClient } from "../../src/spice/wire/messages.js"
import type { SpiceChannel } from "../client/channel.js"
import { followMigration } from "../client/migration.js"
import type { Session } from "../client/session.js"
import { announce, hop, readyToMove, sessionOn, startPair } from "../migrate/hop.js"
import { type Host, type HostOptions, withHosts } from "../migrate/host.js"
import type { Decided, Told } from "../migrate/relay.js"
import { type Attack, channels } from "./attacks.js"

/** What became of what a client brought on one channel. */
export interface Fared {
  readonly channel: string
  /** How many of its messages the target's server got. */
  readonly passed: number
  /** The rules that the others broke. */
  readonly rules: readonly string[]
}

/** What an attack came to. */
export interface Outcome {
  readonly kind: string
  readonly name: string
  readonly channels: readonly Fared[]
  /** Lies that got through, and whether a QEMU died. */
  readonly through: number
  readonly isAlive: boolean
}

/** Envelopes by channel, as they come. */
const envelopes = () => {
  const known = new Map<Channel, { readonly promise: Promise<Buffer>; readonly resolve: (bytes: Buffer) => void }>()
  const at = (channel: Channel) => {
    const found = known.get(channel)
    if (found !== undefined) return found
    let resolve: (bytes: Buffer) => void = () => {}
    const promise = new Promise<Buffer>((done) => {
      resolve = done
    })
    const made = { promise, resolve }
    known.set(channel, made)
    return made
  }
  return {
    got: (channel: Channel, bytes: Buffer) => at(channel).resolve(bytes),
    of: (channel: Channel) => at(channel).promise,
  }
}

/** How long the lies of a migration may take, in milliseconds. */
const patience = 15_000

const decisionsOf = ({ relay }: Host): readonly Decided[] => relay?.decisions() ?? []

/** What became of what was brought on each channel of a target. */
export const faredOf = (target: Host): readonly Fared[] => {
  const decisions = decisionsOf(target).filter(({ size, rule }) => size !== undefined || rule !== undefined)
  const channels = [...new Set(decisions.map(({ channel }) => String(channel)))].sort()
  return channels.map((channel) => {
    const mine = decisions.filter((each) => each.channel === channel)
    return {
      channel,
      passed: mine.filter(({ action, size }) => action === "forward" && size !== undefined).length,
      rules: mine.filter(({ rule }) => rule !== undefined).map(({ rule }) => String(rule)),
    }
  })
}

const carrying: ReadonlySet<string> = new Set(channels)

/** Waits until the target's guard has decided so often on these channels, or for as long as that may take. */
const decided = async (target: Host, times: number, on: readonly string[] = channels): Promise<void> => {
  const isDecided = (): boolean => {
    const fared = faredOf(target).filter(({ channel }) => on.includes(channel))
    return fared.length >= on.length && fared.every(({ passed, rules }) => passed + rules.length >= times)
  }
  for (const deadline = Date.now() + patience; !isDecided() && Date.now() < deadline; ) await delay(50)
}

const butMain = channels.filter((channel) => channel !== "main")

const keyOf = (channel: SpiceChannel): Channel => channel.name as Channel

/** Moves a session once, and gives what its client got. */
export const recordedHop = async (source: Host, target: Host, session: Session) => {
  const recorded = new Map<Channel, Buffer>()
  const moved = await hop(source, target, session, {
    relay: (channel, bytes) => {
      recorded.set(keyOf(channel), bytes)
      return bytes
    },
  })
  return { session: moved.session, recorded }
}

/** What another session's client got, of the same machine with the same keys. */
export const recordEnvelopes = (own: Told): Promise<ReadonlyMap<Channel, Buffer>> =>
  withHosts(async (start) => {
    const [source, target] = await startPair(start, { machine: {}, relay: own })
    const { recorded, session } = await recordedHop(source, target, await sessionOn(source))
    session.close()
    return recorded
  })

interface Stage {
  readonly source: Host
  readonly last: Host
  readonly session: Session
  readonly recorded?: ReadonlyMap<Channel, Buffer>
}

const stageFor = async (
  start: (options: HostOptions) => Promise<Host>,
  { target, isSecond }: Attack,
  own: Told,
): Promise<Stage> => {
  const [source, last] = await Promise.all([
    start({ machine: {}, relay: own }),
    start({ machine: {}, relay: target ?? own, isTarget: true }),
  ])
  if (isSecond !== true) return { source, last, session: await sessionOn(source) }
  const middle = await start({ machine: {}, relay: own, isTarget: true })
  return { source: middle, last, ...(await recordedHop(source, middle, await sessionOn(source))) }
}

const playOn = async (
  start: (options: HostOptions) => Promise<Host>,
  attack: Attack,
  own: Told,
  earlier: ReadonlyMap<Channel, Buffer>,
): Promise<Outcome> => {
  const { kind, name, lie, follows = false } = attack
  const { source, last, session, recorded = earlier } = await stageFor(start, attack, own)
  const seen = envelopes()
  const lieOf = async (channel: Channel, own: Buffer): Promise<Uint8Array> =>
    lie({ channel, own, of: seen.of, before: recorded.get(channel) ?? own })
  const following = followMigration(session, await readyToMove(source, last), {
    relay: async (channel, bytes) => {
      seen.got(keyOf(channel), bytes)
      if (follows) return bytes
      // Once main is refused the session ends, and the other channels with it.
      if (keyOf(channel) === "main") await decided(last, 1, butMain)
      return lieOf(keyOf(channel), bytes)
    },
  })
  following.catch(() => undefined)
  await announce(source, last.port)
  await decided(last, 1)
  if (follows) {
    const moved = await following
    for (const channel of moved.session.channels)
      if (carrying.has(keyOf(channel)))
        channel.send(fromClient.migrateData, await lieOf(keyOf(channel), await seen.of(keyOf(channel))))
    await decided(last, 2)
  }
  const channels = faredOf(last)
  const through = channels.reduce((sum, { passed }) => sum + Math.max(0, passed - (follows ? 1 : 0)), 0)
  const isAlive = source.isAlive() && last.isAlive()
  session.close()
  return { kind, name, channels, through, isAlive }
}

/** Plays an attack between two guards, with QEMUs of its own. */
export const play = (
  attack: Attack,
  own: Told,
  earlier: ReadonlyMap<Channel, Buffer>,
  interrupted: Promise<never> = new Promise(() => {}),
): Promise<Outcome> => withHosts((start) => Promise.race([playOn(start, attack, own, earlier), interrupted]))
