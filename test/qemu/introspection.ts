import type * as t from "io-ts"
import { isRefined } from "../../src/data/refinement.js"
import { casesOf, declaredMembers } from "../../src/data/reflect.js"

/**
 * Holds io-ts types against what QEMU says of its own commands (query-qmp-schema, docs/interop/qmp-spec.rst): every
 * member, name and kind of object that one has, the other must have, with the same JSON type and equally optional.
 */

interface Member {
  readonly name: string
  readonly type: string
  /** There, and null, if the member may be left out. */
  readonly default?: null
}

/** An entity of the introspected schema, as far as it is of use here. */
export interface Entity {
  readonly name: string
  readonly "meta-type": string
  readonly "arg-type"?: string
  readonly "element-type"?: string
  readonly "json-type"?: string
  readonly values?: readonly string[]
  readonly members?: readonly Member[]
  readonly tag?: string
  readonly variants?: readonly { readonly case: string; readonly type: string }[]
}

export type Schema = ReadonlyMap<string, Entity>

export const schemaOf = (entities: readonly Entity[]): Schema =>
  new Map(entities.map((entity) => [entity.name, entity]))

interface Slot<T> {
  readonly type: T
  readonly required: boolean
}

/** One kind of object: the names that make it that kind, and its other members. */
interface Kind<T> {
  readonly names: ReadonlyMap<string, string>
  readonly members: ReadonlyMap<string, Slot<T>>
}

const entityOf = (schema: Schema, name: string): Entity => {
  const entity = schema.get(name)
  if (entity === undefined) throw new Error(`the schema has no ${name}`)
  return entity
}

const mergedWith =
  <T>(one: Kind<T>) =>
  (other: Kind<T>): Kind<T> => ({
    names: new Map([...one.names, ...other.names]),
    members: new Map([...one.members, ...other.members]),
  })

/** The names of an enumeration that makes kinds of object: of a union's tag, or of a member that has literals here. */
const namesOf = (schema: Schema, entity: Entity, { name, type }: Member, isLiteral: ReadonlySet<string>) =>
  name === entity.tag || isLiteral.has(name) ? entityOf(schema, type).values : undefined

/** Every kind of object that an entity stands for: each such name makes one, with its variant. */
const kindsOfEntity = (schema: Schema, entity: Entity, isLiteral: ReadonlySet<string>): readonly Kind<string>[] => {
  let kinds: readonly Kind<string>[] = [{ names: new Map(), members: new Map() }]
  for (const member of entity.members ?? []) {
    const { name, type, ...rest } = member
    const values = namesOf(schema, entity, member, isLiteral)
    const slot: Slot<string> = { type, required: !("default" in rest) }
    const others: readonly Kind<string>[] =
      values === undefined
        ? [{ names: new Map(), members: new Map([[name, slot]]) }]
        : values.flatMap((value) =>
            variantOf(schema, entity, name, value, isLiteral).map(
              mergedWith({ names: new Map([[name, value]]), members: new Map<string, Slot<string>>() }),
            ),
          )
    kinds = kinds.flatMap((kind) => others.map(mergedWith(kind)))
  }
  return kinds
}

const variantOf = (
  schema: Schema,
  entity: Entity,
  tag: string,
  value: string,
  isLiteral: ReadonlySet<string>,
): readonly Kind<string>[] => {
  const variant = tag === entity.tag ? entity.variants?.find((one) => one.case === value) : undefined
  if (variant === undefined) return [{ names: new Map(), members: new Map() }]
  return kindsOfEntity(schema, entityOf(schema, variant.type), isLiteral)
}

const plain = (type: t.Mixed): t.Mixed => (isRefined(type) ? plain(type.type) : type)

const kindOfCase = (type: t.Mixed): Kind<t.Mixed> => {
  const names = new Map<string, string>()
  const members = new Map<string, Slot<t.Mixed>>()
  for (const { name, type: member, required } of declaredMembers(plain(type))) {
    const literal = member as t.LiteralType<string> | t.StringType
    if (literal._tag === "LiteralType") names.set(name, literal.value)
    else members.set(name, { type: member, required })
  }
  return { names, members }
}

/** Kinds of channel that no QEMU has. */
const drafts: readonly (string | undefined)[] = ["data", "post-copy"]

const kindsOfType = (type: t.Mixed): readonly Kind<t.Mixed>[] =>
  casesOf(plain(type))
    .map(kindOfCase)
    .filter(({ names }) => !drafts.includes(names.get("channel-type")))

const keyOf = ({ names }: Kind<unknown>): string =>
  [...names]
    .map((pair) => pair.join("="))
    .sort()
    .join(",")

