import * as fc from "fast-check"
import { times } from "./characters.js"

/** A host, with what the options beside it depend on. */
export interface Host {
  readonly text: string
  /** The family of one that is an address. */
  readonly family?: "ipv4" | "ipv6"
}

const word = fc.constantFrom(..."abcxyzABCXYZ0189_")
const letter = fc.constantFrom(..."abcxyzABCXYZ")

const inside = fc.array(
  fc.oneof({ weight: 5, arbitrary: word }, { weight: 1, arbitrary: word.map((end) => `-${end}`) }),
  {
    maxLength: 8,
  },
)

const maxLabel = 63

const label = fc
  .tuple(word, inside, word, times(maxLabel))
  .map(([first, others, filler, more]) => `${first}${others.join("")}${filler.repeat(more)}`.slice(0, maxLabel))
  .map((text) => text.replace(/-$/, ""))

/** The last label begins with a letter: one that is a number would make the host an address. */
const lastLabel = fc.tuple(letter, inside).map(([first, others]) => `${first}${others.join("")}`)

/** A name of so many characters. */
const nameOfLength = (length: number): string =>
  Array.from({ length }, (_, index) => (index > 0 && (length - index) % 32 === 0 ? "." : "a")).join("")

/** Names of at most so many characters, some of them of exactly as many or nearly so. */
const nameUpTo = (limit: number): fc.Arbitrary<string> =>
  fc.oneof(
    { withCrossShrink: true },
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.array(label, { maxLength: 3 }), lastLabel)
        .map(([labels, last]) =>
          labels.reduce((name, each) => (each.length + name.length < limit ? `${each}.${name}` : name), last),
        ),
    },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: limit }).map(nameOfLength) },
    { weight: 1, arbitrary: fc.nat({ max: 3 }).map((less) => nameOfLength(limit - less)) },
  )

/** Names of the resolver's. A dot behind one says that it is the whole of it. */
const names = (limit: number, limitWithDot: number): fc.Arbitrary<Host> =>
  fc
    .tuple(nameUpTo(limit), fc.nat({ max: 4 }))
    .map(([name, how]) => ({ text: how === 4 && name.length < limitWithDot ? `${name}.` : name }))

const byte = fc.nat({ max: 255 })
const dotted = fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join("."))

const ipv4: fc.Arbitrary<Host> = fc.oneof(
  { weight: 4, arbitrary: dotted.map((text) => ({ text, family: "ipv4" as const })) },
  { weight: 1, arbitrary: fc.constant({ text: "0", family: "ipv4" as const }) },
)

const group = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat({ max: 0xffff }) })

/** The ways to write an address of IPv6, all of which mean the same. */
interface Style {
  readonly isShort: boolean
  readonly isPadded: boolean
  readonly isUpperCase: boolean
  /** Whether the last 32 bits are four decimal numbers. */
  readonly isDotted: boolean
}

const style: fc.Arbitrary<Style> = fc.record({
  isShort: fc.boolean().map((isLong) => !isLong),
  isPadded: fc.boolean(),
  isUpperCase: fc.boolean(),
  isDotted: fc.boolean(),
})

/** The longest run of zeros, left out. */
const shortened = (text: string): string => {
  const runs = [...text.matchAll(/\b0+(?::0+)+\b(?!\.)/g)]
  const [longest] = runs.sort(([one], [other]) => other.length - one.length)
  if (longest === undefined) return text
  const before = text.slice(0, longest.index).replace(/:$/, "")
  const behind = text.slice(longest.index + longest[0].length).replace(/^:/, "")
  return `${before}::${behind}`
}

const ipv6Text = (groups: readonly number[], { isShort, isPadded, isUpperCase, isDotted }: Style): string => {
  const hexadecimal = groups.map((each) => each.toString(16).padStart(isPadded ? 4 : 1, "0"))
  const [high = 0, low = 0] = groups.slice(6)
  const decimal = [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".")
  const parts = isDotted ? [...hexadecimal.slice(0, 6), decimal] : hexadecimal
  const text = isShort ? shortened(parts.join(":")) : parts.join(":")
  return isUpperCase ? text.toUpperCase() : text
}

/** ::ffff:a.b.c.d is an address of IPv4 in IPv6's clothes. */
const isMapped = (groups: readonly number[]): boolean =>
  groups.slice(0, 5).every((each) => each === 0) && groups[5] === 0xffff

const ipv6Of = (groups: fc.Arbitrary<readonly number[]>): fc.Arbitrary<Host> =>
  fc.tuple(groups, style).map(([numbers, how]) => ({
    text: ipv6Text(numbers, how),
    family: isMapped(numbers) ? ("ipv4" as const) : ("ipv6" as const),
  }))

/** Whether an address is of one link, or of many hosts. */
const isSpecial = (first: number): boolean => (first & 0xffc0) === 0xfe80 || first >= 0xff00

/** Groups of an address of one host that means the same on every link. */
const anyGroups = fc
  .array(group, { minLength: 8, maxLength: 8 })
  .map(([first = 0, ...others]) => [isSpecial(first) ? 0xfd00 : first, ...others])
const mappedGroups = fc.tuple(group, group).map(([high, low]) => [0, 0, 0, 0, 0, 0xffff, high, low])
const linkLocalGroups = fc
  .tuple(fc.integer({ min: 0xfe80, max: 0xfebf }), fc.array(group, { minLength: 7, maxLength: 7 }))
  .map(([first, others]) => [first, ...others])

/** The interface of an address that is of no use without one. */
const zone = fc.constantFrom("%1", "%lo", "%eth0", "%enp129s0f0np0.1", "%br-4_0")

const ipv6: fc.Arbitrary<Host> = fc.oneof(
  { weight: 4, arbitrary: ipv6Of(anyGroups) },
  { weight: 1, arbitrary: ipv6Of(mappedGroups) },
  {
    weight: 1,
    arbitrary: fc.tuple(ipv6Of(linkLocalGroups), zone).map(([{ text }, suffix]) => ({
      text: `${text}${suffix}`,
      family: "ipv6" as const,
    })),
  },
)

/** Hosts to connect to. Their names are of at most so many characters, and with a dot behind them of so many. */
export const hosts = (maxName: number, maxNameWithDot: number): fc.Arbitrary<Host> =>
  fc.oneof({ withCrossShrink: true }, names(maxName, maxNameWithDot), ipv4, ipv6)
