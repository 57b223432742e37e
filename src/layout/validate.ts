import { nodesOf } from "./expression.js"
import { lower, parametersOf } from "./lower.js"
import { accepts } from "./parameters.js"
import { planOf, scopeOf } from "./plan.js"
import { plannedRulesOf } from "./rules.js"
import { typeOfScalar } from "./term.js"
import {
  type BitField,
  type Chain,
  type Condition,
  contentsOf,
  type Derived,
  type Field,
  type Fields,
  type Layout,
  lifetimesOf,
  type NumberField,
  type Pointer,
  type Struct,
  type Table,
  type Union,
  type Wire,
} from "./types.js"

/**
 * What a declaration says that the language cannot do: one sentence each, with the path of the field. An empty list means
 * that every backend, the encoder and the interpreter do all of it. It looks at all that the types of the constructors
 * leave open: names, numbers, which field sizes what, what reads what.
 */
export const validate = (layout: Layout): readonly string[] => {
  const nesting = nestingOf(layout.struct, new Set())
  if (nesting !== undefined) return [nesting]
  const problems = [...structProblems(layout.struct, "", true), ...formatProblems(layout), ...lifetimeProblems(layout)]
  if (problems.length > 0) return problems
  const rules = ruleProblems(layout)
  return rules.length > 0 ? rules : lowerProblems(layout)
}

/** Structs may not be nested deeper: emitted code has a block for each level. */
const deepest = 32

/** Says what is wrong with a declaration that contains itself, which would have no end. */
export const nestingOf = (field: Field, above: ReadonlySet<Field>): string | undefined => {
  if (above.has(field)) return "a struct contains itself: bound its depth with nested()"
  if (above.size > deepest) return `it is nested deeper than ${deepest} levels`
  const within = new Set([...above, field])
  for (const inner of contentsOf(field)) {
    const problem = nestingOf(inner, within)
    if (problem !== undefined) return problem
  }
  return undefined
}

const at = (path: string, problem: string): string => (path === "" ? problem : `${path}: ${problem}`)

/** Names are those of the members of decoded states and of variables in emitted code. */
const isName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && name !== "__proto__"

const namesProblems = (names: object, path: string): readonly string[] => {
  if (![Object.prototype, null].includes(Object.getPrototypeOf(names)))
    return [at(path, "its names must be own properties of a plain object: __proto__ is no name")]
  return Object.keys(names)
    .filter((name) => !isName(name))
    .map((name) =>
      at(path, `${JSON.stringify(name)} is no name: letters, digits and _, not first a digit, not __proto__`),
    )
}

const structProblems = (struct: Struct, path: string, isRoot: boolean): readonly string[] => {
  const { fields } = struct
  const names = namesProblems(fields, path)
  if (names.length > 0) return names
  return [
    ...collisions(fields, path),
    ...Object.entries(fields).flatMap(([name, field], index, all) => {
      const inner = path === "" ? name : `${path}.${name}`
      const open = index < all.length - 1 && isOpen(field, fields, name)
      return [
        ...(open ? [at(inner, "it takes all bytes that are left, so nothing may follow it")] : []),
        ...fieldProblems(field, { fields, name, path: inner, isRoot, index }),
      ]
    }),
  ]
}

/** Members of the decoded state that would have one name. */
const collisions = (fields: Fields, path: string): readonly string[] => {
  const keys = Object.entries(fields).map(([name, field]) => (field.kind === "pointer" ? field.to : name))
  return keys.filter((key, index) => keys.indexOf(key) !== index).map((key) => at(path, `two fields are called ${key}`))
}

/** Where a field stands. */
interface Site {
  readonly fields: Fields
  readonly name: string
  readonly path: string
  /** Whether its scope is the whole input's. */
  readonly isRoot: boolean
  readonly index: number
}

const sizing = (fields: Fields, kind: Derived["kind"], part: string): readonly Derived[] =>
  Object.values(fields).filter((field): field is Derived => field.kind === kind && field.of === part)

const has = (fields: Fields, kind: Derived["kind"], part: string): boolean => sizing(fields, kind, part).length > 0

