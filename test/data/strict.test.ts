import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { describe, expect, test } from "vitest"
import { issue, issueAt, ok, refined } from "../../src/data/refinement.js"
import { casesOf, declaredMembers } from "../../src/data/reflect.js"
import { shapeRules } from "../../src/data/rules.js"
import { exact, type StrictRead } from "../../src/data/strict.js"
import { type Rule, violationCodes } from "../../src/violation/violation.js"
import { anything } from "../anything.js"

/** A sample of everything that an exact type can be made of. */

const check = (id: string): Rule => ({ id, code: "inconsistent", requirement: "It must.", consequence: "It does not." })
const nameLength = check("sample/name-length")
const labelled = check("sample/labelled")
const renamed = check("sample/renamed")

const big = new t.Type<bigint>(
  "big",
  (input): input is bigint => typeof input === "bigint",
  (input, context) => (typeof input === "bigint" ? t.success(input) : t.failure(input, context)),
  t.identity,
)

const sampleTypes = () => {
  const name = refined(t.string, (value) => (value.length > 3 ? issue(nameLength, value.length, 3) : ok))

  const point = t.exact(
    t.intersection([
      t.type({ kind: t.literal("point"), name }),
      t.partial({ hidden: t.boolean, colour: t.keyof({ red: null, green: null }), size: big }),
    ]),
  )
  const group = refined(
    t.exact(t.type({ kind: t.literal("group"), labels: t.readonlyArray(t.string) })),
    ({ labels }) => (labels.includes("label") ? ok : issueAt("labels", labelled)),
  )
  const round = t.exact(t.type({ kind: t.literal("shape"), form: t.literal("round"), radius: t.string }))
  const square = t.exact(t.type({ kind: t.literal("shape"), form: t.literal("square"), width: t.string }))
  const item = t.union([t.union([point, group]), t.union([round, square])])
  const sample = t.exact(t.partial({ items: t.readonlyArray(item), title: t.string }))
  return { point, group, round, square, item, sample }
}

const once = <T>(make: () => T): (() => T) => {
  const made: T[] = []
  return () => {
    made[0] ??= make()
    return made[0]
  }
}

/** Made by the first test that asks, so that what cannot be made fails a test. */
const types = once(sampleTypes)
const reader = once(() =>
  exact<t.TypeOf<ReturnType<typeof sampleTypes>["sample"]>>(types().sample, (key) =>
    key === "titel" ? { rule: renamed, expected: "title" } : undefined,
  ),
)
const read = (input: unknown) => reader()(input)

const said = (checked: StrictRead<unknown>): readonly string[] =>
  E.isRight(checked) ? ["accept"] : checked.left.map(({ rule: { id }, keys }) => [id, ...keys].join(" "))

const accepted = (checked: StrictRead<unknown>): unknown => {
  if (E.isLeft(checked)) throw new Error(said(checked).join(", "))
  return checked.right
}

const items = (...each: readonly unknown[]) => ({ items: each })
const aPoint = { kind: "point", name: "p" }

describe("an exact reader accepts", () => {
  test.each<readonly [string, unknown]>([
    ["an object without its optional members", {}],
    ["an object with them", items({ ...aPoint, hidden: false, colour: "red", size: 5n })],
    ["an empty list", items()],
    ["a case of each kind", items(aPoint, { kind: "group", labels: ["label"] })],
    ["cases that two members tell apart", items({ kind: "shape", form: "square", width: "" })],
    ["the other of them", items({ kind: "shape", form: "round", radius: "1" })],
    ["a list of 4096 entries", items(...Array(4096).fill(aPoint))],
  ])("%s", (_, input) => {
    expect(said(read(input))).toEqual(["accept"])
    expect(accepted(read(input))).toEqual(input)
  })
})

