import type { Rule } from "../../violation/violation.js"
import { chainPlanOf } from "../chain.js"
import { programOf } from "../lower.js"
import type { PlannedField } from "../plan.js"
import type {
  Choose,
  Each,
  Extract,
  Local,
  Offset,
  PlaceTerm,
  Point,
  Program,
  Read,
  Require,
  Step,
  Term,
  Test,
  Value,
  When,
} from "../steps.js"
import { numberOf, sizeType } from "../term.js"
import type { BitMember, Chain, Layout, Parameter, Scalar } from "../types.js"
import { judgedBy, rulesIn, scansIn } from "../uses.js"
import { type Backend, written } from "./backend.js"
import { type Namer, namer, ruleConstant } from "./names.js"
import { literalText, mirrored, operatorsOf, readExpression } from "./typescript-text.js"

/** What emitted functions are called and where they find what they work with, as seen from their own file. */
export interface Emission {
  /** The function that decodes, with the type of what comes out and the module that exports it; none where it is left out. */
  readonly decoder?: { readonly name: string; readonly state: string; readonly from: string }
  /** The function that only judges: it gives the first violation or undefined. */
  readonly check?: string
  /** The arguments that the functions take for the layout's parameters; one called `given` with all of them by default. */
  readonly arguments?: readonly Argument[]
  /** How a parameter is read from those arguments. */
  readonly parameter?: (parameter: Parameter) => string
  /** The module that {@link emitRules} wrote; the rules stand in the file itself by default. */
  readonly rules?: string
  /** The module that exports what emitted code works with; this package by default. */
  readonly runtime?: string
  /** What the first line says: who made the file, from what. */
  readonly origin: string
}

/** An argument of an emitted function: `receiver: ReceiverState`, and where its type is from. */
export interface Argument {
  readonly name: string
  readonly type: string
  readonly from?: string
}

/**
 * Writes a decoder of a layout as TypeScript, a function that only judges, or both: straight-line reads and comparisons in
 * the order of the layout's steps, stopping at the first violation. The text needs this package and nothing else, not
 * even the declaration, so that bundles of it stay small.
 *
 * @throws TypeError where two rules would have one name
 * @example
 * const flags = L.layout("flags", { title: "Flags", doc: "Two of them.", limit: 2, fields: { on: L.boolean("On.") } })
 * L.emitTypeScript(flags, { check: "checkFlags", origin: "From flags.ts." }).includes("if (on > 1) return new Violation(")
 * // true
 * @since 0.6.0
 */
export const emitTypeScript = (layout: Layout, emission: Emission): string => {
  const program = programOf(layout)
  const { decoder, check, runtime = "migration-guard/layout", arguments: given } = emission
  const own = given ?? argumentsFor(program)
  const told: Told = {
    arguments: own,
    parameter: emission.parameter ?? (({ name }) => `given.${name}`),
    taken: [
      ...taken,
      ...own.flatMap(({ name, type }) => [name, type]),
      ...[decoder?.name, decoder?.state, check].filter((name) => name !== undefined),
      ...scansIn(program).map(({ name }) => name),
      ...program.checks.map(({ id }) => ruleConstant(id)),
    ],
  }
  const decoding = decoder && functionsOf(program, decoder.name, decoder.state, told)
  const judging = check === undefined ? undefined : functionsOf(program, check, undefined, told)
  const functions = [...(decoding ?? []), ...(judging ?? [])]
  const all = functions.join("\n")
  const rules = program.checks.filter(({ id }) => mentions(all, ruleConstant(id)))
  const imports = [
    { from: runtime, names: ["cut", "placeIn"].filter((name) => all.includes(`${name}(`)) },
    { from: runtime, names: ["Violation", ...(emission.rules === undefined ? ["type Rule"] : [])] },
    ...(decoder === undefined ? [] : [{ from: decoder.from, names: [`type ${decoder.state}`] }]),
    ...own.flatMap(({ type, from }) => (from === undefined ? [] : [{ from, names: [`type ${type}`] }])),
    ...(emission.rules === undefined ? [] : [{ from: emission.rules, names: rules.map(({ id }) => ruleConstant(id)) }]),
  ]
  const constants = emission.rules === undefined ? [rulesText(rules, "")] : []
  const head = `// ${emission.origin}\n${importText(imports)}`
  return [head, ...constants, ...scansIn(program).map(scanText), ...functions].join("\n")
}

