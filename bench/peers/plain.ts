import { type Row, rowOf } from "../contender.js"

/** The layout read out of a blob before anybody has judged a value; flat, so that a type per field can judge it. */
export interface PlainDecoded {
  readonly size: number
  readonly magic: number
  readonly version: number
  readonly message_serial: bigint
  readonly low_bandwidth_setting: number
  readonly pixmap_cache_id: number
  readonly pixmap_cache_size: bigint
  readonly pixmap_cache_freezer: number
  readonly pixmap_cache_clients: readonly bigint[]
  readonly glz_dict_id: number
  readonly glz: { readonly size: number; readonly max_encoders: number; readonly last_image_id: bigint }
  readonly surfaces_at_client_ptr: number
  readonly surfaces: readonly PlainSurface[]
}

interface PlainSurface {
  readonly id: number
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

const listStart = 84
const entrySize = 20

/** Reads a blob whose list carries regions; undefined if the list does not end where the blob does. */
export const decodePlainly = (bytes: Uint8Array): PlainDecoded | undefined => {
  if (bytes.length < listStart) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const count = view.getUint32(80, true)
  if (listStart + count * entrySize !== bytes.length) return undefined
  return {
    size: bytes.length,
    magic: view.getUint32(0, true),
    version: view.getUint32(4, true),
    message_serial: view.getBigUint64(8, true),
    low_bandwidth_setting: view.getUint8(16),
    pixmap_cache_id: view.getUint8(17),
    pixmap_cache_size: view.getBigInt64(18, true),
    pixmap_cache_freezer: view.getUint8(26),
    pixmap_cache_clients: [27, 35, 43, 51].map((at) => view.getBigUint64(at, true)),
    glz_dict_id: view.getUint8(59),
    glz: {
      size: view.getUint32(60, true),
      max_encoders: view.getUint32(64, true),
      last_image_id: view.getBigUint64(68, true),
    },
    surfaces_at_client_ptr: view.getUint32(76, true),
    surfaces: Array.from({ length: count }, (_, index) => readSurface(view, listStart + index * entrySize)),
  }
}

const readSurface = (view: DataView, at: number): PlainSurface => ({
  id: view.getUint32(at, true),
  left: view.getInt32(at + 4, true),
  top: view.getInt32(at + 8, true),
  right: view.getInt32(at + 12, true),
  bottom: view.getInt32(at + 16, true),
})

export const regionOrdered = ({ left, top, right, bottom }: PlainSurface): boolean =>
  (left === right && top === bottom) || (left < right && top < bottom)

export const idsAscend = (surfaces: readonly PlainSurface[]): boolean => {
  let last = -1
  for (const { id } of surfaces) {
    if (id <= last) return false
    last = id
  }
  return true
}

export const plainRows = (decoded: { readonly surfaces: readonly PlainSurface[] }): readonly Row[] =>
  decoded.surfaces.map(rowOf)