describe("an exact reader refuses", () => {
  test.each<readonly [string, unknown, ...(readonly string[])]>([
    ["undefined", undefined, "shape/object"],
    ["null", null, "shape/object"],
    ["a string", "items", "shape/object"],
    ["a list for an object", [], "shape/object"],
    ["a function", () => ({}), "shape/object"],
    ["a symbol", Symbol("x"), "shape/object"],
    ["a null member", { title: null }, "shape/string title"],
    ["a number for a string", { title: 5 }, "shape/string title"],
    ["a boxed string", { title: new String("x") }, "shape/string title"],
    ["an object for a list", { items: {} }, "shape/list items"],
    ["something like a list", { items: { length: 0 } }, "shape/list items"],
    ["a string for a list", { items: "" }, "shape/list items"],
    ["null for an entry", items(null), "shape/object items 0"],
    ["a list for an entry", items([aPoint]), "shape/object items 0"],
    ["a number for a boolean", items({ ...aPoint, hidden: 0 }), "shape/boolean items 0 hidden"],
    ["a text for a boolean", items({ ...aPoint, hidden: "true" }), "shape/boolean items 0 hidden"],
    ["another name", items({ ...aPoint, colour: "blue" }), "shape/name items 0 colour"],
    ["a name in capitals", items({ ...aPoint, colour: "RED" }), "shape/name items 0 colour"],
    ["a name that every object has", items({ ...aPoint, colour: "toString" }), "shape/name items 0 colour"],
    ["a number for a name", items({ ...aPoint, colour: 1 }), "shape/string items 0 colour"],
    ["another type of leaf", items({ ...aPoint, size: 5 }), "shape/type items 0 size"],
    ["a missing member", items({ kind: "point" }), "shape/missing-member items 0 name"],
    [
      "an undefined member that must be",
      items({ kind: "point", name: undefined }),
      "shape/missing-member items 0 name",
    ],
    ["a missing kind", items({}), "shape/missing-member items 0 kind"],
    ["another kind", items({ kind: "line" }), "shape/name items 0 kind"],
    ["a kind that every object has", items({ kind: "constructor" }), "shape/name items 0 kind"],
    ["a kind that is no string", items({ kind: {} }), "shape/string items 0 kind"],
    ["another second kind", items({ kind: "shape", form: "long" }), "shape/name items 0 form"],
    ["a missing second kind", items({ kind: "shape" }), "shape/missing-member items 0 form"],
    ["a member of another case", items({ ...aPoint, labels: [] }), "shape/unknown-member items 0 labels"],
    ["a member more", { colour: "red" }, "shape/unknown-member colour"],
    ["a member more, though it is undefined", { colour: undefined }, "shape/unknown-member colour"],
    ["a member that it has a hint of", { titel: "" }, "sample/renamed titel"],
    [
      "such a member beside no kind",
      items({ titel: 1 }),
      "sample/renamed items 0 titel",
      "shape/missing-member items 0 kind",
    ],
    ["what breaks a rule", items({ kind: "point", name: "long" }), "sample/name-length items 0 name"],
    ["what breaks a rule of a member's", items({ kind: "group", labels: [] }), "sample/labelled items 0 labels"],
    [
      "all that is wrong at once",
      { items: [{ kind: "point", name: 5, x: 1 }, aPoint, null], title: false },
      "shape/string items 0 name",
      "shape/unknown-member items 0 x",
      "shape/object items 2",
      "shape/string title",
    ],
    [
      "a rule's breach only where the shape is right",
      items({ kind: "group", labels: [5] }),
      "shape/string items 0 labels 0",
    ],
    ["a list of 4097 entries", items(...Array(4097).fill(aPoint)), "shape/list-length items"],
  ])("%s", (_, input, ...expected) => {
    expect(said(read(input))).toEqual(expected)
  })

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "__defineGetter__", ""])(
    "a member %j at every level",
    (key) => {
      const own = { [key]: aPoint }
      expect(said(read(own))).toEqual([`shape/unknown-member ${key}`])
      expect(said(read(items({ ...aPoint, ...own })))).toEqual([`shape/unknown-member items 0 ${key}`])
      expect(said(read(items({ kind: "group", labels: ["label"], ...own })))).toEqual([
        `shape/unknown-member items 0 ${key}`,
      ])
    },
  )

  test("by checks whose codes are of the closed set", () => {
    for (const { code } of Object.values(shapeRules)) expect(violationCodes).toContain(code)
  })

  test("with what it measured and wanted", () => {
    const [fault] = E.match(
      (faults: readonly object[]) => faults,
      () => [],
    )(read(items({ kind: "point", name: "four" })))
    expect(fault).toMatchObject({ rule: nameLength, actual: 4, expected: 3 })
  })

  test.each<[string, unknown]>([
    ["items or title", { other: 1 }],
    ["kind, name, hidden, colour or size", items({ ...aPoint, other: 1 })],
    ["red or green", items({ ...aPoint, colour: "blue" })],
    ["point, group or shape", items({ kind: "line" })],
  ])("with what it wanted, as a sentence says it: %s", (expected, input) => {
    const checked = read(input)
    expect(E.isLeft(checked) && checked.left.map((fault) => fault.expected)).toEqual([expected])
  })

  const { proxy: revoked, revoke } = Proxy.revocable({}, {})
  revoke()

  test.each<[string, unknown]>([
    ["null", null],
    ["list", []],
    ["object", {}],
    ["number", 1],
    ["boolean", true],
    ["object", revoked],
  ])("what is found in place of a text: %s", (actual, title) => {
    const checked = read({ title })
    expect(E.isLeft(checked) && checked.left[0]).toMatchObject({ actual })
  })
})

