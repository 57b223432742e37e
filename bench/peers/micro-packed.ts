import * as P from "micro-packed"
import { contender, rowOf } from "../contender.js"

const surface = P.struct({ id: P.U32LE, left: P.I32LE, top: P.I32LE, right: P.I32LE, bottom: P.I32LE })

const display = P.struct({
  magic: P.magicBytes("DCMD"),
  version: P.U32LE,
  message_serial: P.U64LE,
  low_bandwidth_setting: P.bool,
  pixmap_cache_id: P.U8,
  pixmap_cache_size: P.I64LE,
  pixmap_cache_freezer: P.bool,
  pixmap_cache_clients: P.array(4, P.U64LE),
  glz_dict_id: P.U8,
  glz: P.struct({ size: P.U32LE, max_encoders: P.U32LE, last_image_id: P.U64LE }),
  surfaces_at_client_ptr: P.U32LE,
  surfaces: P.array(P.U32LE, surface),
})

export const microPacked = contender({
  name: "micro-packed",
  checks: "layout",
  surfaces: "objects",
  prepare: () => (bytes) => display.decode(bytes),
  rows: ({ surfaces }) => surfaces.map(rowOf),
})
