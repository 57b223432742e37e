import type { Clock } from "../clock.js"
import type { Settings } from "../config/settings.js"
import type { Ending } from "../connection.js"
import { codeOf, printableReasonOf } from "../failure.js"
import type { Verdict } from "../inspect/interface.js"
import type { Acceptor, Peer } from "../listen/listener.js"
import type { Level, Log, LogFields } from "./log.js"
import { limitedLog } from "./log-limits.js"
import type { Metrics } from "./metrics.js"

/** Tells operators what happens: in the log, and as metrics. */
export interface Observer {
  readonly decided: (who: Who, verdict: Verdict) => void
  readonly troubled: (who: Who, ending: Ending, error?: unknown) => void
  readonly rejected: Acceptor["reject"]
  readonly failed: (settings: Settings, code: string) => void
  /** Says at once what else was to be said later. */
  readonly flush: () => void
}

/** Whom something is about. */
export interface Who {
  readonly settings: Settings
  readonly peer: Peer | undefined
  /** The connection's number. */
  readonly connection: number
  /** Whether the server has accepted the link: until then anybody may be behind it. */
  isLinked: boolean
}

/** A peer's address and port as one text. */
export const peerText = (peer: Peer | undefined): string | undefined =>
  peer === undefined
    ? undefined
    : peer.address.includes(":")
      ? `[${peer.address}]:${peer.port}`
      : `${peer.address}:${peer.port}`

const fieldsOf = ({ settings, peer, connection, isLinked }: Who): LogFields => ({
  listener: settings.name,
  peer: peerText(peer),
  connection,
  authenticated: isLinked,
})

const verdictFields = ({ mode, action, link, violation, data, sealing }: Verdict): LogFields => ({
  channel: link?.channel,
  channelId: link?.channelId,
  verdict: violation === undefined ? "accept" : "reject",
  action,
  mode,
  rule: violation?.rule,
  code: violation?.code,
  path: violation?.path,
  offset: violation?.offset,
  reason: violation?.message,
  size: data?.size,
  sha256: data?.sha256,
  sealing: sealing?.kind,
  envelope: sealing?.envelope,
  age: sealing?.age,
  subject: sealing?.subject,
})

/** Lines in a second of each listener and rule, or reason. */
const mostOfStrangers = 10
const mostOfAuthenticated = 100

export const observerOf = (log: Log, metrics: Metrics, clock: Clock): Observer => {
  const limits = {
    strangers: limitedLog(log, clock, mostOfStrangers, metrics.omitted),
    authenticated: limitedLog(log, clock, mostOfAuthenticated, metrics.omitted),
  }
  /** What those cause who got past the handshake has limits of its own. */
  const write = (kind: LogFields, level: Level, message: string, fields: LogFields): void => {
    const { listener, authenticated = false } = fields
    const limited = authenticated === true ? limits.authenticated : limits.strangers
    limited.write({ listener, ...kind, authenticated }, level, message, { ...fields, authenticated })
  }
  return {
    decided: (who, verdict) => {
      metrics.decided(who.settings.name, verdict)
      const { violation } = verdict
      const level = violation === undefined ? "info" : "warn"
      write({ rule: violation?.rule ?? "none" }, level, "decision", { ...fieldsOf(who), ...verdictFields(verdict) })
    },
    troubled: (who, ending, error) => {
      metrics.troubled(who.settings.name, ending)
      const about = fieldsOf(who)
      const code = error === undefined ? undefined : codeOf(error)
      if (ending !== "internal-error") write({ reason: ending }, "warn", ending, { ...about, code })
      else write({ reason: ending }, "error", ending, { ...about, reason: printableReasonOf(error) })
    },
    rejected: ({ name: listener }, peer, reason, code) => {
      metrics.rejected(listener, reason)
      write({ reason }, "warn", "connection rejected", { listener, peer: peerText(peer), reason, code })
    },
    failed: ({ name: listener }, code) => {
      metrics.troubled(listener, "accept-failed")
      write({ reason: "accept-failed" }, "error", "accept-failed", { listener, code })
    },
    flush: () => {
      limits.strangers.flush()
      limits.authenticated.flush()
    },
  }
}
