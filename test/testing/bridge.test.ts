import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { decodeMigrateData, defaultReceiver } from "../../src/index.js"
import { formats } from "../../src/spice/formats.js"
import { arbitraryOf, attacksOf, blobsOf, fromFuzzerBytes, toFuzzerBytes } from "../../src/testing/index.js"
import { sealedReceiver } from "./receivers.js"

class Step implements fc.Command<{ sum: number }, { sum: number }> {
  readonly by: number
  constructor(by: number) {
    this.by = by
  }
  check(): boolean {
    return true
  }
  run(model: { sum: number }, real: { sum: number }): void {
    model.sum += this.by
    real.sum += this.by
  }
  toString(): string {
    return `step ${this.by}`
  }
}

interface Tree {
  readonly left: Tree | number
  readonly right: Tree | number
}

const tree = fc.letrec<{ tree: Tree; node: Tree | number }>((tie) => ({
  tree: fc.record({ left: tie("node"), right: tie("node") }),
  node: fc.oneof({ depthSize: "small" }, fc.nat(9), tie("tree")),
})).tree

/** Every way of fast-check to make values; what they give is compared as it prints. */
const arbitraries: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  anything: fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
  array: fc.array(fc.nat(1000)),
  base64String: fc.base64String(),
  bigInt: fc.bigInt(),
  "bigInt of 64 bits": fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  bigInt64Array: fc.bigInt64Array(),
  bigUint64Array: fc.bigUint64Array(),
  boolean: fc.boolean(),
  chain: fc.nat(20).chain((length) => fc.array(fc.nat(length), { minLength: length, maxLength: length })),
  chainUntil: fc.chainUntil(fc.nat(9), (last) => (last > 5 ? undefined : fc.nat(9))),
  clone: fc.clone(fc.array(fc.nat()), 3),
  commands: fc.commands([fc.nat(9).map((by) => new Step(by))]).map((steps) => {
    const real = { sum: 0 }
    fc.modelRun(() => ({ model: { sum: 0 }, real }), steps)
    return real.sum
  }),
  compareBooleanFunc: fc.compareBooleanFunc().map((compare) => compare(1, 2)),
  compareFunc: fc.compareFunc().map((compare) => [1, 2, 3, 4].sort(compare)),
  constant: fc.constant(7),
  constantFrom: fc.constantFrom("a", "b", "c"),
  context: fc.context(),
  date: fc.date(),
  dictionary: fc.dictionary(fc.string(), fc.nat()),
  domain: fc.domain(),
  double: fc.double(),
  emailAddress: fc.emailAddress(),
  entityGraph: fc.entityGraph({ node: { name: fc.string() } }, { node: { next: { arity: "0-1", type: "node" } } }),
  falsy: fc.falsy(),
  filter: fc.nat(1000).filter((number) => number % 3 === 1),
  float: fc.float(),
  float32Array: fc.float32Array(),
  float64Array: fc.float64Array(),
  func: fc.func(fc.nat()).map((call) => [call(1), call(2), call(1)]),
  gen: fc.gen().map((make) => [make(fc.nat, {}), make(fc.string, {}), make(fc.nat, { max: 5 })]),
  infiniteStream: fc.infiniteStream(fc.nat()).map((stream) => [...stream.take(5)]),
  int8Array: fc.int8Array(),
  int16Array: fc.int16Array(),
  int32Array: fc.int32Array(),
  integer: fc.integer(),
  ipV4: fc.ipV4(),
  ipV4Extended: fc.ipV4Extended(),
  ipV6: fc.ipV6(),
  json: fc.json(),
  jsonValue: fc.jsonValue(),
  letrec: tree,
  limitShrink: fc.limitShrink(fc.nat(), 3),
  lorem: fc.lorem(),
  map: fc.map(fc.nat(50), fc.string()),
  mapToConstant: fc.mapToConstant({ num: 26, build: (index) => String.fromCharCode(index + 0x61) }),
  maxSafeInteger: fc.maxSafeInteger(),
  maxSafeNat: fc.maxSafeNat(),
  memo: fc.memo<unknown>((depth) => (depth <= 1 ? fc.nat() : fc.tuple(fc.nat(), fc.nat())))(3),
  mixedCase: fc.mixedCase(fc.constant("migration-guard")),
  nat: fc.nat(),
  noBias: fc.noBias(fc.nat()),
  noShrink: fc.noShrink(fc.nat()),
  object: fc.object(),
  oneof: fc.oneof(fc.nat(), fc.string(), fc.boolean()),
  "oneof by weight": fc.oneof({ weight: 1, arbitrary: fc.nat() }, { weight: 99, arbitrary: fc.string() }),
  option: fc.option(fc.nat()),
  record: fc.record({ one: fc.nat(), other: fc.string() }, { requiredKeys: ["one"] }),
  scheduler: fc.scheduler(),
  set: fc.set(fc.nat(50)),
  shuffledSubarray: fc.shuffledSubarray([1, 2, 3, 4, 5]),
  sparseArray: fc.sparseArray(fc.nat()),
  string: fc.string({ unit: "binary" }),
  "string of graphemes": fc.string({ unit: "grapheme" }),
  stringMatching: fc.stringMatching(/^[a-f]{3,8}(x|y)?$/),
  subarray: fc.subarray([1, 2, 3, 4, 5]),
  tuple: fc.tuple(fc.nat(), fc.string()),
  uint8Array: fc.uint8Array(),
  uint8ClampedArray: fc.uint8ClampedArray(),
  uint16Array: fc.uint16Array(),
  uint32Array: fc.uint32Array(),
  ulid: fc.ulid(),
  uniqueArray: fc.uniqueArray(fc.nat(50), { minLength: 5 }),
  uuid: fc.uuid(),
  webAuthority: fc.webAuthority(),
  webFragments: fc.webFragments(),
  webPath: fc.webPath(),
  webQueryParameters: fc.webQueryParameters(),
  webSegment: fc.webSegment(),
  webUrl: fc.webUrl(),
  "blobs of main": blobsOf(formats.main),
  "states of a display": arbitraryOf(formats.display),
  "hostile blobs of a smartcard": attacksOf(formats.smartcard),
}

