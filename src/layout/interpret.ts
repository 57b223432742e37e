import { cut, viewOf } from "../violation/bytes.js"
import { type Place, Violation } from "../violation/violation.js"
import { chainHolds } from "./chain.js"
import { mostViolations } from "./emitted.js"
import { inputSize, programOf } from "./lower.js"
import { type Arguments, argumentsOf } from "./parameters.js"
import { known } from "./plan.js"
import { readScalar } from "./scalar.js"
import type {
  ChosenCase,
  Each,
  Local,
  Offset,
  Path,
  PlaceTerm,
  Program,
  Require,
  Step,
  Term,
  Test,
  Value,
} from "./steps.js"
import type { BitMember, Layout, Scalar } from "./types.js"

/** A run of bytes and the field that claims it. */
export interface Claim extends Place {
  /** The field's type; undefined for bytes that the format does not look into. */
  readonly type: Scalar | undefined
  readonly value: number | bigint | undefined
}

/** All that can be said of an input. */
export interface Reading {
  /** In the order in which they are judged; empty for an input that is accepted. */
  readonly violations: readonly Violation[]
  /** In the order in which they are read. Those of an accepted input cover every byte exactly once. */
  readonly claims: readonly Claim[]
  /** The decoded state of an accepted input. */
  readonly state: unknown
}

export interface InterpretOptions {
  /** Whether byte runs of the state are views of the input. */
  readonly alias?: boolean
  /** Whether to say which field claims which bytes, which takes many times the memory of a long list. */
  readonly claims?: boolean
}

/**
 * The reference decoder: takes the steps of a layout one by one, slowly and obviously. It collects every violation that
 * does not follow from another: nothing is judged that reads what was refused. It is the oracle of emitted decoders, and
 * what explains an input.
 *
 * @example
 * const flags = L.layout("flags", { title: "Flags", doc: "Two of them.", limit: 2, fields: { on: L.boolean("On.") } })
 * L.interpret(flags, Uint8Array.of(1)).claims.map(({ path, offset, length, value }) => [path, offset, length, value])
 * // [["on", 0, 1, 1]]
 * @since 0.6.0
 */
export const interpret = (
  layout: Layout,
  bytes: Uint8Array,
  given: Arguments = {},
  { alias = false, claims = true }: InterpretOptions = {},
): Reading => {
  const program = programOf(layout)
  const run = new Run(program, bytes, argumentsOf(program.parameters, given), { alias, claims })
  if (run.all(program.opening) !== "end") {
    run.all(program.reading)
    run.all(program.judging)
  }
  const { violations, claims: claimed } = run
  return { violations, claims: claimed, state: violations.length === 0 ? run.value(program.value) : undefined }
}

/** What is to be done behind a step: the next one, nothing more of the reading, nothing at all. */
type Outcome = "next" | "stop" | "end"

/** One input on its way through the steps; a class because every function reads or writes what was read. */
class Run {
  readonly violations: Violation[] = []
  readonly claims: Claim[] = []
  readonly #program: Program
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #arguments: Arguments
  readonly #options: Required<InterpretOptions>
  /** The numbers that were read and accepted; a number that is not there is unknown. */
  readonly #numbers = new Map<string, number | bigint>()
  readonly #built = new Map<string, unknown>()

  constructor(program: Program, bytes: Uint8Array, given: Arguments, options: Required<InterpretOptions>) {
    this.#program = program
    this.#bytes = bytes
    this.#view = viewOf(bytes)
    this.#arguments = given
    this.#options = options
    this.#numbers.set(inputSize.name, bytes.length)
  }

  all(steps: readonly Step[]): Outcome {
    for (const step of steps) {
      const outcome = this.#take(step)
      if (outcome !== "next") return outcome
    }
    return "next"
  }

  #take(step: Step): Outcome {
    switch (step.op) {
      case "read": {
        const offset = this.#offset(step.at)
        const value = readScalar(this.#view, step.type, offset)
        this.#claim({ path: this.#path(step.path), offset, length: step.type.bits / 8, type: step.type, value })
        return this.#set(step.into, value)
      }
      case "extract":
        return this.#set(step.into, extracted(known(this.#numbers, step.from.name), step))
      case "let":
        return this.#set(step.into, this.#term(step.term))
      case "require":
        return this.#require(step)
      case "point":
        return this.#point(step)
      case "claim": {
        const place = this.#place(step.place)
        if (place.length > 0) this.#claim({ ...place, type: undefined, value: undefined })
        return "next"
      }
      case "when": {
        const test = this.#test(step.test)
        if (test === true) return this.all(step.then)
        for (const local of step.zeros) this.#set(local, local.type.wide ? 0n : 0)
        return this.all(step.otherwise)
      }
      case "choose": {
        const chosen = this.#chosen(step.cases)
        if (chosen === undefined) return "stop"
        const outcome = this.all(chosen.steps)
        if (outcome !== "next") return outcome
        if (step.end !== undefined) this.#set(step.end, this.#offset(chosen.next))
        if (this.violations.length === 0) this.#built.set(step.into, this.value(chosen.value))
        return "next"
      }
      case "each":
        return this.#each(step)
    }
  }

