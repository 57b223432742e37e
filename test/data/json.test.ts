import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import { byteLength, type Json, type JsonLimits, notText, placingIn, readJson } from "../../src/data/json.js"
import { jsonRules } from "../../src/data/rules.js"
import { violationCodes } from "../../src/violation/violation.js"

const limits: JsonLimits = { maxBytes: 1_000_000, maxDepth: 100, maxMembers: 100_000 }

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Rule, offset and length in bytes of what is wrong with a text. */
const said = (text: unknown, within: Partial<JsonLimits> = {}): string => {
  const read = readJson(text, { ...limits, ...within })
  return E.isRight(read) ? "accept" : read.left.map((v) => `${v.rule} ${v.offset}+${v.length}`).join(", ")
}

const valueIn = (text: unknown): Json => {
  const read = readJson(text, limits)
  if (E.isLeft(read)) throw new Error(said(text))
  return read.right.value
}

describe("a strict JSON reader takes", () => {
  test.each<readonly [string, unknown]>([
    ["null", null],
    [" true\n", true],
    ["\t\r\n false ", false],
    ["0", 0],
    ["-0", 0],
    ["-12", -12],
    ["9007199254740991", 9007199254740991],
    ["-9007199254740991", -9007199254740991],
    ["9007199254740992", 9007199254740992n],
    ["-9007199254740993", -9007199254740993n],
    ["18446744073709551615", 18446744073709551615n],
    ["-9223372036854775808", -9223372036854775808n],
    ['""', ""],
    ['"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041"', '"\\/\b\f\n\r\tA'],
    ['"\\u0000"', "\0"],
    ['"\\ud83d\\uDE00"', "\u{1f600}"],
    ['"\u{1f600}\u2028\u007f"', "\u{1f600}\u2028\u007f"],
    ["[]", []],
    ["[ ]", []],
    ["{}", {}],
    ["{ }", {}],
    ['[1,[2,{"a":[]}],"x"]', [1, [2, { a: [] }], "x"]],
    ['{"a":{"b":{"a":1}},"c":null}', { a: { b: { a: 1 } }, c: null }],
    ['[{"a":1},{"a":2}]', [{ a: 1 }, { a: 2 }]],
    ['{"":1}', { "": 1 }],
  ])("%s", (text, value) => {
    expect(said(text)).toBe("accept")
    expect(JSON.stringify(valueIn(text), big)).toBe(JSON.stringify(value, big))
    expect(JSON.stringify(valueIn(utf8(text)), big)).toBe(JSON.stringify(value, big))
  })

  const big = (_: string, value: unknown) => (typeof value === "bigint" ? `${value}n` : value)

  test.each(["1.0", "1.5", "0e0", "1e2", "1E+2", "-1e-2", "0.0"])("%s, which does not pass for an integer", (text) => {
    expect(valueIn(text)).toBeNaN()
  })

  test.each(["1".repeat(21), "1".repeat(500), `-${"9".repeat(20)}`])("%s, which no 64 bits hold", (text) => {
    expect([typeof valueIn(text), Number.isSafeInteger(valueIn(text))]).toEqual(["number", false])
  })

  test("its value in objects that inherit nothing and lists that are ordinary", () => {
    const value = valueIn('{"a":[{}]}') as { a: [object] }
    expect(Object.getPrototypeOf(value)).toBeNull()
    expect(Object.getPrototypeOf(value.a)).toBe(Array.prototype)
    expect(Object.getPrototypeOf(value.a[0])).toBeNull()
  })

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty", "length"])(
    "a member %s as any other",
    (name) => {
      const value = valueIn(`{"${name}":{"polluted":1},"a":{"${name}":2}}`)
      expect(Object.keys(Object(value))).toEqual([name, "a"])
      expect(Object.getPrototypeOf(value)).toBeNull()
      expect(Reflect.get({}, "polluted")).toBeUndefined()
    },
  )

  test("a Buffer and a view of a part of its memory", () => {
    expect(valueIn(Buffer.from("[1]"))).toEqual([1])
    expect(valueIn(utf8("xx[1]xx").subarray(2, 5))).toEqual([1])
  })
})

