import type { Ending } from "./connection.js"
import { codeOf, printableReasonOf } from "./failure.js"
import type { Peer } from "./listener.js"
import { type Fields, type Log, sparingly } from "./log.js"
import type { Metrics } from "./metrics.js"
import type { Settings } from "./settings.js"
import type { Verdict } from "./verdict.js"

/** Tells operators what happens: in the log, and as metrics. */
export interface Observer {
  readonly decided: (who: Who, verdict: Verdict) => void
  readonly troubled: (who: Who, ending: Ending, error?: unknown) => void
  readonly rejected: (settings: Settings, peer: Peer | undefined, reason: string, code?: string) => void
  readonly failed: (settings: Settings, code: string) => void
}

/** Whom something is about. */
export interface Who {
  readonly settings: Settings
  readonly peer: Peer | undefined
  /** The connection's number. */
  readonly connection: number
}

const peerText = (peer: Peer | undefined): string | undefined =>
  peer === undefined
    ? undefined
    : peer.address.includes(":")
      ? `[${peer.address}]:${peer.port}`
      : `${peer.address}:${peer.port}`

const fieldsOf = ({ settings, peer, connection }: Who): Fields => ({
  listener: settings.name,
  peer: peerText(peer),
  connection,
})

const verdictFields = ({ mode, action, link, violation, data }: Verdict): Fields => ({
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
})

export const observerOf = (log: Log, metrics: Metrics, now: () => number): Observer => {
  const logSparingly = sparingly(log, now)
  return {
    decided: (who, verdict) => {
      metrics.decided(who.settings.name, verdict)
      const level = verdict.violation === undefined ? "info" : "warn"
      log(level, "decision", { ...fieldsOf(who), ...verdictFields(verdict) })
    },
    troubled: (who, ending, error) => {
      metrics.troubled(who.settings.name, ending)
      if (ending === "internal-error") log("error", ending, { ...fieldsOf(who), reason: printableReasonOf(error) })
      else logSparingly("warn", ending, { ...fieldsOf(who), code: error === undefined ? undefined : codeOf(error) })
    },
    rejected: ({ name }, peer, reason, code) => {
      metrics.rejected(name, reason)
      logSparingly("warn", "connection rejected", { listener: name, peer: peerText(peer), reason, code })
    },
    failed: ({ name }, code) => {
      metrics.troubled(name, "accept-failed")
      logSparingly("error", "accept-failed", { listener: name, code })
    },
  }
}
