import * as t from "io-ts"
import { isIpv4 } from "../qemu/host.js"
import { isNetwork } from "../qemu/network.js"
import { normalised } from "../qemu/path.js"
import type { Codec } from "../schema/codec.js"
import { dataCodec } from "../schema/data-codec.js"
import { leaf } from "../schema/leaf.js"
import { broken, brokenAt, type Fault, kept, refined, together } from "../schema/refined.js"
import type { Check } from "../schema/violation.js"
import { type Address, formatAddress, parseAddress } from "./address.js"
import { relayChecks } from "./checks.js"
import type { Level } from "./log.js"
import { type ReceiverConfiguration, receiverType } from "./receiver.js"
import { attributesOf } from "./subject.js"

/** Whether violations are acted on, or everything is forwarded as it came and what would have been done is counted. */
export const modes = ["enforce", "monitor"] as const

export type Mode = (typeof modes)[number]

/** What a violation ends in: the connection's end, or an empty state in place of the data where there is a safe one. */
export const reactions = ["disconnect", "reset"] as const

export type Reaction = (typeof reactions)[number]

/**
 * What connections may take, each with its default in parentheses. Times are seconds.
 *
 * @since 0.4.0
 */
export interface LimitsConfiguration {
  /** Connections at a time (256). A session has one for each channel, and twice as many while it migrates. */
  readonly connections?: number
  /** Of these, from one source: an IPv4 address, or a /64 of IPv6 (64). */
  readonly connectionsBySource?: number
  /** For each of: TLS with the client, and from then on until the server has accepted the link (10). */
  readonly handshakeSeconds?: number
  /** Without a byte in either direction (none: SPICE's channels can be quiet for days). */
  readonly idleSeconds?: number
  /** For the rest of a connection of which one side has ended (10). */
  readonly closingSeconds?: number
}

/**
 * One address that clients connect to, and the server behind it.
 *
 * @since 0.4.0
 */
export interface ListenerConfiguration {
  /** What logs and metrics call it. Default: `listen`. */
  readonly name?: string
  /** `tcp://host:port`, `tls://host:port`, `unix:///path`, or `fd://name` for a socket of systemd's. */
  readonly listen: string
  /** `tcp://host:port`, `tls://host:port` or `unix:///path`. */
  readonly target: string
  /** Default `enforce`. */
  readonly mode?: Mode
  /** Default `disconnect`. */
  readonly onViolation?: Reaction
  /** Files in PEM. With `clientCa` clients need a certificate that one of these has signed. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly clientCa?: string }
  /**
   * `ca`: a file in PEM (default: those that Node trusts). `subject`: the whole subject of the target's certificate,
   * such as `O=Example,CN=host`; without one the certificate has to be for the target's host.
   */
  readonly targetTls?: { readonly ca?: string; readonly subject?: string }
  /** Addresses and networks that may connect. Default: all. */
  readonly allow?: readonly string[]
  readonly limits?: LimitsConfiguration
  /** What the target is, as far as it differs from `defaultReceiver`. */
  readonly receiver?: ReceiverConfiguration
  /** Whether a machine may be migrated to the target: false for one that was started without -incoming. Default true. */
  readonly awaitsMachine?: boolean
  /**
   * A QMP monitor of the target's QEMU that nobody else uses, `unix:///path` or `tcp://127.0.0.1:port`. QEMU is then
   * asked whether a machine may be migrated to it, and `awaitsMachine` must not be said.
   *
   * @since 0.5.0
   */
  readonly qmp?: string
}

/**
 * The log of `migration-guard relay`. Who calls `startRelay` gives it a log of their own.
 *
 * @since 0.5.0
 */
export interface LogConfiguration {
  /** Lines that matter less are not written. Default `info`. */
  readonly level?: Level
  /** `stdout`, the absolute path of a file, or `journald`: standard output with the levels of sd-daemon(3). Default `stdout`. */
  readonly to?: string
}

