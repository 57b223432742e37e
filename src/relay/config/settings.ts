import { readFileSync, statSync } from "node:fs"
import type { SecureContextOptions } from "node:tls"
import { createSecureContext } from "node:tls"
import * as E from "fp-ts/lib/Either.js"
import { printable } from "../../report/printable.js"
import type { Keyring } from "../../seal/keyring.js"
import type { ReceiverState } from "../../spice/receiver.js"
import { type Failure, printableReasonOf } from "../failure.js"
import { placeOf } from "../seal/destination.js"
import { type Connect, connecting, type Trust } from "../target/connect.js"
import { type Access, accessOf } from "./access.js"
import { type Address, parseAddress } from "./address.js"
import {
  type LimitsConfiguration,
  type ListenerConfiguration,
  type Mode,
  nameOf,
  type Reaction,
  type RelayConfiguration,
  relayConfigurationCodecOn,
  serversOf,
} from "./configuration.js"
import { readKeyring } from "./key-file.js"
import { type LocalHost, thisHost } from "./local-host.js"
import { receiverOf } from "./receiver.js"
import { protocolOf } from "./tls-protocol.js"

/** What a listener does, with every default in place and every file read. Times are milliseconds. */
export interface Settings {
  readonly name: string
  readonly listen: Address
  /** Who may connect, where it listens on a unix socket. */
  readonly access: Access
  readonly target: Address
  /** Names the target's server, however the target is spelled: listeners with the same one share the state of its sessions. */
  readonly targetName: string
  readonly mode: Mode
  readonly onViolation: Reaction
  readonly tls: (SecureContextOptions & { readonly requestCert: boolean }) | undefined
  readonly connect: Connect
  readonly allow: readonly string[] | undefined
  readonly limits: Limits
  readonly receiver: ReceiverState
  readonly awaitsMachine: boolean
  /** Where the target's QEMU is asked whether it awaits a machine. */
  readonly qmp: Address | undefined
  readonly seal: SealSettings | undefined
}

/** How state is sealed and opened. */
export interface SealSettings {
  readonly keys: Keyring
  readonly vm: string
  readonly required: boolean
  readonly onInvalid: "seal" | "refuse"
  /** How clients are told of it, as envelopes have it. */
  readonly as: string | undefined
  /** Milliseconds. */
  readonly lifetime: number
  readonly destinations: readonly string[]
}

export interface Limits {
  readonly connections: number
  readonly connectionsBySource: number
  readonly handshaking: number
  readonly handshakingBySource: number
  readonly handshake: number
  readonly idle: number | undefined
  readonly closing: number
}

const second = 1000

/** A quarter of all connections, but of few connections more. */
const handshakingOf = (connections: number): number => Math.min(connections, Math.max(16, Math.floor(connections / 4)))

const limitsOf = ({
  connections = 256,
  connectionsBySource = 64,
  handshaking = handshakingOf(connections),
  handshakingBySource = 16,
  handshakeSeconds = 10,
  idleSeconds,
  closingSeconds = 10,
}: LimitsConfiguration = {}): Limits => ({
  connections,
  connectionsBySource,
  handshaking,
  handshakingBySource,
  handshake: handshakeSeconds * second,
  idle: idleSeconds === undefined ? undefined : idleSeconds * second,
  closing: closingSeconds * second,
})

/** Certificates are a few kilobytes; a path to something else is not read for long. */
const mostBytes = 0x100000

const readPem = (file: string): Buffer => {
  const { size } = statSync(file)
  if (size > mostBytes) throw new Error(`${file}: a file in PEM has at most ${mostBytes} bytes`)
  return readFileSync(file)
}

const tlsOf = ({ tls }: ListenerConfiguration): Settings["tls"] => {
  if (tls === undefined) return undefined
  const { certificate, key, clientCa } = tls
  const options = {
    ...protocolOf(tls),
    cert: readPem(certificate),
    key: readPem(key),
    ...(clientCa === undefined ? {} : { ca: readPem(clientCa) }),
    requestCert: clientCa !== undefined,
  }
  // Said now: once clients connect, a key that does not belong to its certificate would only end their connections.
  createSecureContext(options)
  return options
}