/** Whether a field's bytes go on to the end of what it lies in. */
const isOpen = (field: Field, fields: Fields, name: string): boolean => {
  if (has(fields, "length", name)) return false
  switch (field.kind) {
    case "run":
    case "message":
      return true
    case "list":
    case "table":
      return field.counted === undefined && !has(fields, "count", name)
    case "struct":
      return Object.entries(field.fields).some(([inner, member]) => isOpen(member, field.fields, inner))
    case "choice":
    case "union":
    case "optional":
      return contentsOf(field).some((content) => isOpen(content, {}, ""))
    default:
      return false
  }
}

const fieldProblems = (field: Field, site: Site): readonly string[] => {
  const { path, fields, name, isRoot } = site
  switch (field.kind) {
    case "integer":
    case "boolean":
    case "enumeration":
    case "constant":
    case "bits":
      return numberProblems(field).map((problem) => at(path, problem))
    case "bytes":
      return isCount(field.length, 0x10000) ? [] : [at(path, "it must have from 1 to 65536 bytes")]
    case "array":
      return [
        ...(isCount(field.length, 0x10000) ? [] : [at(path, "it must have from 1 to 65536 elements")]),
        ...entryProblems(field.element, path),
      ]
    case "length":
    case "count":
    case "tag":
      return derivedProblems(field, site)
    case "total":
      return isRoot ? [] : [at(path, "only the outermost struct can say the input's size")]
    case "pointer":
      return pointerProblems(field, site)
    case "struct":
      return structProblems(field, path, isRoot && !has(fields, "length", name))
    case "message":
      return [
        ...structProblems(field.header, `${path}.header`, false),
        ...(scopeOf(field.header).parts.length > 0 ? [at(path, "its header must be of fixed size")] : []),
      ]
    case "list":
      return [
        ...countedProblems(field.counted, path),
        ...(field.entry.kind === "bottom" ? [] : entryProblems(field.entry, path)),
      ]
    case "table":
      return [...countedProblems(field.counted, path), ...tableProblems(field, path)]
    case "union":
      return [...unionProblems(field, site), ...contentProblems(field.contents, path)]
    case "choice":
      return [...casesProblems(field.cases, path), ...contentProblems(field.contents, path)]
    case "optional":
      return contentProblems({ content: field.content }, path)
    case "bottom":
      return [at(path, "what nested() hands out can only be a list's entry")]
    case "run":
      return []
  }
}

const isCount = (value: number, most: number): boolean => Number.isInteger(value) && 1 <= value && value <= most

/** Whether a number is one of those that a field of the wire can hold. */
const fits = (wire: Wire, value: number | bigint): boolean => {
  if (typeof value === "number" && !Number.isSafeInteger(value)) return false
  const { from, to } = typeOfScalar(wire)
  return from <= value && value <= to
}

const numberProblems = (field: NumberField): readonly string[] => {
  switch (field.kind) {
    case "constant":
      return fits(field, field.value) ? [] : [`${field.value} does not fit ${field.bits} bits`]
    case "enumeration":
      return namedNumbersProblems(field.names, field)
    case "bits":
      return bitsProblems(field)
    case "boolean":
      return field.signed ? ["a boolean is a number without a sign"] : []
    default:
      return []
  }
}

const namedNumbersProblems = (names: Readonly<Record<string, number>>, wire: Wire): readonly string[] => {
  const numbers = Object.values(names)
  return [
    ...(numbers.length === 0 ? ["it has no member"] : []),
    ...(new Set(numbers).size < numbers.length ? ["two of its members have one number"] : []),
    ...numbers.filter((value) => !fits(wire, value)).map((value) => `${value} does not fit ${wire.bits} bits`),
  ]
}

const bitsProblems = ({ members, bits, signed }: BitField): readonly string[] => {
  const widths = Object.values(members).map((member) => (member.kind === "flag" ? 1 : member.width))
  const sum = widths.reduce((total, width) => total + width, 0)
  return [
    ...namesProblems(members, ""),
    ...(signed ? ["bits are cut from a number without a sign"] : []),
    ...(widths.every((width) => isCount(width, 32)) ? [] : ["a member has from 1 to 32 bits"]),
    ...(sum === bits ? [] : [`its members have ${sum} bits, not ${bits}`]),
  ]
}

/** The name and place of what a derived field says something of. */
const targetOf = (fields: Fields, name: string): readonly [Field, number] | undefined => {
  for (const [index, [key, field]] of Object.entries(fields).entries()) {
    if (field.kind === "pointer" && field.to === name) return [field.content, Number.POSITIVE_INFINITY]
    if (key === name) return [field, index]
  }
  return undefined
}

