import * as fc from "fast-check"

/** A port, with its number if it is one. */
export interface Port {
  readonly text: string
  readonly number?: number
}

const numbered = (least: number): fc.Arbitrary<Port> =>
  fc.integer({ min: least, max: 0xffff }).map((number) => ({ text: String(number), number }))

const maxService = 15

/** A name of a service: letters, digits and single hyphens inside, at least one letter. */
const service: fc.Arbitrary<Port> = fc
  .tuple(
    fc.array(fc.constantFrom(..."az09", "-a", "-9"), { maxLength: maxService }),
    fc.constantFrom(..."abcxyzABCXYZ"),
  )
  .map(([before, letter]) => ({ text: `${before.join("").slice(1 - maxService)}${letter}`.replace(/^-+/, "") }))

/** Ports from `least` on, and services. */
export const ports = (least: number): fc.Arbitrary<Port> =>
  fc.oneof({ weight: 4, arbitrary: numbered(least) }, { weight: 1, arbitrary: service })

/** Ports that are numbers. */
export const portNumbers = (least: number): fc.Arbitrary<string> => numbered(least).map(({ text }) => text)
