import { readFileSync, statSync } from "node:fs"
import type { SecureContextOptions } from "node:tls"
import { createSecureContext } from "node:tls"
import * as E from "fp-ts/lib/Either.js"
import { printable } from "../report/printable.js"
import type { ReceiverState } from "../spice/receiver.js"
import { type Address, formatAddress, parseAddress } from "./address.js"
import {
  type LimitsConfiguration,
  type ListenerConfiguration,
  type Mode,
  nameOf,
  type Reaction,
  type RelayConfiguration,
  relayConfigurationCodec,
} from "./configuration.js"
import { type Failure, printableReasonOf } from "./failure.js"
import { receiverOf } from "./receiver.js"
import { type Connect, connecting, type Trust } from "./target.js"

/** What a listener does, with every default in place and every file read. Times are milliseconds. */
export interface Settings {
  readonly name: string
  readonly listen: Address
  readonly target: Address
  /** Names the target: listeners with the same one share the state of its sessions. */
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
}

export interface Limits {
  readonly connections: number
  readonly connectionsBySource: number
  readonly handshake: number
  readonly idle: number | undefined
  readonly closing: number
}

const second = 1000

const limitsOf = ({
  connections = 256,
  connectionsBySource = 64,
  handshakeSeconds = 10,
  idleSeconds,
  closingSeconds = 10,
}: LimitsConfiguration = {}): Limits => ({
  connections,
  connectionsBySource,
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
    cert: readPem(certificate),
    key: readPem(key),
    ...(clientCa === undefined ? {} : { ca: readPem(clientCa) }),
    requestCert: clientCa !== undefined,
  }
  // Said now: once clients connect, a key that does not belong to its certificate would only end their connections.
  createSecureContext(options)
  return options
}

const trustOf = ({ targetTls: { ca, subject } = {} }: ListenerConfiguration): Trust => {
  const read = ca === undefined ? undefined : readPem(ca)
  if (read !== undefined) createSecureContext({ ca: read })
  return { ca: read, subject }
}

const addressOf = (text: string): Address => {
  const address = parseAddress(text)
  if (address === undefined) throw new TypeError("not an address")
  return address
}

/** A listener's settings, or why there are none. */
const settingsOf = (listener: ListenerConfiguration): E.Either<Failure, Settings> => {
  const { mode = "enforce", onViolation = "disconnect", allow, limits, receiver, awaitsMachine = false, qmp } = listener
  const name = nameOf(listener)
  try {
    const target = addressOf(listener.target)
    return E.right({
      name,
      listen: addressOf(listener.listen),
      target,
      targetName: formatAddress(target),
      mode,
      onViolation,
      tls: tlsOf(listener),
      connect: connecting(target, trustOf(listener)),
      allow,
      limits: limitsOf(limits),
      receiver: receiverOf(receiver),
      awaitsMachine,
      qmp: qmp === undefined ? undefined : addressOf(qmp),
    })
  } catch (error) {
    return E.left({ name, reason: printableReasonOf(error) })
  }
}

/** The settings of all listeners of a configuration, or what is wrong with each. Reads the files that it names. */
const allSettings = ({ listeners }: RelayConfiguration): E.Either<readonly Failure[], readonly Settings[]> => {
  const each = listeners.map(settingsOf)
  const failures = each.flatMap((one) => (E.isLeft(one) ? [one.left] : []))
  return failures.length > 0 ? E.left(failures) : E.right(each.flatMap((one) => (E.isRight(one) ? [one.right] : [])))
}

/** A configuration that was read: as it says it, and with every default in place and every file read. */
export interface Read {
  readonly wanted: RelayConfiguration
  readonly settings: readonly Settings[]
}

/** Reads a configuration and the files that it names, or says all that is wrong with it. */
export const readConfiguration = (configuration: unknown): E.Either<readonly Failure[], Read> => {
  const decoded = relayConfigurationCodec.decode(configuration)
  if (E.isLeft(decoded))
    return E.left(decoded.left.map(({ message = "" }) => ({ name: "configuration", reason: printable(message) })))
  const settings = allSettings(decoded.right)
  return E.isLeft(settings) ? settings : E.right({ wanted: decoded.right, settings: settings.right })
}
