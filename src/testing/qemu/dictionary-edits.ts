import { type Edit, fileName } from "./edit.js"
import { hostileStrings, uriEnds, uriRests, wrongSchemes } from "./hostile-strings.js"
import {
  literalTree,
  member,
  memberName,
  object,
  stringOf,
  stringTree,
  type Tree,
  treeMembers,
  withEntry,
} from "./json-cst.js"
import { type Vocabulary, vocabulary } from "./vocabulary.js"

/** Edits that know what the declarations name: members where they do not belong, other kinds, strings of each member. */

/** What a text begins with, for a name. */
const hinted = (what: string, text: string, index: number): string =>
  `${what}-${index}-${fileName(text).slice(0, 24)}`.replace(/-+$/, "")

const numbered = (what: string, texts: readonly string[], apply: (text: string) => Edit["apply"]): readonly Edit[] =>
  texts.map((text, index) => ({ name: hinted(what, text, index), apply: apply(text) }))

const strings = (what: string, texts: readonly string[], change: (said: string, text: string) => string) =>
  numbered(what, texts, (text) => (tree) => stringTree(change(stringOf(tree) ?? "", text)))

const schemeOf = (uri: string): string => uri.slice(0, uri.indexOf(":") + 1)

const uriEdits = ({ schemes }: Vocabulary): readonly Edit[] => [
  ...strings("end", uriEnds, (uri, end) => `${uri}${end}`),
  ...strings("rest", uriRests, (uri, rest) => `${schemeOf(uri)}${rest}`),
  ...strings("scheme", [...schemes, ...wrongSchemes], (uri, scheme) => uri.replace(/^[^:]*:/, `${scheme}:`)),
]

/** The members of an object that say of which kind it is, and the others. */
const parted = ({ kinds }: Vocabulary, tree: Tree) => ({
  kind: treeMembers(tree).filter((each) => kinds.has(memberName(each))),
  others: treeMembers(tree).filter((each) => !kinds.has(memberName(each))),
})

const kindOf = (known: Vocabulary, tree: Tree): string =>
  parted(known, tree)
    .kind.map(({ value }) => stringOf(value))
    .join("-")

/** The first address of each kind. */
const addresses = (known: Vocabulary): ReadonlyMap<string, Tree> =>
  new Map([...(known.members.get("addr") ?? [])].reverse().map((address) => [kindOf(known, address), address]))

const addressEdits = (known: Vocabulary): readonly Edit[] =>
  [...addresses(known)].flatMap(([kind, address]) => [
    { name: `is-${kind}`, apply: () => address },
    {
      name: `with-members-of-${kind}`,
      apply: (tree: Tree) => object(...parted(known, tree).kind, ...parted(known, address).others),
    },
    {
      name: `kind-of-${kind}`,
      apply: (tree: Tree) => object(...parted(known, address).kind, ...parted(known, tree).others),
    },
  ])

const channelsEdits = ({ kinds }: Vocabulary): readonly Edit[] =>
  (kinds.get("channel-type") ?? []).map((type) => ({
    name: `and-${type}`,
    apply: (tree) => withEntry(tree, retyped(type)),
  }))

/** A channel of another type. */
const retyped =
  (type: string) =>
  (channel: Tree): Tree =>
    object(
      ...treeMembers(channel).map((each) =>
        memberName(each) === "channel-type" ? { ...each, value: stringTree(type) } : each,
      ),
      ...(type === "data" ? [member("multifd-count", literalTree("1"))] : []),
    )

/** Edits of the value of a member. */
const byName = (name: string): readonly Edit[] => {
  const known = vocabulary()
  const kinds = known.kinds.get(name) ?? []
  return [
    ...kinds.map((kind) => ({ name: `is-${kind}`, apply: () => stringTree(kind) })),
    ...strings("hostile", hostileStrings.get(name) ?? [], (_, text) => text),
    ...(name === "uri" ? uriEdits(known) : []),
    ...(name === "addr" ? addressEdits(known) : []),
    ...(name === "channels" ? channelsEdits(known) : []),
  ]
}

const remembered = new Map<string, readonly Edit[]>()

/** Edits of the value of a member that know which member it is. */
export const editsOfMember = (name: string): readonly Edit[] => {
  if (!vocabulary().members.has(name)) return []
  const edits = remembered.get(name) ?? byName(name)
  remembered.set(name, edits)
  return edits
}

/** A member under the name of the one that is declared behind it. */
export const renamingEdit = (index: number): Edit => ({
  name: "name-of-next",
  apply: (tree) => {
    const names = [...vocabulary().members.keys()]
    const next = (name: string) => names[(names.indexOf(name) + 1) % names.length] ?? name
    return object(
      ...treeMembers(tree).map((each, at) => (at === index ? member(next(memberName(each)), each.value) : each)),
    )
  },
})

const strange: readonly (readonly [string, Tree])[] = [
  ["x", literalTree("null")],
  ["__proto__", object(member("uri", stringTree("tcp:a:1")))],
  ["constructor", object(member("prototype", object(member("uri", literalTree("1")))))],
  ["toString", literalTree("null")],
  ["", literalTree("0")],
]

const declared = (): readonly (readonly [string, Tree])[] =>
  [...vocabulary().members].flatMap(([name, values]) => values.slice(0, 2).map((value) => [name, value] as const))

let strays: readonly Edit[] | undefined

/** Members put beside those of an object, where some of them do not belong. */
export const strayEdits = (): readonly Edit[] => {
  strays ??= [...strange, ...declared()].map(([name, value], index, all) => ({
    name: `with-${fileName(name)}${all[index - 1]?.[0] === name ? "-otherwise" : ""}`,
    apply: (tree) => object(...treeMembers(tree).filter((each) => memberName(each) !== name), member(name, value)),
  }))
  return strays
}
