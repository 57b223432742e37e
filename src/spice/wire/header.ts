import { type Layout, struct, u16, u32, u64 } from "../../layout/language.js"
import { viewOf } from "../../violation/bytes.js"
import { placesOf } from "./fixed-layout.js"

const type = u16("The message's number.")
const size = u32("The size of what follows the header.", "bytes")

const mini = { type, size }

/** SpiceMiniDataHeader: 6 bytes (spice-protocol, protocol.h). */
export const miniHeader: Layout<typeof mini> = {
  format: "mini-header",
  title: "SpiceMiniDataHeader",
  struct: struct("The header of a message where both sides have the capability for the short one.", mini),
}

const full = {
  serial: u64("The message's number in its direction of the connection, from 1."),
  type,
  size,
  sub_list: u32("The offset of a list of messages inside the payload; 0 where there is none."),
}

/** SpiceDataHeader: 18 bytes (spice-protocol, protocol.h). */
export const fullHeader: Layout<typeof full> = {
  format: "full-header",
  title: "SpiceDataHeader",
  struct: struct("The header of a message otherwise.", full),
}

/** Where a framer finds what it needs of a header: framing indexes the bytes directly, at the declared places. */
export interface HeaderPlaces {
  readonly size: number
  readonly type: number
  readonly length: number
}

const placesIn = (layout: Layout): HeaderPlaces => {
  const places = placesOf(layout)
  return { size: places.size, type: places.at("type"), length: places.at("size") }
}

export const miniPlaces = placesIn(miniHeader)
export const fullPlaces = placesIn(fullHeader)

/** A message with its header. spice-server looks at no serial and no list of a client's message. */
export const encodeMessage = (places: HeaderPlaces, type: number, payload: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(places.size + payload.length)
  const view = viewOf(bytes)
  view.setUint16(places.type, type, true)
  view.setUint32(places.length, payload.length, true)
  bytes.set(payload, places.size)
  return bytes
}