const inputs: readonly Uint8Array[] = [
  new Uint8Array(),
  new Uint8Array(300).fill(255),
  ...fc.sample(fc.uint8Array({ minLength: 1, maxLength: 400 }), { seed: 1, numRuns: 12 }),
]

describe("the same bytes", () => {
  test.each(Object.entries(arbitraries))("always give the same value of %s", (_, arbitrary) => {
    for (const bytes of inputs) {
      const [one, other] = [fromFuzzerBytes(arbitrary)(bytes), fromFuzzerBytes(arbitrary)(bytes.slice())]
      expect(fc.stringify(one.value)).toBe(fc.stringify(other.value))
      expect(one.tail).toEqual(other.tail)
    }
  })

  test.each(Object.entries(arbitraries))(
    "give values of %s that other bytes do not, unless there is one",
    (name, arbitrary) => {
      const values = new Set(inputs.map((bytes) => fc.stringify(fromFuzzerBytes(arbitrary)(bytes).value)))
      expect(values.size > 1).toBe(!["constant", "context", "scheduler"].includes(name))
    },
  )

  test("give a value at whatever offset of a buffer they lie", () => {
    const random = fromFuzzerBytes(fc.tuple(fc.nat(), fc.string(), blobsOf(formats.main)))
    for (const bytes of inputs) {
      const buffer = new Uint8Array(bytes.length + 20).fill(99)
      buffer.set(bytes, 7)
      expect(random(buffer.subarray(7, 7 + bytes.length))).toEqual(random(bytes))
      expect(random(Buffer.from(bytes))).toEqual(random(bytes))
    }
  })
})

