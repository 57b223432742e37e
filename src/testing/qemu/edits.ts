import { editsOfMember, renamingEdit, strayEdits } from "./dictionary-edits.js"
import { type Edit, fileName } from "./edit.js"
import { memberName, partsOf, stringOf, type Tree, withPart } from "./json-cst.js"
import { numberEdits } from "./number-edits.js"
import { entryEdits, listEdits, memberEdits, valueEdits } from "./shape-edits.js"
import { digitEdits, stringEdits } from "./string-edits.js"

const ofLiteral = (tree: Tree): readonly Edit[] => {
  const said = stringOf(tree)
  if (said === undefined) return tree.kind === "literal" && /^-?[0-9]+$/.test(tree.literal) ? numberEdits : []
  return /^[0-9]+$/.test(said) ? [...stringEdits, ...digitEdits] : stringEdits
}

const below = (key: string, edits: readonly Edit[]): readonly Edit[] =>
  edits.map(({ name, apply }) => ({ name: `${fileName(key)}-${name}`, apply }))

const ofShape = (tree: Tree): readonly Edit[] => {
  switch (tree.kind) {
    case "literal":
      return ofLiteral(tree)
    case "list":
      return [...listEdits, ...tree.entries.flatMap((_, index) => below(String(index), entryEdits(index)))]
    case "object":
      return [
        ...tree.members.flatMap((each, index) => below(memberName(each), [...memberEdits(index), renamingEdit(index)])),
        ...strayEdits(),
      ]
  }
}

/** Every edit of a part of a text, by itself: those of what it is made of are not among them. */
export const editsOf = (tree: Tree, name: string): readonly Edit[] => [
  ...ofShape(tree),
  ...editsOfMember(name),
  ...valueEdits,
]

/** A tree that differs from another one by an edit somewhere in it. */
export interface Edited {
  readonly name: string
  readonly tree: Tree
}

/** Says of a part whether it, and what it is made of, is to be edited. `path` are the names that lead to it. */
export type IsDue = (part: Tree, path: string, around: Tree) => boolean

/** Every tree that one edit makes of a tree. */
export function* everyTreeEdit(tree: Tree, isDue: IsDue = () => true, path = "", around = tree): Generator<Edited> {
  if (!isDue(tree, path, around)) return
  for (const edit of editsOf(tree, path.split(".").at(-1) ?? "")) yield { name: edit.name, tree: edit.apply(tree) }
  for (const [index, [key, part]] of partsOf(tree).entries())
    for (const edited of everyTreeEdit(part, isDue, tree.kind === "list" ? path : `${path}.${key}`, tree))
      yield { name: `${fileName(key)}.${edited.name}`, tree: withPart(tree, index, edited.tree) }
}

/** One of them, where `pick` chooses at each step one of so many ways to go on. */
export const someEdit = (tree: Tree, pick: (count: number) => number, name = ""): Tree => {
  const parts = partsOf(tree)
  const index = pick(parts.length + 1) - 1
  const [key, part] = parts[index] ?? []
  if (part !== undefined && key !== undefined)
    return withPart(tree, index, someEdit(part, pick, tree.kind === "list" ? name : key))
  const edits = editsOf(tree, name)
  return edits[pick(edits.length)]?.apply(tree) ?? tree
}
