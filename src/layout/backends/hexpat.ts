import type { Syntax } from "../print.js"
import type {
  BitField,
  Condition,
  Element,
  Field,
  Fields,
  FixedArray,
  Layout,
  List,
  Parameter,
  Struct,
  Table,
  Wire,
} from "../types.js"
import { constantNamed, snake } from "./c99-text.js"
import { derivedOf, printDeclared, structSize, unsaid } from "./declared.js"
import type { Namer } from "./names.js"
import { indentedByTwo } from "./wireshark-text.js"

/** How a pattern is introduced. */
export interface HexpatEmission {
  /** What the first line says: who made the file, from what. */
  readonly origin: string
}

const keywords =
  "addressof as auto be bitfield bool break catch char char16 const continue data double else end enum false fn for float from if import in le let match namespace null out padding parent ref reference return s128 s16 s24 s32 s48 s64 s8 s96 signed sizeof str struct this true try typenameof u128 u16 u24 u32 u48 u64 u8 u96 union unsigned using while"

const syntax: Syntax = {
  equal: "==",
  unequal: "!=",
  and: "&&",
  or: "||",
  larger: (left, right) => `(${left} > ${right} ? ${left} : ${right})`,
  listed: (parameter, word) => `${parameter}_${constantNamed(word)}`,
  not: (condition) => `!${condition}`,
}

/**
 * Writes a pattern for ImHex (.hexpat): every field in its place and under its name. What it has to be told are
 * definitions at the top, with the layout's defaults. It checks what is always the same; a comment lists the rules.
 *
 * @throws TypeError where the form of what follows depends on a look at the bytes of a run
 * @example
 * const flags = L.layout("flags", { title: "Flags", doc: "Two of them.", limit: 2, fields: { on: L.boolean("On.") } })
 * L.toHexpat(flags, { origin: "From flags.ts." }).includes("struct Flags")
 * // true
 * @since 0.6.0
 */
