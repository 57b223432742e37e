import * as t from "io-ts"
import { dataCodec } from "../../data/codec.js"
import { leaf } from "../../data/leaf.js"
import { concat, type Issue, issue, issueAt, ok, refined } from "../../data/refinement.js"
import { isIpv4 } from "../../net/host.js"
import { isNetwork } from "../../net/network.js"
import { normalised } from "../../net/path.js"
import { isVmName } from "../../seal/binding.js"
import type { Codec } from "../../violation/codec.js"
import type { Rule } from "../../violation/violation.js"
import type { Level } from "../operate/log.js"
import { isDestination, isPlace } from "../seal/destination.js"
import { attributesOf } from "../target/x509-subject.js"
import { isAccount, isMode, type SocketConfiguration } from "./access.js"
import { type Address, formatAddress, parseAddress } from "./address.js"
import { type LocalHost, unknownHost } from "./local-host.js"
import { type ReceiverConfiguration, receiverType } from "./receiver.js"
import { relayChecks } from "./rules.js"
import { collide, fileIdentityOf, groupsOf, identityOf, leadsTo } from "./target-identity.js"
import { areCiphers, hasCiphers, type ProtocolConfiguration } from "./tls-protocol.js"

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
  /**
   * Of all, those that the server has not accepted yet (a quarter, at least 16). Half of them are for sources that have
   * no other. A source with a connection that the server has accepted does not count.
   */
  readonly handshaking?: number
  /** Of these, from one source (16). */
  readonly handshakingBySource?: number
  /** For each of: TLS with the client, and from then on until the server has accepted the link (10). */
  readonly handshakeSeconds?: number
  /** Without a byte in either direction (none: SPICE's channels can be quiet for days). */
  readonly idleSeconds?: number
  /** For the rest of a connection of which one side has ended (10). */
  readonly closingSeconds?: number
}

/**
 * How relayed state is sealed: the guards of both hosts need the same keys and the same name of the machine.
 *
 * @since 0.6.0
 */
export interface SealConfiguration {
  /** A key file, as `migration-guard seal-key` makes it, that nobody but root and this user can read. */
  readonly keys: string
  /** The virtual machine's UUID or name, of 1 to 256 bytes: what is sealed for one is not opened for another. */
  readonly vm: string
  /**
   * Whether data that is not sealed is refused, and data that cannot be sealed for want of a listed destination is not
   * sent. Default true.
   */
  readonly required?: boolean
  /**
   * How clients are told of this listener when a machine migrates here, as `host:port` (the TLS port where there is no
   * other). Then only what was sealed for that is opened. Default: whatever was sealed for this machine.
   */
  readonly as?: string
  /** What becomes of data of the source's that its own decoder refuses: it is told, and sealed or not. Default `seal`. */
  readonly onInvalid?: "seal" | "refuse"
  /** For how long what is sealed here can be opened: 1 to 3600 seconds (60). */
  readonly lifetimeSeconds?: number
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
  /** Who may connect to `listen`, where that is `unix:///path`. */
  readonly socket?: SocketConfiguration
  /** `tcp://host:port`, `tls://host:port` or `unix:///path`. */
  readonly target: string
  /**
   * Names the process behind the target, where several targets lead to one: listeners of one server share what is known
   * of its sessions. Targets that are one address, however it is spelled, are one server without it.
   */
  readonly server?: string
  /** Default `enforce`. */
  readonly mode?: Mode
  /** Default `disconnect`. */
  readonly onViolation?: Reaction
  /** Files in PEM. With `clientCa` clients need a certificate that one of these has signed. */
  readonly tls?: ProtocolConfiguration & {
    readonly certificate: string
    readonly key: string
    readonly clientCa?: string
  }
  /**
   * `ca`: a file in PEM (default: those that Node trusts). `subject`: the whole subject of the target's certificate,
   * such as `O=Example,CN=host`; without one the certificate has to be for the target's host.
   */
  readonly targetTls?: ProtocolConfiguration & { readonly ca?: string; readonly subject?: string }
  /** Addresses and networks that may connect. Default: all. */
  readonly allow?: readonly string[]
  readonly limits?: LimitsConfiguration
  /** What the target is, as far as it differs from `defaultReceiver`. */
  readonly receiver?: ReceiverConfiguration
  /** Whether a machine may be migrated to the target. Default false: a seamless migration is declined. */
  readonly awaitsMachine?: boolean
  /**
   * A QMP monitor of the target's QEMU that nobody else uses, `unix:///path` or `tcp://127.0.0.1:port`. QEMU is then
   * asked whether a machine may be migrated to it, and `awaitsMachine` must not be said.
   *
   * @since 0.5.0
   */
  readonly qmp?: string
  /**
   * Opens what another guard has sealed, and seals for the destinations of `sealFor`. Default: neither.
   *
   * @since 0.6.0
   */
  readonly seal?: SealConfiguration
  /**
   * The destinations that have a guard that opens, as the source's QEMU names them to clients: `host`, `host:port`,
   * `[address]:port`, or `*` for all of them. A server without a guard crashes by an envelope. Default none.
   *
   * @since 0.6.0
   */
  readonly sealFor?: readonly string[]
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
  /** Who may connect to `metrics`, where that is `unix:///path`. */
  readonly metricsSocket?: SocketConfiguration
  readonly log?: LogConfiguration
  /** For how many seconds a relay that shuts down waits for its connections to end by themselves (10). */
  readonly shutdownSeconds?: number
  /**
   * Where it is kept which envelopes were opened, until they expire. Default nowhere: after a start, what was sealed before
   * is refused.
   *
   * @since 0.6.0
   */
  readonly replayFile?: string
  readonly listeners: readonly ListenerConfiguration[]
}