describe("a strict JSON reader refuses", () => {
  const checks = Object.keys(jsonRules) as (keyof typeof jsonRules)[]

  test.each<[keyof typeof jsonRules, string, unknown, string, Partial<JsonLimits>?]>([
    ["input", "undefined", undefined, "json/input 0+0"],
    ["input", "null", null, "json/input 0+0"],
    ["input", "a number", 5, "json/input 0+0"],
    ["input", "an object", {}, "json/input 0+0"],
    ["input", "a boxed string", new String("1"), "json/input 0+0"],
    ["input", "other typed arrays", Uint16Array.of(0x3131), "json/input 0+0"],
    ["input", "a DataView", new DataView(new ArrayBuffer(1)), "json/input 0+0"],
    ["input", "an ArrayBuffer", new ArrayBuffer(1), "json/input 0+0"],
    ["input", "memory that others can change", new Uint8Array(new SharedArrayBuffer(1)), "json/input 0+0"],
    ["input", "what says that it is bytes", { [Symbol.toStringTag]: "Uint8Array", length: 1 }, "json/input 0+0"],

    ["bytes", "bytes beyond the limit", '"abc"', "json/max-bytes 0+5", { maxBytes: 4 }],
    ["bytes", "more bytes than units", '"ü"', "json/max-bytes 0+4", { maxBytes: 3 }],
    ["bytes", "encoded bytes beyond the limit", utf8('"ü"'), "json/max-bytes 0+4", { maxBytes: 3 }],
    ["bytes", "anything where the limit is nothing", "1", "json/max-bytes 0+1", { maxBytes: 0 }],
    [
      "bytes",
      "what is too long before what is no UTF-8",
      Uint8Array.of(0xff, 0xff),
      "json/max-bytes 0+2",
      { maxBytes: 1 },
    ],

    ["depth", "a list too deep", "[[[]]]", "json/max-depth 2+1", { maxDepth: 2 }],
    ["depth", "an object too deep", '["ü",{}]', "json/max-depth 6+1", { maxDepth: 1 }],
    ["depth", "any container where there may be none", " []", "json/max-depth 1+1", { maxDepth: 0 }],

    ["members", "an entry too many", "[1,2,3]", "json/max-members 5+0", { maxMembers: 2 }],
    ["members", "a member too many", '{"a":1,"b":2}', "json/max-members 7+3", { maxMembers: 1 }],
    ["members", "too many of all together", '{"a":[1],"b":[2]}', "json/max-members 14+0", { maxMembers: 3 }],

    ["encoding", "a byte that begins nothing", Uint8Array.of(0x22, 0xff, 0x22), "json/utf-8 0+3"],
    ["encoding", "an overlong NUL", Uint8Array.of(0x22, 0xc0, 0x80, 0x22), "json/utf-8 0+4"],
    ["encoding", "an encoded surrogate", Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), "json/utf-8 0+5"],
    ["encoding", "a character cut off", Uint8Array.of(0x22, 0xc3), "json/utf-8 0+2"],
    ["encoding", "UTF-16", new Uint8Array(Buffer.from("\ufeff1", "utf16le")), "json/utf-8 0+4"],

    ["syntax", "nothing", "", "json/syntax 0+0"],
    ["syntax", "white space only", " \n", "json/syntax 2+0"],
    ["byteOrderMark", "a byte order mark", "\ufeff{}", "json/byte-order-mark 0+3"],
    ["byteOrderMark", "an encoded one", Uint8Array.of(0xef, 0xbb, 0xbf, 0x31), "json/byte-order-mark 0+3"],
    ["syntax", "other white space", "\u00a01", "json/syntax 0+2"],
    ["syntax", "a form feed", "\f1", "json/syntax 0+1"],
    ["syntax", "two values", "1 2", "json/syntax 2+1"],
    ["syntax", "a value and a bracket", "[]]", "json/syntax 2+1"],
    ["syntax", "a comment", "1 // x", "json/syntax 2+1"],
    ["singleQuotes", "single quotes", "'a'", "json/single-quotes 0+1"],
    ["syntax", "a name without quotes", "{a:1}", "json/syntax 1+1"],
    ["singleQuotes", "a name in single quotes", "{'a':1}", "json/single-quotes 1+1"],
    ["syntax", "a number for a name", "{1:1}", "json/syntax 1+1"],
    ["syntax", "a name that does not end", '{"a', "json/syntax 1+1"],
    ["syntax", "a comma at a list's end", "[1,]", "json/syntax 3+1"],
    ["syntax", "a comma at an object's end", '{"a":1,}', "json/syntax 7+1"],
    ["syntax", "a comma in an empty list", "[,]", "json/syntax 1+1"],
    ["syntax", "two commas", "[1,,2]", "json/syntax 3+1"],
    ["syntax", "no comma", "[1 2]", "json/syntax 3+1"],
    ["syntax", "no colon", '{"a" 1}', "json/syntax 5+1"],
    ["syntax", "no value", '{"a":}', "json/syntax 5+1"],
    ["syntax", "a list that does not end", "[1", "json/syntax 2+0"],
    ["syntax", "an object that does not end", '{"a":1', "json/syntax 6+0"],
    ["syntax", "an object cut off behind a colon", '{"a":', "json/syntax 5+0"],
    ["syntax", "a list closed as an object", "[1}", "json/syntax 2+1"],
    ["syntax", "an object closed as a list", '{"a":1]', "json/syntax 6+1"],
    ["syntax", "a string that does not end", '"abc', "json/syntax 0+1"],
    ["syntax", "a quote after a backslash only", '"abc\\"', "json/syntax 0+1"],
    ["controlCharacter", "a line end in a string", '"a\nb"', "json/control-character 2+1"],
    ["controlCharacter", "a raw NUL in a string", '"\0"', "json/control-character 1+1"],
    ["syntax", "an unknown escape", '"\\x41"', "json/syntax 0+1"],
    ["syntax", "an escape in capitals", '"\\U0041"', "json/syntax 0+1"],
    ["syntax", "an escape of three digits", '"\\u041"', "json/syntax 0+1"],
    ["syntax", "an escape of other digits", '"\\u00g1"', "json/syntax 0+1"],
    ["syntax", "NaN", "NaN", "json/syntax 0+1"],
    ["syntax", "Infinity", "-Infinity", "json/syntax 0+1"],
    ["syntax", "undefined", "undefined", "json/syntax 0+1"],
    ["syntax", "True", "True", "json/syntax 0+1"],
    ["syntax", "a literal cut off", "tru", "json/syntax 0+1"],
    ["syntax", "a literal with more", "nullx", "json/syntax 4+1"],
    ["syntax", "a leading zero", "01", "json/syntax 1+1"],
    ["syntax", "a plus", "+1", "json/syntax 0+1"],
    ["syntax", "a minus alone", "-", "json/syntax 0+1"],
    ["syntax", "a point without digits", "1.", "json/syntax 1+1"],
    ["syntax", "a point in front", ".5", "json/syntax 0+1"],
    ["syntax", "an exponent without digits", "1e", "json/syntax 1+1"],
    ["syntax", "hexadecimal", "0x10", "json/syntax 1+1"],
    ["syntax", "what follows characters of several bytes", '{"ü€\u{1f600}": tru}', "json/syntax 14+1"],

    ["duplicate", "a name twice", '{"a":1,"a":1}', "json/duplicate-name 7+3"],
    ["duplicate", "a name spelt in two ways", '{"uri":1,"\\u0075ri":2}', "json/duplicate-name 9+10"],
    [
      "duplicate",
      "a name spelt in two ways, the plain one last",
      '{"\\u0075ri":1,"uri":2}',
      "json/duplicate-name 14+5",
    ],
    ["duplicate", "a name escaped in two ways", '{"\\/":1,"\\u002f":2}', "json/duplicate-name 8+8"],
    ["duplicate", "__proto__ twice", '{"__proto__":1,"__proto__":2}', "json/duplicate-name 15+11"],
    ["duplicate", "an empty name twice", '{"":1,"":2}', "json/duplicate-name 6+2"],
    ["duplicate", "a name twice, far apart", '{"a":{"a":[{"b":1}]},"c":0,"a":1}', "json/duplicate-name 27+3"],
    ["duplicate", "a name twice inside", '[{"a":1},{"ü":1,"ü":2}]', "json/duplicate-name 17+4"],

    ["unicode", "half a pair, escaped", '"\\ud800"', "json/unicode 0+8"],
    ["unicode", "the other half, escaped", '["ü","\\udfff"]', "json/unicode 6+8"],
    ["unicode", "a pair the wrong way round", '"\\ude00\\ud83d"', "json/unicode 0+14"],
    ["unicode", "half a pair beside a pair", '"\\ud83d\\ud83d\\ude00"', "json/unicode 0+20"],
    ["unicode", "half a pair, raw", '"\ud800"', "json/unicode 0+5"],
    ["unicode", "half a pair in a name", '{"\\udc00":1}', "json/unicode 1+8"],
    ["unicode", "a raw half in a name", '{"\udc00":1}', "json/unicode 1+5"],
    ["unicode", "U+FFFE, escaped", '"\\ufffe"', "json/unicode 0+8"],
    ["unicode", "U+FFFF, raw", '"\uffff"', "json/unicode 0+5"],
    ["unicode", "U+FDD0", '"\\ufdd0"', "json/unicode 0+8"],
    ["unicode", "U+FDEF, raw", utf8('"\ufdef"'), "json/unicode 0+5"],
    ["unicode", "U+1FFFE, raw", utf8('"\u{1fffe}"'), "json/unicode 0+6"],
    ["unicode", "U+10FFFF, escaped", '"\\udbff\\udfff"', "json/unicode 0+14"],
    ["unicode", "a noncharacter in a name", '{"a\\uffff":1}', "json/unicode 1+9"],
  ])("for %s: %s", (name, _, text, expected, within) => {
    expect(said(text, within)).toBe(expected)
    expect(expected).toContain(jsonRules[name].id)
  })

  test("by checks whose codes are of the closed set", () => {
    expect(checks.map((name) => jsonRules[name].code).filter((code) => !violationCodes.includes(code))).toEqual([])
  })

  test("memory that is gone", () => {
    const bytes = Uint8Array.of(0x31)
    structuredClone(bytes, { transfer: [bytes.buffer] })
    expect(said(bytes)).toBe("json/input 0+0")
  })

  test("half a pair that only an escape completes, for which there is no UTF-8", () => {
    expect(said('"\ud83d\\ude00"')).not.toBe("accept")
    expect(said('"\\ud83d\ude00"')).not.toBe("accept")
  })

  test("with what it measured and what the limit is", () => {
    const read = readJson("12345", { ...limits, maxBytes: 4 })
    expect(E.isLeft(read) && read.left).toMatchObject([{ code: "limit-exceeded", actual: 5, expected: 4, path: "" }])
  })
})

