import * as t from "io-ts"
import { dataCodec } from "../../data/codec.js"
import { concat, type Issue, issue, issueAt, ok, refined } from "../../data/refinement.js"
import { isIpv4 } from "../../net/host.js"
import { isNetwork } from "../../net/network.js"
import { normalised } from "../../net/path.js"
import { attributesOf } from "../../net/x509-subject.js"
import { isVmName } from "../../seal/binding.js"
import type { Codec } from "../../violation/codec.js"
import type { Rule } from "../../violation/violation.js"
import type { Level } from "../operate/log.js"
import { isDestination, isPlace } from "../seal/destination.js"
import { type SocketConfiguration, socketOptions, socketType } from "./access.js"
import { type Address, formatAddress, parseAddress } from "./address.js"
import { type LocalHost, unknownHost } from "./local-host.js"
import { group, option, resolveOptions, typesOf } from "./option.js"
import { type ReceiverConfiguration, receiverType } from "./receiver.js"
import { relayRules } from "./rules.js"
import { collide, fileIdentityOf, groupsOf, identityOf, leadsTo } from "./target-identity.js"
import { textThat, within } from "./text.js"
import { hasCiphers, type ProtocolConfiguration, protocolOptions } from "./tls-protocol.js"

/** Whether violations are acted on, or everything is forwarded as it came and what would have been done is counted. */
export const modes = ["enforce", "monitor"] as const

export type Mode = (typeof modes)[number]

/** What a violation ends in: the connection's end, or an empty state in place of the data where there is a safe one. */
export const reactions = ["disconnect", "reset"] as const

export type Reaction = (typeof reactions)[number]

/**
 * What connections may take. Times are seconds; docs/relay.md has the defaults.
 *
 * @since 0.4.0
 */
export interface LimitsConfiguration {
  /** Connections at a time. A session has one for each channel, and twice as many while it migrates. */
  readonly connections?: number
  /** Of these, from one source: an IPv4 address, or a /64 of IPv6. */
  readonly connectionsBySource?: number
  /**
   * Of all, those that the server has not accepted yet. Half of them are for sources that have
   * no other. A source with a connection that the server has accepted does not count.
   */
  readonly handshaking?: number
  /** Of these, from one source. */
  readonly handshakingBySource?: number
  /** For each of: TLS with the client, and from then on until the server has accepted the link. */
  readonly handshakeSeconds?: number
  /** Without a byte in either direction: SPICE's channels can be quiet for days. */
  readonly idleSeconds?: number
  /** For the rest of a connection of which one side has ended. */
  readonly closingSeconds?: number
}

/**
 * How relayed state is sealed: the guards of both hosts need the same keys, or certificates of common authorities, and the
 * same name of the machine. There must be either `keys`, or all of `certificate`, `key`, `ca` and `subjects`.
 *
 * @since 0.6.0
 */
export interface SealConfiguration {
  /** A key file, as `migration-guard seal-key` makes it, that nobody but root and this user can read. */
  readonly keys?: string
  /** A file in PEM: this host's certificate, then those of authorities that other hosts do not have. */
  readonly certificate?: string
  /** A file in PEM with its private key, that nobody but root and this user can read. What is signed is not secret. */
  readonly key?: string
  /** A file in PEM with the authorities whose hosts are believed. */
  readonly ca?: string
  /** The whole subjects of the hosts that are believed, such as `O=Example,CN=host`. */
  readonly subjects?: readonly string[]
  /** The virtual machine's UUID or name, of 1 to 256 bytes: what is sealed for one is not opened for another. */
  readonly vm: string
  /**
   * Whether data that is not sealed is refused, and data that cannot be sealed for want of a listed destination is not
   * sent.
   */
  readonly required?: boolean
  /**
   * How clients are told of this listener when a machine migrates here, as `host:port` (the TLS port where there is no
   * other). Then only what was sealed for that is opened. Default: whatever was sealed for this machine.
   */
  readonly as?: string
  /** What becomes of data of the source's that its own decoder refuses: it is told, and sealed or not. */
  readonly onInvalid?: "seal" | "refuse"
  /** For how many seconds what is sealed here can be opened. */
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
  readonly mode?: Mode
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
  /** Whether a machine may be migrated to the target; otherwise a seamless migration is declined. */
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
   * `[address]:port`, or `*` for all of them. An envelope crashes a server without a guard.
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
  /** Lines that matter less are not written. */
  readonly level?: Level
  /** `stdout`, the absolute path of a file, or `journald`: standard output with the levels of sd-daemon(3). */
  readonly to?: string
}