const trustOf = ({ targetTls = {} }: ListenerConfiguration): Trust => {
  const { ca, subject } = targetTls
  const secured = { ...protocolOf(targetTls), ...(ca === undefined ? {} : { ca: readPem(ca) }) }
  createSecureContext(secured)
  return { secured, subject }
}

const addressOf = (text: string): Address => {
  const address = parseAddress(text)
  if (address === undefined) throw new TypeError("not an address")
  return address
}

const sealOf = ({ seal, sealFor = [] }: ListenerConfiguration): SealSettings | undefined => {
  if (seal === undefined) return undefined
  const { keys, vm, as, required = true, onInvalid = "seal", lifetimeSeconds = 60 } = seal
  return {
    keys: readKeyring(keys),
    vm,
    required,
    onInvalid,
    as: as && placeOf(as),
    lifetime: lifetimeSeconds * second,
    destinations: sealFor,
  }
}

/** A listener's settings, or why there are none. */
const settingsOf = (listener: ListenerConfiguration, targetName: string): E.Either<Failure, Settings> => {
  const { mode = "enforce", onViolation = "disconnect", allow, limits, receiver, awaitsMachine = false, qmp } = listener
  const name = nameOf(listener)
  try {
    const target = addressOf(listener.target)
    return E.right({
      name,
      listen: addressOf(listener.listen),
      access: accessOf(listener.socket),
      target,
      targetName,
      mode,
      onViolation,
      tls: tlsOf(listener),
      connect: connecting(target, trustOf(listener)),
      allow,
      limits: limitsOf(limits),
      receiver: receiverOf(receiver),
      awaitsMachine,
      qmp: qmp === undefined ? undefined : addressOf(qmp),
      seal: sealOf(listener),
    })
  } catch (error) {
    return E.left({ name, reason: printableReasonOf(error) })
  }
}

/** The settings of all listeners of a configuration, or what is wrong with each. Reads the files that it names. */
const allSettings = (
  { listeners }: RelayConfiguration,
  machine: LocalHost,
): E.Either<readonly Failure[], readonly Settings[]> => {
  const servers = serversOf(listeners, machine)
  const each = listeners.map((listener, index) => settingsOf(listener, servers[index] ?? listener.target))
  const failures = each.flatMap((one) => (E.isLeft(one) ? [one.left] : []))
  return failures.length > 0 ? E.left(failures) : E.right(each.flatMap((one) => (E.isRight(one) ? [one.right] : [])))
}

const metricsAccessOf = ({ metricsSocket }: RelayConfiguration): E.Either<readonly Failure[], Access> =>
  E.tryCatch(
    () => accessOf(metricsSocket),
    (error) => [{ name: "metrics", reason: printableReasonOf(error) }],
  )

/** A configuration that was read: as it says it, and with every default in place and every file read. */
export interface Read {
  readonly wanted: RelayConfiguration
  readonly settings: readonly Settings[]
  /** Who may connect to where metrics are served, if that is a unix socket. */
  readonly metricsAccess: Access
}

/** Reads a configuration and the files that it names, or says all that is wrong with it. */
export const readConfiguration = (configuration: unknown): E.Either<readonly Failure[], Read> => {
  const machine = thisHost()
  const decoded = relayConfigurationCodecOn(machine).decode(configuration)
  if (E.isLeft(decoded))
    return E.left(decoded.left.map(({ message = "" }) => ({ name: "configuration", reason: printable(message) })))
  const settings = allSettings(decoded.right, machine)
  const access = metricsAccessOf(decoded.right)
  if (E.isLeft(settings)) return settings
  if (E.isLeft(access)) return access
  return E.right({ wanted: decoded.right, settings: settings.right, metricsAccess: access.right })
}
