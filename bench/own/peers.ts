import { createRequire } from "node:module"
import { compileFunction } from "node:vm"
import * as P from "micro-packed"
import { z } from "zod"

/** The same format by other libraries: what each hands out, as the rows of its messages. */

/** A ping's number, or a text with whether it hurries. */
export type Row = readonly [id: bigint] | readonly [urgent: boolean, text: string]

export interface Peer {
  readonly name: string
  /** `all`: refuses what ours refuses. `layout`: reads the fields, and not every check is made. */
  readonly checks: "all" | "layout"
  readonly decode: (bytes: Uint8Array) => unknown
  readonly rows: (bytes: Uint8Array) => readonly Row[]
}

const peer = <D>(
  name: string,
  checks: Peer["checks"],
  decode: (bytes: Uint8Array) => D,
  rowsOf: (decoded: D) => readonly Row[],
): Peer => ({ name, checks, decode, rows: (bytes) => rowsOf(decode(bytes)) })

export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

const require = createRequire(import.meta.url)

/** Its types belong to its CommonJS form only. */
const { Parser }: typeof import("binary-parser", { with: { "resolution-mode": "require" }}) = require("binary-parser")

const parser = new Parser()
  .useContextVars()
  .endianness("big")
  .array("messages", {
    readUntil: "eof",
    type: new Parser()
      .endianness("big")
      .uint8("type")
      .uint16("length")
      .choice("value", {
        tag: "type",
        choices: {
          1: new Parser().endianness("big").uint64("id"),
          2: new Parser().uint8("urgent").buffer("text", {
            clone: true,
            length(this: { readonly $parent: { readonly length: number } }) {
              return this.$parent.length - 1
            },
          }),
        },
      }),
  })

interface Parsed {
  readonly messages: readonly {
    readonly type: number
    readonly value: { readonly id: bigint; readonly urgent: number; readonly text: Uint8Array }
  }[]
}

const binaryParser = peer(
  "binary-parser, compiled",
  "layout",
  (bytes): Parsed => parser.parse(bytes) as Parsed,
  ({ messages }) =>
    messages.map(({ type, value }): Row => (type === 1 ? [value.id] : [value.urgent === 1, textOf(value.text)])),
)

const packed = P.array(
  null,
  P.mappedTag(P.U8, {
    ping: [1, P.prefix(P.U16BE, P.struct({ id: P.U64BE }))],
    text: [2, P.prefix(P.U16BE, P.struct({ urgent: P.bool, text: P.bytes(null) }))],
  }),
)

const microPacked = peer(
  "micro-packed",
  "all",
  (bytes) => packed.decode(bytes),
  (messages) =>
    messages.map((each): Row => (each.TAG === "ping" ? [each.data.id] : [each.data.urgent, textOf(each.data.text)])),
)

const kaitaiSpecification = {
  meta: { id: "tlv", endian: "be" },
  seq: [{ id: "messages", type: "message", repeat: "eos" }],
  types: {
    message: {
      seq: [
        { id: "type", type: "u1" },
        { id: "length", type: "u2" },
        { id: "value", size: "length", type: { "switch-on": "type", cases: { 1: "ping", 2: "text" } } },
      ],
    },
    ping: { seq: [{ id: "id", type: "u8" }] },
    text: {
      seq: [
        { id: "urgent", type: "u1" },
        { id: "text", "size-eos": true },
      ],
    },
  },
}

interface KaitaiParsed {
  readonly messages: readonly {
    readonly type: number
    readonly value: { readonly id: number; readonly urgent: number; readonly text: Uint8Array }
  }[]
}

export const kaitai = async (): Promise<Peer> => {
  const { "Tlv.js": source = "" } = await require("kaitai-struct-compiler").compile("javascript", kaitaiSpecification)
  const exports: { Tlv?: new (stream: object) => KaitaiParsed } = {}
  compileFunction(source, ["exports", "require"])(exports, require)
  const { Tlv } = exports
  if (Tlv === undefined) throw new TypeError("the compiled parser exports no Tlv")
  const Stream: new (view: DataView) => object = require("kaitai-struct/KaitaiStream")
  return peer(
    "kaitai-struct, 64 bits as a double",
    "layout",
    (bytes) => new Tlv(new Stream(new DataView(bytes.buffer, bytes.byteOffset, bytes.length))),
    ({ messages }) =>
      messages.map(
        ({ type, value }): Row => (type === 1 ? [BigInt(value.id)] : [value.urgent === 1, textOf(value.text)]),
      ),
  )
}

const schema = z.array(
  z.discriminatedUnion("type", [
    z.object({ type: z.literal(1), length: z.literal(8), id: z.uint64() }),
    z.object({
      type: z.literal(2),
      length: z.int().min(1),
      urgent: z.int().min(0).max(1),
      text: z.instanceof(Uint8Array),
    }),
  ]),
)

/** The messages before anybody has judged a value; undefined if the last one does not end where the bytes do. */
const readPlainly = (bytes: Uint8Array): readonly object[] | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const messages: object[] = []
  let at = 0
  while (at + 3 <= bytes.length) {
    const [type, length, start] = [view.getUint8(at), view.getUint16(at + 1), at + 3]
    if (start + length > bytes.length) return undefined
    if (type === 1 && length === 8) messages.push({ type, length, id: view.getBigUint64(start) })
    else if (type === 2 && length > 0)
      messages.push({ type, length, urgent: view.getUint8(start), text: bytes.slice(start + 1, start + length) })
    else return undefined
    at = start + length
  }
  return at === bytes.length ? messages : undefined
}

const zod = peer(
  "plain decode + zod 4",
  "all",
  (bytes) => schema.safeParse(readPlainly(bytes)),
  ({ data = [] }) => data.map((each): Row => (each.type === 1 ? [each.id] : [each.urgent === 1, textOf(each.text)])),
)

export const peers: readonly Peer[] = [await kaitai(), binaryParser, microPacked, zod]