/**
 * A directory that the relay writes to, of root or its own user and writable for nobody else, and how much it may hold.
 *
 * @since 0.6.0
 */
export interface FolderConfiguration {
  readonly directory: string
  readonly maxBytes?: number
  readonly maxFiles?: number
  readonly maxAgeSeconds?: number
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
  /** For how many seconds a relay that shuts down waits for its connections to end by themselves. */
  readonly shutdownSeconds?: number
  /**
   * Where it is kept which envelopes were opened, until they expire. Default nowhere: after a start, what was sealed before
   * is refused.
   *
   * @since 0.6.0
   */
  readonly replayFile?: string
  /**
   * Keeps blobs that were refused, each under its SHA-256 with a JSON file that says why. Default: none is kept.
   *
   * @since 0.6.0
   */
  readonly quarantine?: FolderConfiguration
  /**
   * Records what passes, in the clear, as pcapng files that `migration-guard extract` reads. Default: nothing is recorded.
   *
   * @since 0.6.0
   */
  readonly record?: FolderConfiguration
  readonly listeners: readonly ListenerConfiguration[]
}

/** Whether an address is of this host only; a name could lead anywhere. */
const isLoopback = (host: string): boolean => host === "::1" || (isIpv4(host) && host.startsWith("127."))

const hasPort = (address: Address): boolean => !("port" in address) || address.port > 0

const listen = textThat(relayRules.listen, (text) => parseAddress(text) !== undefined)

const target = textThat(relayRules.target, (text) => {
  const address = parseAddress(text)
  return address !== undefined && address.scheme !== "fd" && hasPort(address)
})

const qmp = textThat(relayRules.qmp, (text) => {
  const address = parseAddress(text)
  if (address?.scheme !== "tcp") return address?.scheme === "unix"
  return hasPort(address) && isLoopback(address.host)
})

const metrics = textThat(relayRules.metrics, (text) => {
  const address = parseAddress(text)
  return address !== undefined && address.scheme !== "tls"
})

const name = textThat(relayRules.name, (text) => /^[A-Za-z0-9._-]{1,64}$/.test(text))

const file = textThat(relayRules.path, (text) => normalised(text) !== undefined)

const subject = textThat(relayRules.subject, (text) => attributesOf(text) !== undefined)

const protocolRule = (configured: ProtocolConfiguration): readonly Issue[] =>
  hasCiphers(configured) ? ok : issueAt("ciphers", relayRules.ciphersOfVersion)

const connections = within(1, 65535)

/** The limits of a listener. */
export const limitOptions = {
  connections: option(
    connections,
    "at a time; a session has one for each channel, and as many again while it migrates",
    { initial: 256 },
  ),
  connectionsBySource: option(connections, "", { initial: 64 }),
  handshaking: option(
    connections,
    "strangers at a time: of sources from which the server has accepted no connection that is still open. The first half (at least 8) are anybody's, the rest are for sources that have none yet",
    { shown: "a quarter of connections, at least 16" },
  ),
  handshakingBySource: option(connections, "of these, from one source", { initial: 16 }),
  handshakeSeconds: option(within(1, 600), "once for TLS, once from then until the server has accepted the link", {
    initial: 10,
  }),
  idleSeconds: option(
    within(1, 604_800),
    "without a byte in either direction; noticed within a quarter more. SPICE's channels can be quiet for days",
    { shown: "none" },
  ),
  closingSeconds: option(within(1, 600), "for the rest of a connection of which one side has ended", { initial: 10 }),
}