describe("a limit", () => {
  test.each<readonly [string, string, Partial<JsonLimits>]>([
    ["of bytes", '"abc"', { maxBytes: 5 }],
    ["of bytes, not of units", '"ü"', { maxBytes: 4 }],
    ["of bytes outside the basic plane", '"\u{1f600}"', { maxBytes: 6 }],
    ["of depth", "[[]]", { maxDepth: 2 }],
    ["of depth beside each other", "[[],[],{}]", { maxDepth: 2 }],
    ["of no depth at all", "1", { maxDepth: 0 }],
    ["of members", "[1,2,3]", { maxMembers: 3 }],
    ["of members and entries together", '{"a":[1],"b":[2]}', { maxMembers: 4 }],
    ["of no members at all", "[{}]", { maxMembers: 1 }],
  ])("%s is itself allowed", (_, text, within) => {
    expect(said(text, within)).toBe("accept")
    expect(said(utf8(text), within)).toBe("accept")
  })

  test("of depth is at most what QEMU's own is", () => {
    expect(() => said("1", { maxDepth: 1025 })).toThrow(/limits of a JSON text.*at most 1024/)
    const deep = 1024
    const text = `${"[".repeat(deep)}${"]".repeat(deep)}`
    expect(said(text, { maxDepth: deep })).toBe("accept")
    expect(said(text, { maxDepth: deep - 1 })).toBe(`json/max-depth ${deep - 1}+1`)
    expect(said("[".repeat(deep), { maxDepth: deep })).toBe(`json/syntax ${deep}+0`)
  })

  test("holds before what lies behind it is looked at", () => {
    expect(said('[[["\\ud800', { maxDepth: 2 })).toBe("json/max-depth 2+1")
    expect(said("[1,2,?", { maxMembers: 2 })).toBe("json/max-members 5+0")
    expect(said("[1,2]?", { maxMembers: 2 })).toBe("json/syntax 5+1")
    // It has more code units than there may be bytes: those are not counted.
    expect(said('"üüüü"', { maxBytes: 5 })).toBe("json/max-bytes 0+6")
  })
})

