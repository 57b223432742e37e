import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import {
  type Checked,
  checkPolicy,
  defaultJsonLimits,
  type JsonLimits,
  type MigrateArguments,
  type MigrateOptions,
  migrateCodec,
  migrateIncomingCodec,
  type ParseOptions,
  type Policy,
  parseMigrateArguments,
  parseMigrateUri,
  policyCodec,
  qemuVersions,
} from "../../src/qemu/index.js"
import { policyAllowing } from "../../src/testing/index.js"
import { formatViolation, type Violation, violationCodes } from "../../src/violation/violation.js"
import { anything } from "../anything.js"

/** Rule, path, and the bytes of the text that a violation stands at. */
const said = (text: string, options: ParseOptions<"migrate" | "migrate-incoming"> = {}): readonly string[] => {
  const parsed = parseMigrateArguments(text, options)
  const bytes = Buffer.from(text)
  return E.isRight(parsed)
    ? ["accept"]
    : parsed.left.map(({ rule, path, offset, length }) =>
        [rule, path, bytes.subarray(offset, offset + length).toString()].join(" | "),
      )
}

const addr = { transport: "socket", type: "inet", host: "10.0.0.9", port: "49152" }
const uri = "tcp:10.0.0.9:49152"

describe("a text of arguments", () => {
  test.each<readonly [string, unknown]>([
    [`{"uri":"${uri}"}`, { uri }],
    [` {\n"\\u0075ri" : "tcp\\u003a10.0.0.9:49152" }\t`, { uri }],
    [
      JSON.stringify({ channels: [{ "channel-type": "main", addr }] }),
      { channels: [{ "channel-type": "main", addr }] },
    ],
    [
      '{"channels":[{"addr":{"offset":9007199254740993,"filename":"/\u00fc","transport":"file"},"channel-type":"main"}]}',
      {
        channels: [
          { "channel-type": "main", addr: { transport: "file", filename: "/\u00fc", offset: 9007199254740993n } },
        ],
      },
    ],
    [
      '{"channels":[{"addr":{"offset":-0,"filename":"/x","transport":"file"},"channel-type":"main"}]}',
      { channels: [{ "channel-type": "main", addr: { transport: "file", filename: "/x", offset: 0 } }] },
    ],
  ])("%s is read, as a string and as UTF-8", (text, expected) => {
    expect(parseMigrateArguments(text)).toEqual(E.right(expected))
    expect(parseMigrateArguments(Buffer.from(text))).toEqual(E.right(expected))
    expect(parseMigrateArguments(new TextEncoder().encode(text))).toEqual(E.right(expected))
  })

  test("comes back as ordinary objects", () => {
    const parsed = parseMigrateArguments(JSON.stringify({ channels: [{ "channel-type": "main", addr }] }))
    expect(JSON.stringify(E.isRight(parsed) && parsed.right)).toBe(
      JSON.stringify({ channels: [{ "channel-type": "main", addr }] }),
    )
  })

  const file = (offset: string) =>
    `{"channels":[{"channel-type":"main","addr":{"transport":"file","filename":"/x","offset":${offset}}}]}`

  test.each<readonly [string, string, ...(readonly string[])]>([
    ["nothing", "", "json/syntax |  | "],
    ["a byte order mark", `\ufeff{"uri":"${uri}"}`, "json/byte-order-mark |  | \ufeff"],
    ["two texts", `{"uri":"${uri}"}{}`, "json/syntax |  | {"],
    ["single quotes", "{'uri':'x'}", "json/single-quotes |  | '"],
    ["a member twice", `{"uri":"${uri}","uri":"${uri}"}`, 'json/duplicate-name |  | "uri"'],
    ["a member twice, once escaped", `{"uri":"${uri}","\\u0075ri":"x"}`, 'json/duplicate-name |  | "\\u0075ri"'],
    ["a lone surrogate", '{"uri":"unix:/\\ud800"}', 'json/unicode |  | "unix:/\\ud800"'],
    ["a noncharacter", '{"uri":"unix:/\\uffff"}', 'json/unicode |  | "unix:/\\uffff"'],
    ["a lone surrogate in a name", `{"uri":"${uri}","\\ud800":1}`, 'json/unicode |  | "\\ud800"'],
    ["a list", "[]", "shape/object |  | []"],
    ["null", " null ", "shape/object |  | null"],
    ["a text", `"${uri}"`, `shape/object |  | "${uri}"`],
    ["an empty object", " { } ", "qemu/uri-or-channels |  | { }"],
    ["a null member", '{"uri":null}', "shape/string | uri | null"],
    ["__proto__", `{"uri":"${uri}","__proto__":{"uri":1}}`, 'shape/unknown-member | __proto__ | {"uri":1}'],
    ["__proto__ alone", `{"__proto__":{"uri":"${uri}"}}`, `shape/unknown-member | __proto__ | {"uri":"${uri}"}`],
    ["constructor", `{"uri":"${uri}","constructor":null}`, "shape/unknown-member | constructor | null"],
    ["a name in other characters", `{"uri":"${uri}","\u00fcri":"\u20ac"}`, 'shape/unknown-member | ?ri | "\u20ac"'],
    [
      "a fault behind other characters",
      '{"\u00fc\u20ac\u{1f600}":1,"uri":"tcp:a:69982"}',
      "shape/unknown-member | ???? | 1",
      'qemu/port-range | uri.port | "tcp:a:69982"',
    ],
    ["a NUL", '{"uri":"unix:/\\u0000"}', 'qemu/text | uri | "unix:/\\u0000"'],
    [
      "a missing member",
      '{"channels":[{"channel-type":"main","addr":{"transport":"rdma","host":"a"}}]}',
      'shape/missing-member | channels[0].addr.port | {"transport":"rdma","host":"a"}',
    ],
    ["a fraction", file("1.0"), "shape/type | channels[0].addr.offset | 1.0"],
    ["an exponent", file("1e3"), "shape/type | channels[0].addr.offset | 1e3"],
    ["a text for an offset", file('"1"'), 'shape/type | channels[0].addr.offset | "1"'],
    ["a negative offset", file("-1"), "qemu/offset | channels[0].addr.offset | -1"],
    ["2^63", file("9223372036854775808"), "qemu/offset | channels[0].addr.offset | 9223372036854775808"],
    ["2^64 - 1", file("18446744073709551615"), "qemu/offset | channels[0].addr.offset | 18446744073709551615"],
    ["what no 64 bits hold", file("1".repeat(30)), `shape/type | channels[0].addr.offset | ${"1".repeat(30)}`],
    ["exec", '{"uri":"exec:true"}', 'policy/exec | uri.transport | "exec:true"'],
  ])("is refused where it is %s", (_, text, ...expected) => {
    expect(said(text)).toEqual(expected)
  })

  test("takes the last offset as a bigint", () => {
    expect(said(file("9223372036854775807"))).toEqual(["accept"])
  })

  test.each([undefined, null, 5, {}, [], Symbol("x"), new Uint16Array(1), () => "{}"])(
    "is no other input: %s",
    (input) => {
      const parsed = parseMigrateArguments(input)
      expect(E.isLeft(parsed) && parsed.left.map(({ code, rule }) => [code, rule])).toEqual([
        ["wrong-type", "json/input"],
      ])
    },
  )

  test("is no bytes but UTF-8", () => {
    const bytes = Buffer.from(`{"uri":"unix:/\u00fc"}`, "latin1")
    const parsed = parseMigrateArguments(bytes)
    expect(E.isLeft(parsed) && parsed.left).toMatchObject([
      { code: "malformed-json", rule: "json/utf-8", offset: 0, length: bytes.length },
    ])
  })

  test("is a text that has a UTF-8: half a pair completed by an escape has none", () => {
    expect(said('{"uri":"unix:/\ud83d\\ude00"}')).not.toEqual(["accept"])
  })
})

