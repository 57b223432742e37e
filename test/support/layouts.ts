import fc from "fast-check"
import * as L from "../../src/layout/index.js"
import type { BitMember, Bits, Content, Element, Field, Fields, NumberField, Wire } from "../../src/layout/types.js"

/** Random declarations, of everything that the language has. */

/** A number below one that is given. */
type Below = (bound: number) => number

/** Names that mean something to JavaScript, to emitted code or to decoded values, and pairs that look alike. */
const nameWords =
  "size view bytes limit receiver channel alias constructor length at index columns value kind a_b aB class toString data header count start rule checks cut x y z hasOwnProperty new entries Violation given chainNo1 chainNo2 chain_no3".split(
    " ",
  )

const wires = [
  L.u8,
  L.u16,
  L.u32,
  L.u64,
  L.i8,
  L.i16,
  L.i32,
  L.i64,
  L.u16be,
  L.u32be,
  L.u64be,
  L.i16be,
  L.i32be,
  L.i64be,
]
const unsigned = [L.u8, L.u16, L.u32, L.u64, L.u16be, L.u32be, L.u64be]

export const sizeLimit = L.numberParameter("sizeLimit", { default: 3000, most: 1 << 20, doc: "The most bytes." })
const small = L.numberParameter("small", { default: 100, most: 0xffff, doc: "A bound." })
const mode = L.wordParameter("mode", { words: ["strict", "lax", "none"], default: "lax", doc: "How it is read." })
const traits = L.wordsParameter("traits", { words: ["a", "b"], default: [], doc: "What it has." })

export const layoutArguments: fc.Arbitrary<L.Arguments> = fc.record({
  sizeLimit: fc.constantFrom(3000, 3000, 40),
  small: fc.constantFrom(100, 0, 0xffff),
  mode: fc.constantFrom("strict", "lax", "none"),
  traits: fc.subarray(["a", "b"]),
})

/** Whether one more than a number may need more than 64 bits. */
const isWide = (field: Field | undefined): boolean => field !== undefined && "bits" in field && field.bits === 64

/** Makes one declaration; a class because everything in it draws from one source and numbers its rules. */
class Declaring {
  readonly #below: Below
  #rules = 0

  constructor(below: Below) {
    this.#below = below
  }

  #one<const T>(...all: readonly T[]): T {
    return all[this.#below(all.length)] as T
  }

  #some<T>(most: number, make: () => T): readonly T[] {
    return Array.from({ length: 1 + this.#below(most) }, make)
  }

  #rule() {
    const id = `random/rule-${++this.#rules}`
    return { id, code: "inconsistent", requirement: `${id} must hold.`, consequence: "Nothing." } as const
  }

