import * as fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import type * as t from "io-ts"
import { describe, expect, test } from "vitest"
import { byteLength } from "../../../src/data/json.js"
import { isRefined } from "../../../src/data/refinement.js"
import { casesOf, declaredMembers, literalsOf } from "../../../src/data/reflect.js"
import { argumentsType } from "../../../src/qemu/entries.js"
import {
  type MigrateArguments,
  type MigrateCommand,
  type MigrateOptions,
  type MigrationAddress,
  parseArguments,
} from "../../../src/qemu/index.js"
import { behaviour, isIn, isKnown, members, names } from "../../../src/qemu/versions.js"
import { argumentsArbitraryOf, policyAllowing } from "../../../src/testing/index.js"
import { allContexts, codecOf, contexts, shown, written } from "./contexts.js"

interface MigrateContext extends Required<MigrateOptions> {
  readonly command: MigrateCommand
}

const sampled = (options: MigrateContext, numRuns: number) =>
  fc.sample(argumentsArbitraryOf(options), { seed: 2022, numRuns })

const textOf = (valid: unknown): string => (typeof valid === "string" ? valid : written(valid))

describe.each(allContexts.map((context) => ({ name: shown(context), context })))(
  "arguments for $name",
  ({ context }) => {
    test("are accepted as they are by the codec", () => {
      fc.assert(
        fc.property(argumentsArbitraryOf(context), (valid) => {
          const codec = codecOf(context.command, { ...context, policy: policyAllowing(valid, context) })
          expect(codec.decode(valid)).toEqual(E.right(valid))
          expect(codec.is(valid)).toBe(true)
        }),
        { numRuns: 100 },
      )
    })

    test("are accepted as a text, unless it is for what only a policy allows", () => {
      fc.assert(
        fc.property(argumentsArbitraryOf(context), (valid) => {
          const allowed = parseArguments(textOf(valid), { ...context, policy: policyAllowing(valid, context) })
          expect(allowed).toEqual(E.right(valid))
          const parsed = parseArguments(textOf(valid), context)
          const rules = E.isLeft(parsed) ? parsed.left.map(({ rule }) => rule) : []
          expect(rules.filter((rule) => rule !== "policy/exec" && rule !== "policy/fd.numbers")).toEqual([])
        }),
        { numRuns: 100 },
      )
    })
  },
)

/** A kind of object and each of its members. */
function* declaredIn(type: t.Mixed): Generator<string> {
  if (isRefined(type)) return yield* declaredIn(type.type)
  const known = type as t.ReadonlyArrayType<t.Mixed> | t.UnionType<t.Mixed[]> | t.ExactType<t.Mixed> | t.StringType
  if (known._tag === "ReadonlyArrayType") return yield* declaredIn(known.type)
  if (known._tag === "UnionType") for (const each of casesOf(known)) yield* declaredIn(each)
  if (known._tag !== "ExactType") return
  for (const { name, type: member } of declaredMembers(known)) {
    yield `${[...literalsOf(known).values()].join("-")}.${name}`
    yield* declaredIn(member)
  }
}

const kinds = ["transport", "type", "channel-type"]

/** The same of arguments. */
function* saidIn(value: unknown): Generator<string> {
  if (typeof value !== "object" || value === null) return
  const kind = Object.entries(value).flatMap(([name, part]) => (kinds.includes(name) ? [part] : []))
  for (const [name, part] of Object.entries(value)) {
    if (!Array.isArray(value)) yield `${kind.join("-")}.${name}`
    yield* saidIn(part)
  }
}

describe("what is declared is among the arguments", () => {
  const timings = ["keep-alive-count", "keep-alive-idle", "keep-alive-interval"]
  const rdma = ["numeric", "to", "ipv4", "ipv6", "keep-alive", ...timings, "mptcp"].map((name) => `rdma.${name}`)
  /** What is declared and never valid. */
  const never: Readonly<Record<MigrateCommand, readonly string[]>> = {
    migrate: [...rdma, "socket-inet.to"],
    "migrate-incoming": rdma,
  }

  test.each(contexts.map((context) => ({ name: shown(context), context })))("for $name", ({ context }) => {
    const { command, version, draft } = context
    const declared = new Set(declaredIn(argumentsType(context)))
    const said = new Set(sampled(context, 3000).flatMap((each) => [...saidIn(each)]))
    const isValid = (name: string): boolean => {
      if (name.startsWith("cpr."))
        return isIn(version, names.MigrationChannelType.cpr) && (command === "migrate" || draft)
      return draft || !/^(?:data|post-copy)\./.test(name)
    }
    const expected = [...declared].filter((name) => isValid(name) && !never[command].includes(name))
    expect([...said].sort()).toEqual(expected.sort())
  })

  test("for the timings of keep-alive, from QEMU 10.1 on", () => {
    const isSaid = (version: "10.0" | "10.1") => {
      const texts = sampled({ command: "migrate-incoming", version, draft: false }, 500).map(written)
      return timings.map((name) => texts.some((text) => text.includes(`"${name}"`)))
    }
    expect(isSaid("10.0")).toEqual([false, false, false])
    expect(isSaid("10.1")).toEqual([true, true, true])
    expect(isKnown("10.0", members.InetSocketAddress, "keep-alive-idle")).toBe(false)
    expect(isIn("10.0", behaviour.keepAliveOnListeners)).toBe(false)
  })
})

