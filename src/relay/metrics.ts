import { Counter, Gauge, Histogram, Registry } from "prom-client"
import type { Traffic } from "./connection.js"
import type { Verdict } from "./verdict.js"

/** What a relay counts. */
export interface Metrics {
  /** The bytes that a listener's connections add to. */
  readonly trafficOf: (listener: string) => Traffic
  readonly decided: (listener: string, verdict: Verdict) => void
  readonly opened: (listener: string) => void
  readonly closed: (listener: string) => void
  readonly rejected: (listener: string, reason: string) => void
  readonly troubled: (listener: string, reason: string) => void
  readonly reloaded: (succeeded: boolean) => void
  /** All of it in Prometheus' text format. */
  readonly text: () => Promise<string>
  readonly contentType: string
}

const prefix = "migration_guard_"

/** From a tenth of a millisecond to what a limit allows. */
const decodeBuckets = [0.00001, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5]
const holdBuckets = [0.001, 0.01, 0.05, 0.1, 0.5, 1, 2, 3, 5]

export const metricsOf = (): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  const traffic = new Map<string, Traffic>()
  const counter = <const L extends string>(name: string, help: string, ...labelNames: readonly L[]) =>
    new Counter<L>({ name: `${prefix}${name}`, help, labelNames, registers })

  const decisions = counter(
    "decisions_total",
    "Decisions on data and violations; in monitor mode, what would have been done.",
    "listener",
    "channel",
    "rule",
    "verdict",
    "action",
    "mode",
  )
  const connections = new Gauge({
    name: `${prefix}connections`,
    help: "Connections at the moment.",
    labelNames: ["listener"] as const,
    registers,
  })
  const openings = counter("connections_total", "Connections that were taken.", "listener")
  const rejections = counter("rejected_connections_total", "Connections that were not taken.", "listener", "reason")
  const troubles = counter("troubles_total", "What went wrong without a violation.", "listener", "reason")
  const reloads = counter("reloads_total", "Configurations that were read again.", "result")
  new Counter({
    name: `${prefix}bytes_total`,
    help: "Bytes that were passed on.",
    labelNames: ["listener", "from"] as const,
    registers,
    collect() {
      this.reset()
      for (const [listener, { fromClient, fromServer }] of traffic) {
        this.inc({ listener, from: "client" }, fromClient)
        this.inc({ listener, from: "server" }, fromServer)
      }
    },
  })
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: `${prefix}${name}`, help, labelNames: ["channel"] as const, buckets, registers })
  const holds = histogram("hold_seconds", "From a blob's last byte to the decision on it.", holdBuckets)
  const decodes = histogram("decode_seconds", "Decoding a blob and encoding it anew.", decodeBuckets)

  return {
    trafficOf: (listener) => {
      const known = traffic.get(listener) ?? { fromClient: 0, fromServer: 0 }
      traffic.set(listener, known)
      return known
    },
    decided: (listener, { mode, action, link, violation, data }) => {
      const channel = link?.channel ?? "unknown"
      const verdict = violation === undefined ? "accept" : "reject"
      decisions.inc({ listener, channel, rule: violation?.rule ?? "none", verdict, action, mode })
      if (data === undefined) return
      holds.observe({ channel }, data.held / 1000)
      decodes.observe({ channel }, data.seconds)
    },
    opened: (listener) => {
      openings.inc({ listener })
      connections.inc({ listener })
    },
    closed: (listener) => connections.dec({ listener }),
    rejected: (listener, reason) => rejections.inc({ listener, reason }),
    troubled: (listener, reason) => troubles.inc({ listener, reason }),
    reloaded: (succeeded) => reloads.inc({ result: succeeded ? "taken" : "refused" }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
