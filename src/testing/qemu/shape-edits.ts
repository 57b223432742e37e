import { type Edit, editsBy } from "./edit.js"
import {
  listTree,
  literalTree,
  member,
  memberName,
  object,
  stringTree,
  type Tree,
  type TreeMember,
  treeMembers,
} from "./json-cst.js"

const nested =
  (depth: number): Edit["apply"] =>
  () =>
    literalTree(`${"[".repeat(depth)}${"]".repeat(depth)}`)

const deepObjects =
  (depth: number): Edit["apply"] =>
  (tree) => {
    let deep = tree
    for (let level = 0; level < depth; level++) deep = object(member("a", deep))
    return deep
  }

const zeros =
  (count: number): Edit["apply"] =>
  () =>
    listTree(...Array.from({ length: count }, () => literalTree("0")))

/** Edits of anything: other types, and what is too deep or too much. */
export const valueEdits: readonly Edit[] = editsBy({
  "is-null": () => literalTree("null"),
  "is-true": () => literalTree("true"),
  "is-false": () => literalTree("false"),
  "is-zero": () => literalTree("0"),
  "is-text": () => stringTree("a"),
  "is-text-of-null": () => stringTree("null"),
  "is-list": () => listTree(),
  "is-object": () => object(),
  "is-word": () => literalTree("undefined"),
  "is-comment": () => literalTree("/**/"),
  "is-nothing": () => literalTree(""),
  "in-list": (tree) => listTree(tree),
  "in-object": (tree) => object(member("", tree)),
  "in-data": (tree) => object(member("data", tree)),
  "in-16-lists": nested(16),
  "in-17-lists": nested(17),
  "in-1100-lists": nested(1100),
  "in-17-objects": deepObjects(17),
  "in-1100-objects": deepObjects(1100),
  "is-100-zeros": zeros(100),
  "is-1025-zeros": zeros(1025),
  "is-4097-zeros": zeros(4097),
})

const entriesOf = (tree: Tree): readonly Tree[] => (tree.kind === "list" ? tree.entries : [])

const repeated =
  (count: number): Edit["apply"] =>
  (tree) =>
    listTree(...Array.from({ length: count }, (_, index) => entriesOf(tree)[index % entriesOf(tree).length] ?? tree))

/** Edits of a list as a whole. */
export const listEdits: readonly Edit[] = editsBy({
  reversed: (tree) => listTree(...[...entriesOf(tree)].reverse()),
  doubled: (tree) => listTree(...entriesOf(tree), ...entriesOf(tree)),
  "with-null": (tree) => listTree(...entriesOf(tree), literalTree("null")),
  "with-list": (tree) => listTree(...entriesOf(tree), listTree()),
  "with-object": (tree) => listTree(...entriesOf(tree), object()),
  "of-8": repeated(8),
  "as-object": (tree) => object(...entriesOf(tree).map((entry, index) => member(String(index), entry))),
  "as-first": (tree) => entriesOf(tree)[0] ?? tree,
})

/** Edits of a list in one of its entries. */
export const entryEdits = (index: number): readonly Edit[] =>
  editsBy({
    dropped: (tree) => listTree(...entriesOf(tree).filter((_, at) => at !== index)),
    twice: (tree) => listTree(...entriesOf(tree).flatMap((entry, at) => (at === index ? [entry, entry] : [entry]))),
  })

const named =
  (quotedName: (name: string) => string): Change =>
  (each) => [{ ...each, quoted: quotedName(memberName(each)) }]

const renamed = (change: (name: string) => string): Change => named((name) => JSON.stringify(change(name)))

/** What becomes of a member. */
type Change = (member: TreeMember) => readonly TreeMember[]

const escapedName = (name: string): string =>
  `"${name.replace(/./su, (first) => `\\u${first.charCodeAt(0).toString(16).padStart(4, "0")}`)}"`

/** How the draft of 2022 spelt members. */
const oldSpellings: ReadonlyMap<string, string> = new Map([
  ["channels", "channel"],
  ["channel-type", "channeltype"],
  ["type", "socket-type"],
  ["args", "exec-str"],
  ["host", "rdma-str"],
])

const memberChanges: Readonly<Record<string, Change>> = {
  dropped: () => [],
  twice: (each) => [each, each],
  "twice-at-first-null": (each) => [{ ...each, value: literalTree("null") }, each],
  "twice-at-last-null": (each) => [each, { ...each, value: literalTree("null") }],
  "twice-escaped": (each) => [each, { ...each, quoted: escapedName(memberName(each)) }],
  "name-escaped": named(escapedName),
  "name-without-quotes": named((name) => name),
  "name-in-single-quotes": named((name) => `'${name}'`),
  "name-in-upper-case": renamed((name) => name.toUpperCase()),
  "name-with-underscores": renamed((name) => name.replace(/-|$/g, "_")),
  "name-longer": renamed((name) => `${name}s`),
  "name-shorter": renamed((name) => name.slice(0, -1)),
  "name-behind-space": renamed((name) => ` ${name}`),
  "name-with-nul": named((name) => `"${name}\\u0000"`),
  "name-with-half": named((name) => `"${name}\\ud800"`),
  "name-empty": renamed(() => ""),
  "name-of-100": renamed((name) => name.padEnd(100, "a")),
  "name-proto": renamed(() => "__proto__"),
  "name-constructor": renamed(() => "constructor"),
  "name-to-string": renamed(() => "toString"),
  "name-index": renamed(() => "0"),
  "name-of-draft": renamed((name) => oldSpellings.get(name) ?? "multifd-channels"),
}

const changed =
  (index: number, change: Change): Edit["apply"] =>
  (tree) =>
    object(...treeMembers(tree).flatMap((each, at) => (at === index ? change(each) : [each])))

/** Two members that stand beside each other with each other's values. */
const swapped =
  (index: number): Edit["apply"] =>
  (tree) => {
    const [one, other] = treeMembers(tree).slice(index)
    if (one === undefined || other === undefined) return tree
    const both = [
      { ...one, value: other.value },
      { ...other, value: one.value },
    ]
    return object(...treeMembers(tree).slice(0, index), ...both, ...treeMembers(tree).slice(index + 2))
  }

/** Edits of an object in one of its members. */
export const memberEdits = (index: number): readonly Edit[] => [
  ...Object.entries(memberChanges).map(([name, change]) => ({ name, apply: changed(index, change) })),
  { name: "swapped-with-next", apply: swapped(index) },
]