describe("arguments go to the limits of", () => {
  const addressesOf = (valid: readonly MigrateArguments[]): readonly MigrationAddress[] =>
    valid.flatMap(({ channels = [] }) => channels.map(({ addr }) => addr))

  const addresses = addressesOf(sampled({ command: "migrate", version: "10.0", draft: false }, 20_000))
  const listening = addressesOf(sampled({ command: "migrate-incoming", version: "10.0", draft: false }, 20_000))

  const inet = (from: readonly MigrationAddress[]) =>
    from.flatMap((each) => (each.transport === "socket" && each.type === "inet" ? [each] : []))
  const unix = addresses.flatMap((each) => (each.transport === "socket" && each.type === "unix" ? [each] : []))
  const vsock = addresses.flatMap((each) => (each.transport === "socket" && each.type === "vsock" ? [each] : []))
  const files = addresses.flatMap((each) => (each.transport === "file" ? [each] : []))

  const ends = (numbers: readonly number[]) => [Math.min(...numbers), Math.max(...numbers)]

  test("ports", () => {
    const numbers = (from: readonly MigrationAddress[]) =>
      inet(from).flatMap(({ port }) => (/^\d+$/.test(port) ? [Number(port)] : []))
    expect(ends(numbers(addresses))).toEqual([1, 65535])
    expect(ends(numbers(listening))).toEqual([0, 65535])
  })

  test("ranges of ports", () => {
    const ranges = inet(listening).flatMap(({ port, to }) => (to === undefined ? [] : [[Number(port), to] as const]))
    expect(ranges.every(([first, last]) => first <= last)).toBe(true)
    expect(ranges.some(([first, last]) => first === last)).toBe(true)
    expect(Math.max(...ranges.map(([, last]) => last))).toBe(65535)
  })

  test("names of services", () => {
    const services = inet(addresses).flatMap(({ port }) => (/^\d+$/.test(port) ? [] : [port]))
    expect(ends(services.map(({ length }) => length))).toEqual([1, 15])
    expect(services.some((port) => port.includes("-"))).toBe(true)
  })

  test("hosts", () => {
    const hosts = inet(addresses).map(({ host }) => host)
    expect(Math.max(...hosts.map(({ length }) => length))).toBeGreaterThanOrEqual(253)
    for (const part of [/^a$/, /\.$/, /^0$/, /^\d+\.\d+\.\d+\.\d+$/, /::/, /^fe80:.*%/i, /^::ffff:\d+\./i])
      expect(hosts.some((host) => part.test(host))).toBe(true)
    expect(inet(listening).some(({ host }) => host === "")).toBe(true)
  })

  test("paths", () => {
    const lengths = (abstract: boolean) =>
      unix.filter((each) => (each.abstract === true) === abstract).map(({ path }) => byteLength(path))
    expect(ends(lengths(false))).toEqual([1, 108])
    expect(ends(lengths(true))).toEqual([1, 107])
    expect(ends(files.map(({ filename }) => byteLength(filename)))).toEqual([1, 4095])
  })

  test("vsock and offsets", () => {
    expect(ends(vsock.map(({ cid }) => Number(cid)))).toEqual([0, 0xffff_fffe])
    const offsets = files.map(({ offset }) => BigInt(offset))
    expect(offsets).toContain(0n)
    expect(offsets).toContain(2n ** 63n - 1n)
    expect(offsets).toContain(2n ** 62n)
  })
})

describe("what fails is printed small", () => {
  const numberOf = (pattern: RegExp, valid: object) => Number(pattern.exec(written(valid))?.[1] ?? 0)
  const outgoing = argumentsArbitraryOf()
  const draft = argumentsArbitraryOf({ draft: true })
  const incoming = argumentsArbitraryOf({ command: "migrate-incoming" })

  test.each<[string, fc.Arbitrary<object>, (valid: object) => boolean, RegExp, length: number]>([
    [
      "a port",
      outgoing,
      (valid) => numberOf(/"port":"(\d+)"/, valid) <= 1000,
      /"(?:host":"a|cid":"0)","port":"1001"/,
      110,
    ],
    [
      "a port in a URI",
      argumentsArbitraryOf({ version: "7.2" }),
      (valid) => numberOf(/:(\d+)"/, valid) <= 1000,
      /^\{"uri":"(?:(?:tcp|rdma):a|vsock:0):1001"\}$/,
      23,
    ],
    ["a path", draft, (valid) => !/"path":"[^"]{20}/.test(written(valid)), /"path":"[^"]{20}/, 240],
    ["a draft", draft, (valid) => !written(valid).includes('"data"'), /"multifd-count":1\}/, 220],
    ["an option", incoming, (valid) => !written(valid).includes('"numeric":true'), /"port":"0","numeric":true/, 130],
    ["a flag", outgoing, (valid) => !("resume" in valid), /"resume":false\}$/, 120],
    [
      "an offset",
      outgoing,
      (valid) => numberOf(/"offset":(\d+)/, valid) < 5000,
      /"filename":"a","offset":(?:5000|8192)\}/,
      100,
    ],
  ])("%s", (_, arbitrary, holds, expected, length) => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const { counterexample } = fc.check(fc.property(arbitrary, holds), { seed, numRuns: 3000 })
      const least = written(counterexample?.[0])
      expect(least).toMatch(expected)
      expect(least.length).toBeLessThanOrEqual(length)
    }
  })
})

test("the same seed gives the same arguments", () => {
  const sample = () => fc.sample(argumentsArbitraryOf({ draft: true }), { seed: 7, numRuns: 50 })
  expect(sample()).toEqual(sample())
})

test("another command or version there is not", () => {
  expect(() => Reflect.apply(argumentsArbitraryOf, undefined, [{ command: "cont" }])).toThrow(TypeError)
  expect(() => Reflect.apply(argumentsArbitraryOf, undefined, [{ version: "9.0" }])).toThrow(TypeError)
})