describe("where keys lead in a text", () => {
  const text = '{"ü": "€", "channels" : [ {"addr":{"h\\u006fst":"x"}}, -5 ], "0":{"1":true}}'

  test.each<readonly [readonly string[], string]>([
    [[], text],
    [["ü"], '"€"'],
    [["channels"], '[ {"addr":{"h\\u006fst":"x"}}, -5 ]'],
    [["channels", "0"], '{"addr":{"h\\u006fst":"x"}}'],
    [["channels", "0", "addr", "host"], '"x"'],
    [["channels", "1"], "-5"],
    [["0", "1"], "true"],
    [["uri"], text],
    [["channels", "2"], '[ {"addr":{"h\\u006fst":"x"}}, -5 ]'],
    [["channels", "0", "addr", "port"], '{"h\\u006fst":"x"}'],
    [["channels", "0", "channel-type"], '{"addr":{"h\\u006fst":"x"}}'],
    [["ü", "port"], '"€"'],
    [["channels", "1", "x", "y"], "-5"],
  ])("%j is %s", (keys, part) => {
    const { offset, length } = placingIn(text)(keys)
    expect(
      Buffer.from(text)
        .subarray(offset, offset + length)
        .toString(),
    ).toBe(part)
  })

  test("is the value, not the white space around it", () => {
    expect(placingIn(' \n{ "a" : 1 } ')([])).toEqual({ offset: 2, length: 11 })
    expect(placingIn(" 5 ")([])).toEqual({ offset: 1, length: 1 })
  })

  test("is each part of any value", () => {
    const leaf = fc.oneof(fc.string({ unit: "grapheme" }), fc.integer(), fc.boolean(), fc.constant(null))
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        leaf,
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(fc.string({ unit: "grapheme", maxLength: 4 }), tie("value"), { maxKeys: 4 }),
      ),
    }))
    fc.assert(
      fc.property(value, fc.array(fc.nat(), { maxLength: 5 }), fc.constantFrom(0, 1, 3), (whole, choices, indent) => {
        const written = JSON.stringify(whole, null, indent)
        const keys: string[] = []
        let part: unknown = JSON.parse(written)
        for (const choice of choices) {
          const names = typeof part === "object" && part !== null ? Object.keys(part) : []
          const name = names[choice % Math.max(names.length, 1)]
          if (name === undefined) break
          keys.push(name)
          part = Reflect.get(Object(part), name)
        }
        const { offset, length } = placingIn(written)(keys)
        expect(
          JSON.parse(
            Buffer.from(written)
              .subarray(offset, offset + length)
              .toString(),
          ),
        ).toEqual(part)
      }),
    )
  })
})

