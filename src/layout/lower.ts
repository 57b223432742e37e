import type { Rule } from "../violation/violation.js"
import type { BuiltIn } from "./built-in.js"
import { measuresOf, nodesOf } from "./expression.js"
import { pathIn } from "./path.js"
import {
  known,
  type Plan,
  type PlannedBlock,
  type PlannedChoice,
  type PlannedField,
  type PlannedGroup,
  type PlannedList,
  type PlannedPart,
  type PlannedRule,
  type PlannedRun,
  planOf,
  type Scope,
  scopesOf,
  type Variant,
} from "./plan.js"
import { rulesOf } from "./rules.js"
import type {
  ChosenCase,
  Each,
  Local,
  Offset,
  OnFailure,
  Path,
  PlaceTerm,
  Program,
  Require,
  Step,
  Term,
  Test,
  Value,
} from "./steps.js"
import {
  anyOf,
  between,
  compare,
  literal,
  narrowed,
  numberOf,
  type PlacedRun,
  productOf,
  quotientOf,
  type Resolver,
  remainderOf,
  resolveBeside,
  resolveTerm,
  resolveTest,
  sizeType,
  sumOf,
  termOf,
  typeOf,
  typeOfScalar,
} from "./term.js"
import type { Parameter } from "./types.js"
import { type Field, type Layout, membersOf, type Scalar } from "./types.js"

/** Bytes of the input. */
export const inputSize: Local = { name: "#size", type: sizeType }

const root: Path = { pattern: "", indexes: [] }

/** One scope while its steps are written: what its names stand for. Paths are relative to the scope. */
interface Frame {
  readonly path: Path
  readonly numbers: Map<string, { readonly local: Local; readonly type: Scalar | undefined; readonly place: PlaceTerm }>
  readonly runs: Map<string, PlacedRun>
  /** The values of parts, by their paths. */
  readonly values: Map<string, Value>
  /** The numbers of the entry before, by their paths. */
  readonly previous: Map<string, Local>
}

const frameAt = (path: Path): Frame => ({
  path,
  numbers: new Map(),
  runs: new Map(),
  values: new Map(),
  previous: new Map(),
})

const placeIn = ({ path: { pattern, indexes } }: Frame, relative: string): Path => ({
  pattern: pathIn(pattern, relative),
  indexes,
})

/** A local that is named after a path and what it is of it. */
const localOf = ({ pattern }: Path, suffix: string, type = sizeType): Local => ({ name: `${pattern}${suffix}`, type })

const at = (base: Local | undefined, plus = 0): Offset => ({ base, plus })
const behind = ({ base, plus }: Offset, bytes: number): Offset => ({ base, plus: plus + bytes })
const isSame = (one: Offset, other: Offset): boolean => one.base?.name === other.base?.name && one.plus === other.plus

/** What the steps of a scope or a part come to. */
interface Lowered {
  readonly steps: readonly Step[]
  /** Where it ends. */
  readonly next: Offset
}

/** The bytes that something has to lie in. */
interface Room {
  readonly start: Offset
  readonly end: Offset
}

const programs = new WeakMap<Layout, Program>()

/** The steps of a layout: the same layout always gives the same steps. */
export const programOf = (layout: Layout): Program => {
  const known = programs.get(layout)
  if (known !== undefined) return known
  const program = lower(planOf(layout))
  programs.set(layout, program)
  return program
}

/**
 * Writes down what a decoder of a plan does.
 *
 * @throws TypeError where a rule compares what cannot be compared, or needs more than 64 bits
 */