/**
 * Writes the rules of some layouts as a module of their own, for several emitted files: a constant for each.
 *
 * @throws TypeError where two rules would have one name
 * @example
 * const flags = L.layout("flags", { title: "Flags", doc: "Two of them.", limit: 2, fields: { on: L.boolean("On.") } })
 * L.emitRules([flags], { runtime: "migration-guard/layout", origin: "From flags.ts." }).includes("export const layoutBooleanRule")
 * // true
 * @since 0.6.0
 */
export const emitRules = (
  layouts: readonly Layout[],
  { runtime = "migration-guard/layout", origin }: Pick<Emission, "runtime" | "origin">,
): string => {
  const rules = layouts.flatMap((layout) => [layout.checks.argument, ...rulesIn(programOf(layout))])
  const unique = [...new Map(rules.map((rule) => [rule.id, rule])).values()]
  return `// ${origin}\n${importText([{ from: runtime, names: ["type Rule"] }])}\n${rulesText(unique, "export ")}`
}

const rulesText = (rules: readonly Rule[], exporting: string): string => {
  const names = rules.map(({ id }) => ruleConstant(id))
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new TypeError(`two rules would be called ${twice}`)
  return rules
    .map(({ id, code, requirement, consequence }, index) => {
      const members = Object.entries({ id, code, requirement, consequence })
      const text = members.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(", ")
      return `${exporting}const ${names[index]}: Rule = { ${text} }\n`
    })
    .join("")
}

/** The argument that has all parameters of a layout as its members. */
const argumentsFor = ({ parameters }: Program): readonly Argument[] => {
  const members = parameters.map((parameter) => `readonly ${parameter.name}: ${parameterType(parameter)}`)
  return parameters.length === 0 ? [] : [{ name: "given", type: `{ ${members.join("; ")} }` }]
}

const parameterType = (parameter: Parameter): string => {
  if (parameter.kind === "number") return "number"
  const words = parameter.words.map((word) => JSON.stringify(word)).join(" | ")
  return parameter.kind === "word" ? words : `readonly (${words})[]`
}

/** A function that decodes, or only judges where there is no state, behind the readers of its tables. */
const functionsOf = (program: Program, name: string, state: string | undefined, told: Told): readonly string[] => {
  const writer = new Writer(program, state !== undefined, told)
  const text = writer.decoder(name, state)
  return [...writer.functions, text]
}

/** What all functions of a file are told. */
interface Told {
  readonly arguments: readonly Argument[]
  readonly parameter: (parameter: Parameter) => string
  /** Names that stand for something else. */
  readonly taken: readonly string[]
}

/** Names that stand for something in every emitted function, and those that TypeScript keeps. */
const taken = [
  ..."bytes view size alias columns index at cut placeIn Violation Rule".split(" "),
  ..."break case catch class const continue debugger default delete do else enum export extends false finally for".split(
    " ",
  ),
  ..."function if import in instanceof new null return super switch this throw true try typeof var void while with".split(
    " ",
  ),
  ..."yield let static implements interface package private protected public await async eval arguments undefined".split(
    " ",
  ),
  ..."NaN Infinity Object Array Math Number BigInt DataView Int32Array Uint8Array Boolean String Symbol".split(" "),
]