/**
 * What a relay does.
 *
 * @since 0.4.0
 */
export interface RelayConfiguration {
  /** Where metrics and health are served: `tcp://host:port`, `unix:///path` or `fd://name`. Default: nowhere. */
  readonly metrics?: string
  readonly log?: LogConfiguration
  /** For how many seconds a relay that shuts down waits for its connections to end by themselves (10). */
  readonly shutdownSeconds?: number
  readonly listeners: readonly ListenerConfiguration[]
}

const number = leaf(
  "whole number",
  (input): input is number => typeof input === "number" && Number.isSafeInteger(input),
)

/** A whole number within bounds. */
const within = (least: number, most: number) =>
  refined(number, (value) =>
    value < least || value > most ? broken(relayChecks.number, value, value < least ? least : most) : kept,
  )

const textThat = (check: Check, is: (text: string) => boolean) =>
  refined(t.string, (value) => (is(value) ? kept : broken(check)))

/** Whether an address is of this host only; a name could lead anywhere. */
const isLoopback = (host: string): boolean => host === "::1" || (isIpv4(host) && host.startsWith("127."))

const hasPort = (address: Address): boolean => !("port" in address) || address.port > 0

const listen = textThat(relayChecks.listen, (text) => parseAddress(text) !== undefined)

const target = textThat(relayChecks.target, (text) => {
  const address = parseAddress(text)
  return address !== undefined && address.scheme !== "fd" && hasPort(address)
})

const qmp = textThat(relayChecks.qmp, (text) => {
  const address = parseAddress(text)
  if (address?.scheme !== "tcp") return address?.scheme === "unix"
  return hasPort(address) && isLoopback(address.host)
})

const metrics = textThat(relayChecks.metrics, (text) => {
  const address = parseAddress(text)
  return address !== undefined && address.scheme !== "tls"
})

const file = textThat(relayChecks.path, (text) => normalised(text) !== undefined)

const log = t.exact(
  t.partial({
    level: t.keyof({ info: null, warn: null, error: null } satisfies Record<Level, null>),
    to: textThat(
      relayChecks.log,
      (text) => text === "stdout" || text === "journald" || (normalised(text) !== undefined && !text.includes("\0")),
    ),
  }),
)

const listenerFields = t.exact(
  t.intersection([
    t.type({ listen, target }),
    t.partial({
      name: textThat(relayChecks.name, (text) => /^[A-Za-z0-9._-]{1,64}$/.test(text)),
      mode: t.keyof({ enforce: null, monitor: null }),
      onViolation: t.keyof({ disconnect: null, reset: null }),
      tls: t.exact(t.intersection([t.type({ certificate: file, key: file }), t.partial({ clientCa: file })])),
      targetTls: t.exact(
        t.partial({ ca: file, subject: textThat(relayChecks.subject, (text) => attributesOf(text) !== undefined) }),
      ),
      allow: t.readonlyArray(textThat(relayChecks.network, isNetwork)),
      limits: t.exact(
        t.partial({
          connections: within(1, 65535),
          connectionsBySource: within(1, 65535),
          handshakeSeconds: within(1, 600),
          idleSeconds: within(1, 604_800),
          closingSeconds: within(1, 600),
        }),
      ),
      receiver: receiverType(within),
      awaitsMachine: t.boolean,
      qmp,
    }),
  ]),
)

const schemeOf = (text: string): Address["scheme"] | undefined => parseAddress(text)?.scheme

const listenerRule = (listener: ListenerConfiguration): readonly Fault[] => {
  const { listen, target, tls, targetTls, allow, awaitsMachine, qmp } = listener
  const scheme = schemeOf(listen)
  return together(
    scheme === "tls" && tls === undefined ? brokenAt("tls", relayChecks.tlsNeeded) : kept,
    scheme !== "tls" && scheme !== "fd" && tls !== undefined ? brokenAt("tls", relayChecks.tlsUnused) : kept,
    schemeOf(target) !== "tls" && targetTls !== undefined ? brokenAt("targetTls", relayChecks.targetTlsUnused) : kept,
    scheme === "unix" && allow !== undefined ? brokenAt("allow", relayChecks.allowUnused) : kept,
    awaitsMachine !== undefined && qmp !== undefined ? brokenAt("awaitsMachine", relayChecks.awaitsAsked) : kept,
  )
}