describe("the copy that an exact reader gives", () => {
  test("leaves out what is undefined", () => {
    expect(Object.keys(Object(accepted(read({ title: undefined }))))).toEqual([])
  })

  test("shares no object with the input, which may be frozen", () => {
    const input = Object.freeze(items(Object.freeze({ kind: "group", labels: Object.freeze(["label"]) })))
    Object.freeze(input.items)
    const before = JSON.stringify(input)
    const copy = accepted(read(input)) as { items: { labels: string[] }[] }
    expect(copy).toEqual(input)
    expect(copy).not.toBe(input)
    expect(copy.items).not.toBe(input.items)
    expect(copy.items[0]).not.toBe(input.items[0])
    copy.items[0]?.labels.push("more")
    expect(JSON.stringify(input)).toBe(before)
  })

  test("has objects and lists of the ordinary kind", () => {
    class Labels extends Array<string> {}
    const entry = Object.assign(Object.create(null), { kind: "group", labels: Labels.from(["label"]) })
    const copy = accepted(read(items(entry))) as { items: { labels: string[] }[] }
    expect([Object.prototype, null]).toContain(Object.getPrototypeOf(copy))
    expect([Object.prototype, null]).toContain(Object.getPrototypeOf(copy.items[0]))
    expect(Object.getPrototypeOf(copy.items[0]?.labels)).toBe(Array.prototype)
  })

  test("has nothing under a symbol", () => {
    const inside = { secret: "unchecked" }
    const checked = read({ title: "", [Symbol("more")]: inside })
    expect(E.isRight(checked) ? Object.getOwnPropertySymbols(checked.right) : []).toEqual([])
  })

  test("has no member that was none of the list's entries", () => {
    const list = Object.assign([aPoint], { more: {}, [Symbol("more")]: {} })
    const copy = accepted(read({ items: list })) as { items: unknown[] }
    expect(Reflect.ownKeys(copy.items)).toEqual(["0", "length"])
  })

  test("has data properties, where the input had getters", () => {
    const copy = accepted(
      read({
        get title() {
          return "x"
        },
      }),
    )
    expect(Object.getOwnPropertyDescriptor(copy, "title")).toEqual({
      value: "x",
      writable: true,
      enumerable: true,
      configurable: true,
    })
  })
})

