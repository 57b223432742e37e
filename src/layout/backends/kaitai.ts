import type { Syntax } from "../print.js"
import type {
  BitField,
  Case,
  Condition,
  Constant,
  Content,
  Element,
  Field,
  Fields,
  FixedArray,
  Layout,
  List,
  Parameter,
  Struct,
  Table,
  Union,
  Wire,
} from "../types.js"
import { snake } from "./c99-text.js"
import { derivedOf, printDeclared, structSize, unsaid } from "./declared.js"
import { type Yaml, yaml } from "./yaml.js"

/** How a declaration for Kaitai Struct is introduced. */
export interface KaitaiEmission {
  /** What the first line says: who made the file, from what. */
  readonly origin: string
}

/** The identifiers of some names, no two of which any of Kaitai's targets takes for one. */
export type Identifiers = (name: string) => string

const keywords = ["and", "or", "not", "true", "false"]

/** Gives names identifiers of Kaitai Struct: always the same one, and no two the same. */
export const identifiers = (): Identifiers => {
  const used = new Set(keywords)
  const known = new Map<string, string>()
  return (name) => {
    const before = known.get(name)
    if (before !== undefined) return before
    const base = snake(name).replace(/^(?![a-z])/, "x")
    // Targets that write identifiers in camel case drop the underscores.
    const flat = (id: string) => id.replaceAll("_", "")
    let id = base
    for (let count = 2; used.has(flat(id)); count++) id = `${base}_no${count}`
    used.add(flat(id))
    known.set(name, id)
    return id
  }
}

/** The identifiers of a struct's members, pointers and what is behind them included. */
export const identifiersIn = (fields: Fields): Identifiers => {
  const all = identifiers()
  for (const [name, field] of Object.entries(fields)) {
    all(name)
    if (field.kind === "pointer") all(field.to)
  }
  return all
}

type Attribute = { readonly [key: string]: Yaml | undefined }

type UserType = { readonly [key: string]: Yaml | undefined }

const syntax: Syntax = {
  equal: "==",
  unequal: "!=",
  and: "and",
  or: "or",
  larger: (left, right) => `(${left} > ${right} ? ${left} : ${right})`,
  listed: (parameter, word) => `${parameter}_${snake(word)}`,
  not: (condition) => `not ${condition}`,
}

/**
 * Writes a declaration for Kaitai Struct (.ksy, compiler 0.11), from which parsers in a dozen languages follow. It reads
 * what the layout accepts; it refuses only what Kaitai can say, and a comment lists what it cannot.
 *
 * @throws TypeError where the form of what follows depends on a look at the bytes of a run
 * @example
 * const flags = L.layout("flags", { title: "Flags", doc: "Two of them.", limit: 2, fields: { on: L.boolean("On.") } })
 * L.toKaitai(flags, { origin: "From flags.ts." }).includes("id: flags")
 * // true
 * @since 0.6.0
 */
export const toKaitai = (layout: Layout, { origin }: KaitaiEmission): string => {
  const kaitai = new Kaitai(layout)
  const comment = [origin, "", ...unsaid(layout)].map((line) => `# ${line}`.trimEnd())
  return `${[...comment, ...yaml(kaitai.specification())].join("\n")}\n`
}

/** Where an attribute stands: the struct whose fields it can name, and how these are reached. */
interface Site {
  readonly struct: Struct
  readonly name: string
  /** The path of the type that has it. */
  readonly path: string
  /** `_parent.` inside a type that only holds what the struct's field is. */
  readonly reach: string
}

class Kaitai {
  readonly #layout: Layout
  readonly #types: Record<string, UserType> = {}
  readonly #enums: Record<string, Yaml> = {}
  readonly #typeNames = identifiers()
  readonly #parameters = new Map<string, Parameter>()

  constructor(layout: Layout) {
    this.#layout = layout
  }