/** Names that only one of two maps has. */
const lacking = (path: string, theirs: ReadonlyMap<string, unknown>, ours: ReadonlyMap<string, unknown>) => [
  ...[...theirs.keys()].filter((key) => !ours.has(key)).map((key) => `${path}: QEMU has ${key}, and we have not`),
  ...[...ours.keys()].filter((key) => !theirs.has(key)).map((key) => `${path}: we have ${key}, and QEMU has not`),
]

const tagOf = (type: t.Mixed): string => (plain(type) as t.StringType)._tag ?? "none"

/** The types of io-ts that read what QEMU calls by one of its names of JSON types; "none" are the integers of src/qemu. */
const readers: Readonly<Record<string, string>> = { string: "StringType", boolean: "BooleanType", int: "none" }

/** What a type says of the names of an enumeration, and of those of all others. */
const differencesOfNames = (schema: Schema, path: string, values: readonly string[], type: t.Mixed) => {
  const all = new Set([...schema.values()].flatMap((entity) => entity.values ?? []))
  return [...all].flatMap((name) => {
    if (values.includes(name) === type.is(name)) return []
    return [
      `${path}: ${values.includes(name) ? `QEMU has ${name}, and we have not` : `we have ${name}, and QEMU has not`}`,
    ]
  })
}

/** A value of each type of JSON that an alternate can be told by. */
const samples: Readonly<Record<string, unknown>> = { string: "x", null: null }

/** What a type says of the alternatives of an alternate; objects are left to be said. */
const differencesOfAlternate = (schema: Schema, path: string, entity: Entity, type: t.Mixed): readonly string[] =>
  (entity.members ?? []).flatMap((member) => {
    const json = entityOf(schema, member.type)["json-type"] ?? "object"
    return json in samples && type.is(samples[json]) ? [] : [`${path}: QEMU has ${json}, and we have not`]
  })

const differencesOfValue = (schema: Schema, path: string, name: string, type: t.Mixed): readonly string[] => {
  const entity = entityOf(schema, name)
  if (entity["meta-type"] === "object") return differencesOfObject(schema, path, entity, type)
  if (entity["meta-type"] === "builtin") {
    const wanted = readers[entity["json-type"] ?? ""]
    return wanted === tagOf(type) ? [] : [`${path}: QEMU's ${entity["json-type"]} is ${type.name} to us`]
  }
  if (entity["meta-type"] === "enum") return differencesOfNames(schema, path, entity.values ?? [], type)
  if (entity["meta-type"] === "alternate") return differencesOfAlternate(schema, path, entity, type)
  if (entity["meta-type"] !== "array") return [`${path}: there is no comparing a ${entity["meta-type"]}`]
  const list = plain(type) as t.ReadonlyArrayType<t.Mixed> | t.StringType
  if (list._tag !== "ReadonlyArrayType") return [`${path}: QEMU's list is ${type.name} to us`]
  return differencesOfValue(schema, `${path}[]`, entity["element-type"] ?? "", list.type)
}

const differencesOfObject = (schema: Schema, path: string, entity: Entity, type: t.Mixed): readonly string[] => {
  const ours = new Map(kindsOfType(type).map((kind) => [keyOf(kind), kind]))
  const isLiteral = new Set([...ours.values()].flatMap(({ names }) => [...names.keys()]))
  const theirs = new Map(kindsOfEntity(schema, entity, isLiteral).map((kind) => [keyOf(kind), kind]))
  return [
    ...lacking(path, theirs, ours),
    ...[...theirs].flatMap(([key, kind]) => {
      const own = ours.get(key)
      return own === undefined ? [] : differencesOfKind(schema, key === "" ? path : `${path}(${key})`, kind, own, type)
    }),
  ]
}

const differencesOfKind = (
  schema: Schema,
  path: string,
  theirs: Kind<string>,
  ours: Kind<t.Mixed>,
  whole: t.Mixed,
): readonly string[] => [
  ...lacking(path, theirs.members, ours.members),
  ...[...theirs.members].flatMap(([name, { type, required }]) => {
    const own = ours.members.get(name)
    if (own === undefined) return []
    // What a rule demands is optional to the type that the rule refines.
    const demanded = own.required || (required && isRefined(whole) && !whole.is({}))
    return [
      ...(required === demanded ? [] : [`${path}.${name}: ${required ? "required" : "optional"} by QEMU only`]),
      ...differencesOfValue(schema, `${path}.${name}`, type, own.type),
    ]
  }),
]

/** What a command of QEMU's and the type of its arguments differ in, a line each. */
export const differences = (schema: Schema, command: string, type: t.Mixed): readonly string[] =>
  differencesOfValue(schema, command, entityOf(schema, command)["arg-type"] ?? "", type)