export const lower = (plan: Plan): Program => {
  const { layout } = plan
  const checks: readonly Rule[] = [...Object.values(layout.checks), ...rulesOf(layout)]
  const indexes = new Map(checks.map(({ id }, index) => [id, index]))
  const lowering = new Lowering(plan, (rule) => known(indexes, rule.id))
  const frame = frameAt(root)
  const end = at(inputSize)
  const whole = (start: Offset): PlaceTerm => ({ path: root, at: start, length: between(start, end) })
  const limit = resolveTerm(layout.limit, lowering.resolverAt(frame, ""))
  const size = numberOf(inputSize)
  const opening = [
    lowering.require("limit", compare("atMost", size, limit), whole(at(undefined)), size, limit, "end"),
    lowering.require(
      "fixedPart",
      compare("atMost", literal(plan.size), size),
      whole(at(undefined)),
      size,
      literal(plan.size),
      "end",
    ),
  ]
  const head = lowering.fields(frame, plan.fields, at(undefined), "end")
  const { steps, next } = lowering.parts(frame, plan, { start: at(undefined, plan.size), end })
  const trailing = isSame(next, end)
    ? []
    : [
        lowering.require(
          "trailing",
          compare("atMost", size, termOf(next)),
          whole(next),
          between(next, end),
          literal(0),
          "stop",
        ),
      ]
  return {
    plan,
    checks,
    parameters: parametersOf(layout),
    opening: [...opening, ...head],
    reading: [...steps, ...trailing],
    judging: plan.rules.map((rule) => lowering.rule(frame, rule)),
    value: lowering.value(frame, layout.struct, ""),
  }
}

/** What a layout has to be told, in the order of its first use. */
export const parametersOf = (layout: Layout): readonly Parameter[] => {
  const conditions = scopesOf(planOf(layout)).flatMap(({ parts, rules }) => [
    ...parts.flatMap(conditionsOf),
    ...rules.map(({ rule }) => rule.holds),
  ])
  const nodes = [...nodesOf(layout.limit), ...conditions.flatMap((condition) => [...nodesOf(condition)])]
  const parameters = nodes.flatMap((node) => {
    if (node.op === "parameter") return [node]
    return node.op === "listed" ? [node.parameter] : []
  })
  return [...new Set<Parameter>(parameters)]
}

const conditionsOf = (part: PlannedPart) => {
  const cases = part.kind === "list" ? part.variants : part.kind === "choice" ? part.cases : []
  const header = part.kind === "run" ? (part.header?.rules ?? []) : []
  return [...cases.flatMap(({ when }) => (when === undefined ? [] : [when])), ...header.map(({ rule }) => rule.holds)]
}

/** Writes steps; a class because all of its functions know the plan and the rules. */
class Lowering {
  readonly #plan: Plan
  readonly #indexOf: (rule: Rule) => number

  constructor(plan: Plan, indexOf: (rule: Rule) => number) {
    this.#plan = plan
    this.#indexOf = indexOf
  }