describe("a value", () => {
  test("is of the arbitrary", () => {
    for (const bytes of inputs) {
      const from = <T>(arbitrary: fc.Arbitrary<T>): T => fromFuzzerBytes(arbitrary)(bytes).value
      expect(from(fc.integer({ min: -5, max: 5 }))).toSatisfy((number: number) => Math.abs(number) <= 5)
      expect(from(fc.double({ min: 1, max: 2, noNaN: true }))).toSatisfy((number: number) => number >= 1 && number <= 2)
      expect(from(fc.string({ minLength: 3, maxLength: 4, unit: "grapheme-ascii" }))).toMatch(/^[ -~]{3,4}$/)
      expect(from(fc.stringMatching(/^[a-f]{3,8}(x|y)?$/))).toMatch(/^[a-f]{3,8}(x|y)?$/)
      expect(new Set(from(fc.uniqueArray(fc.nat(9), { minLength: 10, maxLength: 10 }))).size).toBe(10)
      expect(from(fc.set(fc.nat(9), { minLength: 6 })).size).toBeGreaterThanOrEqual(6)
      expect(from(fc.uint8Array({ minLength: 4, maxLength: 4 }))).toHaveLength(4)
      expect(from(fc.subarray([1, 2, 3], { minLength: 2 })).length).toBeGreaterThanOrEqual(2)
      expect(decodeMigrateData("main", from(blobsOf(formats.main)))._tag).toBe("Right")
    }
  })

  test("is any of the arbitrary: some bytes give it", () => {
    const small = fc.tuple(fc.boolean(), fc.constantFrom("a", "b", "c", "d", "e"), fc.option(fc.nat(2), { freq: 2 }))
    const values = new Set<string>()
    for (let one = 0; one < 2; one++)
      for (let two = 0; two < 5; two++)
        for (let three = 0; three < 4; three++)
          for (let four = 0; four < 3; four++)
            values.add(fc.stringify(fromFuzzerBytes(small)(Uint8Array.of(one, two, three, four)).value))
    expect(values.size).toBe(2 * 5 * 4)
  })

  test("is as likely as any other where the bytes are random", () => {
    const counts = new Map<number, number>()
    const die = fromFuzzerBytes(fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 6 })))
    for (const bytes of fc.sample(fc.uint8Array({ minLength: 2, maxLength: 2 }), { seed: 3, numRuns: 6000 }))
      counts.set(die(bytes).value[1], (counts.get(die(bytes).value[1]) ?? 0) + 1)
    expect([...counts.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6])
    expect(Math.min(...counts.values())).toBeGreaterThan(600)
  })

  test("stays as it is when the input changes", () => {
    for (const [name, arbitrary] of Object.entries(arbitraries))
      for (const bytes of inputs) {
        const copy = bytes.slice()
        const { value } = fromFuzzerBytes(arbitrary)(copy)
        const before = fc.stringify(value)
        copy.fill(0x5a)
        expect(fc.stringify(value), name).toBe(before)
      }
  })

  test("that is made later stays as it is when the input changes", () => {
    const lazily = (bytes: Uint8Array): readonly unknown[] => {
      const { value } = fromFuzzerBytes(fc.tuple(fc.infiniteStream(fc.nat(255)), fc.gen()))(bytes)
      bytes.fill(0x5a)
      return [[...value[0].take(3)], value[1](fc.nat, { max: 255 })]
    }
    expect(lazily(Uint8Array.of(1, 2, 3, 4))).toEqual([[1, 2, 3], 1])
  })
})