export const toHexpat = (layout: Layout, { origin }: HexpatEmission): string => {
  const pattern = new Pattern()
  const root = pattern.struct(layout.struct, layout.format)
  const name = snake(layout.format)
  return `${[
    [origin, "", ...unsaid(layout)].map((line) => `// ${line}`.trimEnd()).join("\n"),
    `#pragma description ${layout.title}\n#pragma endian little`,
    "import std.core;\nimport std.mem;",
    ...pattern.definitions(),
    ...pattern.types,
    `${root}<std::mem::size()> ${name} @ 0;`,
  ].join("\n\n")}\n`
}

/** Where a field stands. */
interface Site {
  readonly struct: Struct
  /** The field's name in its declaration, and in the pattern. */
  readonly name: string
  readonly id: string
  /** The path that its types are named after. */
  readonly path: string
  /** Where the bytes end that it lies in. */
  readonly end: string
  /** The address of what is behind a pointer; undefined for what lies behind the field before it. */
  readonly address: string | undefined
}

type Inner = Exclude<Field, { kind: "pointer" }>

class Pattern {
  readonly types: string[] = []
  readonly #typeNames = distinct()
  readonly #parameters = new Map<string, Parameter>()

  definitions(): readonly string[] {
    return [...this.#parameters.values()].map((parameter) => definitionsOf(parameter).join("\n"))
  }

  /** The name of the type of a struct, which is told where the bytes end that it lies in. */
  struct(struct: Struct, path: string): string {
    const names = namesIn(struct.fields)
    const lines = Object.entries(struct.fields).flatMap(([name, field]) => {
      const site = { struct, name, id: names(name), path: `${path}.${name}`, end: "end", address: undefined }
      if (field.kind !== "pointer") return this.#sized(field, site)
      const { to, content } = field
      const behind = { ...site, name: to, id: names(to), path: `${path}.${to}`, address: site.id }
      const sizing = derivedOf(struct.fields, "length", to) ?? derivedOf(struct.fields, "count", to)
      const there = this.#sized(content, behind)
      return [
        `${wireType(field)} ${site.id};`,
        ...(sizing === undefined ? there : blockOf(`if (${names(sizing)} != 0)`, there)),
      ]
    })
    return this.#type(path, (type) => structText(type, struct.doc, lines))
  }

  #type(path: string, made: (name: string) => string): string {
    const camel = path.replace(/(?:^|[^A-Za-z0-9]+)(.)/g, (_, next: string) => next.toUpperCase())
    const name = this.#typeNames(camel)
    this.types.push(made(name))
    return name
  }

  /** A field whose end another one may say. */
  #sized(field: Inner, site: Site): readonly string[] {
    const length = derivedOf(site.struct.fields, "length", site.name)
    if (length === undefined) return this.#content(field, site)
    const end = `${site.id}_end`
    const from = site.address ?? "$"
    return [`u64 ${end} = ${from} + ${namesIn(site.struct.fields)(length)};`, ...this.#content(field, { ...site, end })]
  }

  #content(field: Inner, site: Site): readonly string[] {
    const { id, path, end } = site
    const place = placeOf(site)
    const left = `${end} - ${site.address ?? "$"}`
    switch (field.kind) {
      case "run":
        return [`u8 ${id}[${left}]${place};`]
      case "message":
        return [`${this.#message(field.header, path)}<${end}> ${id}${place};`]
      case "list":
      case "table":
      case "array":
        return this.#list(field, site)
      case "choice":
        return this.#cases(
          field.cases.map(({ name, when, is }) => [name, when && this.#condition(when, site), is]),
          site,
        )
      case "union": {
        const tag = namesIn(site.struct.fields)(derivedOf(site.struct.fields, "tag", site.name) ?? "")
        const all = Object.entries<Field>(field.contents)
        return this.#cases(
          all.map(([name, is], index) => [
            name,
            index === all.length - 1 ? undefined : `${tag} == ${field.tags[name]}`,
            is,
          ]),
          site,
        )
      }
      case "optional":
        return blockOf(`if (${this.#condition(field.when, site)})`, this.#content(inner(field.content), site))
      case "struct":
        return [`${this.struct(field, path)}<${end}> ${id}${place};`]
      case "bytes":
        return [`u8 ${id}[${field.length}]${place};`]
      case "bottom":
        return []
      case "constant":
        return [
          `${wireType(field)} ${id};`,
          `std::assert(${id} == ${field.check === "magic" ? `0x${field.value.toString(16)}` : field.value}, "${id} is another");`,
        ]
      default:
        return [`${this.#number(field, path)} ${id}${place};`]
    }
  }

  /** The type of what has a fixed size and is no struct. */
  #number(field: Inner, path: string): string {
    switch (field.kind) {
      case "enumeration":
        return `${order(field)}${this.#type(path, (type) => enumText(type, field))}`
      case "bits":
        return `${order(field)}${this.#type(path, (type) => bitsText(type, field))}`
      default:
        return "bits" in field ? wireType(field) : "u8"
    }
  }

  #message(header: Struct, path: string): string {
    const size = structSize(header)
    const type = this.struct(header, `${path}.header`)
    const lines = [...blockOf(`if (end - $ >= ${size})`, [`${type}<end> header;`]), "u8 data[end - $];"]
    return this.#type(path, (name) => structText(name, header.doc, lines))
  }

  #cases(
    cases: readonly (readonly [name: string, when: string | undefined, is: Field])[],
    site: Site,
  ): readonly string[] {
    return cases.flatMap(([name, when, is], index) => {
      const content = this.#content(inner(is), { ...site, path: `${site.path}.${name}` })
      if (cases.length === 1) return content
      return blockOf(`${index === 0 ? "" : "else "}${when === undefined ? "" : `if (${when})`}`.trim(), content)
    })
  }

  #list(list: List | Table | FixedArray, site: Site): readonly string[] {
    const { id, address, end } = site
    const names = namesIn(site.struct.fields)
    if (list.kind !== "array" && list.counted !== undefined) {
      const count = `${id}_${list.counted}`
      const entries = address === undefined ? site : { ...site, address: `${address} + 4` }
      return [`u32 ${count}${placeOf(site)};`, ...this.#entries(list, count, entries)]
    }
    const counting = derivedOf(site.struct.fields, "count", site.name)
    const count = list.kind === "array" ? String(list.length) : counting && names(counting)
    return this.#entries(list, count ?? `while($ < ${end})`, site)
  }

  #entries(list: List | Table | FixedArray, count: string, site: Site): readonly string[] {
    const { id, end, path } = site
    const array = (type: string) => [`${type} ${id}[${count}]${placeOf(site)};`]
    const struct = (is: Struct, at: string) => array(`${this.struct(is, at)}<${end}>`)
    if (list.kind !== "table") {
      const element = list.kind === "list" ? list.entry : list.element
      return element.kind === "bottom" ? [] : array(this.#elementType(element, site))
    }
    const [only] = list.variants
    if (only !== undefined && list.variants.length === 1) return struct(only.is, `${path}.entry`)
    return list.variants.flatMap(({ name, when, is }, index) => {
      const head = when === undefined ? "" : `if (${this.#condition(when, site)})`
      return blockOf(`${index === 0 ? "" : "else "}${head}`.trim(), struct(is, `${path}.${name}`))
    })
  }

  #elementType(element: Element, { path, end }: Site): string {
    const at = `${path}.entry`
    switch (element.kind) {
      case "struct":
        return `${this.struct(element, at)}<${end}>`
      case "integer":
      case "boolean":
      case "enumeration":
      case "constant":
      case "bits":
        return this.#number(element, at)
      default:
        return `${this.struct({ kind: "struct", doc: "", fields: { value: element }, rules: [] }, at)}<${end}>`
    }
  }

  #condition(condition: Condition, { struct, path }: Site): string {
    const names = { field: (name: string) => dotted(struct, name), parameter: constantNamed, syntax }
    return printDeclared(condition, struct, names, this.#parameters, { path, language: "a pattern" })
  }
}

