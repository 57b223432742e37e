import type { SecureContextOptions } from "node:tls"
import { createSecureContext } from "node:tls"
import * as E from "fp-ts/lib/Either.js"
import { printable } from "../../report/printable.js"
import type { Keyring } from "../../seal/keyring.js"
import type { Signer } from "../../seal/signer.js"
import type { Verifier } from "../../seal/verifier.js"
import type { ReceiverState } from "../../spice/receiver.js"
import { type Failure, printableReasonOf } from "../failure.js"
import { checkFolder, type FolderSettings } from "../operate/folder.js"
import { placeOf } from "../seal/destination.js"
import { type Access, accessOf } from "./access.js"
import { type Address, parseAddress } from "./address.js"
import { checkOwn, readPem, readSigner, readVerifier } from "./certificate-files.js"
import {
  type FolderConfiguration,
  type LimitsConfiguration,
  type ListenerConfiguration,
  limitOptions,
  listenerName,
  plainOptions,
  quarantineBounds,
  type RelayConfiguration,
  recordBounds,
  relayConfigurationCodecOn,
  type SealConfiguration,
  sealOptions,
  serversOf,
} from "./configuration.js"
import { readKeyring } from "./key-file.js"
import { type LocalHost, thisHost } from "./local-host.js"
import { type Resolved, resolveOptions } from "./option.js"
import { configuredReceiver } from "./receiver.js"
import { protocolOf } from "./tls-protocol.js"

/** What a listener does, with every default in place and every file read. */
export interface Settings extends Resolved<typeof plainOptions> {
  readonly name: string
  readonly listen: Address
  /** Who may connect, where it listens on a unix socket. */
  readonly access: Access
  readonly target: Address
  /** Names the target's server, however the target is spelled: listeners with the same one share the state of its sessions. */
  readonly targetName: string
  readonly tls: (SecureContextOptions & { readonly requestCert: boolean }) | undefined
  readonly trust: Trust
  readonly limits: Limits
  readonly receiver: ReceiverState
  /** Where the target's QEMU is asked whether it awaits a machine. */
  readonly qmp: Address | undefined
  readonly seal: SealSettings | undefined
}

/** How state is sealed and opened. */
export interface SealSettings extends Pick<Resolved<typeof sealOptions>, "required" | "onInvalid"> {
  readonly credentials: Credentials
  readonly vm: string
  /** How clients are told of it, as envelopes have it. */
  readonly as: string | undefined
  /** Milliseconds. */
  readonly lifetime: number
  readonly destinations: readonly string[]
}

/** What envelopes rest on: keys that both hosts have, or their certificates. Envelopes of the other kind are refused. */
export type Credentials =
  | { readonly kind: "keys"; readonly keys: Keyring }
  | { readonly kind: "certificates"; readonly signer: Signer; readonly verifier: Verifier }

/** How TLS is spoken with a target, and what its certificate is held against. */
export interface Trust {
  /** The authorities, if not Node's, and what is spoken. */
  readonly secured: SecureContextOptions
  readonly subject: string | undefined
}

export interface Limits extends Resolved<typeof limitOptions> {
  readonly handshaking: number
}

/** A quarter of all connections, but of few connections more. */
const handshakingOf = (connections: number): number => Math.min(connections, Math.max(16, Math.floor(connections / 4)))

const limitsOf = (configured: LimitsConfiguration = {}): Limits => {
  const limits = resolveOptions(limitOptions, configured)
  return { ...limits, handshaking: limits.handshaking ?? handshakingOf(limits.connections) }
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

/** Reads the files that a configuration names; the codec has seen to it that they are all of one kind. */
const credentialsOf = ({ keys, certificate, key, ca, subjects = [] }: SealConfiguration): Credentials => {
  if (keys !== undefined) return { kind: "keys", keys: readKeyring(keys) }
  if (certificate === undefined || key === undefined || ca === undefined) throw new TypeError("no credentials")
  const signer = readSigner(certificate, key)
  const verifier = readVerifier(ca, subjects)
  checkOwn(certificate, signer, verifier)
  return { kind: "certificates", signer, verifier }
}

const sealOf = ({ seal, sealFor = [] }: ListenerConfiguration): SealSettings | undefined => {
  if (seal === undefined) return undefined
  const { required, as, onInvalid, lifetimeSeconds } = resolveOptions(sealOptions, seal)
  return {
    credentials: credentialsOf(seal),
    vm: seal.vm,
    required,
    as: as && placeOf(as),
    onInvalid,
    lifetime: lifetimeSeconds * 1000,
    destinations: sealFor,
  }
}

/** A listener's settings, or why there are none. */
const settingsOf = (listener: ListenerConfiguration, targetName: string): E.Either<Failure, Settings> => {
  const { limits, receiver, qmp } = listener
  const name = listenerName(listener)
  try {
    return E.right({
      ...resolveOptions(plainOptions, listener),
      name,
      listen: addressOf(listener.listen),
      access: accessOf(listener.socket),
      target: addressOf(listener.target),
      targetName,
      tls: tlsOf(listener),
      trust: trustOf(listener),
      limits: limitsOf(limits),
      receiver: configuredReceiver(receiver),
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
export interface ReadSettings {
  readonly wanted: RelayConfiguration
  readonly settings: readonly Settings[]
  /** Who may connect to where metrics are served, if that is a unix socket. */
  readonly metricsAccess: Access
  readonly folders: Folders
}

/** The directories that a relay writes to, those that it has. */
export interface Folders {
  readonly quarantine: FolderSettings | undefined
  readonly record: FolderSettings | undefined
}

/** A directory's settings. Throws where it is none, or not the guard's alone. */
const folderOf = (
  configured: FolderConfiguration | undefined,
  bounds: typeof quarantineBounds,
): FolderSettings | undefined => {
  if (configured === undefined) return undefined
  checkFolder(configured.directory)
  return { directory: configured.directory, ...resolveOptions(bounds, configured) }
}

const foldersOf = ({ quarantine, record }: RelayConfiguration): E.Either<readonly Failure[], Folders> => {
  const read = (name: string, configured: FolderConfiguration | undefined, bounds: typeof quarantineBounds) =>
    E.tryCatch(
      () => folderOf(configured, bounds),
      (error): readonly Failure[] => [{ name, reason: printableReasonOf(error) }],
    )
  const kept = read("quarantine", quarantine, quarantineBounds)
  const recorded = read("record", record, recordBounds)
  if (E.isLeft(kept)) return kept
  return E.isLeft(recorded) ? recorded : E.right({ quarantine: kept.right, record: recorded.right })
}

/** Reads a configuration and the files that it names, or says all that is wrong with it. */
export const readConfiguration = (configuration: unknown): E.Either<readonly Failure[], ReadSettings> => {
  const machine = thisHost()
  const decoded = relayConfigurationCodecOn(machine).decode(configuration)
  if (E.isLeft(decoded))
    return E.left(decoded.left.map(({ message = "" }) => ({ name: "configuration", reason: printable(message) })))
  const settings = allSettings(decoded.right, machine)
  const access = metricsAccessOf(decoded.right)
  if (E.isLeft(settings)) return settings
  const folders = foldersOf(decoded.right)
  if (E.isLeft(access)) return access
  if (E.isLeft(folders)) return folders
  return E.right({
    wanted: decoded.right,
    settings: settings.right,
    metricsAccess: access.right,
    folders: folders.right,
  })
}
