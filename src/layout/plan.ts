import type {
  Bytes,
  Case,
  Condition,
  Derived,
  Field,
  FieldRule,
  Fields,
  FixedArray,
  Integer,
  IntegerType,
  Layout,
  Scalar,
  Struct,
  Wire,
} from "./types.js"

/**
 * A layout laid flat: what every reader of a declaration (steps, encoder, generators, documents) wants to know, worked
 * out once. It is made of *scopes*: a head of fields at fixed places, then parts back to back, first those that lie
 * inline in the order of their declaration, then those behind pointers in the order of the pointers. A struct inside a
 * struct is flattened into its scope; the entry of a list and the content of a choice are scopes of their own.
 */
export interface Plan extends Scope {
  readonly layout: Layout
}

export interface Scope {
  /** What its decoded value is made of: the struct, or the only field of what is no struct. */
  readonly shape: Field
  /** The fields of the head. */
  readonly fields: readonly PlannedField[]
  /** Bytes of the head. */
  readonly size: number
  readonly parts: readonly PlannedPart[]
  /** In the order in which they are judged: those of the structs inside first, in each the fields' own before the struct's. */
  readonly rules: readonly PlannedRule[]
  /** Bytes that it has at least. */
  readonly least: number
}

/** A field at a fixed place of a head, a message's header or a block. Paths are dotted, relative to the scope. */
export interface PlannedField {
  readonly path: string
  /** In bytes, from the first one of the head, header or block. */
  readonly offset: number
  readonly size: number
  readonly type: Scalar | Bytes
  readonly doc: string
  /** What this field says of a part, or of the whole input: it has no member in a decoded state. */
  readonly role?: Role
}

export interface Role {
  readonly of: Derived["kind"] | "pointer" | "total"
  readonly part: string
}

export type PlannedPart = PlannedRun | PlannedList | PlannedChoice | PlannedGroup | PlannedBlock

interface Sized {
  readonly path: string
  /** The path of the struct that declares the part, with its dot: what the part's conditions are relative to. */
  readonly prefix: string
  readonly doc: string
  readonly pointer: PlannedField | undefined
  readonly length: PlannedField | undefined
}

/** Bytes: as many as the length says, or all that are left. */
export interface PlannedRun extends Sized {
  readonly kind: "run"
  /** The header that the bytes begin with once they are long enough, where the format has one; in the run's own scope. */
  readonly header: Header | undefined
}

export interface Header {
  readonly struct: Struct
  readonly fields: readonly PlannedField[]
  readonly size: number
  readonly rules: readonly PlannedRule[]
}

/** Entries: as many as the count says, or as fill the length or what is left. */
export interface PlannedList extends Sized {
  readonly kind: "list"
  /** Another field of the scope, or the u32 in front of the entries, or what an array has; undefined where the bytes decide. */
  readonly count: PlannedField | number | undefined
  /** Whether the count stands in front of the entries: its offset is then 0, from the part's first byte. */
  readonly counted: boolean
  readonly variants: readonly Variant[]
  /** Whether it decodes into columns. */
  readonly table: boolean
}

/** One kind of entry, and when it is the one. */
export interface Variant {
  readonly name: string
  readonly when: Condition | undefined
  /** Undefined where lists are nested no deeper: there must be no entry. */
  readonly entry: Scope | undefined
}

/** One of several scopes. */
export interface PlannedChoice extends Sized {
  readonly kind: "choice"
  readonly tag: PlannedField | undefined
  readonly cases: readonly PlannedCase[]
  /** Whether it is something that may be missing: the cases are then present and absent, and only one has a scope. */
  readonly optional: boolean
}

export interface PlannedCase {
  readonly name: string
  readonly tag: number | undefined
  readonly when: Condition | undefined
  readonly scope: Scope | undefined
}

/** A struct whose size a length says. */
export interface PlannedGroup extends Sized {
  readonly kind: "group"
  readonly scope: Scope
}

/** Fields of fixed size behind a part of the same scope. */
export interface PlannedBlock {
  readonly kind: "block"
  readonly path: string
  readonly fields: readonly PlannedField[]
  readonly size: number
}

export interface PlannedRule {
  readonly rule: FieldRule
  /** Goes before every path that the rule names. */
  readonly prefix: string
}

/** Whether the elements of an array are fields of their own: integers without rules, and not many of them. */
const isSpread = (array: FixedArray): array is FixedArray<Integer> =>
  array.element.kind === "integer" && array.element.rules.length === 0 && array.length <= 16

const roots = new WeakMap<Struct, Scope>()

/** The scope of a whole input: the same struct always gives the same scope. */
export const rootOf = (struct: Struct): Scope => {
  const known = roots.get(struct)
  if (known !== undefined) return known
  const root = scopeOf(struct)
  roots.set(struct, root)
  return root
}