describe("an input that is no plain data", () => {
  const thrower = (): never => {
    throw new Error("hostile")
  }

  test("is refused where a getter throws", () => {
    expect(
      said(
        read({
          get title() {
            return thrower()
          },
        }),
      ),
    ).toEqual(["shape/data"])
    const entry = {
      kind: "point",
      get name() {
        return thrower()
      },
    }
    expect(said(read(items(entry)))).toEqual(["shape/data items 0"])
    expect(said(read({ items: Object.defineProperty([aPoint], 0, { get: thrower }) }))).toEqual(["shape/data items"])
  })

  test.each(["ownKeys", "get", "getOwnPropertyDescriptor"] as const)("is refused where a trap of %s throws", (trap) => {
    expect(said(read(new Proxy({ title: "" }, { [trap]: thrower })))).toEqual(["shape/data"])
    expect(said(read(items(new Proxy(aPoint, { [trap]: thrower }))))).toEqual(["shape/data items 0"])
  })

  test("is refused where the proxy of a list throws", () => {
    expect(said(read({ items: new Proxy([aPoint], { get: thrower }) }))).toEqual(["shape/data items"])
  })

  test("is refused where it is a revoked proxy", () => {
    const revoked = (target: object) => {
      const { proxy, revoke } = Proxy.revocable(target, {})
      revoke()
      return proxy
    }
    expect(said(read(revoked({})))).toEqual(["shape/data"])
    expect(said(read(revoked([])))).toEqual(["shape/data"])
    expect(said(read({ items: revoked([]) }))).toEqual(["shape/data items"])
    expect(said(read(items(revoked({}))))).toEqual(["shape/data items 0"])
    expect(said(read({ title: revoked({}) }))).toEqual(["shape/string title"])
  })

  test("is refused where a proxy lies about its members", () => {
    const lies = new Proxy({}, { ownKeys: () => ["title", "title"] })
    expect(said(read(lies))).toEqual(["shape/data"])
  })

  test.each<readonly [string, unknown, string]>([
    ["a string object", new String("ab"), "shape/object"],
    ["a typed array", Uint8Array.of(1), "shape/object"],
    ["an entry that is a map", items(new Map([["kind", "point"]])), "shape/object items 0"],
    ["an entry that is a date", items(new Date(0)), "shape/object items 0"],
  ])("is refused where it is %s", (_, input, first) => {
    expect(said(read(input))[0]).toBe(first)
  })

  test("has no members but its own, enumerable ones", () => {
    expect(said(read(Object.create({ extra: 1 })))).toEqual(["shape/object"])
    expect(said(read(Object.create(null)))).toEqual(["accept"])
    expect(said(read(items(Object.create(aPoint))))).toEqual(["shape/object items 0"])
    expect(said(read(items(Object.defineProperty({ kind: "point" }, "name", { value: "p" }))))).toEqual([
      "shape/missing-member items 0 name",
    ])
  })

  test("has no members of a polluted Object.prototype", () => {
    const pollute = { extra: 1, kind: "point", name: "p", hidden: "yes" }
    try {
      Object.assign(Object.prototype, pollute)
      expect(said(read({}))).toEqual(["accept"])
      expect(said(read(items({ kind: "point" })))).toEqual(["shape/missing-member items 0 name"])
      expect(said(read(items({ name: "p" })))[0]).toBe("shape/missing-member items 0 kind")
      expect(Object.keys(Object(accepted(read({ title: "" }))))).toEqual(["title"])
    } finally {
      for (const key of Object.keys(pollute)) Reflect.deleteProperty(Object.prototype, key)
    }
  })

  test("has no entries in the holes of a list", () => {
    const holes = Object.assign([], { length: 2 })
    expect(said(read({ items: holes }))).toEqual(["shape/object items 0", "shape/object items 1"])
    expect(said(read(items({ kind: "group", labels: holes })))).toEqual([
      "shape/string items 0 labels 0",
      "shape/string items 0 labels 1",
    ])
  })
})

describe("what changes while it is read", () => {
  test("is what it was at the one time that it was read", () => {
    const answers = ["p", "too long", 5]
    let asked = 0
    const entry = {
      kind: "point",
      get name() {
        return answers[asked++]
      },
    }
    expect(accepted(read(items(entry)))).toEqual(items(aPoint))
    expect(asked).toBe(1)
  })

  test("is read once by its proxy, whatever it is refused for", () => {
    const gets: PropertyKey[] = []
    const counted = <T extends object>(target: T): T =>
      new Proxy(target, {
        get: (from, key) => {
          gets.push(key)
          return Reflect.get(from, key)
        },
      })
    read(items(counted({ kind: "point", name: "long", extra: 1, hidden: 5 })))
    expect(gets).toEqual(["kind", "name", "extra", "hidden"])
  })

  test("is an entry of its list once", () => {
    let asked = 0
    const labels = Object.defineProperty(["label", ""], 1, { get: () => (asked++ === 0 ? "x" : 5) })
    expect(accepted(read(items({ kind: "group", labels })))).toEqual(items({ kind: "group", labels: ["label", "x"] }))
    expect(asked).toBe(1)
  })
})

