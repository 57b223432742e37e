import { isBytes, isInt32Array, viewOf } from "../violation/bytes.js"
import { Violation } from "../violation/violation.js"
import type { Checks } from "./built-in.js"
import { type Environment, evaluate, satisfied } from "./evaluate.js"
import type { Arguments } from "./parameters.js"
import { pathIn } from "./path.js"
import {
  type Header,
  known,
  type PlannedCase,
  type PlannedChoice,
  type PlannedField,
  type PlannedList,
  type PlannedPart,
  type PlannedRun,
  rootOf,
  type Scope,
  type Variant,
} from "./plan.js"
import { writeScalar } from "./scalar.js"
import type { NumberType } from "./steps.js"
import { typeOfScalar } from "./term.js"
import type { BitField, BooleanNumber, Condition, Enumeration, Field, IntegerType, Layout } from "./types.js"
import { membersOf } from "./types.js"

/** The rules that a state which cannot be written breaks. */
type Unwritable = "limit" | "depth" | "valueType" | "valueRange" | "valueForm"

/** What of a layout encoding reads: neither its rules nor its words. */
export interface Shape extends Pick<Layout, "struct" | "limit"> {
  readonly checks: Pick<Checks, Unwritable>
}

/**
 * Writes a state as the one input that has it: constants, sizes, counts, tags and pointers come from the layout, parts
 * follow each other in the order of the plan. It checks what it needs to write; whether the rules hold, decoding the
 * result says. It returns a violation for a value of whatever other type.
 *
 * @example
 * const flags = L.layout("flags", { title: "Flags", doc: "Two of them.", limit: 2, fields: { on: L.boolean("On.") } })
 * L.encode(flags, { on: true })
 * // Uint8Array.of(1)
 * @since 0.6.0
 */
export const encode = (layout: Shape, state: unknown, given: Arguments = {}): Uint8Array | Violation => {
  const encoding = new Encoding(layout, given)
  const bytes = new ScopeEncoding(encoding, rootOf(layout.struct), "", state).bytes()
  return bytes instanceof Violation ? bytes : (encoding.oversize(bytes.length) ?? bytes)
}

/** What all scopes of a state share. */
class Encoding {
  readonly layout: Shape
  readonly arguments: Arguments
  readonly #limit: number

  constructor(layout: Shape, given: Arguments) {
    this.layout = layout
    this.arguments = given
    this.#limit = Number(evaluate(layout.limit, { arguments: given, field: never }))
  }

