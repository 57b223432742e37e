import type * as t from "io-ts"
import { checksOf, typesIn } from "./guard.js"
import { isRefined } from "./refinement.js"
import { casesOf, declaredMembers, literalsOf } from "./reflect.js"

/** How io-ts types become the TypeScript of a guard. */

type Known =
  | t.StringType
  | t.BooleanType
  | t.LiteralType<string>
  | t.KeyofType<Record<string, unknown>>
  | t.ReadonlyArrayType<t.Mixed>
  | t.UnionType<t.Mixed[]>
  | t.ExactType<t.Mixed>

const access = (name: string): string =>
  /^[a-z][a-z0-9]*$/.test(name) ? `value.${name}` : `value[${JSON.stringify(name)}]`

const inner = (type: t.Mixed): t.Mixed => (isRefined(type) ? inner(type.type) : type)

/** A name for an object: of its literals, or where it has none, of what it is found under. */
const nameFor = (type: t.Mixed, under: string): string =>
  camelCase([...literalsOf(type).values(), ...(literalsOf(type).size === 0 ? [under] : [])].join("-"))

const choice = (name: string, body: string): string => `const ${name} = (value: Data): boolean => ${body}`

/** A name in JavaScript's own way: `migrate-incoming` is migrateIncoming. */
const camelCase = (name: string): string => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** The names of all members that a type declares, objects inside it included. */
const namesIn = (type: t.Mixed): readonly string[] => [
  ...new Set(
    typesIn(type)
      .flatMap((part) => ((part as Known)._tag === "ExactType" ? declaredMembers(part) : []))
      .map(({ name }) => name),
  ),
]

/** Emits the type of the objects that guards look at: its members are those of all of them. */
export const emitMembers = (...types: readonly t.Mixed[]): string =>
  `type Data = Plain<${[...new Set(types.flatMap(namesIn))].map((name) => JSON.stringify(name)).join(" | ")}>`

/** Emits a guard of plain data that an io-ts type describes, as a function of the type's {@link checksOf}. */
export const emitGuard = (type: t.Mixed, name: string): string => {
  const { rules, leaves } = checksOf(type)
  const functions = new Map<object, string>()
  const written: string[] = []

  const condition = (part: t.Mixed, value: string, under: string): string => {
    if (isRefined(part)) {
      const kept = part.rules.map((rule) => `keeps(rules[${rules.indexOf(rule)}], ${value})`)
      return [condition(part.type, value, under), ...kept].join(" && ")
    }
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
        return `isObject(${value}) && ${choiceOf(part, casesOf(known), [], under)}(${value})`
      case "ExactType":
        return `isObject(${value}) && ${objectOf(part, under)}(${value})`
      default:
        return `isLeaf(leaves[${leaves.indexOf(part)}], ${value})`
    }
  }

  const define = (part: object, wanted: string, body: (name: string) => string): string => {
    const known = functions.get(part)
    if (known !== undefined) return known
    const taken = new Set(functions.values())
    const chosen = taken.has(wanted) ? `${wanted}${taken.size}` : wanted
    functions.set(part, chosen)
    written.push(body(chosen))
    return chosen
  }

  const objectOf = (part: t.Mixed, under: string): string =>
    define(part, nameFor(part, under), (chosen) => {
      const members = declaredMembers(part)
      const required = members.filter((member) => member.required)
      const conditions = members.map((member) => {
        const value = access(member.name)
        const holds = condition(member.type, value, member.name)
        return member.required ? holds : `(${value} === undefined || (${holds}))`
      })
      const optional = members.filter((member) => !member.required).map((member) => ` + given(${access(member.name)})`)
      const size = `memberCount(value) === ${required.length}${optional.join("")}`
      return choice(chosen, [...conditions, size].join(" && "))
    })

  const caseOf = (part: t.Mixed, under: string): string => {
    if (!isRefined(part)) return `${objectOf(part, under)}(value)`
    const kept = part.rules.map((rule) => `keeps(rules[${rules.indexOf(rule)}], value)`)
    return [caseOf(part.type, under), ...kept].join(" && ")
  }

  /** A function that chooses among objects by a literal member that all have, and again among those that share it. */
  const choiceOf = (key: object, cases: readonly t.Mixed[], chosen: readonly string[], under: string): string => {
    const tags = cases.map((each) => literalsOf(inner(each)))
    const tag = tags
      .flatMap((each) => [...each.keys()])
      .find((each) => !chosen.includes(each) && tags.every((one) => one.has(each)))
    if (tag === undefined) throw new TypeError("the objects of a union must differ in a literal member")
    return define(key, under, (self) => {
      const values = tags.map((each) => String(each.get(tag)))
      const branches = [...new Set(values)].map((value) => {
        const alike = cases.filter((_, index) => values[index] === value)
        const [only] = alike
        const call =
          only !== undefined && alike.length === 1
            ? caseOf(only, under)
            : `${choiceOf({}, alike, [...chosen, tag], value)}(value)`
        return `case ${JSON.stringify(value)}: return ${call}`
      })
      return choice(self, `{ switch (${access(tag)}) { ${branches.join("\n")}\n default: return false } }`)
    })
  }

  const whole = condition(type, "value", "all")
  return [
    `/** Whether a copy is what the type of ${name} takes. */`,
    `export const ${camelCase(name)} = ({ rules, leaves }: GuardChecks): Guard => {`,
    ...written,
    `return (value) => ${whole}`,
    "}",
  ].join("\n")
}