const plans = new WeakMap<Layout, Plan>()

/** Works out the plan of a layout: the same layout always gives the same plan. */
export const planOf = (layout: Layout): Plan => {
  const known = plans.get(layout)
  if (known !== undefined) return known
  const plan = { layout, ...rootOf(layout.struct) }
  plans.set(layout, plan)
  return plan
}

/** The plan of one thing: a struct, or what a list repeats or a choice holds. */
export const scopeOf = (shape: Field): Scope => {
  const head = block("")
  const blocks = [head]
  const inline: (() => PlannedPart)[] = []
  const pointed: (() => PlannedPart)[] = []
  const rules: PlannedRule[] = []

  let current = head
  const field = (path: string, type: Scalar | Bytes, doc: string, role?: Role) => current.add(path, type, doc, role)
  const roleOf = (of: Role["of"], part: string) =>
    blocks.flatMap(({ fields }) => fields).find(({ role }) => role?.of === of && role.part === part)
  const sized = (prefix: string, name: string, doc: string): Sized => {
    const path = `${prefix}${name}`
    return { path, prefix, doc, pointer: roleOf("pointer", path), length: roleOf("length", path) }
  }

  /** Fields behind a part of unknown size begin a block of their own. */
  const part = (made: () => PlannedPart) => {
    inline.push(made)
    const next = block("")
    current = next
    blocks.push(next)
    inline.push(() => next.planned())
  }

  const walkStruct = (struct: Struct, prefix: string): void => {
    const own: PlannedRule[] = []
    for (const [name, member] of Object.entries(struct.fields)) {
      walk(member, prefix, name, isGroup(struct.fields, name))
      if ("rules" in member && member.kind !== "struct")
        own.push(...member.rules.map((rule) => ({ rule, prefix: `${prefix}${name}` })))
    }
    rules.push(...own, ...struct.rules.map((rule) => ({ rule, prefix })))
  }

  const walk = (member: Field, prefix: string, name: string, grouped: boolean): void => {
    const path = `${prefix}${name}`
    const { doc } = member
    switch (member.kind) {
      case "integer":
      case "boolean":
      case "enumeration":
      case "constant":
      case "bits":
      case "bytes":
        field(path, member, doc)
        break
      case "length":
      case "count":
      case "tag": {
        const role = { of: member.kind, part: `${prefix}${member.of}` }
        field(path, numberOf(member, doc, member.kind === "length" ? "bytes" : ""), doc, role)
        break
      }
      case "total":
        field(path, numberOf(member, doc), doc, { of: "total", part: "" })
        break
      case "pointer":
        field(path, numberOf(member, doc), doc, { of: "pointer", part: `${prefix}${member.to}` })
        pointed.push(() => partOf(member.content, prefix, member.to, doc))
        break
      case "struct":
        if (grouped) part(() => ({ kind: "group", ...sized(prefix, name, doc), scope: scopeOf(member) }))
        else walkStruct(member, `${path}.`)
        break
      case "array":
        if (isSpread(member))
          for (let index = 0; index < member.length; index++) field(`${path}[${index}]`, member.element, doc)
        else part(() => partOf(member, prefix, name, doc))
        break
      case "bottom":
        break
      default:
        part(() => partOf(member, prefix, name, doc))
    }
  }

  const partOf = (content: Field, prefix: string, name: string, doc: string): PlannedPart => {
    const base = sized(prefix, name, doc)
    const { path } = base
    switch (content.kind) {
      case "message":
        return { kind: "run", ...base, header: headerOf(content.header, `${path}.header.`) }
      case "list":
      case "table": {
        const variants =
          content.kind === "table" ? content.variants : [{ name: "", when: undefined, is: content.entry }]
        const counted = content.counted === undefined ? undefined : countIn(path, content.counted)
        const count = counted ?? roleOf("count", path)
        const table = content.kind === "table"
        return {
          kind: "list",
          ...base,
          count,
          counted: counted !== undefined,
          variants: variants.map(variantOf),
          table,
        }
      }
      case "array": {
        const variants = [variantOf({ name: "", when: undefined, is: content.element })]
        return { kind: "list", ...base, count: content.length, counted: false, variants, table: false }
      }
      case "choice": {
        const cases = content.cases.map(({ name: of, when, is }) => ({
          name: of,
          tag: undefined,
          when,
          scope: scopeOf(is),
        }))
        return { kind: "choice", ...base, tag: undefined, cases, optional: false }
      }
      case "union": {
        const cases = Object.entries(content.contents).map(([of, is]) => ({
          name: of,
          tag: content.tags[of],
          when: undefined,
          scope: scopeOf(is),
        }))
        return { kind: "choice", ...base, tag: roleOf("tag", path), cases, optional: false }
      }
      case "optional": {
        const absent = { name: "absent", tag: undefined, when: undefined, scope: undefined }
        const present = { name: "present", tag: undefined, when: content.when, scope: scopeOf(content.content) }
        return { kind: "choice", ...base, tag: undefined, cases: [present, absent], optional: true }
      }
      default:
        return { kind: "run", ...base, header: undefined }
    }
  }

  if (shape.kind === "struct") walkStruct(shape, "")
  else {
    walk(shape, "", "", false)
    if ("rules" in shape) rules.push(...shape.rules.map((rule) => ({ rule, prefix: "" })))
  }
  const parts = [...inline, ...pointed].map((made) => made()).filter((made) => made.kind !== "block" || made.size > 0)
  const { fields, size } = head.planned()
  return { shape, fields, size, parts, rules, least: parts.reduce((sum, made) => sum + leastOf(made), size) }
}

