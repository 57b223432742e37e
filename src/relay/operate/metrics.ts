import { Counter, Gauge, Histogram, Registry } from "prom-client"
import { violationCodes } from "../../violation/violation.js"
import { modes } from "../config/configuration.js"
import type { Ending, Traffic } from "../connection.js"
import { sealingKinds, type Verdict } from "../inspect/interface.js"
import { rejections } from "../listen/admission.js"
import type { Acceptor } from "../listen/listener.js"
import { keepings } from "./quarantine.js"
import { recordings } from "./record.js"

/** What a relay counts. */
export interface Metrics {
  /** Counts these listeners from now on, each with a zero of everything; others only while they have connections. */
  readonly use: (listeners: readonly string[]) => void
  /** The bytes that a listener's connections add to. */
  readonly trafficOf: (listener: string) => Traffic
  readonly decided: (listener: string, verdict: Verdict) => void
  readonly opened: (listener: string) => void
  readonly closed: (listener: string) => void
  readonly rejected: (listener: string, reason: Rejection) => void
  readonly troubled: (listener: string, reason: Trouble) => void
  readonly reloaded: (succeeded: boolean) => void
  readonly quarantined: (keeping: (typeof keepings)[number]) => void
  readonly recorded: (recording: (typeof recordings)[number], bytes: number) => void
  /** A line of the log was left out by its limits. */
  readonly omitted: () => void
  /** All of it in Prometheus' text format. */
  readonly text: () => Promise<string>
  readonly contentType: string
  /** What there is, for docs/relay.md. */
  readonly descriptions: readonly MetricDescription[]
}

/** Labels, and their values where these are few and known. */
type Labels = Readonly<Record<string, readonly string[]>>

/** A metric as its document has it. */
export interface MetricDescription {
  readonly name: string
  readonly help: string
  readonly labels: Labels
}

type Rejection = Parameters<Acceptor["reject"]>[2]
type Trouble = Ending | "accept-failed"

/** The values of a label, of which the compiler knows that none is missing. */
const valuesOf = <A extends string>(values: Readonly<Record<A, true>>): readonly string[] => Object.keys(values)

const rejectionReasons: readonly Rejection[] = [...rejections, "tls"]

const troubleReasons = valuesOf<Trouble>({
  "client-stalled": true,
  "handshake-timeout": true,
  "idle-timeout": true,
  "target-failed": true,
  "accept-failed": true,
  "internal-error": true,
})

const prefix = "migration_guard_"

/** From a tenth of a millisecond to what a limit allows. */
const decodeBuckets = [0.00001, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5]
const holdBuckets = [0.001, 0.01, 0.05, 0.1, 0.5, 1, 2, 3, 5]

