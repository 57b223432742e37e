import * as E from "fp-ts/lib/Either.js"
import type * as t from "io-ts"
import { isRefined } from "../../data/refinement.js"
import { casesOf, declaredMembers } from "../../data/reflect.js"
import { type MigrationAddress, migrationAddress } from "../../qemu/addresses.js"
import type { Command } from "../../qemu/commands.js"
import { type Context, contextOf, perContext } from "../../qemu/context.js"
import { type ArgumentsOf, argumentsType } from "../../qemu/entries.js"
import { formatMigrateUri } from "../../qemu/uri.js"
import type { ArgumentsOptions } from "./arguments.js"
import { textOf, treeOf } from "./json-cst.js"

/**
 * The least arguments of every kind, read off the io-ts types: each case of each union, each member that may be there
 * by itself and then as many of them as go together. Only what strings and numbers may be is written down.
 */

/** Strings and numbers that are valid, by the members that they stand in. */
type Leaves = Readonly<Record<string, readonly unknown[]>>

const leaves: Leaves = {
  host: ["10.0.0.9", "a", "::1"],
  port: ["1", "http"],
  to: [1],
  "keep-alive-count": [1],
  "keep-alive-idle": [1],
  "keep-alive-interval": [1],
  path: ["/a"],
  cid: ["1"],
  str: ["a"],
  args: ["/a"],
  filename: ["/a"],
  offset: [0, 1],
  "multifd-count": [1],
}

/** The uri of a command that a shell is to run stands for an address that the types by themselves do not lead to. */
const shell: MigrationAddress = { transport: "exec", args: ["/bin/sh", "-c", "a"] }

type Known =
  | t.BooleanType
  | t.LiteralType<string>
  | t.ReadonlyArrayType<t.Mixed>
  | t.UnionType<t.Mixed[]>
  | t.ExactType<t.Mixed>
  | t.StringType

/** A value of a type for each thing that can be different about it; the first one is the least. */
const valuesOf = (type: t.Mixed, known: Leaves, name: string, isValid = type.is): readonly unknown[] => {
  if (isRefined(type)) return valuesOf(type.type, known, name, isValid).filter((value) => isValid(value))
  const inner = type as Known
  switch (inner._tag) {
    case "BooleanType":
      return [true, false]
    case "LiteralType":
      return [inner.value]
    case "ReadonlyArrayType":
      return listsOf(valuesOf(inner.type, known, name))
    case "UnionType":
      return casesOf(inner).flatMap((each) => valuesOf(each, known, name))
    case "ExactType":
      return objectsOf(inner, known, isValid)
    default:
      return known[name] ?? []
  }
}

/** Lists of one value; and, of each kind of value, of the first one there is and of one of that kind. */
const listsOf = (values: readonly unknown[]): readonly unknown[] => {
  const [first] = values
  const ofEachKind = new Map([...values].reverse().map((value) => [Object.values(Object(value))[0], value]))
  return [...values.map((value) => [value]), ...[...ofEachKind.values()].map((value) => [first, value])]
}

type Fields = Readonly<Record<string, unknown>>

const objectsOf = (type: t.Mixed, known: Leaves, isValid: (value: unknown) => boolean): readonly Fields[] => {
  const choices = declaredMembers(type).map(({ name, type: member, required }) => {
    const values = valuesOf(member, known, name)
    return { required, ways: values.map((value): Fields => ({ [name]: value })) }
  })
  const required = choices.flatMap(({ required, ways: [first] }) => (required && first !== undefined ? [first] : []))
  const least: Fields = Object.assign({}, ...required)
  const varied = choices.flatMap(({ ways }) => ways.map((way) => ({ ...least, ...way })))
  let fullest = least
  for (const { ways } of choices) fullest = ways.map((way) => ({ ...fullest, ...way })).find(isValid) ?? fullest
  return [least, ...varied, fullest]
}

/** An address of each kind. */
export const leastAddresses = perContext(
  (context) => valuesOf(migrationAddress(context), leaves, "addr") as readonly MigrationAddress[],
)

const urisOf = (context: Context): readonly string[] =>
  [...leastAddresses(context), shell]
    .map((address) => formatMigrateUri(address, context))
    .flatMap((uri) => (E.isRight(uri) ? [uri.right] : []))

const known = perContext((context): readonly unknown[] => {
  const values = valuesOf(argumentsType(context), { ...leaves, uri: urisOf(context) }, "")
  return [...new Map(values.map((value) => [textOf(treeOf(value)), value])).values()]
})

/** The arguments of each kind that a context knows, the shortest of each first. */
export const leastArguments = <C extends Command = "migrate">(
  options: ArgumentsOptions<C> = {},
): readonly ArgumentsOf[C][] => known(contextOf(options)) as readonly ArgumentsOf[C][]