describe("the work of an exact reader", () => {
  const countedList = (length: number) => {
    const gets = { entries: 0, others: 0 }
    const list = new Proxy(Array(length).fill("label"), {
      get: (from, key) => {
        gets[key === "length" || typeof key === "symbol" ? "others" : "entries"]++
        return Reflect.get(from, key)
      },
    })
    return { list, gets }
  }

  test.each([0, 1, 100, 4096])("is one read for each of %i entries", (length) => {
    const { list, gets } = countedList(length)
    read(items({ kind: "group", labels: list }))
    expect(gets.entries).toBe(length)
    expect(gets.others).toBeLessThanOrEqual(length + 4)
  })

  test.each([4097, 2 ** 32 - 1])("is none for a list of %i entries", (length) => {
    let gets = 0
    const list = new Proxy(Object.assign([], { length }), {
      get: (from, key) => {
        if (key !== "length") gets++
        return Reflect.get(from, key)
      },
    })
    expect(said(read({ items: list }))).toEqual(["shape/list-length items"])
    expect(gets).toBe(0)
  })

  test("ends where a list grows while it is read", () => {
    let gets = 0
    const growing = new Proxy([], {
      get: (_, key) => {
        if (++gets > 20_000) throw new Error("without end")
        return key === "length" ? gets : aPoint
      },
    })
    read({ items: growing })
    expect(gets).toBeLessThanOrEqual(2 * 4096 + 2)
  })

  test.each<readonly [string, unknown]>([
    ["negative", -1],
    ["fractional", 1.5],
    ["no number", Number.NaN],
    ["infinite", Number.POSITIVE_INFINITY],
    ["a text", "1"],
    ["a bigint", 1n],
    ["undefined", undefined],
    ["an object", { valueOf: () => 99_999, toString: () => "\u001b[31m payload" }],
  ])("is not misled by a length that is %s", (_, length) => {
    const list = new Proxy([aPoint], { get: (from, key) => (key === "length" ? length : Reflect.get(from, key)) })
    const checked = read({ items: list })
    const measures = E.isLeft(checked) ? checked.left.map(({ actual }) => typeof actual) : []
    for (const kind of measures) expect(["undefined", "number", "bigint"]).toContain(kind)
  })

  test("is one read for each member, declared or not", () => {
    let gets = 0
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`m${index}`, index]))
    const counted = new Proxy(many, {
      get: (from, key) => {
        gets++
        return Reflect.get(from, key)
      },
    })
    expect(said(read(counted))).toHaveLength(64)
    expect(gets).toBe(5000)
  })

  test("does not grow with how deep an undeclared member is", () => {
    let deep: object = {}
    for (let depth = 0; depth < 100_000; depth++) deep = { deep }
    expect(said(read({ deep }))).toEqual(["shape/unknown-member deep"])
    expect(said(read({ title: deep }))).toEqual(["shape/string title"])
  })
})

describe("more than 64 faults", () => {
  const wrong = Array(64).fill(null)

  test("are cut off at 64", () => {
    expect(said(read({ items: Array(4096).fill(null) }))).toHaveLength(64)
    expect(said(read({ items: wrong }))).toHaveLength(64)
    expect(said(read({ items: Array(63).fill(null) }))).toHaveLength(63)
  })

  test("do not ask rules of a value whose shape is wrong", () => {
    expect(said(read(items(...wrong, { kind: "group", labels: 5 })))).toHaveLength(64)
    expect(said(read(items(...wrong, { kind: "group" })))).toHaveLength(64)
    expect(said(read(items(...wrong, { kind: "point", name: null })))).toHaveLength(64)
  })
})

