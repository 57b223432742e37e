import { type Edit, editsBy } from "./edit.js"
import { literalTree, stringOf, stringTree, type Tree } from "./json-cst.js"
import { spellings } from "./number-edits.js"

const said = (tree: Tree): string => stringOf(tree) ?? ""

type Change = (text: string) => string

const changes = (table: Readonly<Record<string, Change>>): readonly Edit[] =>
  Object.entries(table).map(([name, change]) => ({ name, apply: (tree) => stringTree(change(said(tree))) }))

/** Something put behind what stands in the quotes, as it is written. */
const behind =
  (written: string): Edit["apply"] =>
  (tree) =>
    literalTree(`${JSON.stringify(said(tree)).slice(0, -1)}${written}"`)

/** Around the sizes that some string has for a limit: services, labels, hosts in URIs, paths, names, file names. */
const sizes = [15, 16, 63, 64, 65, 107, 108, 109, 253, 254, 255, 4095, 4096, 5000]

/** Edits of any string. */
export const stringEdits: readonly Edit[] = [
  ...changes({
    empty: () => "",
    doubled: (text) => text + text,
    "without-first": (text) => text.slice(1),
    "without-last": (text) => text.slice(0, -1),
    "in-upper-case": (text) => text.toUpperCase(),
    "in-brackets": (text) => `[${text}]`,
    "behind-space": (text) => ` ${text}`,
    "before-space": (text) => `${text} `,
    "before-line-feed": (text) => `${text}\n`,
    "behind-at": (text) => `@${text}`,
    "behind-slashes": (text) => `//${text}`,
    "before-slash": (text) => `${text}/`,
    "before-dots": (text) => `${text}/../..`,
    "before-comma": (text) => `${text},`,
    "before-colon": (text) => `${text}:1`,
    "before-offset": (text) => `${text},offset=1`,
    "before-percent": (text) => `${text}%s%n`,
    ...Object.fromEntries(sizes.map((size) => [`of-${size}`, (text: string) => text.padEnd(size, "a").slice(0, size)])),
    ...Object.fromEntries(
      sizes.map((size) => [`of-${size}-bytes`, () => "\u00e9".repeat(size / 2) + (size % 2 === 1 ? "a" : "")]),
    ),
  }),
  ...editsBy({
    "with-nul": behind("\\u0000"),
    "with-high-half": behind("\\ud83d"),
    "with-low-half": behind("\\ude00"),
    "with-halves": behind("\\ud83d\\ude00"),
    "with-half-and-letter": behind("\ud83d\ude00\\ud83da"),
    "with-noncharacter": behind("\\uffff"),
    "with-noncharacters": behind("\\udbff\\udfff\\ufdd0"),
    "with-escapes": behind("\\/\\b\\f\\n\\r\\t\\\\\\u007f"),
    "with-wrong-escape": behind("\\x41"),
    "with-short-escape": behind("\\u00"),
    "with-long-escape": behind("\\u{41}"),
    "with-escape-and-quote": behind("\\"),
    "with-bare-line-feed": behind("\n"),
    "with-bare-nul": behind("\0"),
    "with-bare-delete": behind("\x7f"),
    "with-bom": behind("\ufeff"),
    "with-line-separator": behind("\u2028"),
    "in-single-quotes": (tree) => literalTree(`'${said(tree)}'`),
    "without-quotes": (tree) => literalTree(said(tree)),
    "without-end": (tree) => literalTree(JSON.stringify(said(tree)).slice(0, -1)),
    escaped: (tree) => literalTree(`"${[...said(tree)].flatMap(escapesOf).join("")}"`),
  }),
]

/** A character as escapes, one for each of its code units. */
const escapesOf = (character: string): readonly string[] =>
  character.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)

/** Edits of a string that is a number. */
export const digitEdits: readonly Edit[] = [
  ...changes({
    ...spellings,
    "in-full-width": (text) => text.replace(/[0-9]/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
    "before-letter": (text) => `${text}x`,
    "with-zeros": (text) => text.padStart(40, "0"),
  }),
  ...editsBy({ "as-number": (tree) => literalTree(said(tree)) }),
]
