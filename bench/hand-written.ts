import type { ReceiverState, Surface } from "../src/index.js"
import { contender } from "./contender.js"

/**
 * What somebody who knows the format and V8 would write without us: one DataView, one pass, one literal per object,
 * and every check that our declaration makes. A refusal is the id of the rule, which costs nothing to make.
 */
interface HandDecoded {
  readonly messageSerial: bigint
  readonly lowBandwidth: boolean
  readonly pixmapCacheId: number
  readonly pixmapCacheSize: bigint
  readonly pixmapCacheFreezer: boolean
  readonly pixmapCacheClients: readonly bigint[]
  readonly glzDictId: number
  readonly glz: { readonly size: number; readonly maxEncoders: number; readonly lastImageId: bigint }
  readonly surfaces: readonly Surface[]
}

const fixedSize = 80
const listStart = fixedSize + 4

export const decodeByHand = (bytes: Uint8Array, receiver: ReceiverState): HandDecoded | string => {
  const size = bytes.length
  if (size > receiver.maxBlobBytes.display) return "layout/blob-limit"
  if (size < fixedSize) return "layout/fixed-part"
  const view = new DataView(bytes.buffer, bytes.byteOffset, size)
  if (view.getUint32(0, true) !== 0x444d4344) return "layout/magic"
  if (view.getUint32(4, true) !== 1) return "layout/version"
  const lowBandwidth = view.getUint8(16)
  const freezer = view.getUint8(26)
  if (lowBandwidth > 1 || freezer > 1) return "layout/boolean"
  const pointer = view.getUint32(76, true)
  if (pointer !== fixedSize) return pointer < fixedSize || pointer >= size ? "layout/pointer-range" : "layout/gap"
  if (size < listStart) return "layout/part-fits"
  const surfaces = readSurfaces(view, size, lowBandwidth === 1, receiver)
  if (typeof surfaces === "string") return surfaces
  const glzSize = view.getUint32(60, true)
  if (glzSize > receiver.glzMaxPixels) return "display/glz-size-limit"
  const maxEncoders = view.getUint32(64, true)
  if (maxEncoders !== receiver.maxEncoders) return "display/glz-max-encoders"
  if (view.getInt8(25) < 0) return "display/pixmap-cache-size-not-negative"
  return {
    messageSerial: view.getBigUint64(8, true),
    lowBandwidth: lowBandwidth === 1,
    pixmapCacheId: view.getUint8(17),
    pixmapCacheSize: view.getBigInt64(18, true),
    pixmapCacheFreezer: freezer === 1,
    pixmapCacheClients: [
      view.getBigUint64(27, true),
      view.getBigUint64(35, true),
      view.getBigUint64(43, true),
      view.getBigUint64(51, true),
    ],
    glzDictId: view.getUint8(59),
    glz: { size: glzSize, maxEncoders, lastImageId: view.getBigUint64(68, true) },
    surfaces,
  }
}

const readSurfaces = (view: DataView, size: number, lowBandwidth: boolean, receiver: ReceiverState) => {
  const setting = receiver.jpegWanCompression
  const lossy = setting === "always" || (setting === "auto" && lowBandwidth)
  const count = view.getUint32(fixedSize, true)
  const needed = count * (lossy ? 20 : 4)
  if (needed > size - listStart) return "layout/count-fits"
  const surfaces = lossy
    ? readLossy(view, count, receiver.surfaceTableSize)
    : readLossless(view, count, receiver.surfaceTableSize)
  if (typeof surfaces !== "string" && needed < size - listStart) return "layout/trailing"
  return surfaces
}

const readLossy = (view: DataView, count: number, tableSize: number): Surface[] | string => {
  const surfaces: Surface[] = new Array(count)
  let last = -1
  for (let index = 0, at = listStart; index < count; index++, at += 20) {
    const id = view.getUint32(at, true)
    if (id >= tableSize) return "display/surface-id-in-table"
    if (id <= last) return "display/surface-ids-ascend"
    last = id
    const left = view.getInt32(at + 4, true)
    const top = view.getInt32(at + 8, true)
    const right = view.getInt32(at + 12, true)
    const bottom = view.getInt32(at + 16, true)
    if ((left >= right || top >= bottom) && (left !== right || top !== bottom)) return "display/lossy-region-ordered"
    surfaces[index] = { id, lossyRegion: { left, top, right, bottom } }
  }
  return surfaces
}

const readLossless = (view: DataView, count: number, tableSize: number): Surface[] | string => {
  const surfaces: Surface[] = new Array(count)
  let last = -1
  for (let index = 0; index < count; index++) {
    const id = view.getUint32(listStart + index * 4, true)
    if (id >= tableSize) return "display/surface-id-in-table"
    if (id <= last) return "display/surface-ids-ascend"
    last = id
    surfaces[index] = { id, lossyRegion: undefined }
  }
  return surfaces
}

export const handWritten = contender({
  name: "hand-written DataView decoder",
  checks: "all",
  surfaces: "objects",
  prepare: (receiver) => (bytes) => decodeByHand(bytes, receiver),
  rows: (decoded) => (typeof decoded === "string" ? undefined : decoded.surfaces.map(surfaceRow)),
})

export const surfaceRow = ({ id, lossyRegion }: Surface): readonly number[] =>
  lossyRegion === undefined ? [id] : [id, lossyRegion.left, lossyRegion.top, lossyRegion.right, lossyRegion.bottom]