  #integer(): L.Field {
    const integer = this.#one<L.IntegerOf<Bits>>(...wires)("A number.")
    switch (this.#below(6)) {
      case 0:
        return integer.must(L.atMost(small), this.#rule())
      case 1:
        return integer.must(L.atLeast(this.#one<number | bigint>(0, -5, 3n, 200)), this.#rule())
      case 2:
        return integer.must(L.unequal(this.#one(0, 7, 255)), this.#rule()).must(L.below(2 ** 40), this.#rule())
      default:
        return integer
    }
  }

  #number(): NumberField {
    switch (this.#below(8)) {
      case 0:
        return L.boolean("A flag.", this.#one(...unsigned))
      case 1:
        return L.enumeration({ one: 1, two: 2, zero: 0, more: 77 }, "A kind.", this.#one(...wires))
      case 2:
        return L.constant(this.#one(0, 1, 99), "Always the same.", this.#one(...wires))
      case 3:
        return this.#bits()
      default:
        return this.#integer() as NumberField
    }
  }

  #bits(): NumberField {
    const wire: Wire = this.#one(...unsigned)
    const members: Record<string, BitMember> = {}
    let left: number = wire.bits
    for (let index = 0; left > 0; index++) {
      const width = Math.min(left, this.#one(1, 1, 3, 8, 31, 32))
      const kind = this.#below(3)
      members[`m${index}`] =
        width === 1 && kind === 0 ? L.flag("A bit.") : kind === 1 ? L.reserved(width) : L.bit(width, "Some bits.")
      left -= width
    }
    return L.bits(members, "Bits.", wire)
  }

  #fixed(depth: number): Field {
    switch (this.#below(depth > 0 ? 9 : 7)) {
      case 0:
        return L.bytes(this.#one(1, 5, 16), "Some bytes.")
      case 1:
        return L.array(this.#number(), this.#one(1, 3, 20))
      case 7:
        return L.array(this.#struct(depth - 1, true), this.#one(1, 2))
      case 8:
        return this.#struct(depth - 1)
      default:
        return this.#number()
    }
  }

  /** What a list repeats. */
  #entry(depth: number): Element {
    switch (this.#below(depth > 0 ? 6 : 3)) {
      case 0:
        return L.bytes(3, "Three bytes.")
      case 1:
      case 2:
        return this.#number()
      case 3:
        return L.list(this.#entry(depth - 1), { counted: "n" })
      default:
        return this.#struct(depth - 1, true)
    }
  }

  #columns() {
    const fields: Record<string, L.Field> = {}
    for (const [index, wire] of this.#some(3, () =>
      this.#one<L.IntegerOf<Bits>>(L.u8, L.i8, L.u16, L.u32, L.i32, L.u32be, L.i16be),
    ).entries()) {
      const field = wire("A column.")
      fields[`c${index}`] =
        this.#below(4) === 0 ? field.must((self) => L.atMost(L.previous(self, -1), self), this.#rule()) : field
    }
    return L.struct("A row.", fields)
  }

  #condition(earlier: readonly string[]): L.Condition {
    const of = earlier[this.#below(Math.max(earlier.length, 1))]
    const choices: L.Condition[] = [L.equal(mode, "strict"), L.listed(traits, "a"), L.equal(small, 0)]
    if (of !== undefined)
      choices.push(
        L.atMost(L.field(of), 100),
        L.not(L.equal(L.field(of), 0)),
        L.any(L.equal(mode, "lax"), L.below(L.field(of), small)),
      )
    return this.#one(...choices, ...choices.slice(3))
  }

  /** A part, and the field that says how large it is. */
  #part(name: string, depth: number, earlier: readonly string[]): Readonly<Record<string, Field>> {
    const wire = this.#one(...unsigned)
    const length = { [`${name}_length`]: L.lengthOf(name, "Its size.", wire) }
    const count = { [`${name}_count`]: L.countOf(name, "How many.", wire) }
    switch (this.#below(depth > 0 ? 12 : 5)) {
      case 0:
      case 1:
        return { ...length, [name]: L.run("A run.") }
      case 2:
        return { ...length, [name]: L.message(L.struct("A header.", { tag: L.u8("A tag."), mark: this.#number() })) }
      case 3:
        return {
          ...count,
          [name]: L.table({ wide: [this.#condition(earlier), this.#columns()], narrow: this.#columns() }),
        }
      case 4:
        return { [name]: L.table({ only: this.#columns() }, { counted: "n" }) }
      case 5:
        return { ...count, [name]: L.list(this.#entry(depth - 1)) }
      case 6:
        return { ...length, [name]: L.list(this.#entry(depth - 1)) }
      case 7:
        return { ...count, ...length, [name]: L.list(this.#entry(depth - 1)) }
      case 8:
        return { ...length, [name]: this.#struct(depth - 1, false, true) }
      case 9:
        return {
          [name]: L.optional(this.#condition(earlier), this.#one<Field>(this.#struct(depth - 1), this.#number())),
        }
      case 10: {
        const cases = L.choice({ one: [this.#condition(earlier), this.#struct(depth - 1)], other: this.#number() })
        return { [name]: cases }
      }
      default: {
        const isOpen = this.#below(2) === 0
        const union = L.union({
          ping: [1, this.#struct(depth - 1)],
          data: [2, isOpen ? L.struct("Data.", { mark: this.#number(), rest: L.run("All.") }) : this.#number()],
          none: [7, L.struct("Nothing.", {})],
        })
        return {
          [`${name}_tag`]: L.tagOf(name, "Which.", wire),
          ...(isOpen || this.#below(2) === 0 ? length : {}),
          [name]: union,
        }
      }
    }
  }

  /** What the bytes of a run must be, now and then: entries behind one another to its end. */
  #chainRules(fields: Fields, numbers: readonly string[]): readonly L.FieldRule[] {
    const path = Object.entries(fields).find(([, { kind }]) => kind === "run")?.[0]
    if (path === undefined || this.#below(2) === 0) return []
    const at = `${path}_length` in fields ? `${path}_length` : numbers[0]
    if (at === undefined) return []
    return [{ ...this.#rule(), at: L.field(at), holds: L.scanned({ op: "part", path }, this.#chain()) }]
  }

  #chain(): L.Chain {
    const size = this.#one<L.IntegerOf<Bits>>(L.u8, L.u16, L.u32, L.u16be, L.u32be)("Its size.")
    const kind = L.enumeration({ one: this.#below(2), two: 2 }, "A kind.", L.u8)
    const fields: Fields = this.#below(2) === 0 ? { size } : { kind, pad: L.bytes(2, "Unused."), size }
    return L.chain(`chainNo${++this.#rules}`, {
      doc: "Entries behind one another.",
      header: L.struct("An entry's header.", fields),
      length: "size",
      most: this.#one(7, 20, 2 ** size.bits - 1),
      begins: this.#one("whole", "anywhere"),
    })
  }

  /** A struct; an entry of a list begins with a number, so that it has at least a byte. */
  #struct(depth: number, isEntry = false, isOpen = false): L.Struct {
    const { fields, numbers } = this.#fields(depth, isEntry, isOpen)
    return L.struct("A struct.", fields, () => [
      ...this.#structRules(fields, numbers),
      ...this.#chainRules(fields, numbers),
    ])
  }

  #fields(depth: number, isEntry: boolean, isOpen: boolean) {
    const names = nameWords.slice(this.#below(nameWords.length)).concat(nameWords)
    const fields: Record<string, Field> = {}
    const numbers: string[] = []
    const add = (name: string, field: Field) => {
      fields[name] = field
      if (field.kind === "integer" || field.kind === "boolean" || field.kind === "enumeration") numbers.push(name)
    }
    if (isEntry) {
      const first = this.#one<L.IntegerOf<Bits>>(L.u8, L.u32, L.u64be, L.i16)("The first.")
      add(
        "first",
        this.#below(3) === 0 ? first.must((self) => L.below(L.previous(self, -1), self), this.#rule()) : first,
      )
    }
    for (let count = this.#below(4); count >= 0; count--) {
      const name = names[count] ?? "x"
      if (this.#below(3) === 0 && depth > 0)
        for (const [key, field] of Object.entries(this.#part(name, depth, numbers))) add(key, field)
      else add(name, this.#fixed(depth))
    }
    if (isOpen && this.#below(2) === 0)
      add("rest", this.#one<Field>(L.run("All that is left."), L.list(this.#entry(0))))
    return { fields, numbers }
  }

  #structRules(fields: Fields, numbers: readonly string[]): readonly L.FieldRule[] {
    const [one, other] = [
      numbers[this.#below(Math.max(numbers.length, 1))],
      numbers[this.#below(Math.max(numbers.length, 1))],
    ]
    if (one === undefined || other === undefined) return []
    const [at, beside] = [L.field(one), L.field(other)]
    switch (this.#below(6)) {
      case 0:
        return [{ ...this.#rule(), at, holds: L.atMost(L.larger(at, 3), L.larger(beside, small)) }]
      case 1:
        return [
          {
            ...this.#rule(),
            at,
            holds: L.implies(L.equal(beside, 1), L.below(at, L.choose(L.equal(mode, "lax"), 1000, small))),
          },
        ]
      case 2:
        if (isWide(fields[one])) return []
        return [{ ...this.#rule(), at, holds: L.any(L.equal(mode, "none"), L.atLeast(L.sum(at, 1), -3)) }]
      case 3:
        return L.zeroUnless(L.atMost(beside, 200), [at], this.#rule())
      default:
        return []
    }
  }

  /** A whole layout: the outermost struct has pointers, the input's size and a rest as well. */
  layout(): L.Layout {
    const { fields, numbers } = this.#fields(3, false, false)
    const all: Record<string, Field> = {
      ...(this.#below(2) === 0 ? { magic: L.magic("MG", "A magic.") } : {}),
      ...fields,
    }
    if (this.#below(4) === 0) Object.assign(all, { total: L.totalSize("The size.", this.#one(...unsigned)) })
    if (this.#below(6) === 0) Object.assign(all, { tree: this.#tree() })
    const open = this.#below(3)
    if (open === 0) Object.assign(all, this.#pointers())
    if (open === 1)
      Object.assign(all, {
        rest: this.#one<Field>(L.run("All that is left."), L.list(this.#entry(2)), L.table({ only: this.#columns() })),
      })
    return L.layout("random", {
      title: "Random",
      doc: "A random layout.",
      limit: sizeLimit,
      fields: all as Fields,
      rules: () => [...this.#structRules(fields, numbers), ...this.#chainRules(all, numbers)],
    })
  }

  #tree(): Field {
    return L.nested(1 + this.#below(3), (inner) =>
      L.struct("A node.", { mark: this.#number(), children: L.list(inner, { counted: "n" }) }),
    )
  }

  #pointers(): Record<string, Field> {
    const wire = this.#one(...unsigned)
    return {
      near_size: L.lengthOf("near", "Its size.", wire),
      near_ptr: L.pointerTo(
        "near",
        this.#one<Content>(L.run("A run."), L.message(L.struct("A header.", { mark: L.u16be("A mark.") }))),
        "Where it is.",
        wire,
      ),
      far_count: L.countOf("far", "How many.", this.#one(...unsigned)),
      far_ptr: L.pointerTo("far", L.list(this.#entry(1)), "Where it is.", wire),
      table_ptr: L.pointerTo("cells", L.table({ only: this.#columns() }, { counted: "n" }), "Where it is."),
    }
  }
}

/** Layouts over the whole grammar. */
export const layouts: fc.Arbitrary<L.Layout> = fc
  .gen()
  .map((draw) => new Declaring((bound) => draw(fc.nat, { max: bound - 1 })).layout())