  /** The violation of an input that would be larger than its limit, asked for before memory is. */
  oversize(size: number): Violation | undefined {
    if (size <= this.#limit) return undefined
    return new Violation(this.layout.checks.limit, { path: "", offset: 0, length: size }, size, this.#limit)
  }

  /** The violation of a member; fields of the fixed part have a place already. */
  refusal(check: Unwritable, path: string): Violation {
    const field = rootOf(this.layout.struct).fields.find((each) => each.path === path)
    return new Violation(this.layout.checks[check], { path, offset: field?.offset ?? 0, length: field?.size ?? 0 })
  }
}

function never(): never {
  throw new TypeError("a limit reads no field")
}

const memberOf = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined

/** One scope of a state on its way to bytes: its numbers, then its parts, then both together. */
class ScopeEncoding {
  readonly #encoding: Encoding
  readonly #scope: Scope
  /** Goes before every path of the scope. */
  readonly #prefix: string
  readonly #state: unknown
  readonly #numbers = new Map<string, number | bigint>()
  readonly #contents = new Map<string, Uint8Array>()
  /** The values of parts, by their paths. */
  readonly #values = new Map<string, unknown>()
  /** Parts that are being encoded: what asks for the size of one of them goes in circles. */
  readonly #pending = new Set<string>()

  constructor(encoding: Encoding, scope: Scope, prefix: string, state: unknown) {
    this.#encoding = encoding
    this.#scope = scope
    this.#prefix = prefix
    this.#state = state
  }

  bytes(): Uint8Array | Violation {
    const wrong = this.#collect(this.#scope.shape, this.#state, "") ?? this.#parts()
    return wrong ?? assemble(this.#scope, this.#numbers, this.#contents)
  }

  #refusal(check: Unwritable, path: string): Violation {
    return this.#encoding.refusal(check, pathIn(this.#prefix, path))
  }

  /** Collects the numbers of a value; returns the first member that cannot be written. */
  #collect(shape: Field, value: unknown, path: string): Violation | undefined {
    const part = this.#scope.parts.find((each) => each.path === path && each.kind !== "block")
    if (part !== undefined) {
      this.#values.set(path, value)
      return undefined
    }
    switch (shape.kind) {
      case "struct":
        return first(membersOf(shape), ([key, field]) => this.#collect(field, memberOf(value, key), pathIn(path, key)))
      case "array":
        if (!Array.isArray(value) || value.length !== shape.length) return this.#refusal("valueType", path)
        return first([...value.keys()], (index) => this.#collect(shape.element, value[index], `${path}[${index}]`))
      case "bytes":
        if (!isBytes(value) || value.length !== shape.length) return this.#refusal("valueType", path)
        this.#contents.set(path, value)
        return undefined
      case "bits":
        return this.#collectBits(shape, value, path)
      case "integer":
      case "boolean":
      case "enumeration":
        return this.#collectScalar(shape, value, path)
      default:
        return undefined
    }
  }

  #collectBits({ members }: BitField, value: unknown, path: string): Violation | undefined {
    return first(Object.entries(members), ([name, member]) => {
      const of = memberOf(value, name)
      const inner = `${path}.${name}`
      if (member.kind === "reserved") return undefined
      if (member.kind === "flag" ? typeof of !== "boolean" : !Number.isInteger(of))
        return this.#refusal("valueType", inner)
      const number = Number(of)
      if (number < 0 || number >= 2 ** (member.kind === "flag" ? 1 : member.width))
        return this.#refusal("valueRange", inner)
      this.#numbers.set(inner, number)
      return undefined
    })
  }

  #collectScalar(type: Valued, value: unknown, path: string): Violation | undefined {
    const number = numberOf(type, value)
    if (number === undefined) return this.#refusal("valueType", path)
    if (!isWithin(typeOfScalar(type), number)) return this.#refusal("valueRange", path)
    this.#numbers.set(path, number)
    return undefined
  }

  #parts(): Violation | undefined {
    return first(this.#scope.parts, (part) => this.#part(part))
  }

  /** Encodes a part, unless that was done already. */
  #part(part: PlannedPart): Violation | undefined {
    if (part.kind === "block" || this.#contents.has(part.path)) return undefined
    if (this.#pending.has(part.path)) return this.#refusal("valueForm", part.path)
    this.#pending.add(part.path)
    const bytes = this.#content(part, this.#values.get(part.path))
    this.#pending.delete(part.path)
    if (bytes instanceof Violation) return bytes
    const { length, path } = part
    if (length !== undefined && !isHeldBy(length, bytes.length)) return this.#refusal("valueRange", path)
    this.#contents.set(path, bytes)
    if (length !== undefined) this.#numbers.set(length.path, bytes.length)
    return this.#encoding.oversize(bytes.length)
  }

  /** Whether a condition of a part holds, or why that cannot be said. */
  #holds(condition: Condition, prefix: string): boolean | Violation {
    let wrong: Violation | undefined
    const field = (path: string) => {
      wrong ??= this.#derive(`${prefix}${path}`)
      return this.#numbers.get(`${prefix}${path}`) ?? 0
    }
    const names = (path: string) => {
      const type = this.#fieldAt(`${prefix}${path}`)?.type
      return type?.kind === "enumeration" ? type.names : undefined
    }
    const environment: Environment = { arguments: this.#encoding.arguments, field, names }
    const holds = satisfied(condition, environment)
    return wrong ?? holds
  }

  #fieldAt(path: string): PlannedField | undefined {
    const blocks = this.#scope.parts.flatMap((part) => (part.kind === "block" ? part.fields : []))
    return [...this.#scope.fields, ...blocks].find((field) => field.path === path)
  }

  /** Makes sure that a number is there which only the part behind it tells. */
  #derive(path: string): Violation | undefined {
    const role = this.#fieldAt(path)?.role
    const part = this.#scope.parts.find((each) => each.path === role?.part)
    return role === undefined || part === undefined ? undefined : this.#part(part)
  }

  #content(part: Exclude<PlannedPart, { kind: "block" }>, value: unknown): Uint8Array | Violation {
    switch (part.kind) {
      case "run":
        return part.header === undefined ? this.#run(value, part.path) : this.#message(part.header, part, value)
      case "list":
        return this.#list(part, value)
      case "choice":
        return this.#choice(part, value)
      case "group":
        return this.#inner(part.scope, part.path, value)
    }
  }

  #inner(scope: Scope, path: string, value: unknown): Uint8Array | Violation {
    return new ScopeEncoding(this.#encoding, scope, pathIn(this.#prefix, path), value).bytes()
  }

