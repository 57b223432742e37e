import type { Entry } from "./compare.js"

/** A field, or a group of fields under the name that they share. */
export interface Node {
  /** What it is chosen by: the path of a field or group. */
  readonly path: string
  /** Its last part: `id` of `surfaces[3].id`, `[3]` of `surfaces[3]`. */
  readonly key: string
  /** Of its first field, in bytes. */
  readonly offset: number
  /** Its place among the fields, which its colour follows; of a group, its first field's. */
  readonly index: number
  /** Undefined for a group. */
  readonly entry: Entry | undefined
  readonly children: readonly Node[]
}

interface Group extends Node {
  readonly children: (Node | Group)[]
  readonly groups: Map<string, Group>
}

/** The parts of a path: `surfaces`, `[3]`, `id`. */
const partsOf = (path: string): readonly string[] => path.match(/\[\d+\]|[^.[\]]+/g) ?? []

/** What bytes that no field claims are chosen by. */
export const unclaimedPath = (offset: number): string => `@${offset}`

export const pathOfRow = ({ path, offset }: { readonly path: string; readonly offset: number }): string =>
  path === "" ? unclaimedPath(offset) : path

const joined = (path: string, part: string): string =>
  path === "" || part.startsWith("[") ? `${path}${part}` : `${path}.${part}`

const groupOf = (path: string, key: string, offset: number, index: number): Group => ({
  path,
  key,
  offset,
  index,
  entry: undefined,
  children: [],
  groups: new Map(),
})

/** Fields as a tree, in the order of their bytes; a group stands where its first field does. */
export const treeOf = (entries: readonly Entry[]): readonly Node[] => {
  const root = groupOf("", "", 0, 0)
  for (const [index, entry] of entries.entries()) {
    const { path, offset } = entry.row
    const parts = path === "" ? ["no field"] : partsOf(path)
    let group = root
    for (const part of parts.slice(0, -1)) {
      const inner = group.groups.get(part) ?? groupOf(joined(group.path, part), part, offset, index)
      if (!group.groups.has(part)) {
        group.groups.set(part, inner)
        group.children.push(inner)
      }
      group = inner
    }
    group.children.push({ path: pathOfRow(entry.row), key: parts.at(-1) ?? "", offset, index, entry, children: [] })
  }
  return root.children
}

/** A line of the tree as it is shown. */
export interface Line {
  readonly node: Node
  readonly level: number
  /** Its place among its siblings, from 1, and how many they are. */
  readonly position: number
  readonly siblings: number
  readonly isOpen: boolean
  /** The line of the group that it is in; -1 for none. */
  readonly parent: number
}

/** Groups with more members are closed until someone opens them. */
const mostOpened = 40

export const isOpenAtFirst = ({ children }: Node): boolean => children.length > 0 && children.length <= mostOpened

/** The lines that are to be seen: what is in closed groups is not. */
export const linesOf = (nodes: readonly Node[], isOpen: (node: Node) => boolean): readonly Line[] => {
  const lines: Line[] = []
  const add = (siblings: readonly Node[], level: number, parent: number): void => {
    for (const [index, node] of siblings.entries()) {
      const opened = node.children.length > 0 && isOpen(node)
      lines.push({ node, level, position: index + 1, siblings: siblings.length, isOpen: opened, parent })
      if (opened) add(node.children, level + 1, lines.length - 1)
    }
  }
  add(nodes, 1, -1)
  return lines
}

/** Whether a field is the one that is meant or is in the group that is meant. */
export const isWithin = (meant: string | undefined, path: string): boolean =>
  meant !== undefined &&
  (path === meant || (path.startsWith(meant) && (path[meant.length] === "." || path[meant.length] === "[")))
