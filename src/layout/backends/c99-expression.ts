import type { Local, NumberType, Offset, Term, Test } from "../steps.js"
import type { NumberParameter, WordParameter, WordsParameter } from "../types.js"
import { snake } from "./c99-text.js"

/** How emitted C gets at what it is told: each as an expression of C. */
export interface Told {
  readonly number: (parameter: NumberParameter) => string
  readonly word: (parameter: WordParameter) => string
  readonly constant: (parameter: WordParameter, word: string) => string
  readonly listed: (parameter: WordsParameter, word: string) => string
}

export interface Printing {
  readonly told: Told
  readonly nameOf: (local: Local) => string
}

const mostUnsigned = 2n ** 32n - 1n
const mostSigned = 2n ** 31n - 1n

/** The C type that numbers of a type are kept in. */
export const typeIn = ({ from, to }: NumberType): "uint32_t" | "uint64_t" | "int32_t" | "int64_t" => {
  if (from >= 0n) return to <= mostUnsigned ? "uint32_t" : "uint64_t"
  return from >= -mostSigned - 1n && to <= mostSigned ? "int32_t" : "int64_t"
}

/** The type that holds the numbers of two. */
const typeOfBoth = (one: NumberType, other: NumberType): ReturnType<typeof typeIn> => {
  const from = one.from < other.from ? one.from : other.from
  const to = one.to > other.to ? one.to : other.to
  if (from < 0n && to >= 2n ** 63n) throw new TypeError(`numbers from ${from} to ${to} are of no type of C`)
  return typeIn({ ...one, from, to })
}

export const printNumber = (value: bigint, isSignedType = false): string => {
  if (value < -mostSigned) return value === -(2n ** 63n) ? "INT64_MIN" : `INT64_C(${value})`
  if (value <= 0xffffn) return String(value)
  if (isSignedType) return value > mostSigned ? `INT64_C(${value})` : String(value)
  return value > mostUnsigned ? `UINT64_C(0x${value.toString(16)})` : `0x${value.toString(16)}u`
}

export const printOffset = ({ base, plus }: Offset, { nameOf }: Printing): string => {
  if (base === undefined) return String(plus)
  return plus === 0 ? nameOf(base) : `${nameOf(base)} + ${plus}`
}

const bindings: Partial<Record<Term["op"], number>> = { sum: 1, difference: 1, quotient: 2, remainder: 2, product: 2 }

/** How tightly C binds what a term is printed as. */
const bindingOf = (term: Term): number =>
  term.op === "widen" || term.op === "narrow" ? bindingOf(term.of) : (bindings[term.op] ?? 3)

/** A term as an operand of type `as`, in parentheses unless it binds as tightly as `binding`. */
const operand = (term: Term, as: string, binding: number, printing: Printing): string => {
  if (term.op === "literal") return printNumber(term.value, !as.startsWith("u"))
  const isCast = typeIn(term.type) !== as
  const text = printTerm(term, printing)
  const atom = bindingOf(term) < (isCast ? 3 : binding) ? `(${text})` : text
  return isCast ? `(${as})${atom}` : atom
}

/** A term as C, of the type that its numbers are kept in. */
export const printTerm = (term: Term, printing: Printing): string => {
  const type = typeIn(term.type)
  const print = (inner: Term, binding: number): string => operand(inner, type, binding, printing)
  switch (term.op) {
    case "literal":
      return printNumber(term.value)
    case "local":
      return printing.nameOf(term.local)
    case "parameter":
      return printing.told.number(term.parameter)
    case "sum":
      return `${print(term.left, 1)} + ${print(term.right, 1)}`
    case "difference":
      return `${print(term.left, 1)} - ${print(term.right, 2)}`
    case "larger": {
      // Compared with a sign where one of them has one, even if the larger of them never has.
      const common = typeOfBoth(term.left.type, term.right.type)
      const [left, right] = [term.left, term.right].map((side) => operand(side, common, 1, printing))
      return `${common === type ? "" : `(${type})`}(${left} > ${right} ? ${left} : ${right})`
    }
    case "quotient":
      return `${print(term.of, 2)} / ${term.by}`
    case "product":
      return `${print(term.of, 2)} * ${term.by}`
    case "remainder":
      return `${operand(term.of, typeIn(term.of.type), 2, printing)} % ${term.by}`
    case "choose":
      return `(${printTest(term.when, printing)} ? ${print(term.yes, 1)} : ${print(term.no, 1)})`
    case "widen":
    case "narrow":
      return printTerm(term.of, printing)
  }
}