class Writer implements Backend<string> {
  /** The readers of lists, which come before the decoder. */
  readonly functions: string[] = []
  readonly #program: Program
  /** Whether a value is made. */
  readonly #isKept: boolean
  readonly #told: Told
  readonly #names: Namer
  /** Names of its own that a function has inside, while it is written. */
  #inner: Namer | undefined
  readonly #judged: ReadonlySet<string>
  /** Where numbers that nothing judges are read: as part of the value. */
  readonly #places = new Map<string, { readonly type: Scalar; readonly at: Offset }>()
  /** Where numbers lie that are read wherever they are mentioned. */
  readonly #reads = new Map<string, { readonly type: Scalar; readonly at: Offset }>()
  /** Numbers that were declared before the block in which they are read. */
  readonly #declared = new Set<string>()

  constructor(program: Program, isKept: boolean, told: Told) {
    this.#program = program
    this.#isKept = isKept
    this.#told = told
    this.#names = namer(told.taken)
    this.#judged = judgedBy(program)
  }

  #name(path: string): string {
    return (this.#inner ?? this.#names)(path)
  }

  decoder(name: string, state: string | undefined): string {
    const { opening, reading, judging, value, plan } = this.#program
    const [limit, fixed, ...head] = opening
    const steps = (of: readonly Step[]) => written(of, this).filter((text) => text !== "")
    const sizes = steps([limit, fixed].filter((step) => step !== undefined))
    const sections = [
      [...sizes, "const view = new DataView(bytes.buffer, bytes.byteOffset, size)"],
      ...[head, reading, judging].map(steps),
    ]
    const result = this.#isKept ? this.#value(value) : "undefined"
    const text = [...sections, [`return ${result}`]]
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.join("\n"))
      .join("\n\n")
    const view = text.includes("view.") || text.includes("(view") ? text : text.replace(/^const view.*\n/m, "")
    const alias = text.includes("alias") ? ["alias: boolean"] : []
    const signature = [
      "bytes: Uint8Array",
      ...this.#told.arguments.map((each) => `${each.name}: ${each.type}`),
      ...alias,
    ]
    return `
/** ${state === undefined ? `Finds the first violation of a ${plan.layout.title}; undefined where there is none.` : `Decodes a ${plan.layout.title}, or says which violation is its first.`} */
export const ${name} = (${signature.join(", ")}): ${state === undefined ? "Violation | undefined" : `${state} | Violation`} => {
const size = bytes.length
${view}
}
`
  }

  read({ into, type, at }: Read): string {
    if (!this.#declared.has(into.name)) this.#reads.set(into.name, { type, at })
    if (!this.#judged.has(into.name)) {
      this.#places.set(into.name, { type, at })
      return ""
    }
    const declaration = this.#declared.has(into.name) ? "" : "const "
    return `${declaration}${this.#name(into.name)} = ${readExpression(type, this.#offset(at))}`
  }

  extract({ into, from, shift, width }: Extract): string {
    const declaration = this.#declared.has(into.name) ? "" : "const "
    const word = this.#name(from.name)
    const mask = 2n ** BigInt(width) - 1n
    const text = from.type.wide
      ? `Number((${word} >> ${shift}n) & ${mask}n)`
      : width === 32
        ? word
        : `(${word} >>> ${shift}) & ${literalText(mask, false)}`
    return `${declaration}${this.#name(into.name)} = ${text}`
  }

  let({ into, term }: { readonly into: Local; readonly term: Term }): string {
    return `const ${this.#name(into.name)} = ${this.#term(term)}`
  }

  require({ check, holds, place, actual, expected }: Require): string {
    return `if (${this.#test(holds, true)}) ${this.#refuse(this.#check(check), place, actual, expected)}`
  }

  point({ pointer, place, start, empty, fixed, checks }: Point): string {
    const number = pointer.type.wide ? `Number(${this.#name(pointer.name)})` : this.#name(pointer.name)
    const actual: Term = { op: "local", local: pointer, type: pointer.type }
    const from = this.#offset(start)
    const refuse = (check: string, expected: string) =>
      `return new Violation(${check}, ${this.#place(place)}, ${this.#term(actual)}, ${expected})`
    const names = [checks.range, checks.overlap, checks.gap].map((check) => this.#check(check))
    const between = from === String(fixed) ? names[2] : `${number} < ${from} ? ${names[1]} : ${names[2]}`
    const found = `${number} < ${fixed} || ${number} >= size ? ${names[0]} : ${between}`
    const misplaced = `if (${number} !== ${from}) ${refuse(found, from)}`
    if (empty === undefined) return misplaced
    return `if (${this.#test(empty)}) {
if (${number} !== 0) ${refuse(this.#check(checks.empty), "0")}
} else ${misplaced}`
  }

  /** What an interpreter claims, a decoder only cuts out for the value. */
  claim(): string {
    return ""
  }

  when(step: When): string {
    const zeros = step.zeros.filter(({ name }) => this.#judged.has(name))
    for (const { name } of zeros) this.#declared.add(name)
    const then = written(step.then, this).filter((text) => text !== "")
    const declarations = zeros.map(({ name, type }) => `let ${this.#name(name)} = ${type.wide ? "0n" : "0"}`)
    return [...declarations, ...(then.length === 0 ? [] : [`if (${this.#test(step.test)}) {`, ...then, "}"])].join("\n")
  }

  choose(step: Choose, cases: readonly (readonly string[])[]): string {
    const value = this.#isKept ? this.#name(`${step.into}#value`) : undefined
    const end = step.end && this.#name(step.end.name)
    const blocks = step.cases.map((each, index) => {
      const head = each.test === undefined ? "{" : `if (${this.#test(each.test)}) {`
      const lines = [
        ...(cases[index] ?? []),
        ...(value === undefined ? [] : [`${value} = ${this.#value(each.value)}`]),
        ...(end === undefined ? [] : [`${end} = ${this.#offset(each.next)}`]),
      ].filter((text) => text !== "")
      return `${head}\n${lines.join("\n")}\n}`
    })
    const declarations = [value === undefined ? "" : `let ${value}`, end === undefined ? "" : `let ${end}: number`]
    return [...declarations, blocks.join(" else ")].filter((text) => text !== "").join("\n")
  }

  each(step: Each, steps: readonly string[]): string {
    return step.columns === undefined ? this.#loop(step, steps) : this.#apart(step)
  }

  #loop(step: Each, steps: readonly string[]): string {
    const [index, at] = [this.#name(step.index.name), this.#name(step.at.name)]
    const first = step.previous.map(
      ({ into, first: value }) => `let ${this.#name(into.name)} = ${literalText(value, into.type.wide)}`,
    )
    const passed = step.previous.map(({ of, into }) => `${this.#name(into.name)} = ${this.#name(of.name)}`)
    const { made, kept } = this.#keeping(step, index)
    const body = [...steps, ...(this.#isKept ? kept : []), ...passed].filter((text) => text !== "")
    if (body.length === 0 && step.stride !== undefined && step.count !== undefined) return ""
    const count = step.count && this.#term(step.count)
    const more = step.until === undefined ? `${index} < ${count}` : `${at} < ${this.#offset(step.until)}`
    const start = this.#offset(step.start)
    const loop =
      step.stride === undefined
        ? [
            `let ${at} = ${start}`,
            `for (let ${index} = 0; ${more}; ${index}++) {`,
            ...body,
            `${at} = ${this.#offset(step.next)}`,
            "}",
          ]
        : [`for (let ${index} = 0, ${at} = ${start}; ${more}; ${index}++, ${at} += ${step.stride}) {`, ...body, "}"]
    const end = step.end === undefined ? [] : [`const ${this.#name(step.end.name)} = ${at}`]
    return [...(this.#isKept ? [made] : []), ...first, ...loop, ...end].join("\n")
  }

  /** How the entries of a list are kept: as columns, or one by one. */
  #keeping(
    { columns, count, entry, into }: Each,
    index: string,
  ): { readonly made: string; readonly kept: readonly string[] } {
    const value = this.#name(`${into}#value`)
    if (columns === undefined) return { made: `const ${value} = []`, kept: [`${value}.push(${this.#value(entry)})`] }
    const times = (column: number): string => `${column === 1 ? "" : `${column} * `}${count && this.#term(count)}`
    const place = (column: number): string => (column === 0 ? index : `${times(column)} + ${index}`)
    return {
      made: `const ${value} = new Int32Array(${times(columns.length)})`,
      kept: columns.map((local, column) => `${value}[${place(column)}] = ${this.#local(local)}`),
    }
  }

  /** A table's loop as a function of its own: it is where large inputs spend their time, and optimised alone. */
  #apart(step: Each): string {
    const { into, path, count, columns } = step
    if (count === undefined || columns === undefined) throw new TypeError("a table has a count")
    const outer = path.indexes.map((index) => ({ path: index.name, name: this.#name(index.name), type: "number" }))
    this.#inner = innerNamer(step, outer, this.#told.taken)
    const start: Local = { name: `${into}#start`, type: sizeType }
    const entries: Local = { name: `${into}#entries`, type: sizeType }
    const inside: Each = { ...step, start: { base: start, plus: 0 }, count: numberOf(entries) }
    const loop = this.#loop(inside, written(step.steps, this))
    this.#inner = undefined
    if (loop === "") return ""
    const given = [...outer, ...this.#told.arguments].filter(({ name }) => mentions(loop, name))
    const signature = [
      "view: DataView",
      "start: number",
      "count: number",
      ...given.map(({ name, type }) => `${name}: ${type}`),
    ]
    const name = this.#names([this.#isKept ? "read" : "check", ...into.split("#").reverse()].join("_"))
    const result = this.#isKept ? "columns" : "undefined"
    this.functions.push(`\nconst ${name} = (${signature.join(", ")}) => {\n${loop}\nreturn ${result}\n}\n`)
    const value = this.#name(`${into}#value`)
    const passed = ["view", this.#offset(step.start), this.#term(count), ...given.map((each) => each.name)]
    const refused = this.#isKept ? `${value} instanceof Violation` : `${value} !== undefined`
    const refusal = loop.includes("new Violation") ? `\nif (${refused}) return ${value}` : ""
    return `const ${value} = ${name}(${passed.join(", ")})${refusal}`
  }

  #check(index: number): string {
    return ruleConstant(this.#program.checks[index]?.id ?? "")
  }

  #refuse(check: string, place: PlaceTerm, actual: Term | undefined, expected: Term | undefined): string {
    const measures = [actual, expected].filter((term) => term !== undefined).map((term) => this.#term(term))
    return `return new Violation(${[check, this.#place(place), ...measures].join(", ")})`
  }

  #place({ path, at, length }: PlaceTerm): string {
    const [name, offset, bytes] = [JSON.stringify(path.pattern), this.#offset(at), this.#term(length)]
    if (path.indexes.length === 0) return `{ path: ${name}, offset: ${offset}, length: ${bytes} }`
    return `placeIn(${[name, offset, bytes, ...path.indexes.map((index) => this.#name(index.name))].join(", ")})`
  }

  #offset({ base, plus }: Offset): string {
    if (base === undefined) return String(plus)
    const name = base.name === "#size" ? "size" : this.#name(base.name)
    return plus === 0 ? name : `${name} + ${plus}`
  }

  /** A number, read where it is needed if nothing has judged it. */
  #local({ name }: Local): string {
    if (name === "#size") return "size"
    const place = this.#places.get(name)
    return place === undefined || this.#judged.has(name)
      ? this.#name(name)
      : readExpression(place.type, this.#offset(place.at))
  }

  #term(term: Term): string {
    switch (term.op) {
      case "literal":
        return literalText(term.value, term.type.wide)
      case "local":
        return this.#local(term.local)
      case "parameter":
        return this.#told.parameter(term.parameter)
      case "sum":
        return `${this.#term(term.left)} + ${this.#term(term.right)}`
      case "difference":
        return `${this.#term(term.left)} - ${grouped(term.right, this.#term(term.right))}`
      case "larger": {
        const [left, right] = [this.#term(term.left), this.#term(term.right)]
        return term.type.wide ? `(${left} > ${right} ? ${left} : ${right})` : `Math.max(${left}, ${right})`
      }
      case "quotient":
        return `Math.floor(${grouped(term.of, this.#term(term.of))} / ${term.by})`
      case "remainder":
        return `${grouped(term.of, this.#term(term.of))} % ${term.by}`
      case "product":
        return `${grouped(term.of, this.#term(term.of))} * ${term.by}`
      case "choose":
        return `(${this.#test(term.when)} ? ${this.#term(term.yes)} : ${this.#term(term.no)})`
      case "widen":
        return `BigInt(${this.#term(term.of)})`
      case "narrow":
        return `Number(${this.#term(term.of)})`
    }
  }

  /** A test; `negated` gives its opposite, with the negation carried down to the comparisons. */
  #test(test: Test, negated = false): string {
    switch (test.op) {
      case "all":
      case "any": {
        const conjunction = (test.op === "all") !== negated
        const tests = test.tests.map((each) => `(${this.#test(each, negated)})`)
        return tests.length === 0 ? String(conjunction) : tests.join(conjunction ? " && " : " || ")
      }
      case "not":
        return this.#test(test.test, !negated)
      case "is":
        return `${this.#told.parameter(test.parameter)} ${negated ? "!==" : "==="} ${JSON.stringify(test.word)}`
      case "listed":
        return `${negated ? "!" : ""}${this.#told.parameter(test.parameter)}.includes(${JSON.stringify(test.word)})`
      case "scan":
        return `${negated ? "!" : ""}${test.scan.name}(view, ${this.#offset(test.at)}, ${this.#term(test.length)})`
      default:
        return this.#comparison(test, negated)
    }
  }

  /** A comparison, with what is constant on the right. */
  #comparison({ op, left, right }: Comparison, negated: boolean): string {
    const half = op === "below" && isZero(right) ? this.#signOf(left) : undefined
    if (half !== undefined) return `${half} ${operatorsOf(op, negated)} 0`
    const [one, other] = [this.#term(left), this.#term(right)]
    if (left.op === "literal" && right.op !== "literal") return `${other} ${mirrored(operatorsOf(op, negated))} ${one}`
    return `${one} ${operatorsOf(op, negated)} ${other}`
  }

  /** The half of a wide number that has its sign: to compare it takes no bigint. */
  #signOf(term: Term): string | undefined {
    const read = term.op === "local" && term.type.wide ? this.#reads.get(term.local.name) : undefined
    if (read === undefined || !read.type.signed) return undefined
    const { base, plus } = read.at
    const at = { base, plus: read.type.bigEndian ? plus : plus + 4 }
    return readExpression({ ...read.type, bits: 32 }, this.#offset(at))
  }

  #value(value: Value): string {
    switch (value.op) {
      case "number":
        return decodedText(value.type, this.#local(value.of), value.of.type.wide)
      case "bytes":
        return `cut(bytes, ${this.#offset(value.at)}, ${this.#term(value.length)}, alias)`
      case "struct":
        return `{ ${value.members.map(([key, member]) => `${key}: ${this.#value(member)}`).join(", ")} }`
      case "array":
        return `[${value.items.map((item) => this.#value(item)).join(", ")}]`
      case "either":
        return `${this.#test(value.test, true)} ? ${this.#value(value.no)} : ${this.#value(value.yes)}`
      case "kind":
        return `{ kind: "${value.kind}" as const, ${value.member}: ${this.#value(value.of)} }`
      case "built":
        return this.#name(`${value.name}#value`)
      case "null":
        return "null"
    }
  }
}

/** Short names for the one loop of a function: fields are called as in their own struct. */
const innerNamer = (
  { into, path, index, at }: Each,
  outer: readonly { readonly path: string; readonly name: string }[],
  taken: readonly string[],
): Namer => {
  const short = new Map([
    ...outer.map(({ path: of, name }) => [of, name] as const),
    [index.name, "index"],
    [at.name, "at"],
    [`${into}#start`, "start"],
    [`${into}#entries`, "count"],
    [`${into}#value`, "columns"],
  ])
  const others = namer([...taken, ...short.values()])
  const prefixes = [`${into}[].`, `${path.pattern}[].`]
  return (name) => short.get(name) ?? others(prefixes.reduce((left, prefix) => left.replace(prefix, ""), name))
}

const isZero = (term: Term): boolean => term.op === "literal" && term.value === 0n

type Comparison = { readonly op: "equal" | "atMost" | "below"; readonly left: Term; readonly right: Term }

const mentions = (text: string, name: string): boolean => new RegExp(`\\b${name}\\b`).test(text)

const grouped = (term: Term, text: string): string =>
  term.op === "sum" || term.op === "difference" ? `(${text})` : text

/** What a number stands for; the last member of an enumeration needs no comparison, because its type was checked. */
const decodedText = (type: Scalar | BitMember, name: string, wide: boolean): string => {
  switch (type.kind) {
    case "boolean":
    case "flag":
      return `${name} === ${literalText(1n, wide)}`
    case "enumeration": {
      const members = Object.entries(type.names)
      return members
        .map(([member, value], index) => {
          const text = `${JSON.stringify(member)} as const`
          return index < members.length - 1 ? `${name} === ${literalText(BigInt(value), wide)} ? ${text} : ` : text
        })
        .join("")
    }
    default:
      return name
  }
}

const importText = (imports: readonly { readonly from: string; readonly names: readonly string[] }[]): string => {
  const byModule = new Map<string, Set<string>>()
  for (const { from, names } of imports) byModule.set(from, new Set([...(byModule.get(from) ?? []), ...names]))
  return [...byModule]
    .filter(([, names]) => names.size > 0)
    .map(([from, names]) => `import { ${[...names].sort().join(", ")} } from "${from}"\n`)
    .join("")
}

/** The function that looks through a run. */
const scanText = (chain: Chain): string => {
  const { size, length, named, silent } = chainPlanOf(chain)
  const isWhole = chain.begins === "whole"
  const read = (field: PlannedField): string =>
    field.type.kind === "bytes"
      ? "0"
      : readExpression(field.type, field.offset === 0 ? "start + at" : `start + at + ${field.offset}`)
  const reads = named.map(({ field }, index) => `const number${index} = ${read(field)}`)
  const tests = named.map(
    ({ numbers }, index) => `(${numbers.map((value) => `number${index} === ${value}`).join(" || ")})`,
  )
  const bound = chain.most < 2 ** (8 * length.size) - 1 ? [`follows <= ${chain.most}`] : []
  const entry = [...tests, ...bound].join(" && ") || "true"
  const body = isWhole
    ? `let at = 0
while (length - at >= ${size}) {
${[...reads, `const follows = ${read(length)}`].join("\n")}
if (!(${entry})) return false
at += ${size} + follows
}
return at === length`
    : `const reachesEnd = new Uint8Array(length + 1)
reachesEnd[length] = 1
for (let at = length - ${size}; at >= 0; at--) {
${[...reads, `const follows = ${read(length)}`].join("\n")}
if (${entry}) reachesEnd[at] = Number(reachesEnd[at + ${size} + follows])
}
return reachesEnd.subarray(0, ${silent + 1}).includes(1)`
  return `
/** ${chain.doc} */
const ${chain.name} = (view: DataView, start: number, length: number): boolean => {
if (length <= ${silent}) return true
${body}
}
`
}
