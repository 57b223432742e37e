import type * as t from "io-ts"
import { checksOf, typesIn } from "./guard.js"
import { isRefined } from "./refinement.js"
import { casesOf, declaredMembers, literalsOf } from "./reflect.js"

/** How io-ts types become the TypeScript of guards. */

type Known =
  | t.StringType
  | t.BooleanType
  | t.LiteralType<string>
  | t.KeyofType<Record<string, unknown>>
  | t.ReadonlyArrayType<t.Mixed>
  | t.UnionType<t.Mixed[]>
  | t.ExactType<t.Mixed>

const isWord = (name: string): boolean => /^[a-z][a-z0-9]*$/.test(name)

const access = (name: string): string => (isWord(name) ? `value.${name}` : `value[${JSON.stringify(name)}]`)

const inner = (type: t.Mixed): t.Mixed => (isRefined(type) ? inner(type.type) : type)

/** A name in JavaScript's own way: `migrate-incoming` is migrateIncoming. */
const camelCase = (name: string): string => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** A name for an object: of its literals, or where it has none, of what it is found under. */
const nameFor = (type: t.Mixed, under: string): string =>
  camelCase([...literalsOf(type).values(), ...(literalsOf(type).size === 0 ? [under] : [])].join("-"))

/** The names of all members that a type declares, objects inside it included. */
const namesIn = (type: t.Mixed): readonly string[] =>
  typesIn(type)
    .flatMap((part) => ((part as Known)._tag === "ExactType" ? declaredMembers(part) : []))
    .map(({ name }) => name)

/** Functions of an object, as their names by their text: of one text there is one. */
type Functions = Map<string, string>

/** Writes a function of an object, unless there is one of that text; gives its name. */
const define = (functions: Functions, wanted: string, text: string): string => {
  const taken = new Set(functions.values())
  const name = functions.get(text) ?? (taken.has(wanted) ? `${wanted}${taken.size}` : wanted)
  functions.set(text, name)
  return name
}

const written = (functions: Functions): string =>
  [...functions].map(([text, name]) => `const ${name} = ${text}`).join("\n")

/** Writes functions that choose among objects by a literal member that all have, and again among those that share it. */
const choicesBy = (functions: Functions, caseOf: (type: t.Mixed) => string) => {
  const choice = (cases: readonly t.Mixed[], under: string, chosen: readonly string[] = []): string => {
    const tags = cases.map((each) => literalsOf(inner(each)))
    const tag = tags
      .flatMap((each) => [...each.keys()])
      .find((each) => !chosen.includes(each) && tags.every((one) => one.has(each)))
    if (tag === undefined) throw new TypeError("the objects of a union must differ in a literal member")
    const values = tags.map((each) => String(each.get(tag)))
    const branches = [...new Set(values)].map((value) => {
      const alike = cases.filter((_, index) => values[index] === value)
      const [only] = alike
      const call =
        only !== undefined && alike.length === 1 ? caseOf(only) : `${choice(alike, value, [...chosen, tag])}(value)`
      return `case ${JSON.stringify(value)}: return ${call}`
    })
    const body = `{ switch (${access(tag)}) { ${branches.join("\n")}\n default: return false } }`
    return define(functions, under, `(value: Data): boolean => ${body}`)
  }
  return choice
}

/** Writes the functions of a type's guard; gives its own condition. */
const guardOf = (type: t.Mixed, name: string, functions: Functions): string => {
  const { rules, leaves }: { readonly rules: readonly unknown[]; readonly leaves: readonly t.Mixed[] } = checksOf(type)

  const kept = (part: t.Mixed, value: string): readonly string[] => {
    if (!isRefined(part)) return []
    const own = part.rules.map((rule) => `rules[${rules.indexOf(rule)}]?.(${value}).length === 0`)
    return [...kept(part.type, value), ...own]
  }

  const condition = (part: t.Mixed, value: string, under: string): string => {
    if (isRefined(part)) return [condition(inner(part), value, under), ...kept(part, value)].join(" && ")
    const known = part as Known
    switch (known._tag) {
      case "StringType":
        return `typeof ${value} === "string"`
      case "BooleanType":
        return `typeof ${value} === "boolean"`
      case "LiteralType":
        return `${value} === ${JSON.stringify(known.value)}`
      case "KeyofType":
        return `(${Object.keys(known.keys)
          .map((each) => `${value} === ${JSON.stringify(each)}`)
          .join(" || ")})`
      case "ReadonlyArrayType":
        return `isList(${value}, (entry) => ${condition(known.type, "entry", under)})`
      case "UnionType":
        return `isObject(${value}) && ${choice(casesOf(known), under)}(${value})`
      case "ExactType":
        return `isObject(${value}) && ${object(part, under)}(${value})`
      default:
        return `leaves[${leaves.indexOf(part)}]?.is(${value}) === true`
    }
  }

  const object = (part: t.Mixed, under: string): string => {
    const members = declaredMembers(part)
    const conditions = members.map((member) => {
      const value = access(member.name)
      const holds = condition(member.type, value, member.name)
      return member.required ? holds : `(${value} === undefined || (${holds}))`
    })
    const optional = members.filter((member) => !member.required).map((member) => `given(${access(member.name)})`)
    const size = [members.length - optional.length, ...optional].join(" + ")
    const body = [...conditions, `memberCount(value) === ${size}`].join(" && ")
    return define(functions, nameFor(part, under), `(value: Data): boolean => ${body}`)
  }

  const caseOf = (part: t.Mixed): string => [`${object(inner(part), "")}(value)`, ...kept(part, "value")].join(" && ")

  const choice = choicesBy(functions, caseOf)
  return condition(type, "value", name)
}

/** Emits the type of the objects that guards look at: its members are those of all of them. */
const emitMembers = (types: readonly t.Mixed[]): string =>
  `type Data = Plain<${[...new Set(types.flatMap(namesIn))].map((name) => JSON.stringify(name)).join(" | ")}>`

/**
 * Emits guards of plain data that io-ts types describe, by the types' names, as a function of one type's {@link checksOf}.
 * What types have in common is emitted once: it has its conditions in the same places.
 */
export const emitGuards = (types: Readonly<Record<string, t.Mixed>>): string => {
  const functions: Functions = new Map()
  const guards = Object.entries(types).map(
    ([name, type]) => `${JSON.stringify(name)}: (value: unknown): boolean => ${guardOf(type, name, functions)},`,
  )
  return [
    emitMembers(Object.values(types)),
    "/** Whether copies are what the types take. */",
    "export const guards = ({ rules, leaves }: GuardChecks) => {",
    written(functions),
    `return { ${guards.join("\n")} }`,
    "}",
  ].join("\n\n")
}