const measurable: Readonly<Record<Derived["kind"], readonly Field["kind"][]>> = {
  length: ["run", "message", "list", "table", "choice", "union", "optional", "struct"],
  count: ["list", "table"],
  tag: ["union"],
}

const derivedProblems = (field: Derived, { fields, path, index }: Site): readonly string[] => {
  const [target, place] = targetOf(fields, field.of) ?? []
  if (target === undefined || place === undefined) return [at(path, `there is no ${field.of} beside it`)]
  const isCounted = (target.kind === "list" || target.kind === "table") && target.counted !== undefined
  return [
    ...(measurable[field.kind].includes(target.kind) ? [] : [`${field.of} has no ${field.kind} of its own`]),
    ...(field.kind === "count" && isCounted ? [`${field.of} already has a count in front of it`] : []),
    ...(place > index ? [] : [`it must stand before ${field.of}`]),
    ...(sizing(fields, field.kind, field.of).length === 1 ? [] : [`${field.of} has two fields for its ${field.kind}`]),
    ...(field.signed ? ["it must have no sign"] : []),
  ].map((problem) => at(path, problem))
}

const pointerProblems = (pointer: Pointer, { fields, path, isRoot }: Site): readonly string[] => {
  const { to, content } = pointer
  return [
    ...(isRoot ? [] : [at(path, "only the outermost struct can have pointers")]),
    ...(isName(to) ? [] : [at(path, `${JSON.stringify(to)} is no name`)]),
    ...(pointer.signed ? [at(path, "it must have no sign")] : []),
    ...(isOpen(content, fields, to) ? [at(path, `what is behind it needs a length or a count`)] : []),
    ...fieldProblems(content, { fields, name: to, path: to, isRoot: false, index: 0 }),
  ]
}

const countedProblems = (counted: string | undefined, path: string): readonly string[] =>
  counted === undefined || isName(counted) ? [] : [at(path, `${JSON.stringify(counted)} is no name`)]

/** What a list repeats must say itself how large it is, and have at least a byte. */
const entryProblems = (entry: Field, path: string): readonly string[] => {
  const own = fieldProblems(entry, { fields: {}, name: "", path: `${path}[]`, isRoot: false, index: 0 })
  if (own.length > 0) return own
  const alone = entry.kind === "union" || entry.kind === "optional" || entry.kind === "choice"
  if (alone) return [at(path, "an entry that takes several forms must be a struct with fields that say which")]
  if (isOpen(entry, {}, "")) return [at(path, "an entry must say how large it is")]
  return scopeOf(entry).least > 0 ? [] : [at(path, "an entry must have at least one byte, or a list would have no end")]
}

const casesProblems = (cases: readonly { readonly when: Condition | undefined }[], path: string): readonly string[] =>
  cases.length > 0 && cases.every(({ when }, index) => (when === undefined) === (index === cases.length - 1))
    ? []
    : [at(path, "each case but the last needs a condition, and the last has none")]

const tableProblems = ({ variants }: Table, path: string): readonly string[] => [
  ...namesProblems(Object.fromEntries(variants.map(({ name }) => [name, name])), path),
  ...casesProblems(variants, path),
  ...variants.flatMap(({ is }) => [
    ...structProblems(is, `${path}[]`, false),
    ...Object.entries(is.fields).flatMap(([name, field]) =>
      field.kind === "integer" && field.bits < 64
        ? []
        : [at(`${path}[].${name}`, "columns are integers of at most 32 bits")],
    ),
    ...(Object.keys(is.fields).length > 0 ? [] : [at(path, "an entry has no field")]),
  ]),
]

const unionProblems = ({ tags }: Union, { fields, name, path }: Site): readonly string[] => {
  const [tag] = sizing(fields, "tag", name)
  if (tag === undefined) return [at(path, "a union needs a field that is its tag")]
  return namedNumbersProblems(tags, tag).map((problem) => at(path, problem))
}

const contentProblems = (contents: Fields, path: string): readonly string[] => [
  ...namesProblems(contents, path),
  ...Object.entries(contents).flatMap(([name, content]) =>
    content.kind === "union" || content.kind === "optional" || content.kind === "choice"
      ? [at(path, "what it holds must be a struct, to have the fields that say which form it takes")]
      : fieldProblems(content, { fields: {}, name: "", path: `${path}.${name}`, isRoot: false, index: 0 }),
  ),
]