describe("a type that no exact reader is made of is a programming error", () => {
  const wide = t.exact(t.type(Object.fromEntries(Array.from({ length: 32 }, (_, index) => [`m${index}`, t.string]))))

  test.each<readonly [string, () => unknown, RegExp]>([
    ["a number", () => exact(t.number), /no exact reader for number/],
    ["an object that is not exact", () => exact(t.type({ a: t.string })), /no exact reader/],
    ["a dictionary", () => exact(t.record(t.string, t.string)), /no exact reader/],
    ["a tuple", () => exact(t.tuple([t.string])), /no exact reader/],
    ["what is no type", () => Reflect.apply(exact, undefined, [{ name: "x" }]), /no exact reader for x/],
    ["a member of another kind", () => exact(t.exact(t.type({ a: t.number }))), /no exact reader for number/],
    ["a union of what are no objects", () => exact(t.union([t.string, t.boolean])), /made of t.type and t.partial/],
    ["a union that nothing tells apart", () => exact(t.union([wide, types().sample])), /differ in a literal member/],
    ["cases with one literal", () => exact(t.union([types().round, types().round])), /differ in a literal member/],
    [
      "a union of nothing",
      () => exact(new t.UnionType<t.Mixed[]>("none", t.never.is, t.never.validate, t.identity, [])),
      /no objects/,
    ],
    ["32 members", () => exact(wide), /at most 31 members/],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })

  test("but one of 31 members that must be given is not", () => {
    const names = Array.from({ length: 31 }, (_, index) => `m${index}`)
    const needed = t.type(Object.fromEntries(names.map((each) => [each, t.string])))
    const readWide = exact(t.exact(t.intersection([needed, t.partial({ more: t.string })])))
    const value = Object.fromEntries(names.map((each) => [each, ""]))
    expect(said(readWide(value))).toEqual(["accept"])
    const { m30: _, ...less } = value
    expect(said(readWide(less))).toEqual(["shape/missing-member m30"])
  })
})

describe("a literal that no union asks for", () => {
  test.each<readonly [unknown, string]>([
    ["a", "accept"],
    ["b", "shape/name kind"],
    ["A", "shape/name kind"],
    [5, "shape/string kind"],
    [null, "shape/string kind"],
  ])("is %j: %s", (kind, expected) => {
    expect(said(exact(t.exact(t.type({ kind: t.literal("a") })))({ kind }))).toEqual([expected])
  })
})

describe("what an exact type is made of", () => {
  test("are members, some of which must be given", () => {
    expect(declaredMembers(types().point).map((member) => [member.name, member.required])).toEqual([
      ["kind", true],
      ["name", true],
      ["hidden", false],
      ["colour", false],
      ["size", false],
    ])
  })

  test("are the objects of its unions", () => {
    const { item, point, group, round, square } = types()
    expect(casesOf(item)).toEqual([point, group, round, square])
    expect(casesOf(point)).toEqual([point])
  })
})

describe("for any input", () => {
  const part = fc.oneof(
    { weight: 1, arbitrary: anything },
    {
      weight: 3,
      arbitrary: fc.constantFrom("point", "group", "shape", "round", "red", "p", "label", true, 5n, ["label"]),
    },
  )
  const entry = fc.dictionary(
    fc.constantFrom("kind", "name", "hidden", "colour", "size", "labels", "form", "radius", "width", "__proto__"),
    part,
    { maxKeys: 5 },
  )
  const near = fc.record(
    { items: fc.oneof(fc.array(fc.oneof(entry, part), { maxLength: 90 }), part), title: part, titel: part },
    { requiredKeys: [] },
  )
  const input = fc.oneof(anything, near)

  test("an exact reader does not throw, and says at most 64 things", () => {
    fc.assert(
      fc.property(input, (value) => {
        expect(said(read(value)).length).toBeLessThanOrEqual(64)
      }),
      { numRuns: 500 },
    )
  })

  test("what it gives is of the io-ts type, and comes out of it as it went in", () => {
    fc.assert(
      fc.property(input, (value) => {
        const checked = read(value)
        if (E.isLeft(checked)) return
        expect(types().sample.is(checked.right)).toBe(true)
        expect(read(checked.right)).toEqual(checked)
      }),
      { numRuns: 500 },
    )
  })

  test("it leaves the prototypes as they were", () => {
    const before = [Object.prototype, Array.prototype].map(Reflect.ownKeys)
    fc.assert(fc.property(input, (value) => void read(value)))
    expect([Object.prototype, Array.prototype].map(Reflect.ownKeys)).toEqual(before)
  })
})