  specification(): Yaml {
    const { format, title, struct } = this.#layout
    const id = this.#typeNames(format)
    const body = this.#struct(struct, "")
    const parameters = [...this.#parameters.values()].flatMap(parameterOf)
    return {
      meta: { id, title, endian: "le", "bit-endian": "le" },
      doc: struct.doc,
      params: parameters.length === 0 ? undefined : parameters,
      ...body,
      ...(Object.keys(this.#types).length === 0 ? {} : { types: this.#types }),
      ...(Object.keys(this.#enums).length === 0 ? {} : { enums: this.#enums }),
    }
  }

  /** The name of a new type at a path. */
  #type(path: string, made: (name: string) => UserType): string {
    const name = this.#typeNames(path)
    this.#types[name] = {}
    this.#types[name] = made(name)
    return name
  }

  #struct(struct: Struct, path: string): UserType {
    const ids = identifiersIn(struct.fields)
    const seq: Attribute[] = []
    const instances: Record<string, Yaml> = {}
    for (const [name, field] of Object.entries(struct.fields)) {
      const site = { struct, name, path: path === "" ? name : `${path}.${name}`, reach: "" }
      if (field.kind === "pointer") {
        const { to, content } = field
        const sizing = derivedOf(struct.fields, "length", to) ?? derivedOf(struct.fields, "count", to)
        const behind = { ...site, name: to, path: site.path.replace(/\w+$/, to) }
        seq.push({ id: ids(name), type: numberType(field), doc: docOf(field) })
        instances[ids(to)] = {
          io: "_root._io",
          pos: ids(name),
          if: sizing === undefined ? undefined : `${ids(sizing)} != 0`,
          ...this.#content(content, behind),
        }
      } else seq.push(...this.#attributes(ids(name), field, site))
    }
    return { seq, ...(Object.keys(instances).length === 0 ? {} : { instances }) }
  }

  /** A field as attributes: one, but for a list that holds nothing. */
  #attributes(id: string, field: Exclude<Field, { kind: "pointer" }>, site: Site): readonly Attribute[] {
    if (field.kind === "list" && field.entry.kind === "bottom" && field.counted === undefined) return []
    return [{ id, ...this.#content(field, site), doc: docOf(field) }]
  }

  #length({ struct, name, reach }: Site): string | undefined {
    const length = derivedOf(struct.fields, "length", name)
    return length && `${reach}${identifiersIn(struct.fields)(length)}`
  }

  #content(field: Exclude<Field, { kind: "pointer" }>, site: Site): Attribute {
    const size = this.#length(site)
    switch (field.kind) {
      case "run":
        return size === undefined ? { "size-eos": true } : { size }
      case "message":
        return {
          ...(size === undefined ? { "size-eos": true } : { size }),
          type: this.#type(site.path, () => this.#message(field.header, site.path)),
        }
      case "list":
      case "table":
      case "array":
        return this.#list(field, site)
      case "choice":
        return { size, type: this.#switch(field.cases, site) }
      case "union":
        return { size, type: this.#union(field, site) }
      case "optional": {
        const inner = field.content
        const when = this.#condition(field.when, site)
        if (inner.kind === "pointer" || inner.kind === "bottom") throw new TypeError(`${site.path} cannot be optional`)
        return {
          if: when,
          size,
          ...(this.#length(site) === undefined ? this.#content(inner, site) : { type: this.#typeOf(inner, site.path) }),
        }
      }
      case "bottom":
        return { size: 0 }
      default:
        return { size, ...this.#fixed(field, site.path) }
    }
  }

  /** What has a size of its own. */
  #fixed(
    field: Exclude<Field, Content | FixedArray | { kind: "pointer" | "choice" | "union" | "optional" | "bottom" }>,
    path: string,
  ): Attribute {
    switch (field.kind) {
      case "bytes":
        return { size: field.length }
      case "struct":
        return { type: this.#typeOf(field, path) }
      case "bits":
        return { type: this.#type(path, () => bitsType(field)) }
      case "enumeration": {
        const name = this.#typeNames(path)
        const ids = identifiers()
        this.#enums[name] = Object.fromEntries(
          Object.entries<number>(field.names).map(([word, value]) => [String(value), ids(word)]),
        )
        return { type: numberType(field), enum: name, valid: { "in-enum": true } }
      }
      case "boolean":
        return { type: numberType(field), valid: { max: 1 } }
      case "constant":
        return field.check === "magic"
          ? { contents: magicText(field) }
          : { type: numberType(field), valid: literal(field.value) }
      default:
        return { type: numberType(field) }
    }
  }

  /** The type of anything: a struct's own, or one with a single member. */
  #typeOf(field: Field, path: string): string {
    if (field.kind === "struct") return this.#type(path, () => this.#struct(field, path))
    const struct: Struct = { kind: "struct", doc: "", fields: { value: field }, rules: [] }
    return this.#type(path, () => this.#struct(struct, path))
  }

  #message(header: Struct, path: string): UserType {
    const size = structSize(header)
    return {
      seq: [
        {
          id: "header",
          type: this.#typeOf(header, `${path}.header`),
          if: `_io.size >= ${size}`,
          doc: "Only where it is whole.",
        },
        { id: "data", "size-eos": true },
      ],
    }
  }

  #list(list: List | Table | FixedArray, site: Site): Attribute {
    const size = this.#length(site)
    const ids = identifiersIn(site.struct.fields)
    const counted = list.kind === "array" ? undefined : list.counted
    const counting = derivedOf(site.struct.fields, "count", site.name)
    const count = list.kind === "array" ? String(list.length) : counting && `${site.reach}${ids(counting)}`
    if (size === undefined && counted === undefined) return this.#entries(list, count, site)
    return {
      size,
      type: this.#type(site.path, () => {
        const within = { ...site, reach: `_parent.${site.reach}` }
        const own = identifiers()
        const number = counted && own(counted)
        const wanted = number ?? (count === undefined || list.kind === "array" ? count : `_parent.${count}`)
        return {
          seq: [
            ...(number === undefined ? [] : [{ id: number, type: "u4" }]),
            ...(list.kind === "list" && list.entry.kind === "bottom"
              ? []
              : [{ id: own("#entries"), ...this.#entries(list, wanted, within) }]),
          ],
        }
      }),
    }
  }

  #entries(list: List | Table | FixedArray, count: string | undefined, site: Site): Attribute {
    const repeat = count === undefined ? { repeat: "eos" } : { repeat: "expr", "repeat-expr": numeric(count) }
    return {
      ...(list.kind === "table"
        ? this.#rows(list, site)
        : this.#entry(list.kind === "list" ? list.entry : list.element, site)),
      ...repeat,
    }
  }

  #rows({ variants }: Table, site: Site): Attribute {
    const [only] = variants
    if (only !== undefined && variants.length === 1) return { type: this.#typeOf(only.is, `${site.path}.entry`) }
    return { type: this.#switch(variants, site) }
  }

  #entry(entry: Element, site: Site): Attribute {
    const path = `${site.path}.entry`
    switch (entry.kind) {
      case "integer":
      case "boolean":
      case "enumeration":
      case "constant":
      case "bits":
      case "bytes":
        return this.#fixed(entry, path)
      default:
        return { type: this.#typeOf(entry, path) }
    }
  }

  /** The type of the first case whose condition holds. */
  #switch(cases: readonly Case[], site: Site): Yaml {
    const index = cases.reduceRight((otherwise, { when }, at) => {
      if (when === undefined) return String(at)
      return `${this.#condition(when, site)} ? ${at} : ${/\?/.test(otherwise) ? `(${otherwise})` : otherwise}`
    }, "")
    const types = cases.map(({ name, is }, at) => [String(at), this.#typeOf(is, `${site.path}.${name}`)])
    return { "switch-on": numeric(index), cases: Object.fromEntries(types) }
  }

  #union({ contents, tags }: Union, site: Site): Yaml {
    const tag = derivedOf(site.struct.fields, "tag", site.name) ?? ""
    const types = Object.entries<Field>(contents).map(([name, content]) => [
      String(tags[name]),
      this.#typeOf(content, `${site.path}.${name}`),
    ])
    return { "switch-on": `${site.reach}${identifiersIn(site.struct.fields)(tag)}`, cases: Object.fromEntries(types) }
  }

  #condition(condition: Condition, { struct, reach, path }: Site): string {
    const names = {
      field: (name: string) => `${reach}${operand(struct, name)}`,
      parameter: (name: string) => `_root.${snake(name)}`,
      syntax,
    }
    return printDeclared(condition, struct, names, this.#parameters, { path, language: "Kaitai Struct" })
  }
}

const numeric = (text: string): Yaml => (/^\d+$/.test(text) ? Number(text) : text)

const docOf = ({ doc }: { readonly doc: string }): string | undefined => (doc === "" ? undefined : doc)

/** The characters of a magic, in the order in which they lie on the wire. */
const magicText = ({ value, bits }: Constant): string =>
  Array.from({ length: bits / 8 }, (_, at) =>
    String.fromCharCode(Number((BigInt(value) >> BigInt(8 * at)) & 0xffn)),
  ).join("")

const literal = (value: number | bigint): Yaml => (typeof value === "number" ? value : String(value))

const numberType = ({ bits, signed, bigEndian }: Wire): string =>
  `${signed ? "s" : "u"}${bits / 8}${bits === 8 ? "" : bigEndian ? "be" : "le"}`

/** A number as the bits that it is cut into. */
const bitsType = ({ members, bigEndian }: BitField): UserType => {
  const ids = identifiers()
  const all = Object.entries(members).map(([name, member]) => ({
    id: ids(name),
    type: `b${member.kind === "flag" ? 1 : member.width}`,
    ...(member.kind === "reserved" ? { valid: member.width === 1 ? false : 0 } : {}),
    doc: docOf(member),
  }))
  return bigEndian ? { meta: { "bit-endian": "be" }, seq: all.reverse() } : { seq: all }
}

/** A number at a path, as one that can be compared: enumerations and bits are of types of their own. */
const operand = (struct: Struct, path: string): string => {
  const [name = "", ...rest] = path.split(".")
  const field = struct.fields[name]
  const id = identifiersIn(struct.fields)(name)
  if (field?.kind === "struct") return `${id}.${operand(field, rest.join("."))}`
  if (field?.kind === "enumeration") return `${id}.to_i`
  if (field?.kind !== "bits") return id
  const member = field.members[rest.join(".")]
  const bits = identifiers()
  for (const each of Object.keys(field.members)) bits(each)
  const isBoolean = member?.kind === "flag" || (member !== undefined && "width" in member && member.width === 1)
  return `${id}.${bits(rest.join("."))}${isBoolean ? ".to_i" : ""}`
}

const parameterOf = (parameter: Parameter): readonly Attribute[] => {
  const { doc } = parameter
  const id = snake(parameter.name)
  switch (parameter.kind) {
    case "number":
      return [{ id, type: "s8", doc }]
    case "word":
      return [{ id, type: "str", doc }]
    case "words":
      return parameter.words.map((word) => ({ id: `${id}_${snake(word)}`, type: "bool", doc }))
  }
}
