import { listTree, literalTree, object, type Tree, textOf } from "../src/testing/qemu/json-cst.js"

const escaped = (written: string): string => {
  if (!written.startsWith('"')) return written
  const units = String(JSON.parse(written)).split("")
  return `"${units.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")}"`
}

/** A tree with another way to write each literal and each name. */
const respelt = (tree: Tree, spell: (written: string) => string): Tree => {
  switch (tree.kind) {
    case "literal":
      return literalTree(spell(tree.literal))
    case "list":
      return listTree(...tree.entries.map((entry) => respelt(entry, spell)))
    case "object":
      return object(...tree.members.map((each) => ({ quoted: spell(each.quoted), value: respelt(each.value, spell) })))
  }
}

const reversed = (tree: Tree): Tree => {
  if (tree.kind === "literal") return tree
  if (tree.kind === "list") return listTree(...tree.entries.map(reversed))
  return object(...[...tree.members].reverse().map((each) => ({ ...each, value: reversed(each.value) })))
}

const space = " \t\r\n"

const spaced = (written: string): string => `${space}${written}${space}`

const escapedInCapitals = (written: string): string =>
  escaped(written).replace(/[0-9a-f]{4}/g, (digits) => digits.toUpperCase())

/** Ways to write a tree that say the same: with white space, with escapes, and with the members the other way round. */
export const spellings: readonly ((tree: Tree) => string)[] = [
  textOf,
  (tree) => textOf(reversed(tree)),
  (tree) => textOf(respelt(tree, spaced)),
  (tree) => textOf(respelt(tree, escaped)),
  (tree) => textOf(respelt(tree, escapedInCapitals)),
  (tree) => textOf(respelt(tree, (written) => written.replaceAll("/", "\\/"))),
]
