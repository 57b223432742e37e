import * as L from "../../layout/index.js"
import { viewOf } from "../../violation/bytes.js"
import { fixedPlaces } from "./fixed-layout.js"

const type = L.u16("The message's number.")
const size = L.u32("The size of what follows the header.", "bytes")

/** SpiceMiniDataHeader: 6 bytes (spice-protocol, protocol.h). */
const miniHeader = L.layout("mini-header", {
  title: "SpiceMiniDataHeader",
  doc: "The header of a message where both sides have the capability for the short one.",
  limit: 6,
  fields: { type, size },
})

/** SpiceDataHeader: 18 bytes (spice-protocol, protocol.h). */
const fullHeader = L.layout("full-header", {
  title: "SpiceDataHeader",
  doc: "The header of a message otherwise.",
  limit: 18,
  fields: {
    serial: L.u64("The message's number in its direction of the connection, from 1."),
    type,
    size,
    sub_list: L.u32("The offset of a list of messages inside the payload; 0 where there is none."),
  },
})

/** Where a framer finds what it needs of a header: framing indexes the bytes directly, at the declared places. */
export interface HeaderPlaces {
  readonly size: number
  readonly type: number
  readonly length: number
}

const placesIn = (layout: L.Layout): HeaderPlaces => {
  const places = fixedPlaces(layout)
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