describe("the tail", () => {
  test("is what no decision was taken from", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(12), (bytes, count) => {
        const { value, tail } = fromFuzzerBytes(fc.array(fc.nat(65535), { minLength: count, maxLength: count }))(bytes)
        expect([...tail]).toEqual([...bytes.subarray(2 * count)])
        expect(value).toEqual(
          Array.from({ length: count }, (_, at) => Number(bytes[2 * at] ?? 0) + 256 * Number(bytes[2 * at + 1] ?? 0)),
        )
      }),
    )
  })

  test("is a view of the input", () => {
    const buffer = new Uint8Array(50)
    const { tail } = fromFuzzerBytes(fc.nat(255))(buffer.subarray(10, 30))
    expect([tail.buffer, tail.byteOffset, tail.length]).toEqual([buffer.buffer, 11, 19])
    expect(fromFuzzerBytes(fc.constant(1))(buffer).tail).toHaveLength(50)
    expect(fromFuzzerBytes(fc.nat(255))(new Uint8Array()).tail).toHaveLength(0)
    expect(fromFuzzerBytes(fc.nat())(new Uint8Array(2)).tail).toHaveLength(0)
  })

  test("begins behind what a clone read, read once", () => {
    const bytes = Uint8Array.of(2, 7, 8, 9)
    const cloned = fromFuzzerBytes(fc.clone(fc.tuple(fc.nat(255), fc.nat(255)), 3))(bytes)
    expect(cloned.value).toEqual([
      [2, 7],
      [2, 7],
      [2, 7],
    ])
    expect([...cloned.tail]).toEqual([8, 9])
    const chained = fc.nat(255).chain((count) => fc.array(fc.nat(255), { minLength: count, maxLength: count }))
    const drawn = fromFuzzerBytes(chained)(bytes)
    expect([drawn.value, [...drawn.tail]]).toEqual([[7, 8], [9]])
  })
})

describe("where the input ends too early", () => {
  /** Throws instead of going on for ever. */
  const within = <T>(most: number, holds: (value: T) => boolean) => {
    let asked = 0
    return (value: T): boolean => {
      if (++asked > most) throw new Error(`${most} values were refused`)
      return holds(value)
    }
  }

  const hard: readonly (readonly [string, () => fc.Arbitrary<unknown>])[] = [
    ["one number of 256", () => fc.nat(255).filter(within(100_000, (number) => number === 201))],
    ["one number of 65536", () => fc.nat(65535).filter(within(1_000_000, (number) => number === 0x1234))],
    ["a thousandth of the numbers", () => fc.nat(2 ** 20).filter(within(100_000, (number) => number % 1000 === 7))],
    [
      "one pair",
      () => fc.tuple(fc.nat(255), fc.nat(255)).filter(within(1e6, ([one, other]) => one === 3 && other === 200)),
    ],
    [
      "one triple",
      () => fc.tuple(fc.nat(15), fc.nat(15), fc.nat(15)).filter(within(100_000, (all) => all.join() === "3,12,7")),
    ],
    [
      "ten in a row",
      () => fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }).filter(within(1e5, (all) => all.every(Boolean))),
    ],
    [
      "300 different numbers",
      () => fc.uniqueArray(fc.nat(1e6).filter(within(1e5, () => true)), { minLength: 300, maxLength: 300 }),
    ],
    [
      "all of some numbers",
      () => fc.uniqueArray(fc.nat(99).filter(within(1e5, () => true)), { minLength: 100, maxLength: 100 }),
    ],
    ["different texts", () => fc.uniqueArray(fc.string(), { minLength: 40, maxLength: 40 })],
    ["a set", () => fc.set(fc.nat(40).filter(within(1e5, () => true)), { minLength: 30 })],
    ["a word that is no number", () => fc.string({ minLength: 4 }).filter(within(1e5, (text) => /[a-z]/.test(text)))],
  ]

  test.each(hard)("there is a value of what wants %s", (_, make) => {
    for (const bytes of [new Uint8Array(), Uint8Array.of(1), Uint8Array.of(255, 255)])
      expect(fromFuzzerBytes(make())(bytes).value).toBeDefined()
  })

  test("it is the simplest", () => {
    const first = <T>(arbitrary: fc.Arbitrary<T>): T => fromFuzzerBytes(arbitrary)(new Uint8Array()).value
    expect(first(fc.tuple(fc.nat(), fc.boolean(), fc.array(fc.nat()), fc.constantFrom(4, 5)))).toEqual([
      0,
      false,
      [],
      4,
    ])
    expect(first(arbitraryOf(formats.inputs))).toEqual({ motion_count: 0 })
    const lossy = { ...defaultReceiver, jpegWanCompression: "always" } as const
    expect(first(arbitraryOf(formats.display, lossy))).toEqual({
      message_serial: 0n,
      low_bandwidth_setting: false,
      pixmap_cache_id: 0,
      pixmap_cache_size: 0n,
      pixmap_cache_freezer: false,
      pixmap_cache_clients: [0n, 0n, 0n, 0n],
      glz_dict_id: 0,
      glz: { size: 0, max_encoders: 4, last_image_id: 0n },
      surfaces: { kind: "lossy", columns: new Int32Array() },
    })
  })

  test("trees come to an end", () => {
    for (const bytes of inputs) expect(fc.stringify(fromFuzzerBytes(tree)(bytes).value).length).toBeLessThan(100_000)
  })
})

