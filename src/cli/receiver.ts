import * as E from "fp-ts/lib/Either.js"
import { dataCodec } from "../data/codec.js"
import { readJson } from "../data/json.js"
import { accepts } from "../layout/parameters.js"
import { listenerName, relayConfigurationCodec } from "../relay/config/configuration.js"
import { configuredReceiver, receiverType } from "../relay/config/receiver.js"
import { within } from "../relay/config/text.js"
import { reasonOf } from "../report/reason.js"
import { provenance } from "../spice/parameters.js"
import type { ReceiverState } from "../spice/receiver.js"
import { fromToml, mostConfigBytes, readConfig } from "./config-file.js"
import { isUnreadable, type Unreadable } from "./input.js"

/** The options that say what the receiver of a blob is. */
export interface ReceiverOptions {
  /** A file, and behind # the listener of it that is meant. */
  readonly receiver?: string
  readonly jpegWanCompression?: ReceiverState["jpegWanCompression"]
  readonly sealed?: boolean
}

/** The receiver that options say, or why there is none: what they leave open a file says, or the default. */
export const receiverOfOptions = async (options: ReceiverOptions): Promise<ReceiverState | Unreadable> => {
  const { receiver: file, jpegWanCompression, sealed = false } = options
  const receiver = file === undefined ? configuredReceiver() : await readReceiver(file)
  if (isUnreadable(receiver)) return receiver
  return {
    ...receiver,
    ...(jpegWanCompression === undefined ? {} : { jpegWanCompression }),
    ...(sealed ? { provenance: "sealed" } : {}),
  }
}

/** The receiver of a relay's configuration in TOML, or in JSON as the index of a corpus has it. */
const readReceiver = async (named: string): Promise<ReceiverState | Unreadable> => {
  const [, file = named, listener] = /^(.*)#(.*)$/s.exec(named) ?? []
  try {
    const text = await readConfig(file, "a receiver's file")
    const read = file.endsWith(".json") ? fromIndex(text, listener) : fromConfiguration(fromToml(text), file, listener)
    return E.isLeft(read) ? { file, reason: read.left } : read.right
  } catch (error) {
    return { file, reason: reasonOf(error) }
  }
}

type ReadReceiver = E.Either<string, ReceiverState>

const messageOf = (errors: readonly { readonly message?: string }[]): string =>
  errors.map(({ message }) => message).join("; ")

const limits = { maxBytes: mostConfigBytes, maxDepth: 8, maxMembers: 0x10000 }

const receiverCodec = dataCodec("receiver", receiverType(within))

/** What differs from the default receiver; unlike a relay's configuration it may vouch for the blob. */
const fromIndex = (text: Uint8Array, listener: string | undefined): ReadReceiver => {
  if (listener !== undefined) return E.left("a receiver in JSON has no listeners: leave out # and what follows it")
  const json = readJson(text, limits)
  if (E.isLeft(json)) return E.left(messageOf(json.left))
  const { provenance: came = provenance.default, ...rest } = Object(json.right.value)
  if (!accepts(provenance, came)) return E.left(`provenance must be ${provenance.words.join(" or ")}`)
  const receiver = receiverCodec.decode(rest)
  if (E.isLeft(receiver)) return E.left(messageOf(receiver.left))
  return E.right({ ...configuredReceiver(receiver.right), provenance: came })
}

const fromConfiguration = (value: unknown, file: string, wanted: string | undefined): ReadReceiver => {
  const configuration = relayConfigurationCodec.decode(value)
  if (E.isLeft(configuration)) return E.left(messageOf(configuration.left))
  const { listeners } = configuration.right
  const [only, ...others] = wanted === undefined ? listeners : listeners.filter((each) => listenerName(each) === wanted)
  if (only !== undefined && others.length === 0) return E.right(configuredReceiver(only.receiver))
  const names = listeners.map((each) => `${file}#${listenerName(each)}`).join(", ")
  return E.left(`${wanted === undefined ? "say which listener" : "there is no such listener"}: ${names}`)
}
