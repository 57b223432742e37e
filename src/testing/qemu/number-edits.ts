import { type Edit, editsBy } from "./edit.js"
import { literalTree, type Tree } from "./json-cst.js"

/** The last numbers that something between QEMU and us holds, exactly or at all. */
const limits: readonly bigint[] = [
  ...[0n, 255n, 0xffffn, 0x7fff_ffffn, 0xffff_ffffn],
  ...[2n ** 53n - 1n, 2n ** 63n - 1n, 2n ** 64n - 1n],
]

const written = (tree: Tree): string => (tree.kind === "literal" ? tree.literal : "0")

const isInteger = (text: string): boolean => /^-?[0-9]+$/.test(text)

/** A number that differs from an integer by so much. */
const moved =
  (by: bigint) =>
  (text: string): string =>
    isInteger(text) ? String(BigInt(text) + by) : text

/** Numbers to put in the place of another one, and other ways to write it, those that no JSON has among them. */
export const spellings: Readonly<Record<string, (text: string) => string>> = {
  ...Object.fromEntries(
    limits.flatMap((limit) => [limit, limit + 1n]).map((number) => [`is-${number}`, () => String(number)]),
  ),
  "is-minus-1": () => "-1",
  "is-minus-2-to-63": () => String(-(2n ** 63n)),
  "is-of-30-digits": () => "1".repeat(30),
  "is-of-300-digits": () => "9".repeat(300),
  "plus-1": moved(1n),
  "minus-1": moved(-1n),
  "plus-65536": moved(65_536n),
  "plus-2-to-32": moved(2n ** 32n),
  negative: (text) => `-${text}`,
  "with-plus": (text) => `+${text}`,
  "with-zero": (text) => `0${text}`,
  "with-point": (text) => `${text}.0`,
  "with-half": (text) => `${text}.5`,
  "with-exponent": (text) => `${text}e0`,
  "with-big-exponent": (text) => `${text}E400`,
  "with-underscore": (text) => `${text}_0`,
  "with-n": (text) => `${text}n`,
  hexadecimal: () => "0x1",
  octal: () => "0o17",
  "not-a-number": () => "NaN",
  infinite: () => "Infinity",
  "is-minus-0": () => "-0",
}

/** Edits of a number. */
export const numberEdits: readonly Edit[] = [
  ...Object.entries(spellings).map(
    ([name, spell]): Edit => ({ name, apply: (tree) => literalTree(spell(written(tree))) }),
  ),
  ...editsBy({ "as-text": (tree) => literalTree(`"${written(tree)}"`) }),
]
