import { createRequire } from "node:module"
import { compileFunction } from "node:vm"
import { parse } from "yaml"
import { identifiers, identifiersIn } from "../../src/layout/backends/kaitai.js"
import type { Field, FixedArray, List, Struct, Table } from "../../src/layout/types.js"

/** What kaitai-struct-compiler and its runtime make of .ksy files, and whether that is what a layout's decoder says. */

interface Compiler {
  readonly compile: (language: "javascript", specification: object) => Promise<Readonly<Record<string, string>>>
}

type StreamClass = new (view: DataView) => object
type ParserClass = new (stream: object, parent: undefined, root: undefined, ...parameters: readonly unknown[]) => object

const require = createRequire(import.meta.url)

export type KaitaiParser = (bytes: Uint8Array, parameters?: readonly unknown[]) => object

/** The parser that Kaitai's own compiler makes of a .ksy. */
export const kaitaiParser = async (ksy: string): Promise<KaitaiParser> => {
  const compiler: Compiler = require("kaitai-struct-compiler")
  const sources = await compiler.compile("javascript", parse(ksy))
  const exports: Record<string, ParserClass> = {}
  for (const source of Object.values(sources)) compileFunction(source, ["exports", "require"])(exports, require)
  const [Parser] = Object.values(exports)
  const KaitaiStream: StreamClass = require("kaitai-struct/KaitaiStream")
  if (Parser === undefined) throw new TypeError("the compiled parser exports nothing")
  return (bytes, parameters = []) =>
    new Parser(
      new KaitaiStream(new DataView(bytes.buffer, bytes.byteOffset, bytes.length)),
      undefined,
      undefined,
      ...parameters,
    )
}

const camel = (id: string): string => id.replace(/_+(.)/g, (_, letter: string) => letter.toUpperCase())

const member = (object: unknown, id: string): unknown => Reflect.get(Object(object), camel(id))

const isSimple = ({ kind }: Field): boolean =>
  ["integer", "boolean", "enumeration", "constant", "bits", "bytes", "struct"].includes(kind)

/** A case of a type with one member is that member. */
const held = (value: unknown, field: Field): unknown => (field.kind === "struct" ? value : member(value, "value"))

/** The same of an entry: numbers need no type around them. */
const unwrapped = (value: unknown, field: Field): unknown => (isSimple(field) ? value : member(value, "value"))

/** A value of Kaitai's in the form of a decoded state; which case it is of is taken from the state that is `like` it. */
export const asState = (value: unknown, like: unknown, field: Field, isSized = false): unknown => {
  switch (field.kind) {
    case "integer":
      return field.bits === 64 ? asWide(value, like) : value
    case "constant":
      if (Number(value) !== Number(field.value)) return value
      return field.bits === 64 ? BigInt(field.value) : field.value
    case "boolean":
      return value === 1
    case "enumeration":
      return Object.entries<number>(field.names).find(([, number]) => number === value)?.[0]
    case "bits": {
      const ids = identifiers()
      const all = Object.entries(field.members).map(
        ([name, { kind }]) => [name, kind, member(value, ids(name))] as const,
      )
      return Object.fromEntries(
        all.flatMap(([name, kind, bits]) =>
          kind === "reserved" ? [] : [[name, kind === "flag" ? bits : Number(bits)]],
        ),
      )
    }
    case "bytes":
      return value
    case "run":
      return value ?? new Uint8Array()
    case "struct":
      return structState(value, like, field)
    case "pointer":
      return asState(value, like, field.content, isSized)
    case "message": {
      const header = member(value, "header")
      return {
        header: header === undefined ? null : asState(header, Reflect.get(Object(like), "header"), field.header),
        data: member(value, "data") ?? new Uint8Array(),
      }
    }
    case "list":
    case "table":
    case "array":
      return listState(value, like, field, isSized)
    case "choice":
    case "union": {
      const { kind, value: inner } = Object(like)
      const content: Field | undefined = field.contents[kind]
      return { kind, value: content && asState(held(value, content), inner, content) }
    }
    case "optional":
      if (value === undefined || value === null || like === null) return value ?? null
      return asState(isSized ? held(value, field.content) : value, like, field.content)
    default:
      return undefined
  }
}

/**
 * Kaitai's runtime for JavaScript reads 64 bits as a double, and rounds twice on the way; the two halves of a negative
 * number it takes for 32 bits with a sign, which is wrong by 2^32 or 2^64.
 */
const asWide = (value: unknown, like: unknown): unknown => {
  const [read, wanted] = [Number(value), Number(like)]
  const possible = wanted < 0 ? [0, 2 ** 32, 2 ** 64, 2 ** 64 + 2 ** 32] : [0]
  return possible.some((by) => Math.abs(read - by - wanted) <= Math.abs(wanted) * 2 ** -51) ? like : value
}

const listState = (value: unknown, like: unknown, list: List | Table | FixedArray, isSized: boolean): unknown => {
  const isHeld = isSized || (list.kind !== "array" && list.counted !== undefined)
  const entries: unknown = (isHeld ? member(value, "entries") : value) ?? []
  const all: readonly unknown[] = Array.isArray(entries) ? entries : []
  if (list.kind === "table") {
    const { kind } = Object(like)
    const names = Object.keys(list.variants.find(({ name }) => name === kind)?.is.fields ?? {})
    const fields = list.variants.find(({ name }) => name === kind)?.is.fields ?? {}
    const ids = identifiersIn(fields)
    return {
      kind,
      columns: Int32Array.from(names.flatMap((name) => all.map((entry) => Number(member(entry, ids(name)))))),
    }
  }
  const element = list.kind === "list" ? list.entry : list.element
  const likes: readonly unknown[] = Array.isArray(like) ? like : []
  return all.map((entry, index) => asState(unwrapped(entry, element), likes[index], element))
}

const structState = (value: unknown, like: unknown, { fields }: Struct): unknown => {
  const ids = identifiersIn(fields)
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) => {
      if (field.kind === "constant") return []
      const key = field.kind === "pointer" ? field.to : name
      const isSized = Object.values(fields).some((other) => other.kind === "length" && other.of === key)
      const decoded = asState(member(value, ids(key)), Reflect.get(Object(like), key), field, isSized)
      return decoded === undefined ? [] : [[key, decoded]]
    }),
  )
}
