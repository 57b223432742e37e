import { createRequire } from "node:module"
import { compileFunction } from "node:vm"
import { type Contender, contender, rowOf } from "../contender.js"

interface Compiler {
  readonly compile: (language: "javascript", specification: object) => Promise<Readonly<Record<string, string>>>
}

interface Parsed {
  readonly surfaces: readonly Parameters<typeof rowOf>[0][]
}

type StreamClass = new (view: DataView) => object
type ParserClass = new (stream: object) => Parsed

const field = (id: string, type: string) => ({ id, type })

/** A .ksy file as the object that its YAML stands for. */
export const kaitaiSpecification = {
  meta: { id: "display", endian: "le" },
  seq: [
    { id: "magic", contents: "DCMD" },
    field("version", "u4"),
    field("message_serial", "u8"),
    field("low_bandwidth_setting", "u1"),
    field("pixmap_cache_id", "u1"),
    field("pixmap_cache_size", "s8"),
    field("pixmap_cache_freezer", "u1"),
    { ...field("pixmap_cache_clients", "u8"), repeat: "expr", "repeat-expr": 4 },
    field("glz_dict_id", "u1"),
    field("glz", "glz"),
    field("surfaces_at_client_ptr", "u4"),
    field("num_surfaces", "u4"),
    { ...field("surfaces", "surface"), repeat: "expr", "repeat-expr": "num_surfaces" },
  ],
  types: {
    glz: { seq: [field("size", "u4"), field("max_encoders", "u4"), field("last_image_id", "u8")] },
    surface: {
      seq: [field("id", "u4"), ...["left", "top", "right", "bottom"].map((edge) => field(edge, "s4"))],
    },
  },
}

const require = createRequire(import.meta.url)

const compileParser = async (): Promise<ParserClass> => {
  const compiler: Compiler = require("kaitai-struct-compiler")
  const { "Display.js": source = "" } = await compiler.compile("javascript", kaitaiSpecification)
  const exports: { Display?: ParserClass } = {}
  compileFunction(source, ["exports", "require"])(exports, require)
  if (exports.Display === undefined) throw new TypeError("the compiled parser exports no Display")
  return exports.Display
}

export const kaitai = async (): Promise<Contender> => {
  const Display = await compileParser()
  const KaitaiStream: StreamClass = require("kaitai-struct/KaitaiStream")
  return contender({
    name: "kaitai-struct, 64 bits as a double",
    checks: "layout",
    surfaces: "objects",
    prepare: () => (bytes) => new Display(new KaitaiStream(new DataView(bytes.buffer, bytes.byteOffset, bytes.length))),
    rows: ({ surfaces }) => surfaces.map(rowOf),
  })
}