  #run(value: unknown, path: string): Uint8Array | Violation {
    return isBytes(value) ? value : this.#refusal("valueType", path)
  }

  /** A message: the bytes of its header before what follows, unless it is incomplete. */
  #message({ struct, fields, size }: Header, { path }: PlannedRun, value: unknown): Uint8Array | Violation {
    const data = this.#run(memberOf(value, "data"), `${path}.data`)
    if (data instanceof Violation) return data
    const header = memberOf(value, "header")
    if (header === null) return data.length < size ? data : this.#refusal("valueForm", `${path}.header`)
    const wrong = this.#collect(struct, header, `${path}.header`)
    if (wrong !== undefined) return wrong
    const bytes = new Uint8Array(size + data.length)
    writeFields(this.#numbers, fields, viewOf(bytes), this.#contents)
    bytes.set(data, size)
    return bytes
  }

  #list(part: PlannedList, value: unknown): Uint8Array | Violation {
    const variant = this.#variant(part)
    if (variant instanceof Violation) return variant
    const { path, counted } = part
    const entries = part.table ? this.#table(part, variant, value) : this.#entries(part, variant, value)
    if (entries instanceof Violation) return entries
    const { count, chunks } = entries
    if (typeof part.count === "object" && !isHeldBy(part.count, count)) return this.#refusal("valueRange", path)
    if (typeof part.count === "object") this.#numbers.set(part.count.path, count)
    if (!counted) return concatenated(chunks)
    const front = new Uint8Array(4)
    viewOf(front).setUint32(0, count, true)
    return concatenated([front, ...chunks])
  }

  #variant({ path, prefix, variants }: PlannedList): Variant | Violation {
    for (const variant of variants) {
      const holds = variant.when === undefined ? true : this.#holds(variant.when, prefix)
      if (holds instanceof Violation) return holds
      if (holds) return variant
    }
    return this.#refusal("valueForm", path)
  }

  #entries({ path, count }: PlannedList, { entry }: Variant, value: unknown): Entries | Violation {
    if (!Array.isArray(value)) return this.#refusal("valueType", path)
    if (typeof count === "number" && value.length !== count) return this.#refusal("valueType", path)
    if (entry === undefined) return value.length === 0 ? { count: 0, chunks: [] } : this.#refusal("depth", path)
    const chunks: Uint8Array[] = []
    let size = 0
    for (const [index, each] of value.entries()) {
      const bytes = this.#inner(entry, `${path}[${index}]`, each)
      if (bytes instanceof Violation) return bytes
      size += bytes.length
      const wrong = this.#encoding.oversize(size)
      if (wrong !== undefined) return wrong
      chunks.push(bytes)
    }
    return { count: value.length, chunks }
  }

  #table({ path, counted }: PlannedList, { name, entry }: Variant, value: unknown): Entries | Violation {
    if (memberOf(value, "kind") !== name) return this.#refusal("valueForm", `${path}.kind`)
    const { fields, size } = entry ?? { fields: [], size: 0 }
    const columns = memberOf(value, "columns")
    if (!isInt32Array(columns) || columns.length % fields.length !== 0)
      return this.#refusal("valueType", `${path}.columns`)
    const count = columns.length / fields.length
    const wrong = this.#encoding.oversize((counted ? 4 : 0) + count * size)
    if (wrong !== undefined) return wrong
    const bytes = new Uint8Array(count * size)
    const view = viewOf(bytes)
    for (const [column, field] of fields.entries())
      for (const [index, number] of columns.subarray(column * count, (column + 1) * count).entries()) {
        if (field.type.kind === "bytes") continue
        if (field.size < 4 && !isHeldBy(field, number))
          return this.#refusal("valueRange", `${path}[${index}].${field.path}`)
        writeScalar(view, field.type, index * size + field.offset, number)
      }
    return { count, chunks: [bytes] }
  }

  #choice(part: PlannedChoice, value: unknown): Uint8Array | Violation {
    const chosen = part.tag === undefined ? this.#case(part) : this.#tagged(part, value)
    if (chosen instanceof Violation) return chosen
    const { path, optional } = part
    if (part.tag !== undefined && chosen.tag !== undefined) this.#numbers.set(part.tag.path, chosen.tag)
    if (chosen.scope === undefined) return value === null ? new Uint8Array(0) : this.#refusal("valueForm", path)
    if (optional) return value === null ? this.#refusal("valueForm", path) : this.#inner(chosen.scope, path, value)
    if (memberOf(value, "kind") !== chosen.name) return this.#refusal("valueForm", `${path}.kind`)
    return this.#inner(chosen.scope, `${path}.${chosen.name}`, memberOf(value, "value"))
  }

  #tagged({ path, cases }: PlannedChoice, value: unknown): PlannedCase | Violation {
    return cases.find(({ name }) => name === memberOf(value, "kind")) ?? this.#refusal("valueForm", `${path}.kind`)
  }

  #case({ path, prefix, cases }: PlannedChoice): PlannedCase | Violation {
    for (const each of cases) {
      const holds = each.when === undefined ? true : this.#holds(each.when, prefix)
      if (holds instanceof Violation) return holds
      if (holds) return each
    }
    return this.#refusal("valueForm", path)
  }
}

