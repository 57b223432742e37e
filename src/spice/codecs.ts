import { type Codec, codec } from "../violation/codec.js"
import type { DisplayState } from "./display.js"
import { shapes } from "./emitted/shapes.js"
import type { InputsState } from "./inputs.js"
import type { MainState } from "./main.js"
import { decodeMigrateData, encodeUnknown, type MigrateData } from "./migrate-data.js"
import { type Channel, defaultReceiver, type ReceiverState } from "./receiver.js"
import type { SmartcardState } from "./smartcard.js"
import type { SpicevmcState } from "./spicevmc.js"

const codecOf = <C extends Channel>(channel: C, receiver: ReceiverState): Codec<MigrateData<C>> =>
  codec(
    shapes[channel].title,
    (input) => decodeMigrateData(channel, input, receiver),
    (state) => encodeUnknown(channel, state, receiver),
  )

/**
 * The io-ts type of a main channel's blob for one receiver.
 *
 * @example
 * mainCodec().decode(readFileSync("corpus/main/genuine/main-base.bin"))._tag
 * // "Right"
 * @since 0.1.0
 */
export const mainCodec = (receiver: ReceiverState = defaultReceiver): Codec<MainState> => codecOf("main", receiver)

/**
 * The io-ts type of a display channel's blob for one receiver.
 *
 * @example
 * const codec = displayCodec({ ...defaultReceiver, jpegWanCompression: "always" })
 * codec.decode(readFileSync("corpus/display/genuine/display-base.bin"))._tag
 * // "Right"
 * @since 0.1.0
 */
export const displayCodec = (receiver: ReceiverState = defaultReceiver): Codec<DisplayState> =>
  codecOf("display", receiver)

/**
 * The io-ts type of an inputs channel's blob for one receiver.
 *
 * @example
 * inputsCodec().is({ motion_count: 5000 })
 * // false
 * @since 0.1.0
 */
export const inputsCodec = (receiver: ReceiverState = defaultReceiver): Codec<InputsState> =>
  codecOf("inputs", receiver)

/**
 * The io-ts type of a usbredir, port or webdav channel's blob for one receiver; `channel` says whose limits hold.
 *
 * @example
 * spicevmcCodec(defaultReceiver, "usbredir").decode(readFileSync("corpus/spicevmc/genuine/usbredir-base.bin"))._tag
 * // "Right"
 * @since 0.1.0
 */
export const spicevmcCodec = (
  receiver: ReceiverState = defaultReceiver,
  channel: "usbredir" | "port" | "webdav" | "spicevmc" = "spicevmc",
): Codec<SpicevmcState> => codecOf(channel, receiver)

/**
 * The io-ts type of a smartcard channel's blob for one receiver.
 *
 * @example
 * smartcardCodec().decode(new Uint8Array(42))._tag
 * // "Left"
 * @since 0.1.0
 */
export const smartcardCodec = (receiver: ReceiverState = defaultReceiver): Codec<SmartcardState> =>
  codecOf("smartcard", receiver)
