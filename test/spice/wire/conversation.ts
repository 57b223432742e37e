import { channelTypes, type LinkedChannel } from "../../../src/spice/wire/channels.js"

/** What both sides of a connection say, written from the protocol's description. */

export const concat = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

export const word = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, true)
  return bytes
}

export interface Asked {
  readonly channel?: LinkedChannel | number
  readonly id?: number
  readonly connectionId?: number
  /** Words of common capabilities. */
  readonly common?: readonly number[]
  readonly own?: readonly number[]
  readonly capsOffset?: number
  readonly major?: number
  readonly size?: number
}

export const modern = 0b1011 // authentication can be selected, tickets, mini header

export const linkOf = ({
  channel = "main",
  id = 0,
  connectionId = 0,
  common = [modern],
  own = [0],
  ...rest
}: Asked) => {
  const type = typeof channel === "number" ? channel : channelTypes[channel]
  const message = concat(
    word(connectionId),
    Uint8Array.of(type, id),
    word(common.length),
    word(own.length),
    word(rest.capsOffset ?? 18),
    ...[...common, ...own].map(word),
  )
  return concat(Buffer.from("REDQ"), word(rest.major ?? 2), word(2), word(rest.size ?? message.length), message)
}

export const ticket = new Uint8Array(128).fill(0xaa)
export const mechanism = word(1)

export interface Replied {
  readonly error?: number
  readonly common?: readonly number[]
  readonly capsOffset?: number
  readonly size?: number
  readonly magic?: string
}

export const replyOf = ({ error = 0, common = [modern], magic = "REDQ", ...rest }: Replied = {}): Uint8Array => {
  const message = concat(
    word(error),
    new Uint8Array(162),
    word(common.length),
    word(0),
    word(rest.capsOffset ?? 178),
    ...common.map(word),
  )
  return concat(Buffer.from(magic), word(2), word(2), word(rest.size ?? message.length), message)
}

/** A message with the short header. */
export const mini = (type: number, payload: Uint8Array = new Uint8Array(), size = payload.length): Uint8Array =>
  concat(Uint8Array.of(type & 0xff, type >> 8), word(size), payload)

/** A message with the long header. */
export const full = (type: number, payload: Uint8Array = new Uint8Array()): Uint8Array =>
  concat(new Uint8Array(8).fill(1), Uint8Array.of(type & 0xff, type >> 8), word(payload.length), word(0), payload)
