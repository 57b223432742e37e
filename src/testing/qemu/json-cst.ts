/**
 * A JSON text as a tree whose leaves are as they are written, so that an edit can write what no value says: a member
 * twice, a number with a leading zero, half a pair.
 */
export type Tree =
  | { readonly kind: "literal"; readonly literal: string }
  | { readonly kind: "list"; readonly entries: readonly Tree[] }
  | { readonly kind: "object"; readonly members: readonly TreeMember[] }

export interface TreeMember {
  /** The name in its quotes. */
  readonly quoted: string
  readonly value: Tree
}

export const literalTree = (written: string): Tree => ({ kind: "literal", literal: written })

export const stringTree = (text: string): Tree => literalTree(JSON.stringify(text))

export const listTree = (...entries: readonly Tree[]): Tree => ({ kind: "list", entries })

export const object = (...members: readonly TreeMember[]): Tree => ({ kind: "object", members })

export const member = (name: string, value: Tree): TreeMember => ({ quoted: JSON.stringify(name), value })

/** What stands in quotes; undefined for what is no string, also for want of them. */
const unquoted = (written: string): string | undefined => {
  if (!written.startsWith('"')) return undefined
  try {
    return JSON.parse(written)
  } catch {
    return undefined
  }
}

/** The name of a member; as it is written where it is no string. */
export const memberName = ({ quoted: name }: TreeMember): string => unquoted(name) ?? name

/** The tree of plain data. A bigint is the integer that it is; what JSON cannot say is null. */
export const treeOf = (value: unknown): Tree => {
  if (Array.isArray(value)) return listTree(...value.map(treeOf))
  if (typeof value === "object" && value !== null)
    return object(...Object.entries(value).map(([name, part]) => member(name, treeOf(part))))
  return literalTree(typeof value === "bigint" ? String(value) : (JSON.stringify(value) ?? "null"))
}

export const textOf = (tree: Tree): string => {
  switch (tree.kind) {
    case "literal":
      return tree.literal
    case "list":
      return `[${tree.entries.map(textOf).join(",")}]`
    case "object":
      return `{${tree.members.map(({ quoted: name, value }) => `${name}:${textOf(value)}`).join(",")}}`
  }
}

/** What a string says; undefined for what is none. */
export const stringOf = (tree: Tree): string | undefined =>
  tree.kind === "literal" ? unquoted(tree.literal) : undefined

/** The members of an object, and none of anything else. */
export const treeMembers = (tree: Tree): readonly TreeMember[] => (tree.kind === "object" ? tree.members : [])

/** The parts of a list or an object, by their keys. */
export const partsOf = (tree: Tree): readonly (readonly [key: string, Tree])[] => {
  if (tree.kind === "list") return tree.entries.map((entry, index) => [String(index), entry])
  return treeMembers(tree).map((each) => [memberName(each), each.value])
}

/** A list or an object with another part at a place. */
export const withPart = (tree: Tree, index: number, part: Tree): Tree => {
  if (tree.kind === "list") return listTree(...tree.entries.with(index, part))
  if (tree.kind === "literal") return tree
  return object(...tree.members.map((each, at) => (at === index ? { ...each, value: part } : each)))
}

/** A list with one entry more, made from the first one. */
export const withEntry = (tree: Tree, make: (first: Tree) => Tree): Tree => {
  if (tree.kind !== "list") return tree
  const [first] = tree.entries
  return listTree(...tree.entries, ...(first === undefined ? [] : [make(first)]))
}
