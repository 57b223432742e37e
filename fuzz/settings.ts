import { type Format, formatOf, formats } from "../src/spice/formats.js"
import { channels, defaultReceiver, type ReceiverState } from "../src/spice/receiver.js"
import { type ReceiverSetting, receiverSetting } from "../src/testing/spice.js"

const everyChannel = (bytes: number) =>
  Object.fromEntries(channels.map((channel) => [channel, bytes])) as ReceiverState["maxBlobBytes"]

/** Limits that a blob made by choices reaches without taking long; the queue of an agent holds some chunks. */
const medium: ReceiverState = {
  ...defaultReceiver,
  surfaceTableSize: 24,
  maxBlobBytes: { ...everyChannel(2100), main: 6100 },
  maxWriteBytes: { ...everyChannel(1000), main: 6000 },
  maxReadBytes: { smartcard: 1000 },
}

const small: ReceiverState = {
  ...defaultReceiver,
  surfaceTableSize: 5,
  agentTokenWindow: 3,
  maxEncoders: 2,
  glzMaxPixels: 0x10000,
  maxMotionCount: 300,
  maxBlobBytes: everyChannel(1000),
  maxWriteBytes: everyChannel(40),
  maxReadBytes: { smartcard: 620 },
}

/** Room for next to nothing. */
const tiny: ReceiverState = {
  ...small,
  surfaceTableSize: 1,
  agentTokenWindow: 0,
  maxEncoders: 0,
  glzMaxPixels: 0,
  maxMotionCount: 0,
  maxBlobBytes: everyChannel(100),
  maxWriteBytes: everyChannel(0),
  maxReadBytes: { smartcard: 12 },
}

/** Every receiver with all settings that change how blobs are read. */
const varied = (receivers: readonly ReceiverState[]): readonly ReceiverState[] =>
  receivers.flatMap((receiver) =>
    (["auto", "always", "never"] as const).flatMap((jpegWanCompression) =>
      (["any", "0.15"] as const).flatMap((source) =>
        (["relayed", "sealed"] as const).map((provenance) => ({ ...receiver, jpegWanCompression, source, provenance })),
      ),
    ),
  )

/** The receivers that targets decode for; an input says for which of them. */
export const receivers = {
  raw: varied([defaultReceiver, small, tiny]),
  structured: varied([medium, small, tiny]),
}

/** Some receivers on every channel that a format is decoded for. */
export const settingsOf = (
  format: Format,
  some: readonly ReceiverState[],
): readonly [ReceiverSetting, ...ReceiverSetting[]] => {
  const settings = channels
    .filter((channel) => formatOf[channel] === format)
    .flatMap((channel) => some.map((receiver) => receiverSetting(formats[format], channel, receiver)))
  const [first, ...others] = settings
  if (first === undefined) throw new TypeError(`no channel has the format ${format}`)
  return [first, ...others]
}