const number = leaf(
  "whole number",
  (input): input is number => typeof input === "number" && Number.isSafeInteger(input),
)

/** A whole number within bounds. */
const within = (least: number, most: number) =>
  refined(number, (value) =>
    value < least || value > most ? issue(relayChecks.number, value, value < least ? least : most) : ok,
  )

const textThat = (check: Rule, is: (text: string) => boolean) =>
  refined(t.string, (value) => (is(value) ? ok : issue(check)))

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

const name = textThat(relayChecks.name, (text) => /^[A-Za-z0-9._-]{1,64}$/.test(text))

const file = textThat(relayChecks.path, (text) => normalised(text) !== undefined)

const account = textThat(relayChecks.account, isAccount)

const socket = t.exact(t.partial({ mode: textThat(relayChecks.socketMode, isMode), owner: account, group: account }))

const subject = textThat(relayChecks.subject, (text) => attributesOf(text) !== undefined)

const protocol = {
  minVersion: t.keyof({ "TLSv1.2": null, "TLSv1.3": null }),
  ciphers: textThat(relayChecks.ciphers, areCiphers),
}

const protocolRule = (configured: ProtocolConfiguration): readonly Issue[] =>
  hasCiphers(configured) ? ok : issueAt("ciphers", relayChecks.ciphersOfVersion)

const log = t.exact(
  t.partial({
    level: t.keyof({ info: null, warn: null, error: null } satisfies Record<Level, null>),
    to: textThat(
      relayChecks.log,
      (text) => text === "stdout" || text === "journald" || (normalised(text) !== undefined && !text.includes("\0")),
    ),
  }),
)

const seal = t.exact(
  t.intersection([
    t.type({ keys: file, vm: textThat(relayChecks.sealVm, isVmName) }),
    t.partial({
      required: t.boolean,
      as: textThat(relayChecks.sealAs, isPlace),
      onInvalid: t.keyof({ seal: null, refuse: null }),
      lifetimeSeconds: within(1, 3600),
    }),
  ]),
)

const listenerFields = t.exact(
  t.intersection([
    t.type({ listen, target }),
    t.partial({
      name,
      server: name,
      socket,
      mode: t.keyof({ enforce: null, monitor: null }),
      onViolation: t.keyof({ disconnect: null, reset: null }),
      tls: refined(
        t.exact(t.intersection([t.type({ certificate: file, key: file }), t.partial({ clientCa: file, ...protocol })])),
        protocolRule,
      ),
      targetTls: refined(t.exact(t.partial({ ca: file, subject, ...protocol })), protocolRule),
      allow: t.readonlyArray(textThat(relayChecks.network, isNetwork)),
      limits: t.exact(
        t.partial({
          connections: within(1, 65535),
          connectionsBySource: within(1, 65535),
          handshaking: within(1, 65535),
          handshakingBySource: within(1, 65535),
          handshakeSeconds: within(1, 600),
          idleSeconds: within(1, 604_800),
          closingSeconds: within(1, 600),
        }),
      ),
      receiver: receiverType(within),
      awaitsMachine: t.boolean,
      qmp,
      seal,
      sealFor: t.readonlyArray(textThat(relayChecks.sealFor, isDestination)),
    }),
  ]),
)