  #check(name: BuiltIn): number {
    return this.#indexOf(this.#plan.layout.checks[name])
  }

  require(
    name: BuiltIn,
    holds: Test,
    place: PlaceTerm,
    actual: Term | undefined,
    expected: Term | undefined,
    failure: OnFailure,
    about?: Local,
  ): Require {
    return { op: "require", check: this.#check(name), holds, place, actual, expected, failure, about }
  }

  /** What the names of the struct at `prefix` stand for. */
  resolverAt(frame: Frame, prefix: string): Resolver {
    return {
      field: (path) => numberAt(frame, `${prefix}${path}`).local,
      names: (path) => {
        const { type } = numberAt(frame, `${prefix}${path}`)
        return type?.kind === "enumeration" ? type.names : undefined
      },
      previous: (path) => found(frame.previous, `${prefix}${path}`, "a field of a list's entry"),
      run: (path) => found(frame.runs, `${prefix}${path}`, "a run"),
    }
  }

  rule(frame: Frame, { rule, prefix }: PlannedRule): Require {
    const resolver = this.resolverAt(frame, prefix)
    const { actual, expected } = measuresOf(rule.at, rule.holds)
    return {
      op: "require",
      check: this.#indexOf(rule),
      holds: resolveTest(rule.holds, resolver),
      place: numberAt(frame, `${prefix}${rule.at.path}`).place,
      ...measured(resolveTerm(actual, resolver), expected && resolveBeside(actual, expected, resolver)),
      failure: "go on",
      about: undefined,
    }
  }

  /** Reads fields of fixed size from `start` on, and judges what their types say. */
  fields(frame: Frame, fields: readonly PlannedField[], start: Offset, constants: OnFailure): readonly Step[] {
    return fields.flatMap((field) => this.#field(frame, field, start, constants))
  }

  #field(frame: Frame, field: PlannedField, start: Offset, constants: OnFailure): readonly Step[] {
    const { type, role } = field
    const offset = behind(start, field.offset)
    const path = placeIn(frame, field.path)
    const place = { path, at: offset, length: literal(field.size) }
    if (type.kind === "bytes") {
      frame.values.set(field.path, { op: "bytes", at: offset, length: place.length })
      return [{ op: "claim", place }]
    }
    const local = localOf(path, "", typeOfScalar(type))
    frame.numbers.set(field.path, { local, type, place })
    frame.values.set(field.path, { op: "number", of: local, type, at: offset })
    const number = numberOf(local)
    const must = (name: BuiltIn, holds: Test, expected?: Term, failure: OnFailure = "forget") =>
      this.require(name, holds, place, number, expected, failure, local)
    const read: Step = { op: "read", into: local, type, path, at: offset }
    if (role?.of === "total") {
      const size = numberOf(inputSize)
      return [read, must("total", compare("equal", number, size), size)]
    }
    if (role?.of === "tag") {
      const numbers = tagsOf(this.#plan, field)
      return [read, must("enumeration", anyOf(numbers.map((tag) => compare("equal", number, literal(tag)))))]
    }
    switch (type.kind) {
      case "integer":
        return [read]
      case "constant": {
        const test = compare("equal", number, literal(type.value))
        return [read, must(type.check, test, test.right, constants)]
      }
      case "boolean":
        return [read, must("boolean", compare("atMost", number, literal(1)))]
      case "enumeration":
        return [
          read,
          must(
            "enumeration",
            anyOf(Object.values<number>(type.names).map((value) => compare("equal", number, literal(value)))),
          ),
        ]
      case "bits":
        return [read, ...this.#bits(frame, field, type, local, place)]
    }
  }

  #bits(
    frame: Frame,
    field: PlannedField,
    type: Extract<Scalar, { kind: "bits" }>,
    from: Local,
    place: PlaceTerm,
  ): readonly Step[] {
    let shift = 0
    const members: (readonly [string, Value])[] = []
    const steps = Object.entries(type.members).flatMap(([name, member]): Step[] => {
      const width = member.kind === "flag" ? 1 : member.width
      const path = placeIn(frame, `${field.path}.${name}`)
      const into = localOf(path, "", typeOf(0n, 2n ** BigInt(width) - 1n))
      const step = { op: "extract", into, from, shift, width, member } as const
      shift += width
      if (member.kind === "reserved")
        return [
          step,
          this.require(
            "reserved",
            compare("equal", numberOf(into), literal(0)),
            place,
            numberOf(into),
            literal(0),
            "forget",
            into,
          ),
        ]
      frame.numbers.set(`${field.path}.${name}`, { local: into, type: undefined, place: { ...place, path } })
      members.push([name, { op: "number", of: into, type: member, at: place.at }])
      return [step]
    })
    frame.values.set(field.path, { op: "struct", members })
    return steps
  }

  /** A scope that is not the root one: its head, its parts and its rules. */
  scope(frame: Frame, scope: Scope, { start, end }: Room, isChecked = false): Lowered {
    const head = isChecked || scope.size === 0 ? [] : [this.#fits(frame.path, { start, end }, scope.size)]
    const fields = this.fields(frame, scope.fields, start, "forget")
    const { steps, next } = this.parts(frame, scope, { start: behind(start, scope.size), end })
    return { steps: [...head, ...fields, ...steps, ...scope.rules.map((rule) => this.rule(frame, rule))], next }
  }

  /** Refuses where there is not room for so many bytes. */
  #fits(path: Path, { start, end }: Room, size: number): Step {
    const left = between(start, end)
    const holds = compare("atMost", literal(size), left)
    return this.require("partFits", holds, { path, at: start, length: left }, left, literal(size), "stop")
  }

  parts(frame: Frame, { parts, size }: Scope, { start, end }: Room): Lowered {
    const steps: Step[] = []
    let next = start
    for (const part of parts) {
      const lowered = this.#part(frame, part, { start: next, end }, size)
      steps.push(...lowered.steps)
      next = lowered.next
    }
    return { steps, next }
  }

  #part(frame: Frame, part: PlannedPart, room: Room, fixed: number): Lowered {
    if (part.kind === "block") return this.#block(frame, part, room)
    const length = part.length && known(frame.numbers, part.length.path)
    const count = part.kind === "list" && typeof part.count === "object" && !part.counted ? part.count : undefined
    const size = part.length ?? count
    const sizing = size && numberOf(known(frame.numbers, size.path).local)
    const steps: Step[] = []
    if (part.pointer !== undefined)
      steps.push(this.#point(frame, part.pointer, room.start, fixed, sizing && compare("equal", sizing, literal(0))))
    if (length === undefined) return prepended(steps, this.#content(frame, part, room, undefined))
    const bytes = narrowed(numberOf(length.local))
    const left = between(room.start, room.end)
    steps.push(
      this.require("partFits", compare("atMost", bytes, left), length.place, numberOf(length.local), left, "stop"),
    )
    const end = localOf(placeIn(frame, part.path), "#end")
    steps.push({ op: "let", into: end, term: sumOf(termOf(room.start), bytes) })
    const content = this.#content(frame, part, { start: room.start, end: at(end) }, bytes)
    return {
      steps: [...steps, ...content.steps, ...this.#filled(frame, part.path, content.next, at(end))],
      next: at(end),
    }
  }

  /** Refuses a part that its content does not fill. */
  #filled(frame: Frame, path: string, next: Offset, end: Offset): readonly Step[] {
    if (isSame(next, end)) return []
    const left = between(next, end)
    const place = { path: placeIn(frame, path), at: next, length: left }
    return [this.require("filled", compare("equal", termOf(next), termOf(end)), place, left, literal(0), "stop")]
  }

  #point(frame: Frame, field: PlannedField, start: Offset, fixed: number, empty: Test | undefined): Step {
    const { local, place } = known(frame.numbers, field.path)
    const [none, range] = [this.#check("emptyPointer"), this.#check("pointerRange")]
    const checks = { empty: none, range, overlap: this.#check("overlap"), gap: this.#check("gap") }
    return { op: "point", pointer: local, place, start, empty, fixed, checks }
  }

  #content(frame: Frame, part: Exclude<PlannedPart, PlannedBlock>, room: Room, length: Term | undefined): Lowered {
    switch (part.kind) {
      case "run":
        return this.#run(frame, part, room, length)
      case "list":
        return this.#list(frame, part, room)
      case "choice":
        return this.#choice(frame, part, room)
      case "group":
        return this.#group(frame, part, room)
    }
  }

  #block(frame: Frame, { fields, size, path }: PlannedBlock, room: Room): Lowered {
    const steps = [this.#fits(placeIn(frame, path), room, size), ...this.fields(frame, fields, room.start, "forget")]
    return { steps, next: behind(room.start, size) }
  }

  #group(frame: Frame, { path, scope }: PlannedGroup, room: Room): Lowered {
    const inner = frameAt(placeIn(frame, path))
    const lowered = this.scope(inner, scope, room)
    frame.values.set(path, this.value(inner, scope.shape, ""))
    return lowered
  }

  #run(frame: Frame, part: PlannedRun, { start, end }: Room, given: Term | undefined): Lowered {
    const { path, header } = part
    const length = given ?? between(start, end)
    frame.runs.set(path, { at: start, length, end })
    const bytes = (from: Offset, term: Term): Value => ({ op: "bytes", at: from, length: term })
    const claim = (from: Offset, term: Term): Step => ({
      op: "claim",
      place: { path: placeIn(frame, path), at: from, length: term },
    })
    if (header === undefined) {
      frame.values.set(path, bytes(start, length))
      return { steps: [claim(start, length)], next: end }
    }
    const reads = this.fields(frame, header.fields, start, "forget")
    const rules = header.rules.map((rule) => this.rule(frame, rule))
    const rest = behind(start, header.size)
    const left = between(rest, end)
    const test = compare("atMost", literal(header.size), length)
    const zeros = reads.flatMap((step) => (step.op === "read" || step.op === "extract" ? [step.into] : []))
    frame.values.set(path, {
      op: "either",
      test,
      yes: {
        op: "struct",
        members: [
          ["header", this.value(frame, header.struct, `${path}.header.`)],
          ["data", bytes(rest, left)],
        ],
      },
      no: {
        op: "struct",
        members: [
          ["header", { op: "null" }],
          ["data", bytes(start, length)],
        ],
      },
    })
    const then = [...reads, ...rules, claim(rest, left)]
    return { steps: [{ op: "when", test, zeros, then, otherwise: [claim(start, length)] }], next: end }
  }

  #list(frame: Frame, part: PlannedList, room: Room): Lowered {
    const { path, counted, count } = part
    if (!counted || typeof count !== "object") return this.#variants(frame, part, room, countTerm(frame, count))
    const fits = this.#countFits(frame, part, count, room)
    const reads = this.fields(frame, [count], room.start, "forget")
    const inner = { start: behind(room.start, 4), end: room.end }
    return prepended([fits, ...reads], this.#variants(frame, { ...part, path }, inner, countTerm(frame, count)))
  }

  /** Refuses where there is no room for a count in front of the entries: at the pointer, where there is one. */
  #countFits(frame: Frame, { pointer }: PlannedList, count: PlannedField, room: Room): Step {
    if (pointer === undefined) return this.#fits(placeIn(frame, count.path), room, 4)
    const { local, place } = known(frame.numbers, pointer.path)
    const holds = compare("atMost", literal(4), between(room.start, room.end))
    const expected: Term = { op: "difference", left: termOf(room.end), right: literal(4), type: sizeType }
    return this.require("partFits", holds, place, numberOf(local), expected, "stop")
  }

  /** The entries: of the first kind whose condition holds. */
  #variants(frame: Frame, part: PlannedList, room: Room, count: Term | undefined): Lowered {
    const { path, prefix, variants } = part
    const resolver = this.resolverAt(frame, prefix)
    const name = placeIn(frame, path).pattern
    const all = variants.map((variant) => {
      const into = variants.length === 1 ? name : `${name}#${variant.name}`
      const { steps, next } = this.#entries(frame, part, variant, room, count, into)
      const built: Value = variant.entry === undefined ? { op: "array", items: [] } : { op: "built", name: into }
      const value: Value = part.table ? { op: "kind", kind: variant.name, member: "columns", of: built } : built
      const test = variant.when && resolveTest(variant.when, resolver)
      return { name: variant.name, test, steps, next, value }
    })
    const [only] = all
    if (only !== undefined && all.length === 1) {
      frame.values.set(path, only.value)
      return only
    }
    return this.#chosen(frame, path, all)
  }

  /** One of several: the value gets the name of the path. */
  #chosen(frame: Frame, relative: string, cases: readonly ChosenCase[]): Lowered {
    const path = placeIn(frame, relative)
    const [first] = cases
    const isKnown = first !== undefined && cases.every(({ next }) => isSame(next, first.next))
    const end = isKnown ? undefined : localOf(path, "#next")
    frame.values.set(relative, { op: "built", name: path.pattern })
    return {
      steps: [{ op: "choose", path, cases, end, into: path.pattern }],
      next: isKnown ? first.next : at(end),
    }
  }

  #entries(
    frame: Frame,
    part: PlannedList,
    { entry }: Variant,
    room: Room,
    counted: Term | undefined,
    into: string,
  ): Lowered {
    const path = placeIn(frame, part.path)
    const left = between(room.start, room.end)
    if (entry === undefined) return this.#none(frame, part, room, counted)
    const isFixed = entry.parts.length === 0
    const steps: Step[] = []
    const number = localOf(path, "#count")
    const whole = counted ?? numberOf(number)
    if (counted !== undefined) steps.push(this.#enough(frame, part, room, counted, isFixed ? entry.size : entry.least))
    else if (isFixed) {
      const over = remainderOf(left, entry.size)
      const place = { path, at: room.start, length: left }
      steps.push(this.require("wholeEntries", compare("equal", over, literal(0)), place, left, undefined, "stop"))
      steps.push({ op: "let", into: number, term: quotientOf(left, entry.size) })
    }
    const each = this.#each(path, part.table, entry, room, isFixed ? whole : counted, into)
    if (!isFixed) return { steps: [...steps, each], next: each.end === undefined ? room.end : at(each.end) }
    const bytes = productOf(whole, entry.size)
    if (bytes.op === "literal") return { steps: [...steps, each], next: behind(room.start, Number(bytes.value)) }
    const end = localOf({ ...path, pattern: into }, "#next")
    return { steps: [...steps, each, { op: "let", into: end, term: sumOf(termOf(room.start), bytes) }], next: at(end) }
  }

  /** Refuses a count that the bytes cannot hold, before anything is made of it. */
  #enough(frame: Frame, part: PlannedList, { start, end }: Room, count: Term, size: number): Step {
    const left = between(start, end)
    if (typeof part.count !== "object")
      return this.#fits(placeIn(frame, part.path), { start, end }, Number(part.count) * size)
    const { local, place } = known(frame.numbers, part.count.path)
    const most = quotientOf(left, size)
    return this.require("countFits", compare("atMost", count, most), place, numberOf(local), most, "stop")
  }

  /** A list that must be empty, because lists are nested no deeper. */
  #none(frame: Frame, part: PlannedList, { start, end }: Room, count: Term | undefined): Lowered {
    const path = placeIn(frame, part.path)
    const number = count ?? between(start, end)
    const field = typeof part.count === "object" ? frame.numbers.get(part.count.path) : undefined
    const place = field?.place ?? { path, at: start, length: between(start, end) }
    return {
      steps: [this.require("depth", compare("equal", number, literal(0)), place, number, literal(0), "stop")],
      next: start,
    }
  }

  #each(list: Path, isTable: boolean, entry: Scope, { start, end }: Room, count: Term | undefined, into: string): Each {
    const named: Path = { pattern: into, indexes: [] }
    const index = localOf(named, "#index")
    const first = localOf(named, "#at")
    const path = { pattern: `${list.pattern}[]`, indexes: [...list.indexes, index] }
    const frame = frameAt(path)
    const isFixed = entry.parts.length === 0
    const previous = entry.rules.flatMap(({ rule, prefix }) =>
      [...nodesOf(rule.holds)].flatMap((node) =>
        node.op === "previous" ? [{ of: `${prefix}${node.path}`, first: node.first }] : [],
      ),
    )
    const types = new Map(entry.fields.map((field) => [field.path, field.type]))
    for (const { of, first: value } of previous)
      frame.previous.set(
        of,
        localOf({ ...named, pattern: `${into}[].${of}` }, "#previous", previousType(known(types, of), value)),
      )
    const { steps, next } = this.scope(frame, entry, { start: at(first), end }, isFixed)
    const kept = new Map(previous.map(({ of, first: value }) => [of, value]))
    const columns = entry.fields.flatMap(({ path: name }) => {
      const number = frame.numbers.get(name)
      return number === undefined ? [] : [number.local]
    })
    return {
      op: "each",
      path: list,
      index,
      at: first,
      start,
      count,
      until: count === undefined ? end : undefined,
      stride: isFixed ? entry.size : undefined,
      previous: [...kept].map(([of, value]) => ({
        of: numberAt(frame, of).local,
        into: known(frame.previous, of),
        first: BigInt(value),
      })),
      steps,
      next: isFixed ? behind(at(first), entry.size) : next,
      end: isFixed || count === undefined ? undefined : localOf(named, "#next"),
      entry: this.value(frame, entry.shape, ""),
      columns: isTable ? columns : undefined,
      into,
    }
  }

  #choice(frame: Frame, part: PlannedChoice, room: Room): Lowered {
    const { path, prefix, tag, optional } = part
    const resolver = this.resolverAt(frame, prefix)
    const number = tag && numberOf(known(frame.numbers, tag.path).local)
    const cases = part.cases.map(({ name, when, tag: value, scope }, index): ChosenCase => {
      const inner = frameAt(optional ? placeIn(frame, path) : casePath(placeIn(frame, path), name))
      const { steps, next } = scope === undefined ? { steps: [], next: room.start } : this.scope(inner, scope, room)
      const isLast = index === part.cases.length - 1
      const tagged = number && value !== undefined && !isLast ? compare("equal", number, literal(value)) : undefined
      const test = tagged ?? (when && resolveTest(when, resolver))
      if (scope === undefined) return { name, test, steps, next, value: { op: "null" } }
      const of = this.value(inner, scope.shape, "")
      return { name, test, steps, next, value: optional ? of : { op: "kind", kind: name, member: "value", of } }
    })
    return this.#chosen(frame, path, cases)
  }

  /** How a decoded value is made: of a struct its members, of all else what its path stands for. */
  value(frame: Frame, shape: Field, path: string): Value {
    if (shape.kind === "array" && frame.values.get(path) === undefined)
      return {
        op: "array",
        items: Array.from({ length: shape.length }, (_, index) => known(frame.values, `${path}[${index}]`)),
      }
    if (shape.kind !== "struct" || frame.values.has(path)) return known(frame.values, path)
    const prefix = path === "" || path.endsWith(".") ? path : `${path}.`
    return {
      op: "struct",
      members: membersOf(shape).map(([key, member]) => [key, this.value(frame, member, `${prefix}${key}`)]),
    }
  }
}