const filesInPem = { certificate: option(file, "a file in PEM"), key: option(file, "a file in PEM") }
const clientTlsOptions = {
  clientCa: option(file, "a file in PEM: clients need a certificate that one of it has signed"),
  ...protocolOptions,
}
const targetTlsOptions = {
  ca: option(file, "a file in PEM", { shown: "Node's authorities" }),
  subject: option(subject, "the whole subject of the target's certificate", { shown: "the target's host" }),
  ...protocolOptions,
}

const tlsType = refined(
  t.exact(t.intersection([t.type(typesOf(filesInPem)), t.partial(typesOf(clientTlsOptions))])),
  protocolRule,
)

const addresses = { listen: option(listen, "an address"), target: option(target, "an address") }

/** What listeners of one server must have in common: they share the state of its sessions. */
const sharedOptions = {
  mode: option(t.keyof({ enforce: null, monitor: null }), "or `monitor`", { initial: "enforce" }),
  onViolation: option(t.keyof({ disconnect: null, reset: null }), "or `reset`", { initial: "disconnect" }),
  awaitsMachine: option(
    t.boolean,
    "whether a machine may be migrated to the target. spice-server acknowledges a claimed migration whether it awaits one or not, and crashes on its data if not. A guard that does not know makes the server decline a seamless migration. Prefer `qmp`",
    { initial: false },
  ),
}

/** Options of a listener that are used as they are said. */
export const plainOptions = {
  ...sharedOptions,
  allow: option(
    t.readonlyArray(textThat(relayRules.network, isNetwork)),
    "addresses and networks; an empty list allows nobody",
    { shown: "everybody" },
  ),
}

const neededSealOptions = {
  vm: option(
    textThat(relayRules.sealVm, isVmName),
    "the machine's UUID or name, the same on all hosts. See [sealing.md](sealing.md)",
  ),
}

/** What a listener seals with: keys, or all of the others. */
const credentialOptions = {
  keys: option(file, "a key file that nobody but root and the guard's user can read: `migration-guard seal-key`"),
  certificate: option(
    file,
    "in place of `keys`, with `key`, `ca` and `subjects`: a file in PEM with this host's certificate, and behind it those of authorities that other hosts do not have. What is signed is not secret. See [sealing.md](sealing.md#with-certificates)",
  ),
  key: option(file, "a file in PEM with its private key, that nobody but root and the guard's user can read"),
  ca: option(file, "a file in PEM with the authorities whose hosts are believed"),
  subjects: option(
    t.readonlyArray(subject),
    "the whole subjects of the certificates of hosts that are believed, like `O=Example,CN=host`",
  ),
}

const credentialsRule = ({ keys, certificate, key, ca, subjects }: SealConfiguration): readonly Issue[] => {
  const others = [certificate, key, ca, subjects].filter((each) => each !== undefined).length
  return others === (keys === undefined ? 4 : 0) && subjects?.length !== 0 ? ok : issue(relayRules.sealCredentials)
}

/** How a listener seals, beside what it seals with and its machine. */
export const sealOptions = {
  required: option(
    t.boolean,
    "as target, data that is not sealed is refused; as source, data for a destination that is not listed is not sent",
    { initial: true },
  ),
  as: option(textThat(relayRules.sealAs, isPlace), "how clients are told of this listener, `host:port`", {
    shown: "any",
  }),
  onInvalid: option(
    t.keyof({ seal: null, refuse: null }),
    "what the source's server wrote and the guard's own decoder refuses is logged, and sealed; or `refuse`",
    { initial: "seal" },
  ),
  lifetimeSeconds: option(within(1, 3600), "for how long what is sealed here can be opened", { initial: 60 }),
}

const sealType = refined(
  t.exact(
    t.intersection([
      t.type(typesOf(neededSealOptions)),
      t.partial({ ...typesOf(credentialOptions), ...typesOf(sealOptions) }),
    ]),
  ),
  credentialsRule,
)