const schemeOf = (text: string): Address["scheme"] | undefined => parseAddress(text)?.scheme

const listenerRule = (listener: ListenerConfiguration): readonly Issue[] => {
  const { listen, target, socket, tls, targetTls, allow, awaitsMachine, qmp, seal, sealFor, mode } = listener
  const scheme = schemeOf(listen)
  return concat(
    scheme === "tls" && tls === undefined ? issueAt("tls", relayChecks.tlsNeeded) : ok,
    scheme !== "tls" && scheme !== "fd" && tls !== undefined ? issueAt("tls", relayChecks.tlsUnused) : ok,
    schemeOf(target) !== "tls" && targetTls !== undefined ? issueAt("targetTls", relayChecks.targetTlsUnused) : ok,
    scheme !== "unix" && socket !== undefined ? issueAt("socket", relayChecks.socketUnused) : ok,
    scheme === "unix" && allow !== undefined ? issueAt("allow", relayChecks.allowUnused) : ok,
    awaitsMachine !== undefined && qmp !== undefined ? issueAt("awaitsMachine", relayChecks.awaitsAsked) : ok,
    sealFor !== undefined && seal === undefined ? issueAt("sealFor", relayChecks.sealForUnused) : ok,
    seal !== undefined && mode === "monitor" ? issueAt("seal", relayChecks.sealEnforced) : ok,
  )
}

/** An address as its one text. */
const canonical = (text: string): string => {
  const address = parseAddress(text)
  return address === undefined ? text : formatAddress(address)
}

export const nameOf = ({ name, listen }: ListenerConfiguration): string => name ?? canonical(listen)

/** Faults of those listeners of which an earlier one has the same key. */
const once = (
  listeners: readonly ListenerConfiguration[],
  member: string,
  rule: Rule,
  keyOf: (listener: ListenerConfiguration) => string | undefined,
): readonly Issue[] => {
  const keys = listeners.map(keyOf)
  return keys.flatMap((key, index) =>
    key !== undefined && keys.indexOf(key) < index ? [{ rule, keys: [String(index), member] }] : [],
  )
}

const sharedBy = (listener: ListenerConfiguration): string => {
  const { mode = "enforce", onViolation = "disconnect", receiver = {}, awaitsMachine = false, qmp = "" } = listener
  const { seal = {}, sealFor = [] } = listener
  const sealing = [Object.entries(seal).sort(), [...sealFor].sort()]
  return JSON.stringify([mode, onViolation, Object.entries(receiver).sort(), awaitsMachine, canonical(qmp), ...sealing])
}

/** By what each listener's server is known: its target, the file that this is, and the name that was given. */
const keysOf = ({ target: text, server }: ListenerConfiguration, machine: LocalHost): readonly string[] => {
  const target = parseAddress(text)
  if (target === undefined) return [text]
  const file = fileIdentityOf(target, machine)
  const more = [file, server === undefined ? undefined : `server:${server}`].filter((key) => key !== undefined)
  return [identityOf(target, machine), ...more]
}

/** For each listener the name of its server, which listeners of one server have in common. */
export const serversOf = (listeners: readonly ListenerConfiguration[], machine: LocalHost): readonly string[] =>
  groupsOf(listeners.map((listener) => keysOf(listener, machine)))

const disagreeing = (listeners: readonly ListenerConfiguration[], machine: LocalHost): readonly Issue[] => {
  const servers = serversOf(listeners, machine)
  return listeners.flatMap((listener, index) => {
    const first = listeners[servers.indexOf(servers[index] ?? "")]
    return first === undefined || sharedBy(first) === sharedBy(listener)
      ? []
      : [{ rule: relayChecks.oneTarget, keys: [String(index), "target"] }]
  })
}

