import type { Context, Decoder, ValidationError } from "io-ts"

/**
 * The closed set of violation codes. A code says what kind of thing is wrong; the rule beside it says which one.
 *
 * @since 0.1.0
 */
export const violationCodes = [
  "truncated",
  "bad-magic",
  "unsupported-version",
  "not-in-enum",
  "out-of-range",
  "bad-pointer",
  "overlap",
  "unclaimed-bytes",
  "count-exceeds-data",
  "not-canonical",
  "inconsistent",
  "limit-exceeded",
  "wrong-channel",
  "out-of-order",
  "policy-denied",
  "not-sealed",
  "malformed-json",
  "unknown-member",
  "wrong-type",
] as const

export type ViolationCode = (typeof violationCodes)[number]

/** What a check measured or wanted: a number or the name of an enumeration member, never bytes or text of the input. */
export type Measure = number | bigint | string

/**
 * A rule that an input can break: its identity and its words, without its condition.
 *
 * @since 0.6.0
 */
export interface Rule {
  /** Stable name, `<format>/<what must hold>`. */
  readonly id: string
  readonly code: ViolationCode
  /** One sentence that says what must be so. */
  readonly requirement: string
  /** What the receiver, spice-server or QEMU, does with an input that breaks the rule. */
  readonly consequence: string
  /**
   * Where the rule is known from: a file and function of the receiver with its version, an RFC, a measurement, or, for a rule
   * of our own, the document that gives its reason.
   */
  readonly source?: string
}

/** The codes whose `expected` is a bound that `actual` exceeds; that of the others is a value. */
const bounded: ReadonlySet<ViolationCode> = new Set(["limit-exceeded", "out-of-range", "count-exceeds-data"])

/**
 * Where in the input a check failed. Offsets and lengths are bytes, counted from the first byte of the blob or the text;
 * both are 0 where the input is neither.
 */
export interface Place {
  readonly path: string
  readonly offset: number
  readonly length: number
}

/** The keys of a path, as a reporter wants them. */
export const keysOf = (path: string): string[] => path.split(/[.[\]]+/).filter((key) => key !== "")

/** A key that may come from an input, as far as it may be shown: only plain characters get through. */
export const plainKey = (key: string): string => key.slice(0, 64).replace(/[^\w-]/g, "?")

/** Node's name for the method that its `console.log` asks. */
const inspected = Symbol.for("nodejs.util.inspect.custom")

/** A violation as plain data. */
export interface ViolationJson {
  readonly code: ViolationCode
  readonly rule: string
  readonly path: string
  readonly offset: number
  readonly length: number
  readonly actual: number | string | undefined
  readonly expected: number | string | undefined
  readonly message: string
}

const jsonMeasure = (measure: Measure | undefined): number | string | undefined => {
  if (typeof measure !== "bigint") return measure
  const number = Number(measure)
  return Number.isSafeInteger(number) ? number : String(measure)
}

/** io-ts's `unknown`, which a context names types by; decoders do without the package. */
const anything: Decoder<unknown, unknown> = {
  name: "unknown",
  validate: (right) => ({ _tag: "Right", right }),
  decode: (right) => ({ _tag: "Right", right }),
}

/** The keys that a codec is nested under. */
const outerKeys = (parents: Context): readonly string[] => parents.map(({ key }) => plainKey(key))

/**
 * One thing that is wrong with an input, as a value. It is an io-ts `ValidationError`: any io-ts reporter prints it.
 * It never holds bytes of the input. It is a class because `context`, `value` and `message` are computed only when
 * a reporter asks for them, which keeps refusing as cheap as accepting.
 *
 * @example
 * const checked = decodeMigrateData("inputs", Uint8Array.of(73, 67, 77, 68))
 * checked._tag === "Left" && checked.left.map(({ code, rule, path, offset, length }) => [code, rule, path, offset, length])
 * // [["truncated", "layout/fixed-part", "", 0, 4]]
 * @since 0.1.0
 */
export class Violation implements ValidationError {
  readonly code: ViolationCode
  /** Id of the rule that failed, for example `display/surface-id-in-table`. */
  readonly rule: string
  /** The field at fault in SPICE's or QEMU's names, for example `surfaces[3].id`; empty for the input as a whole. */
  readonly path: string
  /** First byte at fault, counted from the input's first byte. */
  readonly offset: number
  /** Number of bytes at fault. */
  readonly length: number
  readonly actual: Measure | undefined
  readonly expected: Measure | undefined
  readonly #broken: Rule
  readonly #parents: Context | undefined

  constructor(broken: Rule, place: Place, actual?: Measure, expected?: Measure, parents?: Context) {
    this.code = broken.code
    this.rule = broken.id
    this.path = place.path
    this.offset = place.offset
    this.length = place.length
    this.actual = actual
    this.expected = expected
    this.#broken = broken
    this.#parents = parents
  }

  /** Always undefined: the offending input stays out of reports. */
  get value(): undefined {
    return undefined
  }

  get context(): Context {
    const parents = this.#parents ?? [{ key: "", type: anything }]
    return [...parents, ...keysOf(this.path).map((key) => ({ key, type: anything }))]
  }

  /** What must be so. */
  get requirement(): string {
    return this.#broken.requirement
  }

  /** What the receiver, spice-server or QEMU, does with such an input. */
  get consequence(): string {
    return this.#broken.consequence
  }

  get message(): string {
    const where = [...outerKeys(this.#parents ?? []), this.path].filter((key) => key !== "").join(".") || "the input"
    const at = this.offset === 0 && this.length === 0 ? "" : ` at byte ${this.offset}`
    return `${where}${at}: ${this.#broken.requirement}${this.#measured}`
  }

  get #measured(): string {
    if (this.actual === undefined) return this.expected === undefined ? "" : ` Expected ${this.expected}.`
    if (this.expected === undefined) return ` Found ${this.actual}.`
    return ` Found ${this.actual}, ${bounded.has(this.code) ? "the limit is" : "expected"} ${this.expected}.`
  }

  /** What `JSON.stringify` writes: the members and the message. A bigint that a number cannot hold exactly is text. */
  toJSON(): ViolationJson {
    const { code, rule, path, offset, length, actual, expected, message } = this
    return { code, rule, path, offset, length, actual: jsonMeasure(actual), expected: jsonMeasure(expected), message }
  }

  /** Formats the violation as {@link formatViolation} does. */
  toString(): string {
    return formatViolation(this)
  }

  /** What `console.log` shows in Node. */
  [inspected](): string {
    return `Violation: ${this}`
  }

  /** The same violation of a text that begins `bytes` into another one, such as a line into its file. */
  behind(bytes: number): Violation {
    const place = { path: this.path, offset: this.offset + bytes, length: this.length }
    return new Violation(this.#broken, place, this.actual, this.expected, this.#parents)
  }

  /** The same violation, reported below `parents`: for a codec that is nested in another one. */
  within(parents: Context): Violation {
    return new Violation(this.#broken, this, this.actual, this.expected, parents)
  }
}

/**
 * One line for a log or a terminal: code, rule, place and the sentence. Holds no bytes of the input.
 *
 * @example
 * const checked = decodeMigrateData("inputs", Uint8Array.of(73, 67, 77, 68))
 * checked._tag === "Left" && formatViolation(checked.left[0])
 * // "truncated layout/fixed-part the input at byte 0: The blob must hold its whole fixed part. Found 4, expected 10."
 * @since 0.1.0
 */
export const formatViolation = (violation: Violation): string =>
  `${violation.code} ${violation.rule} ${violation.message}`