const listenerOptions = {
  name: option(name, "what the log and metrics call it", { shown: "its `listen`" }),
  server: option(name, "names the process behind several targets", { shown: "what `target` leads to" }),
  ...plainOptions,
  socket: group(socketType, socketOptions),
  tls: group(tlsType, { ...filesInPem, ...clientTlsOptions }),
  targetTls: group(refined(t.exact(t.partial(typesOf(targetTlsOptions))), protocolRule), targetTlsOptions),
  limits: group(t.exact(t.partial(typesOf(limitOptions))), limitOptions),
  qmp: option(
    qmp,
    "a QMP monitor of the target's QEMU, `unix:///path` or `tcp://` with an address of loopback: QEMU is asked in place of `awaitsMachine`, which must not be there then. See [below](#knowing-the-machine)",
  ),
  seal: group(sealType, { ...credentialOptions, ...neededSealOptions, ...sealOptions }),
  sealFor: option(
    t.readonlyArray(textThat(relayRules.sealFor, isDestination)),
    "destinations with a guard that opens, as the source's QEMU names them: `host`, `host:port`, `[address]:port`, or `*`. All ports that a client is given must be listed. Without it nothing is sealed",
    { shown: "none" },
  ),
  receiver: option(
    receiverType(within),
    "members of `ReceiverState`: jpegWanCompression, maxBlobBytes (of main at most 26,624 and of inputs 2,048, the server's buffers), ...",
    { shown: "QEMU's defaults" },
  ),
}

const listenerFields = t.exact(t.intersection([t.type(typesOf(addresses)), t.partial(typesOf(listenerOptions))]))

/** Options of the log. */
export const logOptions = {
  level: option(
    t.keyof({ info: null, warn: null, error: null } satisfies Record<Level, null>),
    "or `warn`, `error`: lines that matter less are not written",
    { initial: "info" },
  ),
  to: option(
    textThat(
      relayRules.log,
      (text) => text === "stdout" || text === "journald" || (normalised(text) !== undefined && !text.includes("\0")),
    ),
    "or the absolute path of a file, or `journald`: see [The log and the metrics](#the-log-and-the-metrics)",
    { initial: "stdout" },
  ),
}

const directory = option(
  file,
  "an absolute path, of a directory of root or the guard's user that nobody else can write to",
)

const day = 86_400

const folderBounds = (maxBytes: number, maxFiles: number, days: number, what: string) => ({
  maxBytes: option(within(1_048_576, 2 ** 40), `of all ${what} together; the oldest give way`, { initial: maxBytes }),
  maxFiles: option(within(1, 100_000), `${what} at a time`, { initial: maxFiles }),
  maxAgeSeconds: option(within(60, 3650 * day), "what is older goes, when something is written", {
    initial: days * day,
  }),
})

/** How much of what was refused, and of what passes, is kept. */
export const quarantineBounds = folderBounds(67_108_864, 1000, 30, "blobs, each with its JSON,")
export const recordBounds = folderBounds(1_073_741_824, 16, 7, "files of pcapng")

const folderGroup = (bounds: typeof quarantineBounds) =>
  group(t.exact(t.intersection([t.type(typesOf({ directory })), t.partial(typesOf(bounds))])), {
    directory,
    ...bounds,
  })

/** Options of a relay, beside its listeners. */
export const relayOptions = {
  log: group(t.exact(t.partial(typesOf(logOptions))), logOptions),
  metrics: option(metrics, "an address", { shown: "none" }),
  metricsSocket: group(socketType, socketOptions),
  shutdownSeconds: option(within(0, 600), "how long connections get to end by themselves", { initial: 10 }),
  replayFile: option(
    file,
    "where it is kept which envelopes were opened, until they expire: a file of this process alone",
    { shown: "nowhere" },
  ),
  quarantine: folderGroup(quarantineBounds),
  record: folderGroup(recordBounds),
}

