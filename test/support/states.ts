import fc from "fast-check"
import { type Environment, satisfied } from "../../src/layout/evaluate.js"
import type { Arguments } from "../../src/layout/parameters.js"
import { typeOfScalar } from "../../src/layout/term.js"
import type { Condition } from "../../src/layout/types.js"
import { type Field, type Layout, membersOf, type Struct } from "../../src/layout/types.js"

/** Random states of any layout: of the right form for its conditions, but heedless of its rules. */

type Draw = fc.GeneratorValue

export const statesOf = (layout: Layout, given: Arguments): fc.Arbitrary<unknown> =>
  fc.gen().map((draw) => new Drawing(draw, given).struct(layout.struct))

class Drawing {
  readonly #draw: Draw
  readonly #arguments: Arguments

  constructor(draw: Draw, given: Arguments) {
    this.#draw = draw
    this.#arguments = given
  }

  #below(bound: number): number {
    return this.#draw(fc.nat, { max: bound - 1 })
  }

  #bytes(length: number): Uint8Array {
    return this.#draw(fc.uint8Array, { minLength: length, maxLength: length })
  }

  struct(struct: Struct): Record<string, unknown> {
    const state: Record<string, unknown> = {}
    for (const [key, field] of membersOf(struct)) state[key] = this.#value(field, struct, state)
    return state
  }

  #holds(condition: Condition, struct: Struct, state: Record<string, unknown>): boolean {
    const environment: Environment = { arguments: this.#arguments, field: (path) => numberIn(struct, state, path) }
    return satisfied(condition, environment)
  }

  #times<T>(most: number, make: () => T): readonly T[] {
    return Array.from({ length: this.#below(most + 1) }, make)
  }

  #value(field: Field, struct: Struct, state: Record<string, unknown>): unknown {
    const inner = (of: Field) => this.#value(of, struct, state)
    switch (field.kind) {
      case "integer": {
        const { from, to } = typeOfScalar(field)
        const isSmall = this.#below(3) > 0
        const number = this.#draw(
          fc.bigInt,
          isSmall ? { min: from < 0n ? -3n : 0n, max: 100n } : { min: from, max: to },
        )
        return field.bits === 64 ? number : Number(number)
      }
      case "boolean":
        return this.#below(2) === 1
      case "enumeration":
        return Object.keys(field.names)[this.#below(Object.keys(field.names).length)]
      case "bits":
        return Object.fromEntries(
          Object.entries(field.members).flatMap(([name, member]) => {
            if (member.kind === "reserved") return []
            return [[name, member.kind === "flag" ? this.#below(2) === 1 : this.#below(2 ** member.width)]]
          }),
        )
      case "bytes":
        return this.#bytes(field.length)
      case "run":
        return this.#bytes(this.#below(6))
      case "array":
        return Array.from({ length: field.length }, () => inner(field.element))
      case "struct":
        return this.struct(field)
      case "pointer":
        return inner(field.content)
      case "message":
        return this.#below(3) === 0
          ? { header: null, data: new Uint8Array() }
          : { header: this.struct(field.header), data: this.#bytes(this.#below(5)) }
      case "list":
        return field.entry.kind === "bottom" ? [] : this.#times(3, () => inner(field.entry))
      case "table": {
        const variant = field.variants.find(({ when }) => when === undefined || this.#holds(when, struct, state))
        const rows = this.#times(3, () =>
          this.struct(variant?.is ?? { kind: "struct", doc: "", fields: {}, rules: [] }),
        )
        const names = Object.keys(variant?.is.fields ?? {})
        return {
          kind: variant?.name,
          columns: Int32Array.from(names.flatMap((name) => rows.map((row) => Number(row[name])))),
        }
      }
      case "optional":
        return this.#holds(field.when, struct, state) ? inner(field.content) : null
      case "choice": {
        const chosen = field.cases.find(({ when }) => when === undefined || this.#holds(when, struct, state))
        return chosen && { kind: chosen.name, value: inner(chosen.is) }
      }
      case "union": {
        const names = Object.keys(field.contents)
        const kind = names[this.#below(names.length)] ?? ""
        const content = field.contents[kind]
        return content && { kind, value: inner(content) }
      }
      default:
        return undefined
    }
  }
}

const numberIn = ({ fields }: Struct, state: Record<string, unknown>, path: string): number | bigint => {
  const [value, field] = [state[path], fields[path]]
  if (field?.kind === "enumeration") return field.names[String(value)] ?? 0
  return typeof value === "bigint" ? value : Number(value)
}