/** Faults of those listeners whose monitor is that of an earlier one's other server. */
const sharingMonitors = (listeners: readonly ListenerConfiguration[], machine: LocalHost): readonly Issue[] => {
  const monitors = listeners.map(({ qmp }) => qmp && canonical(qmp))
  const servers = serversOf(listeners, machine)
  return listeners.flatMap(({ qmp }, index) => {
    const isShared = qmp !== undefined && servers[monitors.indexOf(monitors[index])] !== servers[index]
    return isShared ? [{ rule: relayChecks.qmpOnce, keys: [String(index), "qmp"] }] : []
  })
}

const addressesOf = (texts: readonly string[]): readonly Address[] =>
  texts.map(parseAddress).filter((address) => address !== undefined)

/** Faults of those listeners of which an earlier one listens where they do. */
const colliding = (listeners: readonly ListenerConfiguration[], machine: LocalHost): readonly Issue[] =>
  listeners.flatMap(({ listen }, index) =>
    isTaken(
      listen,
      listeners.slice(0, index).map((earlier) => earlier.listen),
      machine,
    )
      ? [{ rule: relayChecks.listenTwice, keys: [String(index), "listen"] }]
      : [],
  )

const isTaken = (text: string, by: readonly string[], machine: LocalHost): boolean => {
  const address = parseAddress(text)
  return address !== undefined && addressesOf(by).some((each) => collide(address, each, machine))
}

const mostListeners = 256

const listenersRule =
  (machine: LocalHost) =>
  (listeners: readonly ListenerConfiguration[]): readonly Issue[] =>
    listeners.length === 0 || listeners.length > mostListeners
      ? issue(relayChecks.listeners, listeners.length)
      : concat(
          colliding(listeners, machine),
          once(listeners, "name", relayChecks.nameTwice, nameOf),
          disagreeing(listeners, machine),
          sharingMonitors(listeners, machine),
        )

/** What a relay listens on must lead neither two ways nor back to itself. */
const circular =
  (machine: LocalHost) =>
  ({ listeners, metrics: text }: RelayConfiguration): readonly Issue[] => {
    const listens = listeners.map(({ listen }) => listen)
    const here = addressesOf(text === undefined ? listens : [...listens, text])
    const back = listeners.flatMap(({ target: text }, index) => {
      const target = parseAddress(text)
      return target !== undefined && here.some((listen) => leadsTo(target, listen, machine))
        ? [{ rule: relayChecks.targetHere, keys: ["listeners", String(index), "target"] }]
        : []
    })
    return text !== undefined && isTaken(text, listens, machine)
      ? [...back, ...issueAt("metrics", relayChecks.metricsTwice)]
      : back
  }

const configurationType = (machine: LocalHost): t.Type<RelayConfiguration, unknown> =>
  refined(
    t.exact(
      t.intersection([
        t.type({ listeners: refined(t.readonlyArray(refined(listenerFields, listenerRule)), listenersRule(machine)) }),
        t.partial({ log, metrics, metricsSocket: socket, shutdownSeconds: within(0, 600), replayFile: file }),
      ]),
    ),
    circular(machine),
    ({ metrics: text, metricsSocket }) =>
      metricsSocket !== undefined && (text === undefined || schemeOf(text) !== "unix")
        ? issueAt("metricsSocket", relayChecks.socketUnused)
        : ok,
  )

/** The codec of configurations for a machine: it knows more spellings of one address than `relayConfigurationCodec`. */
export const relayConfigurationCodecOn = (machine: LocalHost): Codec<RelayConfiguration, RelayConfiguration> =>
  dataCodec("RelayConfiguration", configurationType(machine))

/**
 * The io-ts type of a relay's configuration: plain data, as a TOML file says it. A member that is misspelt is a violation.
 *
 * @example
 * relayConfigurationCodec.is({ listeners: [{ listen: "tcp://0.0.0.0:5900", target: "tcp://127.0.0.1:5901" }] })
 * // true
 * @since 0.4.0
 */
export const relayConfigurationCodec: Codec<RelayConfiguration, RelayConfiguration> =
  relayConfigurationCodecOn(unknownHost)