/** Whether a length in the same struct says how large a struct is. */
const isGroup = (fields: Fields, name: string): boolean =>
  Object.values(fields).some((field) => field.kind === "length" && field.of === name)

const variantOf = ({ name, when, is }: Case): Variant => ({
  name,
  when,
  entry: is.kind === "bottom" ? undefined : scopeOf(is),
})

/** A number that says something of other bytes, as the number that it is on the wire. */
const numberOf = ({ bits, signed, bigEndian }: Wire, doc: string, unit = "bytes"): IntegerType => ({
  kind: "integer",
  bits,
  signed,
  bigEndian,
  unit,
  doc,
})

const u32: Wire = { bits: 32, signed: false, bigEndian: false }

const countIn = (path: string, name: string): PlannedField => {
  const role = { of: "count", part: path } as const
  return { path: `${path}.${name}`, offset: 0, size: 4, type: numberOf(u32, "", ""), doc: "", role }
}

const headerOf = (struct: Struct, prefix: string): Header => {
  const { fields, size, rules } = scopeOf(struct)
  return {
    struct,
    size,
    fields: fields.map((field) => ({ ...field, path: `${prefix}${field.path}` })),
    rules: rules.map(({ rule, prefix: inner }) => ({ rule, prefix: `${prefix}${inner}` })),
  }
}

interface Block {
  readonly fields: PlannedField[]
  readonly add: (path: string, type: Scalar | Bytes, doc: string, role?: Role) => void
  readonly planned: () => PlannedBlock
}

const block = (path: string): Block => {
  const fields: PlannedField[] = []
  let size = 0
  return {
    fields,
    add: (name, type, doc, role) => {
      const length = sizeOf(type)
      fields.push({ path: name, offset: size, size: length, type, doc, ...(role === undefined ? {} : { role }) })
      size += length
    },
    planned: () => ({ kind: "block", path: fields[0]?.path ?? path, fields, size }),
  }
}

/** Bytes of a scalar or of a fixed run on the wire. */
export const sizeOf = (type: Scalar | Bytes): number => (type.kind === "bytes" ? type.length : type.bits / 8)

const leastOf = (part: PlannedPart): number => {
  switch (part.kind) {
    case "block":
      return part.size
    case "list": {
      const entry = Math.min(...part.variants.map((variant) => variant.entry?.least ?? 0))
      return part.counted ? 4 : typeof part.count === "number" ? part.count * entry : 0
    }
    case "choice":
      return Math.min(...part.cases.map(({ scope }) => scope?.least ?? 0))
    case "group":
      return part.scope.least
    case "run":
      return 0
  }
}

/** Every scope of a plan, each before what is inside it. */
export const scopesOf = (scope: Scope): readonly Scope[] => [scope, ...scope.parts.flatMap(innerOf).flatMap(scopesOf)]

/** The scopes right inside a part. */
export const innerOf = (part: PlannedPart): readonly Scope[] => {
  switch (part.kind) {
    case "list":
      return part.variants.flatMap(({ entry }) => (entry === undefined ? [] : [entry]))
    case "choice":
      return part.cases.flatMap(({ scope }) => (scope === undefined ? [] : [scope]))
    case "group":
      return [part.scope]
    default:
      return []
  }
}

/** Whether a path is that of a size, a pointer, a count or a tag: a number that says how other bytes are read. */
export const isSizing = (plan: Plan, path: string): boolean =>
  plan.fields.some((field) => field.path === path && field.role !== undefined) ||
  plan.parts.some(
    (part) => part.kind === "list" && part.counted && typeof part.count === "object" && part.count.path === path,
  )

/** The value that a map must hold: a missing one is a programming error. */
export const known = <K, V>(map: ReadonlyMap<K, V>, key: K): V => {
  const value = map.get(key)
  if (value === undefined) throw new TypeError(`nothing is known of ${key}`)
  return value
}
