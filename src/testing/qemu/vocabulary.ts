import type * as t from "io-ts"
import { isRefined } from "../../data/refinement.js"
import { casesOf, declaredMembers, literalsOf } from "../../data/reflect.js"
import { type Context, contextOf } from "../../qemu/context.js"
import { argumentsType } from "../../qemu/entries.js"
import { partsOf, stringOf, type Tree, textOf, treeOf } from "./json-cst.js"
import { leastArguments } from "./minimal.js"

/** What the declarations of the arguments of both commands, for every QEMU and the draft, name. */
export interface Vocabulary {
  /** Every member, with the values that it has in the least arguments. */
  readonly members: ReadonlyMap<string, readonly Tree[]>
  /** The members that say of which kind an object is, with the name of each kind. */
  readonly kinds: ReadonlyMap<string, readonly string[]>
  /** The schemes of URIs. */
  readonly schemes: readonly string[]
}

/** Contexts that between them have every member and every kind. */
const widest: readonly Context[] = [
  contextOf({ version: "8.2", draft: true }),
  contextOf({ version: "10.2", draft: true }),
  contextOf({ version: "11.1", draft: true, command: "migrate-incoming" }),
]

/** Every member of a tree, with its value. */
function* membersIn(tree: Tree): Generator<readonly [name: string, Tree]> {
  for (const [key, part] of partsOf(tree)) {
    if (tree.kind === "object") yield [key, part]
    yield* membersIn(part)
  }
}

/** Every type of object that a type is made of. */
function* objectTypes(type: t.Mixed): Generator<t.Mixed> {
  if (isRefined(type)) return yield* objectTypes(type.type)
  const known = type as t.ReadonlyArrayType<t.Mixed> | t.UnionType<t.Mixed[]> | t.ExactType<t.Mixed> | t.StringType
  if (known._tag === "ReadonlyArrayType") return yield* objectTypes(known.type)
  if (known._tag === "UnionType") for (const each of casesOf(known)) yield* objectTypes(each)
  if (known._tag !== "ExactType") return
  yield known
  for (const member of declaredMembers(known)) yield* objectTypes(member.type)
}

function* kindsIn(context: Context): Generator<readonly [name: string, string]> {
  for (const type of objectTypes(argumentsType(context))) yield* literalsOf(type)
}

/** What is said of each name, every thing once. */
const byName = <T>(pairs: Iterable<readonly [name: string, T]>, textOfThing: (thing: T) => string) => {
  const groups = new Map<string, Map<string, T>>()
  for (const [name, thing] of pairs) {
    const group = groups.get(name) ?? new Map<string, T>()
    groups.set(name, group.set(textOfThing(thing), thing))
  }
  return new Map([...groups].map(([name, group]): [string, readonly T[]] => [name, [...group.values()]]))
}

const read = (): Vocabulary => {
  const trees = widest.flatMap((context) => leastArguments(context).map(treeOf))
  const members = byName(
    trees.flatMap((tree) => [...membersIn(tree)]),
    textOf,
  )
  const uris = (members.get("uri") ?? []).flatMap((uri) => stringOf(uri) ?? [])
  return {
    members,
    kinds: byName(
      widest.flatMap((context) => [...kindsIn(context)]),
      String,
    ),
    schemes: [...new Set(uris.map((uri) => uri.slice(0, uri.indexOf(":"))))],
  }
}

let known: Vocabulary | undefined

/** What the declarations name, read off them when it is first asked for. */
export const vocabulary = (): Vocabulary => {
  known ??= read()
  return known
}