/** An address as its one text. */
const canonical = (text: string): string => {
  const address = parseAddress(text)
  return address === undefined ? text : formatAddress(address)
}

export const nameOf = ({ name, listen }: ListenerConfiguration): string => name ?? canonical(listen)

const isAnyPort = (text: string): boolean => /^(?:tcp|tls):.*:0$/.test(text)

/** Faults of those listeners of which an earlier one has the same key. */
const once = (
  listeners: readonly ListenerConfiguration[],
  member: string,
  check: Check,
  keyOf: (listener: ListenerConfiguration) => string | undefined,
): readonly Fault[] => {
  const keys = listeners.map(keyOf)
  return keys.flatMap((key, index) =>
    key !== undefined && keys.indexOf(key) < index ? [{ check, keys: [String(index), member] }] : [],
  )
}

const sharedBy = (listener: ListenerConfiguration): string => {
  const { mode = "enforce", onViolation = "disconnect", receiver = {}, awaitsMachine = false, qmp = "" } = listener
  return JSON.stringify([mode, onViolation, Object.entries(receiver).sort(), awaitsMachine, canonical(qmp)])
}

const disagreeing = (listeners: readonly ListenerConfiguration[]): readonly Fault[] => {
  const targets = listeners.map(({ target }) => canonical(target))
  return listeners.flatMap((listener, index) => {
    const first = listeners[targets.indexOf(targets[index] ?? "")]
    return first === undefined || sharedBy(first) === sharedBy(listener)
      ? []
      : [{ check: relayChecks.oneTarget, keys: [String(index), "target"] }]
  })
}

/** Faults of those listeners whose monitor is that of an earlier one's other target. */
const sharingMonitors = (listeners: readonly ListenerConfiguration[]): readonly Fault[] => {
  const monitors = listeners.map(({ qmp }) => qmp && canonical(qmp))
  return listeners.flatMap(({ target, qmp }, index) => {
    const first = listeners[monitors.indexOf(monitors[index])]
    return qmp === undefined || first === undefined || canonical(first.target) === canonical(target)
      ? []
      : [{ check: relayChecks.qmpOnce, keys: [String(index), "qmp"] }]
  })
}

const mostListeners = 256

const listenersRule = (listeners: readonly ListenerConfiguration[]): readonly Fault[] =>
  listeners.length === 0 || listeners.length > mostListeners
    ? broken(relayChecks.listeners, listeners.length)
    : together(
        once(listeners, "listen", relayChecks.listenTwice, ({ listen }) =>
          isAnyPort(listen) ? undefined : canonical(listen).replace(/^tls:/, "tcp:"),
        ),
        once(listeners, "name", relayChecks.nameTwice, nameOf),
        disagreeing(listeners),
        sharingMonitors(listeners),
      )

const configurationType: t.Type<RelayConfiguration, unknown> = t.exact(
  t.intersection([
    t.type({ listeners: refined(t.readonlyArray(refined(listenerFields, listenerRule)), listenersRule) }),
    t.partial({ log, metrics, shutdownSeconds: within(0, 600) }),
  ]),
)

/**
 * The io-ts type of a relay's configuration: plain data, as a TOML file says it. A member that is misspelt is a violation.
 *
 * @example
 * relayConfigurationCodec.is({ listeners: [{ listen: "tcp://0.0.0.0:5900", target: "tcp://127.0.0.1:5901" }] })
 * // true
 * @since 0.4.0
 */
export const relayConfigurationCodec: Codec<RelayConfiguration, RelayConfiguration> = dataCodec(
  "RelayConfiguration",
  configurationType,
)