const found = <V>(map: ReadonlyMap<string, V>, path: string, what: string): V => {
  const value = map.get(path)
  if (value === undefined) throw new TypeError(`${path || "the field itself"} is not ${what} that was read before`)
  return value
}

const numberAt = (frame: Frame, path: string) => found(frame.numbers, path, "a number of the same scope")

const casePath = ({ pattern, indexes }: Path, name: string): Path => ({ pattern: `${pattern}.${name}`, indexes })

const prepended = (steps: readonly Step[], { steps: others, next }: Lowered): Lowered => ({
  steps: [...steps, ...others],
  next,
})

const countTerm = (frame: Frame, count: PlannedList["count"]): Term | undefined => {
  if (count === undefined) return undefined
  return typeof count === "number" ? literal(count) : narrowed(numberOf(known(frame.numbers, count.path).local))
}

/** A number of an entry before, or what stands in for it in the first one. */
const previousType = (type: PlannedField["type"], first: number) => {
  const { from, to, wide } = type.kind === "bytes" ? sizeType : typeOfScalar(type)
  const value = BigInt(first)
  return { from: value < from ? value : from, to: value > to ? value : to, wide }
}

/** Both measures of the same kind, as they were compared. */
const measured = (actual: Term, expected: Term | undefined): Pick<Require, "actual" | "expected"> => {
  if (expected === undefined || actual.type.wide === expected.type.wide) return { actual, expected }
  return { actual, expected: actual.type.wide ? compare("equal", actual, expected).right : expected }
}

const tagsOf = (plan: Plan, field: PlannedField): readonly number[] => {
  for (const scope of scopesOf(plan))
    for (const each of scope.parts)
      if (each.kind === "choice" && each.tag === field)
        return each.cases.flatMap(({ tag }) => (tag === undefined ? [] : [tag]))
  throw new TypeError(`${field.path} is the tag of no union`)
}
