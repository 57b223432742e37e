import { describe } from "../describe.js"
import type { Layout } from "../types.js"
import { toHexpat } from "./hexpat.js"
import { toKaitai } from "./kaitai.js"
import { toWireshark } from "./wireshark.js"

/** A file's name and its text. */
export type TextFile = readonly [name: string, text: string]

/** The languages that each layout has a file of its own in. */
export const languages = {
  kaitai: { ending: "ksy", write: (layout: Layout, origin: string) => toKaitai(layout, { origin }) },
  hexpat: { ending: "hexpat", write: (layout: Layout, origin: string) => toHexpat(layout, { origin }) },
  wireshark: { ending: "lua", write: (layout: Layout, origin: string) => toWireshark(layout, { origin }) },
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