/** @param droppedLines - how many lines of the log found no room */
export const metricsOf = (droppedLines: () => number): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  const traffic = new Map<string, Traffic>()
  const descriptions: MetricDescription[] = []

  /** Declares a metric: it is documented by that too. */
  const declared = <L extends Labels>(name: string, help: string, labels: L) => {
    const description = { name: `${prefix}${name}`, help, labels }
    descriptions.push(description)
    return { name: description.name, help, labelNames: Object.keys(labels) as (keyof L & string)[], registers }
  }
  const counter = <L extends Labels>(name: string, help: string, labels: L) => new Counter(declared(name, help, labels))

  const decisions = counter(
    "decisions_total",
    "Decisions on data and violations; in monitor mode, what would have been done.",
    { listener: [], channel: [], rule: [], verdict: ["accept", "reject"], action: [], mode: modes },
  )
  const violations = counter("violations_total", "Violations by the kind of what was wrong; in monitor mode too.", {
    listener: [],
    code: [],
  })
  const sealings = counter(
    "sealed_data_total",
    "Data that was sealed, was opened, or passed though it was not sealed.",
    {
      listener: [],
      channel: [],
      sealing: sealingKinds,
    },
  )
  const connections = new Gauge(declared("connections", "Connections at the moment.", { listener: [] }))
  const openings = counter("connections_total", "Connections that were taken.", { listener: [] })
  const rejections = counter("rejected_connections_total", "Connections that were not taken.", {
    listener: [],
    reason: rejectionReasons,
  })
  const troubles = counter("troubles_total", "What went wrong without a violation.", {
    listener: [],
    reason: troubleReasons,
  })
  const reloads = counter("reloads_total", "Configurations that were read again.", { result: ["taken", "refused"] })
  const quarantines = counter("quarantined_total", "Refused blobs, by what became of them.", { result: keepings })
  const records = counter("recorded_bytes_total", "Bytes for the record of what passes, by what became of them.", {
    result: recordings,
  })
  const omissions = { count: 0 }
  new Counter({
    ...declared("log_dropped_total", "Lines that are missing from the log: left out of a flood, or without room.", {
      reason: ["limit", "full"],
    }),
    collect() {
      this.reset()
      this.inc({ reason: "limit" }, omissions.count)
      this.inc({ reason: "full" }, droppedLines())
    },
  })
  new Counter({
    ...declared("bytes_total", "Bytes that were passed on.", { listener: [], from: ["client", "server"] }),
    collect() {
      this.reset()
      for (const [listener, { fromClient, fromServer }] of traffic) {
        this.inc({ listener, from: "client" }, fromClient)
        this.inc({ listener, from: "server" }, fromServer)
      }
    },
  })
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ ...declared(name, help, { channel: [] }), buckets })
  const holds = histogram("hold_seconds", "From a blob's last byte to the decision on it.", holdBuckets)
  const decodes = histogram("decode_seconds", "Decoding a blob and encoding it anew.", decodeBuckets)

  let configured: ReadonlySet<string> = new Set()
  const ofListeners = [decisions, violations, sealings, connections, openings, rejections, troubles]

  const trafficOf = (listener: string): Traffic => {
    const known = traffic.get(listener) ?? { fromClient: 0, fromServer: 0 }
    traffic.set(listener, known)
    return known
  }

  /** What increases from nothing to one has not increased, as Prometheus sees it: so all begins with a zero. */
  const begin = (listener: string): void => {
    trafficOf(listener)
    connections.inc({ listener }, 0)
    openings.inc({ listener }, 0)
    for (const code of violationCodes) violations.inc({ listener, code }, 0)
    for (const reason of rejectionReasons) rejections.inc({ listener, reason }, 0)
    for (const reason of troubleReasons) troubles.inc({ listener, reason }, 0)
  }

  /** Forgets listeners that are not configured any more, once they have no connections. */
  const forget = async (): Promise<void> => {
    const { values } = await connections.get()
    const open = new Set(values.filter(({ value }) => value > 0).map(({ labels }) => labels.listener))
    const isForgotten = (listener: string): boolean => !configured.has(listener) && !open.has(listener)
    for (const metric of ofListeners)
      for (const { labels } of (await metric.get()).values)
        if (isForgotten(String(labels.listener))) metric.remove(labels)
    for (const listener of traffic.keys()) if (isForgotten(listener)) traffic.delete(listener)
  }

  for (const result of ["taken", "refused"]) reloads.inc({ result }, 0)
  for (const result of keepings) quarantines.inc({ result }, 0)
  for (const result of recordings) records.inc({ result }, 0)

  return {
    use: (listeners) => {
      configured = new Set(listeners)
      for (const listener of listeners) begin(listener)
    },
    trafficOf,
    decided: (listener, { mode, action, link, violation, data, sealing }) => {
      const channel = link?.channel ?? "unknown"
      const verdict = violation === undefined ? "accept" : "reject"
      decisions.inc({ listener, channel, rule: violation?.rule ?? "none", verdict, action, mode })
      if (violation !== undefined) violations.inc({ listener, code: violation.code })
      if (sealing !== undefined) sealings.inc({ listener, channel, sealing: sealing.kind })
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
    quarantined: (result) => quarantines.inc({ result }),
    recorded: (result, bytes) => records.inc({ result }, bytes),
    omitted: () => {
      omissions.count++
    },
    text: async () => {
      await forget()
      return registry.metrics()
    },
    contentType: registry.contentType,
    descriptions,
  }
}