describe("the limits of a text", () => {
  const withUri = (bytes: number) => {
    const text = `{"uri":"${uri}"}`
    return text + " ".repeat(bytes - text.length)
  }

  test("are 65536 bytes", () => {
    expect(defaultJsonLimits).toEqual({ maxBytes: 65536, maxDepth: 16, maxMembers: 1024 })
    expect(Object.isFrozen(defaultJsonLimits)).toBe(true)
    expect(said(withUri(65536))).toEqual(["accept"])
    expect(said(withUri(65537))[0]).toMatch(/^json\/max-bytes /)
  })

  test("are 16 objects and lists around each other", () => {
    const deep = (depth: number) => `${'{"x":'.repeat(depth - 1)}{}${"}".repeat(depth - 1)}`
    expect(said(deep(16))[0]).toMatch(/^shape\/unknown-member /)
    expect(said(deep(17))).toEqual(["json/max-depth |  | {"])
  })

  test("are 1024 members", () => {
    const wide = (members: number) =>
      `{"x":[${Array(members - 1)
        .fill(0)
        .join()}]}`
    expect(said(wide(1024))[0]).toMatch(/^shape\/unknown-member /)
    expect(said(wide(1025))[0]).toMatch(/^json\/max-members /)
  })

  test.each<readonly [string, Partial<JsonLimits>, string]>([
    ["bytes", { maxBytes: 28 }, "json/max-bytes"],
    ["depth", { maxDepth: 0 }, "json/max-depth"],
    ["members", { maxMembers: 0 }, "json/max-members"],
  ])("are the caller's: of %s", (_, limits, rule) => {
    const parsed = parseMigrateArguments(withUri(29), { limits: { ...defaultJsonLimits, ...limits } })
    expect(E.isLeft(parsed) && parsed.left.map((violation) => [violation.code, violation.rule])).toEqual([
      ["limit-exceeded", rule],
    ])
  })

  test.each<readonly [string, unknown]>([
    ["NaN", { ...defaultJsonLimits, maxBytes: Number.NaN }],
    ["a text", { ...defaultJsonLimits, maxDepth: "many" }],
    ["undefined", { ...defaultJsonLimits, maxMembers: undefined }],
    ["missing", { maxBytes: 100 }],
    ["null", null],
  ])("are numbers, and throw a TypeError where they are %s", (_, limits) => {
    expect(() => Reflect.apply(parseMigrateArguments, undefined, [withUri(29), { limits }])).toThrow(TypeError)
  })
})