interface Entries {
  readonly count: number
  readonly chunks: readonly Uint8Array[]
}

const first = <T>(items: readonly T[], check: (item: T) => Violation | undefined): Violation | undefined => {
  for (const item of items) {
    const wrong = check(item)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

const concatenated = (chunks: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

/** Whether a number is one that a field can hold. */
const isHeldBy = ({ type }: PlannedField, number: number): boolean =>
  type.kind !== "bytes" && isWithin(typeOfScalar(type), number)

const isWithin = ({ from, to }: NumberType, number: number | bigint): boolean => from <= number && number <= to

/** A number that a state has as one member. */
type Valued = IntegerType | BooleanNumber | Enumeration

/** A member's number on the wire, or undefined where the value has the wrong type. */
const numberOf = (type: Valued, value: unknown): number | bigint | undefined => {
  switch (type.kind) {
    case "boolean":
      return typeof value === "boolean" ? Number(value) : undefined
    case "enumeration":
      return typeof value === "string" && Object.hasOwn(type.names, value) ? type.names[value] : undefined
    case "integer":
      if (type.bits === 64) return typeof value === "bigint" ? value : undefined
      return Number.isInteger(value) ? Number(value) : undefined
  }
}

/**
 * The bytes of a scope whose numbers and parts are these: constants, sizes and pointers follow from them. Nothing is
 * checked; numbers too large for their field are cut to its width. `contents` has the bytes of parts, a count in front
 * of them included, and of fixed runs.
 */
export const assemble = (
  scope: Scope,
  numbers: ReadonlyMap<string, number | bigint>,
  contents: ReadonlyMap<string, Uint8Array>,
): Uint8Array => {
  const sizeOf = (part: PlannedPart) => (part.kind === "block" ? part.size : known(contents, part.path).length)
  const derived = new Map(numbers)
  let size = scope.size
  for (const part of scope.parts) {
    const length = sizeOf(part)
    if (part.kind !== "block" && part.pointer !== undefined) derived.set(part.pointer.path, length === 0 ? 0 : size)
    if (part.kind !== "block" && part.length !== undefined) derived.set(part.length.path, length)
    size += length
  }
  const fields = [...scope.fields, ...scope.parts.flatMap((part) => (part.kind === "block" ? part.fields : []))]
  for (const { path, role } of fields) if (role?.of === "total") derived.set(path, size)
  const bytes = new Uint8Array(size)
  writeFields(derived, scope.fields, viewOf(bytes), contents)
  let at = scope.size
  for (const part of scope.parts) {
    if (part.kind === "block") writeFields(derived, part.fields, viewOf(bytes.subarray(at)), contents)
    else bytes.set(known(contents, part.path), at)
    at += sizeOf(part)
  }
  return bytes
}

/** Writes fields from the view's first byte on. */
export const writeFields = (
  numbers: ReadonlyMap<string, number | bigint>,
  fields: readonly PlannedField[],
  view: DataView,
  contents: ReadonlyMap<string, Uint8Array> = new Map(),
): void => {
  for (const { path, offset, type } of fields) {
    if (type.kind === "bytes") {
      new Uint8Array(view.buffer, view.byteOffset + offset, type.length).set(known(contents, path))
      continue
    }
    const number =
      type.kind === "constant" ? type.value : type.kind === "bits" ? wordOf(type, path, numbers) : known(numbers, path)
    writeScalar(view, type, offset, number)
  }
}

/** The number that its members make up; reserved bits are 0. */
const wordOf = (type: BitField, path: string, numbers: ReadonlyMap<string, number | bigint>): number | bigint => {
  let [word, shift] = [0n, 0n]
  for (const [name, member] of Object.entries(type.members)) {
    word |= BigInt(numbers.get(`${path}.${name}`) ?? 0) << shift
    shift += BigInt(member.kind === "flag" ? 1 : member.width)
  }
  return type.bits === 64 ? word : Number(word)
}
