import { createRequire } from "node:module"
import { contender, rowOf } from "../contender.js"

/** Its types belong to its CommonJS form only. */
const { Parser }: typeof import("binary-parser", { with: { "resolution-mode": "require" }}) = createRequire(
  import.meta.url,
)("binary-parser")

/** What the parser below hands out; binary-parser itself does not say. */
interface Parsed {
  readonly surfaces: readonly Parameters<typeof rowOf>[0][]
}

const surface = new Parser().endianness("little").uint32("id").int32("left").int32("top").int32("right").int32("bottom")

const glz = new Parser().endianness("little").uint32("size").uint32("max_encoders").uint64("last_image_id")

const display = new Parser()
  .endianness("little")
  .uint32("magic", { assert: 0x444d4344 })
  .uint32("version", { assert: 1 })
  .uint64("message_serial")
  .uint8("low_bandwidth_setting")
  .uint8("pixmap_cache_id")
  .int64("pixmap_cache_size")
  .uint8("pixmap_cache_freezer")
  .array("pixmap_cache_clients", { type: "uint64le", length: 4 })
  .uint8("glz_dict_id")
  .nest("glz", { type: glz })
  .uint32("surfaces_at_client_ptr", { assert: 80 })
  .uint32("num_surfaces")
  .array("surfaces", { type: surface, length: "num_surfaces" })

export const binaryParser = contender({
  name: "binary-parser, compiled",
  checks: "layout",
  surfaces: "objects",
  prepare: () => {
    display.compile()
    return (bytes): Parsed => display.parse(bytes)
  },
  rows: ({ surfaces }) => surfaces.map(rowOf),
})