/** Arguments that are valid, by a grammar of their own. */

const literal = <const T>(value: T) => fc.constant(value)
const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain(), literal("localhost"))
const port = fc.integer({ min: 1, max: 65535 }).map(String)
const letters = fc.stringMatching(/^[a-z\u00e4-\u00fc]{1,12}$/)
const path = fc.array(letters, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join("/")}`)
const address = fc.oneof(
  fc.record(
    { transport: literal("socket"), type: literal("inet"), host, port, mptcp: fc.boolean() },
    { requiredKeys: ["transport", "type", "host", "port"] },
  ),
  fc.record(
    { transport: literal("socket"), type: literal("unix"), path, abstract: literal(true) },
    { requiredKeys: ["transport", "type", "path"] },
  ),
  fc.record({ transport: literal("socket"), type: literal("vsock"), cid: port, port }),
  fc.record({ transport: literal("socket"), type: literal("fd"), str: letters }),
  fc.record({
    transport: literal("exec"),
    args: fc.array(fc.string({ unit: "grapheme" })).map((args) => ["/bin/true", ...args]),
  }),
  fc.record({ transport: literal("rdma"), host, port }),
  fc.record({
    transport: literal("file"),
    filename: path,
    offset: fc.oneof(fc.nat(), fc.bigInt(2n ** 53n, 2n ** 63n - 1n)),
  }),
)
const channels = address.map((each) => [{ "channel-type": "main", addr: each }])
const uris = fc.oneof(
  fc.tuple(fc.oneof(fc.ipV4(), literal("node")), port).map(([name, number]) => `tcp:${name}:${number}`),
  path.map((each) => `unix:${each}`),
  letters.map((command) => `exec:${command}`),
)
const valid = fc.oneof(fc.record({ uri: uris }), fc.record({ channels }))

/** The same with parts of it exchanged for anything. */
const exchanged = (value: unknown, choices: readonly number[], by: unknown): unknown => {
  const [choice, ...others] = choices
  if (choice === undefined || typeof value !== "object" || value === null) return by
  const added = Array.isArray(value) ? [] : ["__proto__", "multifd-count", "detach"]
  const names = [...Object.keys(value), ...added]
  const name = names[choice % Math.max(names.length, 1)] ?? "0"
  const copy = Array.isArray(value) ? [...value] : { ...value }
  const inside: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
  Object.defineProperty(copy, name, {
    value: exchanged(inside, others, by),
    enumerable: true,
    writable: true,
    configurable: true,
  })
  return copy
}

const mutated = fc
  .tuple(valid, fc.array(fc.nat(20), { maxLength: 4 }), fc.oneof(anything, address))
  .map((parts) => exchanged(...parts))

const input = fc.oneof(valid, mutated, anything)

/** JSON in which a bigint is an integer; of what JSON cannot say, null. */
const written = (value: unknown): string => {
  const text: string | undefined = JSON.stringify(value, (_, part) =>
    typeof part === "bigint" ? `\u0000${part}` : part,
  )
  return (text ?? "null").replace(/"\\u0000(-?\d+)"/g, "$1")
}

const permissive: Policy = { exec: { programs: ["/bin/sh", "/bin/true"], shell: true } }

const options = fc.record({ version: fc.constantFrom(...qemuVersions), draft: fc.boolean() })

const codecs = [migrateCodec, migrateIncomingCodec] as const

const violationsIn = (checked: E.Either<unknown, unknown>): readonly Violation[] =>
  E.isLeft(checked) ? (checked.left as readonly Violation[]) : []

/** All that can be said of an input. */
const everythingSaid = (value: unknown, by: MigrateOptions = {}): readonly Violation[] => {
  const text = typeof value === "string" ? value : E.getOrElse(() => "")(E.tryCatch(() => written(value), E.toError))
  const policy: Policy = { transports: ["unix"], unix: { paths: [] } }
  const decoded = codecs.map((codec) => codec(by).decode(value))
  const denied = decoded.map(
    (each): E.Either<unknown, unknown> => (E.isRight(each) ? checkPolicy(policy, each.right) : each),
  )
  const parsed: readonly Checked<unknown>[] = [
    parseMigrateArguments(value, by),
    parseMigrateArguments(text, { ...by, policy }),
    parseMigrateArguments(Buffer.from(text), { ...by, command: "migrate-incoming" }),
    parseMigrateUri(text),
  ]
  return [...decoded, ...denied, ...parsed, policyCodec.decode(value)].flatMap(violationsIn)
}

describe("for any input", () => {
  test("nothing throws, and what is said is plain text in codes of the closed set", () => {
    fc.assert(
      fc.property(input, options, (value, by) => {
        for (const violation of everythingSaid(value, by)) {
          expect(violationCodes).toContain(violation.code)
          expect(`${violation.path} ${violation.message} ${formatViolation(violation)}`).toMatch(/^[ -~]*$/)
          expect(violation.message.length).toBeLessThanOrEqual(1000)
        }
      }),
      { numRuns: 200 },
    )
  })

  test("at most 64 things are said", () => {
    fc.assert(
      fc.property(fc.array(mutated, { maxLength: 200 }), (list) => {
        for (const codec of codecs)
          expect(violationsIn(codec().decode({ channels: list })).length).toBeLessThanOrEqual(64)
      }),
      { numRuns: 50 },
    )
  })

  test("a codec's guard and its decoder agree, and decoding is idempotent", () => {
    fc.assert(
      fc.property(input, options, (value, by) => {
        for (const codec of codecs) {
          const decoded = codec(by).decode(value)
          expect(codec(by).is(value)).toBe(E.isRight(decoded))
          if (E.isLeft(decoded)) continue
          expect(decoded.right).toEqual(value)
          expect(codec(by).decode(decoded.right)).toEqual(decoded)
        }
      }),
      { numRuns: 200 },
    )
  })

  test("the prototypes are left as they were", () => {
    const before = [Object.prototype, Array.prototype, Function.prototype].map(Reflect.ownKeys)
    fc.assert(fc.property(input, (value) => void everythingSaid(value)))
    for (const text of [
      `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}`,
      "tcp:a:1,__proto__=on",
    ])
      everythingSaid(text)
    expect([Object.prototype, Array.prototype, Function.prototype].map(Reflect.ownKeys)).toEqual(before)
    expect(Reflect.get({}, "polluted")).toBeUndefined()
  })

  test("an input is left as it was", () => {
    fc.assert(
      fc.property(valid, (value) => {
        const before = written(value)
        for (const codec of codecs) codec().decode(Object.freeze(value))
        expect(written(value)).toBe(before)
      }),
    )
  })
})

describe("for any text", () => {
  test("that says what a codec accepts, the reader accepts the same", () => {
    fc.assert(
      fc.property(fc.oneof(valid, mutated), options, (value, by) => {
        const decoded = migrateCodec(by).decode(value)
        fc.pre(E.isRight(decoded))
        const text = written(E.isRight(decoded) && decoded.right)
        const parsed = parseMigrateArguments(text, {
          ...by,
          policy: { ...permissive, transports: ["inet", "unix", "vsock", "fd", "rdma", "file", "exec"] },
          limits: { maxBytes: 1e7, maxDepth: 100, maxMembers: 1e5 },
        })
        const onlyPolicy = violationsIn(parsed).every(({ code }) => code === "policy-denied")
        expect(E.isRight(parsed) ? parsed : onlyPolicy).toEqual(E.isRight(parsed) ? decoded : true)
      }),
    )
  })

  test("that is valid, it is accepted", () => {
    fc.assert(
      fc.property(valid, (value) => {
        expect(parseMigrateArguments(written(value), { policy: permissive })).toEqual(E.right(value))
      }),
    )
  })

  test("that the reader accepts, a codec accepts the value", () => {
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.constantFrom(...'{}[]:,"\\ 01ae-\u00fc', "\\u0000")), {
      maxLength: 3,
    })
    const text = fc.tuple(fc.oneof(valid, mutated), edits).map(([value, changes]) =>
      changes.reduce((edited, [at, removed, inserted]) => {
        const place = at % (edited.length + 1)
        return edited.slice(0, place) + inserted + edited.slice(place + removed)
      }, written(value)),
    )
    fc.assert(
      fc.property(text, (each) => {
        const parsed = parseMigrateArguments(each)
        if (E.isRight(parsed)) expect(migrateCodec().decode(parsed.right)).toEqual(parsed)
        else
          for (const { offset, length } of parsed.left)
            expect(offset + length).toBeLessThanOrEqual(Buffer.byteLength(each))
      }),
      { numRuns: 1000 },
    )
  })

  test("of any characters or bytes, nothing throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.uint8Array()), (text) => {
        for (const command of ["migrate", "migrate-incoming"] as const)
          expect(E.isLeft(parseMigrateArguments(text, { command }))).toBe(true)
      }),
    )
  })
})

describe("what is said of an input", () => {
  const secret = fc.stringMatching(/^[a-z0-9:/.,=@%[\] -]{12,60}$/).filter((text) => !/\d{12}/.test(text))
  const spoken = (text: string): readonly unknown[] => {
    const channel = (each: object) => ({ channels: [{ "channel-type": "main", addr: each }] })
    return [
      text,
      { uri: text },
      ...["tcp:", "unix:", "vsock:", "fd:", "exec:", "rdma:", "file:", "tcp:a:1,", "file:/x,offset="].map((scheme) => ({
        uri: `${scheme}${text}`,
      })),
      channel({ ...addr, host: text }),
      channel({ ...addr, port: text }),
      channel({ ...addr, type: text }),
      channel({ ...addr, transport: text }),
      channel({ ...addr, x: text }),
      channel({ transport: "socket", type: "unix", path: `@${text}` }),
      channel({ transport: "socket", type: "vsock", cid: text, port: text }),
      channel({ transport: "socket", type: "fd", str: text }),
      channel({ transport: "exec", args: [text, text] }),
      channel({ transport: "file", filename: text, offset: text }),
      { channels: [{ "channel-type": text, addr }] },
      {
        exec: { programs: [text] },
        inet: { hosts: [text], ports: [text] },
        unix: { paths: [text] },
        transports: [text],
      },
    ]
  }

  test("holds no 12 characters of its texts", () => {
    fc.assert(
      fc.property(secret, (text) => {
        const runs = Array.from({ length: text.length - 11 }, (_, at) => text.slice(at, at + 12))
        for (const { message } of spoken(text).flatMap((each) => everythingSaid(each)))
          expect(runs.filter((run) => message.includes(run))).toEqual([])
      }),
      { numRuns: 20 },
    )
  })

  test("holds no 12 digits of its texts", () => {
    for (const { message } of spoken("4929123456789012").flatMap((each) => everythingSaid(each)))
      expect(message).not.toMatch(/492912345678/)
  })

  test("is short for a name of any length", () => {
    for (const name of ["a".repeat(60_000), "1".repeat(60_000), "\n".repeat(1000)])
      for (const { message } of everythingSaid({ [name]: 1, channels: [{ [name]: 1 }] }))
        expect(message.length).toBeLessThanOrEqual(400)
  })
})

describe("the work of decoding", () => {
  const counted = () => {
    const gets = { count: 0 }
    const watch = (value: unknown): unknown => {
      if (typeof value !== "object" || value === null) return value
      const copy = Array.isArray(value)
        ? value.map(watch)
        : Object.fromEntries(Object.entries(value).map(([name, part]) => [name, watch(part)]))
      return new Proxy(copy, {
        get: (target, key) => {
          if (key !== "length") gets.count++
          return Reflect.get(target, key)
        },
      })
    }
    return { watch, gets }
  }

  const partsOf = (value: unknown): number =>
    typeof value === "object" && value !== null
      ? Object.values(value).reduce((sum: number, part) => sum + 1 + partsOf(part), 0)
      : 0

  test("is one read of each part of valid arguments", () => {
    fc.assert(
      fc.property(valid, (value) => {
        const { watch, gets } = counted()
        const codec = migrateCodec({ policy: policyAllowing(value as MigrateArguments) })
        expect(E.isRight(codec.decode(watch(value)))).toBe(true)
        expect(gets.count).toBe(partsOf(value))
      }),
    )
  })

  test("is at most that of invalid ones", () => {
    fc.assert(
      fc.property(
        fc.tuple(valid, fc.array(fc.nat(20), { maxLength: 4 }), fc.jsonValue()).map((parts) => exchanged(...parts)),
        (value) => {
          const { watch, gets } = counted()
          migrateCodec().decode(watch(value))
          expect(gets.count).toBeLessThanOrEqual(partsOf(value))
        },
      ),
    )
  })

  test.each([10, 100, 1000])("grows with the arguments of a program: %i", (length) => {
    const { watch, gets } = counted()
    const args = ["/bin/true", ...Array(length).fill("x")]
    migrateCodec().decode(watch({ channels: [{ "channel-type": "main", addr: { transport: "exec", args } }] }))
    expect(gets.count).toBe(length + 7)
  })
})