  #claim(claim: Claim): void {
    if (this.#options.claims) this.claims.push(claim)
  }

  #set({ name }: Local, value: number | bigint | undefined): Outcome {
    if (value === undefined) this.#numbers.delete(name)
    else this.#numbers.set(name, value)
    return "next"
  }

  #refuse(check: number, place: PlaceTerm, actual: Term | undefined, expected: Term | undefined): void {
    if (this.violations.length === mostViolations) return
    const measure = (term: Term | undefined) => term && this.#term(term)
    const rule = known(new Map(this.#program.checks.entries()), check)
    this.violations.push(new Violation(rule, this.#place(place), measure(actual), measure(expected)))
  }

  #require({ check, holds, place, actual, expected, failure, about }: Require): Outcome {
    if (this.#test(holds) !== false || ((actual && this.#term(actual)) === undefined) !== (actual === undefined))
      return "next"
    this.#refuse(check, place, actual, expected)
    if (failure === "forget" && about !== undefined) this.#set(about, undefined)
    return failure === "end" || failure === "stop" ? failure : "next"
  }

  #point({ pointer, place, start, empty, fixed, checks }: Extract<Step, { op: "point" }>): Outcome {
    const actual: Term = { op: "local", local: pointer, type: pointer.type }
    const position = Number(this.#term(actual))
    const wanted = this.#offset(start)
    const isEmpty = empty !== undefined && this.#test(empty) === true
    if (position === (isEmpty ? 0 : wanted)) return "next"
    const size = this.#bytes.length
    const misplaced =
      position < fixed || position >= size ? checks.range : position < wanted ? checks.overlap : checks.gap
    const expected: Term = {
      op: "literal",
      value: BigInt(isEmpty ? 0 : wanted),
      type: { ...pointer.type, wide: false },
    }
    this.#refuse(isEmpty ? checks.empty : misplaced, place, actual, expected)
    return "stop"
  }

  #chosen(cases: readonly ChosenCase[]): ChosenCase | undefined {
    let holds = false as boolean | undefined
    const chosen = cases.find(({ test }) => {
      holds = test === undefined ? true : this.#test(test)
      return holds !== false
    })
    return holds === undefined ? undefined : chosen
  }

  #each(step: Each): Outcome {
    const { index, at, start, stride, previous, columns, into, end } = step
    const count = step.count && this.#term(step.count)
    const until = step.until && this.#offset(step.until)
    const entries: unknown[] = []
    const table = new Int32Array(columns === undefined ? 0 : columns.length * Number(count))
    this.#built.set(into, columns === undefined ? entries : table)
    let from = this.#offset(start)
    for (const { into: local, first } of previous) this.#set(local, local.type.wide ? first : Number(first))
    for (let number = 0; until === undefined ? number < Number(count) : from < until; number++) {
      this.#set(index, number)
      this.#set(at, from)
      const outcome = this.all(step.steps)
      if (outcome !== "next") return outcome
      for (const { of, into: local } of previous) this.#set(local, this.#numbers.get(of.name))
      if (this.violations.length === 0) {
        if (columns === undefined) entries.push(this.value(step.entry))
        else
          for (const [column, local] of columns.entries())
            table[column * Number(count) + number] = Number(known(this.#numbers, local.name))
      }
      from = stride === undefined ? this.#offset(step.next) : from + stride
    }
    if (end !== undefined) this.#set(end, from)
    return "next"
  }

  #offset({ base, plus }: Offset): number {
    return base === undefined ? plus : Number(known(this.#numbers, base.name)) + plus
  }

  #path({ pattern, indexes }: Path): string {
    const numbers = indexes.map(({ name }) => known(this.#numbers, name))
    return pattern.split("[]").reduce((path, text, index) => `${path}[${numbers[index - 1]}]${text}`)
  }

  #place({ path, at, length }: PlaceTerm): Place {
    return { path: this.#path(path), offset: this.#offset(at), length: Number(this.#term(length)) }
  }

  /** A term's number; undefined where it reads a number that is unknown. */
  #term(term: Term): number | bigint | undefined {
    const value = this.#exact(term)
    if (value === undefined) return undefined
    return term.type.wide ? value : Number(value)
  }

  #exact(term: Term): bigint | undefined {
    switch (term.op) {
      case "literal":
        return term.value
      case "local": {
        const value = this.#numbers.get(term.local.name)
        return value === undefined ? undefined : BigInt(value)
      }
      case "parameter":
        return BigInt(Number(this.#arguments[term.parameter.name]))
      case "sum":
      case "difference":
      case "larger":
      case "quotient":
      case "remainder":
      case "product": {
        const [left, right] =
          "by" in term ? [this.#exact(term.of), BigInt(term.by)] : [this.#exact(term.left), this.#exact(term.right)]
        return left === undefined || right === undefined ? undefined : operations[term.op](left, right)
      }
      case "choose": {
        const [test, yes, no] = [this.#test(term.when), this.#exact(term.yes), this.#exact(term.no)]
        if (test === undefined || yes === undefined || no === undefined) return undefined
        return test ? yes : no
      }
      case "widen":
      case "narrow":
        return this.#exact(term.of)
    }
  }

  /** Whether a test holds; undefined where it reads what is unknown, whatever the rest says. */
  #test(test: Test): boolean | undefined {
    switch (test.op) {
      case "equal":
      case "atMost":
      case "below": {
        const [left, right] = [this.#exact(test.left), this.#exact(test.right)]
        return left === undefined || right === undefined ? undefined : comparisons[test.op](left, right)
      }
      case "is":
        return this.#arguments[test.parameter.name] === test.word
      case "listed": {
        const words = this.#arguments[test.parameter.name]
        return Array.isArray(words) && words.includes(test.word)
      }
      case "all":
      case "any": {
        const tests = test.tests.map((each) => this.#test(each))
        if (tests.includes(undefined)) return undefined
        return test.op === "all" ? !tests.includes(false) : tests.includes(true)
      }
      case "not": {
        const holds = this.#test(test.test)
        return holds === undefined ? undefined : !holds
      }
      case "scan": {
        const length = this.#term(test.length)
        const isPlaced = [test.at, test.end].every(({ base }) => base === undefined || this.#numbers.has(base.name))
        // A run that goes on to the end has fewer than no bytes where what is before it was cut.
        if (length === undefined || length < 0 || !isPlaced) return undefined
        return chainHolds(test.scan, cut(this.#bytes, this.#offset(test.at), Number(length), true))
      }
    }
  }

  /** The decoded form of what was read. */
  value(value: Value): unknown {
    switch (value.op) {
      case "number":
        return decoded(value.type, known(this.#numbers, value.of.name))
      case "bytes":
        return cut(this.#bytes, this.#offset(value.at), Number(this.#term(value.length)), this.#options.alias)
      case "struct":
        return Object.fromEntries(value.members.map(([key, member]) => [key, this.value(member)]))
      case "array":
        return value.items.map((item) => this.value(item))
      case "either":
        return this.value(this.#test(value.test) === true ? value.yes : value.no)
      case "kind":
        return { kind: value.kind, [value.member]: this.value(value.of) }
      case "built":
        return known(this.#built, value.name)
      case "null":
        return null
    }
  }
}

const operations = {
  sum: (left: bigint, right: bigint) => left + right,
  difference: (left: bigint, right: bigint) => left - right,
  larger: (left: bigint, right: bigint) => (left > right ? left : right),
  quotient: (of: bigint, by: bigint) => of / by,
  remainder: (of: bigint, by: bigint) => of % by,
  product: (of: bigint, by: bigint) => of * by,
}

const comparisons = {
  equal: (left: bigint, right: bigint) => left === right,
  atMost: (left: bigint, right: bigint) => left <= right,
  below: (left: bigint, right: bigint) => left < right,
}

const extracted = (
  value: number | bigint,
  { shift, width }: { readonly shift: number; readonly width: number },
): number => Number((BigInt(value) >> BigInt(shift)) & (2n ** BigInt(width) - 1n))

/** A number as what its type makes of it. */
const decoded = (type: Scalar | BitMember, value: number | bigint): unknown => {
  switch (type.kind) {
    case "boolean":
    case "flag":
      return BigInt(value) === 1n
    case "enumeration":
      return Object.entries(type.names).find(([, named]) => BigInt(named) === BigInt(value))?.[0]
    default:
      return value
  }
}