describe("for any text", () => {
  const jsonish = fc.array(
    fc.oneof(
      fc.constantFrom(
        ...'[]{}:,"\\ \n0123456789-+.eE',
        '"a"',
        '"b"',
        '"a":',
        "true",
        "null",
        "\\u0061",
        "\\ud800",
        "1",
      ),
      fc.string({ unit: "binary", maxLength: 2 }),
    ),
    { maxLength: 20 },
  )
  const mutated = fc
    .tuple(
      fc.json(),
      fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.constantFrom(...'[]{}:,"\\01-.e tnu\u00fc')), { maxLength: 3 }),
    )
    .map(([text, edits]) =>
      edits.reduce((edited, [at, removed, inserted]) => {
        const place = at % (edited.length + 1)
        return edited.slice(0, place) + inserted + edited.slice(place + removed)
      }, text),
    )
  const text = fc.oneof(
    mutated,
    jsonish.map((parts) => parts.join("")),
    fc.string({ unit: "binary" }),
  )

  const parsed = (written: string): E.Either<unknown, unknown> => E.tryCatch(() => JSON.parse(written), E.toError)

  /** Whether a value is the one that JSON.parse gives, but for numbers, of which integers are exact and others are none. */
  const agrees = (ours: unknown, theirs: unknown): boolean => {
    if (typeof theirs === "number") return Number.isNaN(ours) || Number(ours) === theirs
    if (typeof theirs !== "object" || theirs === null) return ours === theirs
    const names = Object.keys(theirs)
    if (Array.isArray(ours) !== Array.isArray(theirs) || Object.keys(Object(ours)).length !== names.length) return false
    return names.every((name) => agrees(Reflect.get(Object(ours), name), Reflect.get(theirs, name)))
  }

  test("the verdict and the value are those of JSON.parse, but for what is refused on purpose", () => {
    fc.assert(
      fc.property(text, (written) => {
        const ours = readJson(written, limits)
        const theirs = parsed(written)
        if (E.isRight(ours)) expect(E.isRight(theirs) && agrees(ours.right.value, theirs.right)).toBe(true)
        else if (E.isRight(theirs)) expect(["json/duplicate-name", "json/unicode"]).toContain(ours.left[0].rule)
        else expect(ours.left[0].code).toBe("malformed-json")
      }),
      { numRuns: 2000 },
    )
  })

  test("a well-formed string and its UTF-8 have one verdict, in one place", () => {
    fc.assert(
      fc.property(text, (written) => {
        fc.pre(!/\p{Cs}/u.test(written))
        const [ofString, ofBytes] = [readJson(written, limits), readJson(utf8(written), limits)]
        expect(JSON.stringify(ofString, shown)).toBe(JSON.stringify(ofBytes, shown))
      }),
    )
  })

  const shown = (_: string, value: unknown) => (typeof value === "bigint" ? `${value}n` : value)

  test("a string is taken if it is made of characters", () => {
    const isCharacters = (value: string) =>
      [...value].every((character) => {
        const point = character.codePointAt(0) ?? 0
        const noncharacter = (point & 0xfffe) === 0xfffe || (point >= 0xfdd0 && point <= 0xfdef)
        return !noncharacter && !(point >= 0xd800 && point <= 0xdfff)
      })
    const unit = fc.oneof(
      fc.string({ unit: "binary", maxLength: 3 }),
      fc.constantFrom("\ud800", "\udfff", "\ufdd0", "\ufdf0", "\ufffd", "\uffff", "\u{2ffff}", "\u{1fffd}"),
    )
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 5 }), (units) => {
        const value = units.join("")
        expect(notText.test(value)).toBe(!isCharacters(value))
        expect(said(JSON.stringify(value)) === "accept").toBe(isCharacters(value))
        expect(said(`{${JSON.stringify(value)}:1}`) === "accept").toBe(isCharacters(value))
      }),
    )
  })

  test("an object is taken if its names differ, however they are spelt", () => {
    const spelt = fc
      .tuple(fc.constantFrom("a", "b", "/", "\u00fc", "__proto__"), fc.boolean())
      .map(([name, escaped]) => ({
        name,
        written: escaped
          ? Array.from(name, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")
          : name,
      }))
    fc.assert(
      fc.property(fc.array(spelt, { maxLength: 4 }), (names) => {
        const written = `{${names.map((each) => `"${each.written}":0`).join(",")}}`
        const differ = new Set(names.map(({ name }) => name)).size === names.length
        expect(said(written).split(" ")[0]).toBe(differ ? "accept" : "json/duplicate-name")
      }),
    )
  })

  test("an integer of 64 bits is exact", () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n), (integer) => {
        const value = valueIn(String(integer))
        expect(typeof value === "number" ? Number.isSafeInteger(value) : typeof value === "bigint").toBe(true)
        expect(BigInt(value as number | bigint)).toBe(integer)
      }),
    )
  })

  test("bytes of any kind are taken or refused, in a place within them", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const read = readJson(bytes, limits)
        if (E.isRight(read)) return
        const { offset, length, message } = read.left[0]
        expect(offset + length).toBeLessThanOrEqual(bytes.length)
        expect(message).toMatch(/^[ -~]*$/)
      }),
    )
  })

  test("anything but text and bytes is refused", () => {
    fc.assert(
      fc.property(fc.anything({ withTypedArray: true, withBoxedValues: true, withNullPrototype: true }), (input) => {
        fc.pre(typeof input !== "string" && !(input instanceof Uint8Array))
        expect(said(input)).toBe("json/input 0+0")
      }),
    )
  })
})

test("a text is as long as its UTF-8", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(byteLength(text)).toBe(Buffer.byteLength(text))
    }),
  )
})
