import * as fc from "fast-check"
import { notText } from "../../data/json.js"

/** Strings that QEMU's arguments may hold: of any character but U+0000, lone surrogates and noncharacters. */

const character = fc.nat({ max: 0x10_ffff }).map((code) => {
  const text = String.fromCodePoint(code)
  return code === 0 || notText.test(text) ? "a" : text
})

/** Characters that some reader of JSON, of URIs or of paths takes for more than themselves, and some of 2 to 4 bytes. */
const remarkable = fc.constantFrom(
  ...`"'\\/ ,:;=@[]{}%*?$&|<>.-_~\t\n\r\x1b\x7f\u0085\u00e9\u20ac\u2028\ufeff\u{1f600}`,
)

const unit = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(..."abcxyzABCXYZ0189") },
  { weight: 3, arbitrary: remarkable },
  { weight: 1, arbitrary: character },
)

const encoder = new TextEncoder()

/** As much of a text as fits so many bytes of UTF-8. */
const cutTo = (bytes: number, text: string): string =>
  text.slice(0, encoder.encodeInto(text, new Uint8Array(bytes)).read)

/** The number of times that something of a short size is repeated: mostly none, sometimes more than fits. */
export const times = (limit: number): fc.Arbitrary<number> =>
  fc.oneof({ weight: 7, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 2 * limit }) })

/** A text of up to so many bytes, often of exactly as many. */
export const textUpTo = (bytes: number): fc.Arbitrary<string> =>
  fc
    .tuple(fc.array(unit, { maxLength: 12 }), unit, times(bytes))
    .map(([head, filler, more]) => cutTo(bytes, head.join("") + filler.repeat(more)))

/** The same, but not empty. */
export const nonEmptyTextUpTo = (bytes: number): fc.Arbitrary<string> =>
  textUpTo(bytes).map((text) => (text === "" ? "a" : text))

/** What a path may have between its slashes: a name, or what a reader of paths passes over or goes up by. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom("a", "b", "run", "tmp") },
  { weight: 2, arbitrary: fc.constantFrom("", ".", "..", "...", "a.b") },
  { weight: 2, arbitrary: textUpTo(20) },
)

/** A path of up to so many bytes that is not empty: half of them absolute ones, the others any text. */
export const pathUpTo = (bytes: number): fc.Arbitrary<string> =>
  fc.oneof(
    { withCrossShrink: true },
    nonEmptyTextUpTo(bytes),
    fc.array(step, { minLength: 1, maxLength: 5 }).map((steps) => cutTo(bytes, `/${steps.join("/")}`)),
  )
