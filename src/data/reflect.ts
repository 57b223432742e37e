import type * as t from "io-ts"
import { isRefined } from "./refinement.js"

/** A declared member of an object. */
export interface DeclaredMember {
  readonly name: string
  readonly type: t.Mixed
  readonly required: boolean
}

/** The declared members of an object: of `t.type` those that must be given, of `t.partial` the others. */
export const declaredMembers = (type: t.Mixed): readonly DeclaredMember[] => {
  if (isRefined(type)) return declaredMembers(type.type)
  const known = type as
    | t.InterfaceType<t.Props>
    | t.PartialType<t.Props>
    | t.IntersectionType<t.Mixed[]>
    | t.ExactType<t.Mixed>
  switch (known._tag) {
    case "InterfaceType":
    case "PartialType":
      return Object.entries(known.props).map(([name, member]) => ({
        name,
        type: member,
        required: known._tag === "InterfaceType",
      }))
    case "IntersectionType":
      return distinct(known.types.flatMap(declaredMembers))
    case "ExactType":
      return declaredMembers(known.type)
    default:
      throw new TypeError("an exact object is made of t.type and t.partial")
  }
}

const distinct = (members: readonly DeclaredMember[]): readonly DeclaredMember[] => {
  if (new Set(members.map(({ name }) => name)).size === members.length) return members
  throw new TypeError("an exact object declares each member once")
}

/** The objects of a union, unions inside it included. */
export const casesOf = (type: t.Mixed): readonly t.Mixed[] => {
  const known = type as t.UnionType<t.Mixed[]> | t.StringType
  return known._tag === "UnionType" ? known.types.flatMap(casesOf) : [type]
}

/** The members of an object that are always the same string. */
export const literalsOf = (type: t.Mixed): ReadonlyMap<string, string> =>
  new Map(
    declaredMembers(type).flatMap(({ name, type: member }) => {
      const literal = member as t.LiteralType<string> | t.StringType
      return literal._tag === "LiteralType" ? [[name, literal.value] as const] : []
    }),
  )