/** All options by where they stand, for the document. */
export const documented = {
  listener: { ...addresses, ...listenerOptions },
  top: { ...relayOptions, listeners: option(t.readonlyArray(listenerFields), "at most 256") },
} as const

const schemeOf = (text: string): Address["scheme"] | undefined => parseAddress(text)?.scheme

const listenerRule = (listener: ListenerConfiguration): readonly Issue[] => {
  const { listen, target, socket, tls, targetTls, allow, awaitsMachine, qmp, seal, sealFor, mode } = listener
  const scheme = schemeOf(listen)
  return concat(
    scheme === "tls" && tls === undefined ? issueAt("tls", relayRules.tlsNeeded) : ok,
    scheme !== "tls" && scheme !== "fd" && tls !== undefined ? issueAt("tls", relayRules.tlsUnused) : ok,
    schemeOf(target) !== "tls" && targetTls !== undefined ? issueAt("targetTls", relayRules.targetTlsUnused) : ok,
    scheme !== "unix" && socket !== undefined ? issueAt("socket", relayRules.socketUnused) : ok,
    scheme === "unix" && allow !== undefined ? issueAt("allow", relayRules.allowUnused) : ok,
    awaitsMachine !== undefined && qmp !== undefined ? issueAt("awaitsMachine", relayRules.awaitsAsked) : ok,
    sealFor !== undefined && seal === undefined ? issueAt("sealFor", relayRules.sealForUnused) : ok,
    seal !== undefined && mode === "monitor" ? issueAt("seal", relayRules.sealEnforced) : ok,
  )
}

/** An address as its one text. */
const canonical = (text: string): string => {
  const address = parseAddress(text)
  return address === undefined ? text : formatAddress(address)
}

export const listenerName = ({ name, listen }: ListenerConfiguration): string => name ?? canonical(listen)

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
  const { receiver = {}, qmp = "", seal = {}, sealFor = [] } = listener
  const sealing = [Object.entries(seal).sort(), [...sealFor].sort()]
  return JSON.stringify([
    resolveOptions(sharedOptions, listener),
    Object.entries(receiver).sort(),
    canonical(qmp),
    ...sealing,
  ])
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
      : [{ rule: relayRules.oneTarget, keys: [String(index), "target"] }]
  })
}

/** Faults of those listeners whose monitor is that of an earlier one's other server. */
const sharingMonitors = (listeners: readonly ListenerConfiguration[], machine: LocalHost): readonly Issue[] => {
  const monitors = listeners.map(({ qmp }) => qmp && canonical(qmp))
  const servers = serversOf(listeners, machine)
  return listeners.flatMap(({ qmp }, index) => {
    const isShared = qmp !== undefined && servers[monitors.indexOf(monitors[index])] !== servers[index]
    return isShared ? [{ rule: relayRules.qmpOnce, keys: [String(index), "qmp"] }] : []
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
      ? [{ rule: relayRules.listenTwice, keys: [String(index), "listen"] }]
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
      ? issue(relayRules.listeners, listeners.length)
      : concat(
          colliding(listeners, machine),
          once(listeners, "name", relayRules.nameTwice, listenerName),
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
        ? [{ rule: relayRules.targetHere, keys: ["listeners", String(index), "target"] }]
        : []
    })
    return text !== undefined && isTaken(text, listens, machine)
      ? [...back, ...issueAt("metrics", relayRules.metricsTwice)]
      : back
  }

const configurationType = (machine: LocalHost): t.Type<RelayConfiguration, unknown> =>
  refined(
    t.exact(
      t.intersection([
        t.type({ listeners: refined(t.readonlyArray(refined(listenerFields, listenerRule)), listenersRule(machine)) }),
        t.partial(typesOf(relayOptions)),
      ]),
    ),
    circular(machine),
    ({ metrics: text, metricsSocket }) =>
      metricsSocket !== undefined && (text === undefined || schemeOf(text) !== "unix")
        ? issueAt("metricsSocket", relayRules.socketUnused)
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