describe("the way back", () => {
  test("is not known for what others make", () => {
    for (const arbitrary of [fc.nat(), fc.uint8Array(), blobsOf(formats.inputs).map((blob) => blob)])
      expect(toFuzzerBytes(arbitrary as fc.Arbitrary<unknown>, new Uint8Array())).toBeUndefined()
  })

  const blobs = [blobsOf(formats.inputs), blobsOf(formats.main), attacksOf(formats.display)] as fc.Arbitrary<unknown>[]
  const garbage = [undefined, null, 0, "", "ICMD", {}, [], [73, 67], { length: 10 }, new ArrayBuffer(10), () => 1, 5n]
  const views = [new Uint16Array(5), new DataView(new ArrayBuffer(10)), new Uint8Array(new SharedArrayBuffer(10))]

  test.each([...garbage, ...views].map((value) => [Object.prototype.toString.call(value), value] as const))(
    "is not there for %s",
    (_, value) => {
      for (const arbitrary of [...blobs, arbitraryOf(formats.inputs) as fc.Arbitrary<unknown>])
        expect(toFuzzerBytes(arbitrary, value)).toBeUndefined()
    },
  )

  test("is not there for blobs that are not valid", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const arbitrary of blobs) expect(toFuzzerBytes(arbitrary, bytes)).toBeUndefined()
      }),
    )
    const other = Int8Array.of(0x49, 0x43, 0x4d, 0x44, 1, 0, 0, 0, 2, 0)
    expect(toFuzzerBytes(blobs[0] ?? fc.nat(), other)).toBeUndefined()
    expect(toFuzzerBytes(blobsOf(formats.inputs), new Uint8Array(other))).toBeDefined()
    expect(toFuzzerBytes(arbitraryOf(formats.inputs), { motion_count: 4097 })).toBeUndefined()
  })

  test("of a Buffer is that of its bytes", () => {
    const blob = Buffer.from("49434d44010000000102", "hex")
    const bytes = toFuzzerBytes(blobsOf(formats.inputs), blob) ?? expect.fail("no bytes")
    expect(fromFuzzerBytes(blobsOf(formats.inputs))(bytes).value).toEqual(new Uint8Array(blob))
  })

  test("of a mebibyte does not overflow anything", () => {
    const write_data = Uint8Array.from({ length: 2 ** 20 }, (_, index) => index * 7)
    const base = { connected: true, num_client_tokens: 0xffffffff, num_send_tokens: 5, write_num_client_tokens: 7 }
    const states = arbitraryOf(formats.spicevmc, sealedReceiver)
    const state = { base: { ...base, write_data } }
    const bytes = toFuzzerBytes(states, state) ?? expect.fail("no bytes")
    const made = fromFuzzerBytes(states)(bytes).value
    expect(Buffer.compare(made.base.write_data, write_data)).toBe(0)
    expect(bytes.length).toBeLessThan(2 ** 20 + 30)
  })
})
