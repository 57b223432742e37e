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
import { forgottenBy, judgedBy, localsIn, localsOf, nodesIn, rulesIn, scansIn } from "../uses.js"
import { type Backend, written } from "./backend.js"
import { type Namer, namer, ruleConstant } from "./names.js"
import { literalText, mirrored, operatorsOf, readExpression } from "./typescript-text.js"

/** What emitted functions are called and where they find what they work with, as seen from their own file. */
export interface Emission {
  /** The function that decodes, with the type of what comes out and the module that exports it; none where it is left out. */
  readonly decoder?: { readonly name: string; readonly state: string; readonly from: string }
  /** The function that only judges: it gives the first violation or undefined. */
  readonly check?: string
  /** The function that gives all violations that do not follow from others, at most 64. */
  readonly collect?: string
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
  const { decoder, check, collect, runtime = "migration-guard/layout", arguments: given } = emission
  const own = given ?? argumentsFor(program)
  const told: Told = {
    arguments: own,
    parameter: emission.parameter ?? (({ name }) => `given.${name}`),
    taken: [
      ...taken,
      ...own.flatMap(({ name, type }) => [name, type]),
      ...[decoder?.name, decoder?.state, check, collect].filter((name) => name !== undefined),
      ...scansIn(program).map(({ name }) => name),
      ...program.checks.map(({ id }) => ruleConstant(id)),
    ],
  }
  const kinds: readonly Kind[] = [
    ...(decoder === undefined
      ? []
      : [{ gives: "state", name: decoder.name, type: `${decoder.state} | Violation` } as const]),
    ...(check === undefined ? [] : [{ gives: "verdict", name: check, type: "Violation | undefined" } as const]),
    ...(collect === undefined ? [] : [{ gives: "violations", name: collect, type: "readonly Violation[]" } as const]),
  ]
  const functions = kinds.flatMap((kind) => functionsOf(program, kind, told))
  const all = functions.join("\n")
  const rules = program.checks.filter(({ id }) => mentions(all, ruleConstant(id)))
  const imports = [
    {
      from: runtime,
      names: ["collected", "cut", "fills", "inputView", "placeIn"].filter((name) => mentions(all, name)),
    },
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

/** An emitted function: what it gives, and the type of that. */
interface Kind {
  readonly gives: "state" | "verdict" | "violations"
  readonly name: string
  readonly type: string
}

/** A function, behind the readers of its tables. */
const functionsOf = (program: Program, kind: Kind, told: Told): readonly string[] => {
  const writer = new Writer(program, kind, told)
  const text = writer.function()
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
  ..."bytes view size alias columns index at found judged collected cut fills inputView placeIn Violation Rule".split(
    " ",
  ),
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

const summaries = {
  state: (title: string) => `Decodes a ${title}, or says which violation is its first.`,
  verdict: (title: string) => `Finds the first violation of a ${title}; undefined where there is none.`,
  violations: (title: string) => `Finds the violations of a ${title} that do not follow from others: no more than 64.`,
}

/** How the readers of tables begin their names. */
const verbs = { state: "read", verdict: "check", violations: "judge" }

class Writer implements Backend<string> {
  /** The readers of lists, which come before the decoder. */
  readonly functions: string[] = []
  readonly #program: Program
  readonly #kind: Kind
  /** Whether a value is made. */
  readonly #isKept: boolean
  /** Whether it goes on behind a violation. */
  readonly #collects: boolean
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
  /** Numbers that can be unknown where they are judged: what was refused, and what was not read because of it. */
  readonly #unknown: Set<string>

  constructor(program: Program, kind: Kind, told: Told) {
    this.#program = program
    this.#kind = kind
    this.#isKept = kind.gives === "state"
    this.#collects = kind.gives === "violations"
    this.#told = told
    this.#names = namer(told.taken)
    this.#judged = judgedBy(program)
    this.#unknown = new Set(this.#collects ? forgottenBy(program) : [])
  }

  #name(path: string): string {
    return (this.#inner ?? this.#names)(path)
  }

  function(): string {
    const { opening, plan } = this.#program
    const { gives, name, type } = this.#kind
    const [limit, fixed, ...head] = opening
    const refusal = `new Violation(${ruleConstant(plan.layout.checks.argument.id)}, { path: "", offset: 0, length: 0 })`
    const input = [
      "const view = inputView(bytes)",
      `if (view === undefined) return ${this.#collects ? `[${refusal}]` : refusal}`,
      "const size = view.byteLength",
      ...(this.#collects ? ["const found: Violation[] = []"] : []),
    ]
    const sections = [
      [...input, ...this.#lines([limit, fixed].filter((step) => step !== undefined))],
      this.#lines(head),
      ...(this.#collects ? this.#collecting() : this.#stopping()),
    ]
    const text = sections
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.join("\n"))
      .join("\n\n")
    const alias = text.includes("alias") ? ["alias: boolean"] : []
    const signature = [
      "bytes: Uint8Array",
      ...this.#told.arguments.map((each) => `${each.name}: ${each.type}`),
      ...alias,
    ]
    return `
/** ${summaries[gives](plan.layout.title)} */
export const ${name} = (${signature.join(", ")}): ${type} => {
${text}
}
`
  }

  #lines(steps: readonly Step[]): readonly string[] {
    return written(steps, this).filter((text) => text !== "")
  }

  #stopping(): readonly (readonly string[])[] {
    const { reading, judging, value } = this.#program
    return [
      ...[reading, judging].map((steps) => this.#lines(steps)),
      [`return ${this.#isKept ? this.#value(value) : "undefined"}`],
    ]
  }

  /** Where the reading stops, what was read is still judged: by a function, which knows nothing of the rest. */
  #collecting(): readonly (readonly string[])[] {
    const { opening, reading, judging } = this.#program
    const before = new Set(
      opening.flatMap((step) => (step.op === "read" || step.op === "extract" ? [step.into.name] : [])),
    )
    const late = [...new Map(judging.flatMap(localsOf).map((local) => [local.name, local])).values()].filter(
      ({ name }) => name !== "#size" && !before.has(name),
    )
    for (const { name } of late) this.#declared.add(name)
    const read = this.#lines(reading)
    for (const { name } of late) this.#unknown.add(name)
    const judged = this.#lines(judging)
    return [
      late.map((local) => this.#declaration(local)),
      judged.length === 0
        ? []
        : ["const judged = (): readonly Violation[] => {", ...judged, "return collected(found)", "}"],
      read,
      [this.#stop()],
    ]
  }

  #stop(): string {
    return this.#program.judging.length === 0 ? "return collected(found)" : "return judged()"
  }

  #declaration({ name, type }: Local): string {
    return `let ${this.#name(name)}: ${type.wide ? "bigint" : "number"} | undefined`
  }

  /** What stands before the `=` where a number is set: for good, unless it can be forgotten. */
  #setting(local: Local): string {
    const isForGood = !this.#declared.has(local.name) && !this.#unknown.has(local.name)
    return isForGood ? `const ${this.#name(local.name)}` : this.#variable(local)
  }

  /** The same of a number that is set again. */
  #variable(local: Local): string {
    if (this.#declared.has(local.name)) return this.#name(local.name)
    return this.#unknown.has(local.name) ? this.#declaration(local) : `let ${this.#name(local.name)}`
  }

  read({ into, type, at }: Read): string {
    if (!this.#declared.has(into.name)) this.#reads.set(into.name, { type, at })
    if (!this.#judged.has(into.name)) {
      this.#places.set(into.name, { type, at })
      return ""
    }
    return `${this.#setting(into)} = ${readExpression(type, this.#offset(at))}`
  }

  extract({ into, from, shift, width }: Extract): string {
    const word = this.#name(from.name)
    const mask = 2n ** BigInt(width) - 1n
    const text = from.type.wide
      ? `Number((${word} >> ${shift}n) & ${mask}n)`
      : width === 32
        ? word
        : `(${word} >>> ${shift}) & ${literalText(mask, false)}`
    return `${this.#setting(into)} = ${text}`
  }

  let({ into, term }: { readonly into: Local; readonly term: Term }): string {
    return `${this.#setting(into)} = ${this.#term(term)}`
  }

  require(step: Require): string {
    const { check, holds, place, actual, expected, failure, about } = step
    const measures = [actual, expected].filter((term) => term !== undefined).map((term) => this.#term(term))
    const fresh = failure === "forget" ? about : undefined
    const locals = localsOf(step).filter(({ name }) => name !== fresh?.name)
    const test = this.#known(locals, holds, this.#test(holds, true))
    return this.#refuse(test, this.#violation(this.#check(check), place, measures), step)
  }

  point({ pointer, place, start, empty, fixed, checks }: Point): string {
    const number = pointer.type.wide ? `Number(${this.#name(pointer.name)})` : this.#name(pointer.name)
    const actual = this.#term({ op: "local", local: pointer, type: pointer.type })
    const from = this.#offset(start)
    const refuse = (test: string, check: string, expected: string) =>
      this.#refuse(test, this.#violation(check, place, [actual, expected]), {
        failure: "stop",
        place,
        about: undefined,
      })
    const names = [checks.range, checks.overlap, checks.gap].map((check) => this.#check(check))
    const between = from === String(fixed) ? names[2] : `${number} < ${from} ? ${names[1]} : ${names[2]}`
    const found = `${number} < ${fixed} || ${number} >= size ? ${names[0]} : ${between}`
    const misplaced = refuse(`${number} !== ${from}`, found, from)
    if (empty === undefined) return misplaced
    return `if (${this.#test(empty)}) {
${refuse(`${number} !== 0`, this.#check(checks.empty), "0")}
} else ${misplaced}`
  }

  #violation(check: string, place: PlaceTerm, measures: readonly string[]): string {
    return `new Violation(${[check, this.#place(place), ...measures].join(", ")})`
  }

  /**
   * Ends the function where a test holds, or keeps the violation and does what is to be done behind it. Only in lists are
   * so many found that the rest is not worth looking for.
   */
  #refuse(test: string, violation: string, { failure, place, about }: Pick<Require, "failure" | "place" | "about">) {
    if (!this.#collects) return `if (${test}) return ${violation}`
    const then = {
      end: "return collected(found)",
      stop: this.#stop(),
      forget: about && `${this.#name(about.name)} = undefined`,
      "go on": undefined,
    }[failure]
    const isListed = place.path.indexes.length > 0
    const kept = isListed ? `fills(found, ${violation})` : `found.push(${violation})`
    const full = "return collected(found)"
    if (then !== undefined) return `if (${test}) {\n${isListed ? `if (${kept}) ${full}` : kept}\n${then}\n}`
    return isListed ? `if (${conjunct(test)} && ${kept}) ${full}` : `if (${test}) ${kept}`
  }

  /** What is asked before a test is, where it reads what can be unknown. */
  #known(locals: readonly Local[], test: Test, text: string): string {
    const asked = this.#unknownIn(locals).map((name) => `${name} !== undefined`)
    if (this.#collects)
      for (const node of nodesIn(test))
        if (node.op === "scan" && node.length.op === "difference") asked.push(`${this.#term(node.length)} >= 0`)
    return [...asked, asked.length === 0 ? text : conjunct(text)].join(" && ")
  }

  #unknownIn(locals: readonly Local[]): readonly string[] {
    return [...new Set(locals.map(({ name }) => name))]
      .filter((name) => this.#unknown.has(name))
      .map((name) => this.#name(name))
  }

  /** What an interpreter claims, a decoder only cuts out for the value. */
  claim(): string {
    return ""
  }

  when(step: When): string {
    const zeros = step.zeros.filter(({ name }) => this.#judged.has(name))
    const declarations = zeros.map((local) => `${this.#variable(local)} = ${local.type.wide ? "0n" : "0"}`)
    for (const { name } of zeros) this.#declared.add(name)
    const then = written(step.then, this).filter((text) => text !== "")
    const test = this.#known(localsIn(step.test), step.test, this.#test(step.test))
    return [...declarations, ...(then.length === 0 ? [] : [`if (${test}) {`, ...then, "}"])].join("\n")
  }

  choose(step: Choose, cases: readonly (readonly string[])[]): string {
    const value = this.#isKept ? this.#name(`${step.into}#value`) : undefined
    const end = step.end && this.#name(step.end.name)
    const isDeclared = step.end !== undefined && this.#declared.has(step.end.name)
    const blocks = step.cases.flatMap((each, index) => {
      const unknown = this.#unknownIn(each.test === undefined ? [] : localsIn(each.test))
      const stop = `if (${unknown.map((name) => `${name} === undefined`).join(" || ")}) {\n${this.#stop()}\n}`
      const head = each.test === undefined ? "{" : `if (${this.#test(each.test)}) {`
      const lines = [
        ...(cases[index] ?? []),
        ...(value === undefined ? [] : [`${value} = ${this.#value(each.value)}`]),
        ...(end === undefined ? [] : [`${end} = ${this.#offset(each.next)}`]),
      ].filter((text) => text !== "")
      return [...(unknown.length === 0 ? [] : [stop]), `${head}\n${lines.join("\n")}\n}`]
    })
    const declarations = [
      value === undefined ? "" : `let ${value}`,
      end === undefined || isDeclared ? "" : `let ${end}: number`,
    ]
    return [...declarations, blocks.join(" else ")].filter((text) => text !== "").join("\n")
  }

  each(step: Each, steps: readonly string[]): string {
    return step.columns === undefined ? this.#loop(step, steps) : this.#apart(step)
  }

  #loop(step: Each, steps: readonly string[]): string {
    const [index, at] = [this.#name(step.index.name), this.#name(step.at.name)]
    const first = step.previous.map(
      ({ into, first: value }) => `${this.#variable(into)} = ${literalText(value, into.type.wide)}`,
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
    const end = step.end === undefined ? [] : [`${this.#setting(step.end)} = ${at}`]
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
    const found = { name: "found", type: "Violation[]" }
    const given = [...outer, ...this.#told.arguments, found].filter(({ name }) => mentions(loop, name))
    const signature = [
      "view: DataView",
      "start: number",
      "count: number",
      ...given.map(({ name, type }) => `${name}: ${type}`),
    ]
    const name = this.#names([verbs[this.#kind.gives], ...into.split("#").reverse()].join("_"))
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

/** A test as one of several that must hold. */
const conjunct = (text: string): string => (text.includes(" || ") ? `(${text})` : text)

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
