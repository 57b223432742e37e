import type { SpiceChannel } from "../client/channel.js"
import { type Host, type HostOptions, withHosts } from "../migrate/host.js"
import { happens } from "../patience.js"
import { aftermathOf, resetOf } from "./aftermath.js"
import { type Fate, fateOfEnd, fateOfHang } from "./fate.js"
import { type Scene, sceneOf } from "./scene.js"

/** What an attack leaves behind: the channels that are looked at afterwards. */
export interface Played {
  readonly main: SpiceChannel
  readonly attacked: SpiceChannel
  /** Whether the machine has left this QEMU, so that nothing can be asked of it any more. */
  readonly isGone?: boolean
  /** What the guest does afterwards, where that is not what every guest does. */
  readonly guest?: readonly string[]
  /** Where the machine goes in the end. */
  readonly onward?: Onward
}

/** Another QEMU, and what moves the machine and its client there. */
export interface Onward {
  readonly next: Host
  readonly move: () => Promise<unknown>
}

/** Plays an attack; what it needs beside the target it starts itself. */
export type Play = (scene: Scene) => Promise<Played>

export interface Attack {
  readonly options: Omit<HostOptions, "isTarget">
  /** The file of the machine that the target takes. */
  readonly state: string
  readonly play: Play
  /** How long that takes beyond a step of QEMU's, in milliseconds; 0 if not given. */
  readonly takes?: number
  /** Rejects when the run is to end. */
  readonly interrupted: Promise<never>
}

/** How long a QEMU may take for a step and to end, and how long a hang is watched, in milliseconds. */
const patience = { step: 5_000, move: 30_000, end: 5_000, hang: 31_000, death: 500 } as const

const secondsSince = (start: number): number => Math.round((performance.now() - start) / 1000)

/** What the client sees of its channels. */
const fateOfChannels = async ({ main, attacked }: Played): Promise<Fate> => {
  if (await happens(main.ended, 30)) return "dropped"
  return (await happens(attacked.ended, 10)) ? "refused" : "accepted"
}

/** Takes the steps of an attack for as long as QEMU lives and answers in time. */
const stepper = (host: Host) => {
  let hang: Fate | undefined

  /** Takes a step and gives what it gives; undefined if QEMU dies of it, hangs, or did so before. */
  const step = async <A>(take: () => Promise<A>, allowed: number = patience.step): Promise<A | undefined> => {
    if (hang !== undefined || !host.isAlive()) return undefined
    const start = performance.now()
    const taken = take()
    const over = Promise.race([taken, host.ended])
    if (await happens(over, allowed))
      try {
        return host.isAlive() ? await taken : undefined
      } catch (error) {
        // A conversation that breaks off is often seen before the death that is its reason.
        if (await happens(host.ended, patience.death)) return undefined
        throw error
      }
    taken.catch(() => undefined)
    hang = fateOfHang((await happens(over, patience.hang)) ? secondsSince(start) : undefined)
    return undefined
  }

  return { step, hang: () => hang }
}

/** What an attack looks like to the client, up to the moment at which it leaves. The relay may end it in the middle. */
const seenBy = async (
  scene: Scene,
  { play, takes, options: { relay } }: Pick<Attack, "play" | "takes" | "options">,
  step: ReturnType<typeof stepper>["step"],
): Promise<Fate> => {
  const { host } = scene
  const playing = step(() => play(scene), patience.step + (takes ?? 0))
  const played = await (relay !== undefined ? playing.catch(() => "refused" as const) : playing)
  if (played === "refused") return played
  if (played === undefined || played.isGone === true) return "accepted"
  const { onward } = played
  for (const after of aftermathOf(host, played.attacked, played.guest)) await step(after)
  // A reset would end what is to move on: the guest's ports are closed then.
  if (onward === undefined) for (const after of resetOf(host)) await step(after)
  const seen = await fateOfChannels(played)
  if (onward !== undefined && seen === "accepted") {
    await step(() => onward.move(), patience.move)
    if (!onward.next.isAlive()) return fateOfEnd(await onward.next.ended, onward.next.complaints())
  }
  played.attacked.close()
  played.main.close()
  await step(() => host.ask("query-status"))
  return seen
}

/**
 * Plays an attack against a target of its own and tells the target's fate. In the end the client leaves and QEMU quits,
 * since heap that is corrupt is often noticed only when it is freed.
 */
export const fateOf = ({ options, state, interrupted, ...attack }: Attack): Promise<Fate> =>
  withHosts(async (start) => {
    const host = await start({ ...options, isTarget: true })
    const { step, hang } = stepper(host)
    const scene = sceneOf(host, state, () => start({ machine: options.machine, isTarget: true }))
    const seen = await Promise.race([seenBy(scene, { ...attack, options }, step), interrupted])
    // Without an answer: one that hangs would never give it.
    if (host.isAlive()) host.send(`{"execute":"quit"}\n`)
    if (!(await Promise.race([happens(host.ended, patience.end), interrupted]))) return hang() ?? "hung at exit"
    const end = await host.ended
    return end.signal === null && end.code === 0 ? (hang() ?? seen) : fateOfEnd(end, host.complaints())
  })