type Comparison = Extract<Test, { op: "equal" | "atMost" | "below" }>

const symbols = { equal: "==", atMost: "<=", below: "<" } as const
const opposites = { equal: "!=", atMost: ">", below: ">=" } as const
const mirrored = { "==": "==", "!=": "!=", "<=": ">=", "<": ">", ">": "<", ">=": "<=" } as const

export const isSigned = ({ type }: Term): boolean => type.from < 0n

/** The most that a number can be: to C, one that is narrow is as wide as it was. */
const mostOf = (term: Term): bigint => (term.op === "narrow" ? mostOf(term.of) : term.type.to)

/** `count <= left / 20` as `count * 20 <= left`, which takes no division and is easier to prove with, where it fits. */
const multiplied = (comparison: Comparison): Comparison => {
  const { op, left, right } = comparison
  if (op !== "atMost" || right.op !== "quotient" || isSigned(left)) return comparison
  const to = mostOf(left) * BigInt(right.by)
  if (to >= 2n ** 64n) return comparison
  const type = { from: 0n, to, wide: to > mostUnsigned }
  return { op, left: { op: "product", of: left, by: right.by, type }, right: right.of }
}

/** Comparisons of numbers of which one has a sign are made with one. */
const printComparison = (comparison: Comparison, printing: Printing, negated: boolean): string => {
  const { op, left, right } = multiplied(comparison)
  const symbol = (negated ? opposites : symbols)[op]
  const signed = isSigned(left) || isSigned(right)
  if (signed && (left.type.to >= 2n ** 63n || right.type.to >= 2n ** 63n)) return mixed(comparison, printing, negated)
  const side = (term: Term): string => {
    return operand(term, signed && !isSigned(term) ? "int64_t" : typeIn(term.type), 1, printing)
  }
  if (left.op === "literal") return `${side(right)} ${mirrored[symbol]} ${side(left)}`
  return `${side(left)} ${symbol} ${side(right)}`
}

/** A comparison of a number with a sign and one that needs all 64 bits without: the sign is looked at first. */
const mixed = ({ op, left, right }: Comparison, printing: Printing, negated: boolean): string => {
  const [one, other] = [left, right].map((term) => operand(term, typeIn(term.type), 2, printing))
  const as = (text: string | undefined, term: Term) => (isSigned(term) ? `(uint64_t)(${text})` : text)
  const magnitudes = `${as(one, left)} ${symbols[op]} ${as(other, right)}`
  const isBelow = isSigned(left) && op !== "equal"
  const whole = isBelow ? `(${one} < 0 || ${magnitudes})` : `(${isSigned(left) ? one : other} >= 0 && ${magnitudes})`
  return negated ? `!${whole}` : whole
}

/** A test as C; `negated` prints its opposite, with the negation carried down to the comparisons. */
export const printTest = (test: Test, printing: Printing, negated = false): string => {
  const not = negated ? "!" : ""
  switch (test.op) {
    case "all":
    case "any": {
      const [first, ...others] = test.tests
      if (first === undefined) return String((test.op === "all") !== negated)
      if (others.length === 0) return printTest(first, printing, negated)
      const isAnd = (test.op === "all") !== negated
      return test.tests.map((each) => inside(each, printing, negated, isAnd)).join(isAnd ? " && " : " || ")
    }
    case "not":
      return printTest(test.test, printing, !negated)
    case "is":
      return `${printing.told.word(test.parameter)} ${negated ? "!=" : "=="} ${printing.told.constant(test.parameter, test.word)}`
    case "listed":
      return `${not}${printing.told.listed(test.parameter, test.word)}`
    case "scan":
      return `${not}${snake(test.scan.name)}(data + ${printOffset(test.at, printing)}, ${printTerm(test.length, printing)})`
    default:
      return printComparison(test, printing, negated)
  }
}

/** A test inside a conjunction or disjunction: another one of the same kind needs no parentheses. */
const inside = (test: Test, printing: Printing, negated: boolean, isAnd: boolean): string => {
  const text = printTest(test, printing, negated)
  const connective = connectiveOf(test, negated)
  return connective === undefined || connective === (isAnd ? "&&" : "||") ? text : `(${text})`
}

const connectiveOf = (test: Test, negated: boolean): "&&" | "||" | undefined => {
  if (test.op === "not") return connectiveOf(test.test, !negated)
  if (test.op !== "all" && test.op !== "any") return undefined
  const [first, ...others] = test.tests
  if (others.length === 0) return first && connectiveOf(first, negated)
  return (test.op === "all") !== negated ? "&&" : "||"
}