const formatProblems = ({ format, limit }: Layout): readonly string[] => [
  ...(/^[a-z][a-z0-9-]*$/.test(format) ? [] : [`${JSON.stringify(format)} must be lower-case letters, digits and -`]),
  ...(limit.op === "parameter" || (limit.op === "literal" && typeof limit.value === "number" && limit.value >= 0)
    ? []
    : ["its limit must be a parameter or a number"]),
]

const lifetimeProblems = ({ struct }: Layout): readonly string[] =>
  lifetimesOf(struct).some(({ since, until }) => since !== undefined || until !== undefined)
    ? ["what is not there in every version is declared with versions()"]
    : []

const ruleProblems = (layout: Layout): readonly string[] => {
  const rules = plannedRulesOf(planOf(layout)).map(({ rule }) => rule)
  const first = new Map(rules.map((rule) => [rule.id, rule]))
  const own = new Set(Object.values(layout.checks).map(({ id }) => id))
  const parameters = parametersOf(layout)
  return [
    ...[...first.keys()]
      .filter((id) => own.has(id))
      .map((id) => `${id} is the id of a rule that holds by construction`),
    ...rules
      .filter((rule) => rule.requirement !== first.get(rule.id)?.requirement || rule.code !== first.get(rule.id)?.code)
      .map(({ id }) => `two rules are called ${id}`),
    ...parameters
      .filter((one) => !accepts(one, one.default))
      .map(({ name }) => `the default of ${name} is none of its values`),
    ...parameters.filter(({ name }) => !isName(name)).map(({ name }) => `${JSON.stringify(name)} is no name`),
    ...parameters
      .filter((one, index) => parameters.findIndex(({ name }) => name === one.name) !== index)
      .map(({ name }) => `two parameters are called ${name}`),
    ...rules.flatMap(wordProblems),
    ...chainsProblems(
      rules.flatMap(({ holds }) => [...nodesOf(holds)].flatMap((node) => (node.op === "scan" ? [node.scan] : []))),
    ),
  ]
}

const chainsProblems = (chains: readonly Chain[]): readonly string[] => {
  const all = [...new Set(chains)]
  const names = all.map(({ name }) => name)
  return [
    ...names.filter((name, index) => names.indexOf(name) !== index).map((name) => `two chains are called ${name}`),
    ...all.flatMap((chain) => chainProblems(chain).map((problem) => `${chain.name}: ${problem}`)),
  ]
}

const chainProblems = ({ name, header, length, most }: Chain): readonly string[] => {
  const own = structProblems(header, "", false)
  if (own.length > 0) return own
  const members = Object.entries(header.fields)
  const isFlat = ({ kind }: Field) => kind === "bytes" || kind === "integer" || kind === "enumeration"
  const isNarrow = (field: Field) => !("bits" in field) || (field.bits <= 32 && !field.signed)
  const size = members.find(([key]) => key === length)?.[1]
  if (!members.every(([, field]) => isFlat(field) && isNarrow(field)))
    return ["its header has fixed bytes, integers and enumerations of at most 32 bits without a sign"]
  if (size?.kind !== "integer") return [`its header has no integer ${length}`]
  const [least, largest] = [scopeOf(header).size - 1, 2 ** size.bits - 1]
  return [
    ...(/^[a-z]+([A-Z][a-z0-9]*)+$/.test(name) ? [] : ["its name must be two words or more, as in chunksFit"]),
    ...(Number.isInteger(most) && least <= most && most <= largest
      ? []
      : [`the most bytes behind its header must be from ${least} to ${largest}`]),
  ]
}

const wordProblems = ({ id, holds }: { readonly id: string; readonly holds: Condition }): readonly string[] =>
  [...nodesOf(holds)].flatMap((node) => {
    if (node.op === "listed")
      return node.parameter.words.includes(node.word)
        ? []
        : [`${id}: ${node.word} is no word of ${node.parameter.name}`]
    if (node.op !== "equal" || node.left.op !== "parameter" || node.left.kind !== "word" || node.right.op !== "literal")
      return []
    return node.left.words.includes(String(node.right.value))
      ? []
      : [`${id}: ${node.right.value} is no word of ${node.left.name}`]
  })

/** What only shows when the steps are written: rules that read what is not there yet, or what does not compare. */
const lowerProblems = (layout: Layout): readonly string[] => {
  try {
    lower(planOf(layout))
    return []
  } catch (error) {
    return [(error as Error).message]
  }
}