/** What a part holds is no pointer: only fields of the outermost struct are. */
const inner = (field: Field): Inner => {
  if (field.kind === "pointer") throw new TypeError(`${field.to} is behind a pointer inside a part`)
  return field
}

const placeOf = ({ address }: Site): string => (address === undefined ? "" : ` @ ${address}`)

/** The names of a struct's fields, and of what is behind its pointers. */
const namesIn = (fields: Fields): Namer => {
  const names = distinct()
  for (const [name, field] of Object.entries(fields)) {
    names(name)
    if (field.kind === "pointer") names(field.to)
  }
  return names
}

/** Names as they are, with an underscore behind one that is a keyword or taken. */
const distinct = (): Namer => {
  const used = new Set(keywords.split(" "))
  const known = new Map<string, string>()
  return (name) => {
    const before = known.get(name)
    if (before !== undefined) return before
    let own = name
    while (used.has(own)) own += "_"
    used.add(own)
    known.set(name, own)
    return own
  }
}

const dotted = ({ fields }: Struct, path: string): string => {
  const [name = "", ...rest] = path.split(".")
  const field = fields[name]
  const id = namesIn(fields)(name)
  if (rest.length === 0) return id
  return `${id}.${field?.kind === "struct" ? dotted(field, rest.join(".")) : rest.join(".")}`
}

const blockOf = (head: string, lines: readonly string[]): readonly string[] => [
  `${head} {`,
  ...lines.map((line) => indentedByTwo(line)),
  "}",
]

const order = ({ bits, bigEndian }: Wire): string => (bigEndian && bits > 8 ? "be " : "")

const wireType = (wire: Wire): string => `${order(wire)}${wire.signed ? "s" : "u"}${wire.bits}`

const structText = (name: string, doc: string, lines: readonly string[]): string =>
  [...(doc === "" ? [] : [`// ${doc}`]), ...blockOf(`struct ${name}<auto end>`, lines)].join("\n").replace(/}$/, "};")

const enumText = (
  name: string,
  { names, ...wire }: Wire & { readonly names: Readonly<Record<string, number>> },
): string => {
  const words = distinct()
  const lines = Object.entries(names).map(([word, value]) => `  ${words(snake(word))} = ${value},`)
  return [`enum ${name} : ${wire.signed ? "s" : "u"}${wire.bits} {`, ...lines, "};"].join("\n")
}

/** ImHex, too, takes bits from the least significant one on. */
const bitsText = (name: string, { members }: BitField): string => {
  const names = distinct()
  const lines = Object.entries(members).map(([member, bits]) => {
    const width = bits.kind === "flag" ? 1 : bits.width
    return `  ${names(member)} : ${width};`
  })
  return [`bitfield ${name} {`, ...lines, "};"].join("\n")
}

const definitionsOf = (parameter: Parameter): readonly string[] => {
  const name = constantNamed(parameter.name)
  const doc = `// ${parameter.doc}`
  switch (parameter.kind) {
    case "number":
      return [doc, `#define ${name} ${parameter.default}`]
    case "word":
      return [doc, `#define ${name} "${parameter.default}"`]
    case "words":
      return [
        doc,
        ...parameter.words.map((word) => `#define ${name}_${constantNamed(word)} ${parameter.default.includes(word)}`),
      ]
  }
}
