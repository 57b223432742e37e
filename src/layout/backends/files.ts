import { describe } from "../describe.js"
import type { Layout } from "../types.js"
import { toHexpat } from "./hexpat.js"
import { toKaitai } from "./kaitai.js"
import { emitTypeScript } from "./typescript.js"
import { toWireshark } from "./wireshark.js"

/** A file's name and its text. */
export type TextFile = readonly [name: string, text: string]

/** `thermometer-log` is checked by `checkThermometerLog`. */
const checkName = ({ format }: Layout): string =>
  `check-${format}`.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())

/** The languages that each layout has a file of its own in. */
export const languages = {
  kaitai: { ending: "ksy", write: (layout: Layout, origin: string) => toKaitai(layout, { origin }) },
  hexpat: { ending: "hexpat", write: (layout: Layout, origin: string) => toHexpat(layout, { origin }) },
  wireshark: { ending: "lua", write: (layout: Layout, origin: string) => toWireshark(layout, { origin }) },
  /** What only judges: a decoder needs the name of the state's type, which no layout knows. */
  typescript: {
    ending: "ts",
    write: (layout: Layout, origin: string) => emitTypeScript(layout, { check: checkName(layout), origin }),
  },
  markdown: {
    ending: "md",
    write: (layout: Layout, origin: string) => `<!-- ${origin} -->\n\n${describe(layout)}`,
  },
} as const

export type FileLanguage = keyof typeof languages

/** The file of a layout in a language. */
export const fileOf = (language: FileLanguage, layout: Layout, origin: string): TextFile => {
  const { ending, write } = languages[language]
  return [`${layout.format}.${ending}`, write(layout, origin)]
}
