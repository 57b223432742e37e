import type { Clock } from "./clock.js"
import { type Relayed, relayConnection } from "./connection.js"
import { inspectorOf } from "./inspect/enforce.js"
import type { Inspector, Outlet } from "./inspect/interface.js"
import { monitored } from "./inspect/monitor.js"
import type { Accepted } from "./listen/listener.js"
import type { Activation } from "./listen/systemd.js"
import type { Log } from "./operate/log.js"
import type { Metrics } from "./operate/metrics.js"
import type { Quarantine } from "./operate/quarantine.js"
import type { Recorder } from "./operate/record.js"
import { type Observer, peerText, type Who } from "./operate/telemetry.js"
import { budgetOf } from "./read-buffer.js"
import type { Replays } from "./seal/replay-file.js"
import { connecting } from "./target/connect.js"
import type { Targets } from "./target/targets.js"

/** What all buffers of a relay may take beyond the smallest, in bytes. */
const bufferBudget = 0x10000000

/** How long targets get to be ended in order when the relay is closed, in milliseconds: a display may owe DISPLAY_INIT. */
const settling = 2_000

/** What the parts of a relay share. */
export interface Scene {
  readonly clock: Clock
  /** The time in milliseconds since 1970. */
  readonly date: () => number
  readonly replays: Replays
  readonly quarantine: Quarantine
  readonly recorder: Recorder
  readonly log: Log
  readonly metrics: Metrics
  readonly observer: Observer
  readonly targets: Targets
  readonly activation: Activation
}

/** Judges a listener's connections, in earnest or only for the record. */
const inspecting = ({ targets, clock, date, replays, observer }: Scene, who: Who) => {
  const { settings } = who
  const { mode, onViolation } = settings
  const judging = { guard: targets.guardOf(settings), onViolation, clock, date, window: replays.window }
  const judged = (outlet: Outlet): Inspector => {
    const linked = (): void => {
      who.isLinked = true
      outlet.linked()
    }
    return inspectorOf({ ...outlet, linked }, mode, judging)
  }
  if (mode === "enforce") return judged
  const failed = (error: unknown): void => observer.troubled(who, "internal-error", error)
  return (outlet: Outlet): Inspector => monitored(outlet, judged, failed)
}

/** Keeps what a connection is refused for, with what is known of the connection. */
const quarantining =
  ({ targets, quarantine }: Scene, { settings, peer, connection }: Who): Outlet["quarantine"] =>
  (blob, { channel, channelId, connectionId }, violation) => {
    const { receiver } = targets.guardOf(settings).target()
    const { name: listener, mode } = settings
    const about = { listener, peer: peerText(peer), connection, mode, channel, channelId, connectionId }
    quarantine.keep(blob, { ...about, receiver, violation })
  }

/** The connections of a relay. */
export interface Connections {
  readonly take: (accepted: Accepted) => void
  /** Takes no more; resolves once there are none. Calls `late` where that takes longer than so many milliseconds. */
  readonly drain: (milliseconds: number) => Promise<void>
}

export const connectionsOf = (scene: Scene): Connections => {
  const { clock, metrics, observer } = scene
  const open = new Set<Relayed>()
  const budget = budgetOf(bufferBudget)
  let count = 0
  let isClosing = false
  let emptied = (): void => {}

  const take = ({ client, settings, peer, admission }: Accepted): void => {
    if (isClosing) {
      client.destroy()
      return
    }
    const { name } = settings
    const who = { settings, peer, connection: ++count, isLinked: false }
    let giveBack = (): void => {}
    let leave = (): void => {}
    metrics.opened(name)
    const relayed = relayConnection(client, {
      connect: connecting(settings.target, settings.trust),
      inspect: inspecting(scene, who),
      tell: (verdict) => observer.decided(who, verdict),
      quarantine: quarantining(scene, who),
      recording: scene.recorder.record(who.connection, peer, settings.target, settings.targetName),
      limits: settings.limits,
      clock,
      budget,
      traffic: metrics.trafficOf(name),
      troubled: (ending, error) => observer.troubled(who, ending, error),
      authenticated: () => {
        leave()
        leave = admission.authenticated(peer?.address)
      },
      abandoned: () => {
        giveBack = admission.occupy(peer?.address)
      },
      closed: () => {
        giveBack()
        leave()
        metrics.closed(name)
        open.delete(relayed)
        if (open.size === 0) emptied()
      },
    })
    open.add(relayed)
  }

  const leaveAll = (): void => {
    for (const connection of [...open]) connection.leave()
  }

  const endAll = (): void => {
    for (const connection of [...open]) connection.end()
  }

  const drain = async (milliseconds: number): Promise<void> => {
    isClosing = true
    if (milliseconds === 0) endAll()
    if (open.size === 0) return
    const cancels = [clock.after(milliseconds, leaveAll), clock.after(milliseconds + settling, endAll)]
    await new Promise<void>((resolve) => {
      const before = emptied
      emptied = () => {
        before()
        resolve()
      }
    })
    for (const cancel of cancels) cancel()
  }

  return { take, drain }
}
