import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { channels, defaultReceiver, type ReceiverState } from "../../../src/index.js"
import { below, equal, field } from "../../../src/layout/expression.js"
import {
  bytes,
  choice,
  layout,
  lengthOf,
  list,
  magic,
  message,
  optional,
  pointerTo,
  run,
  struct,
  tagOf,
  u8,
  u16,
  u32,
  union,
} from "../../../src/layout/fields.js"
import { numberParameter } from "../../../src/layout/parameters.js"
import { planOf } from "../../../src/layout/plan.js"
import type { Condition, FieldRef, Fields, Layout } from "../../../src/layout/types.js"
import { choicesOf } from "../../../src/testing/arbitrary/choices.js"
import { FuzzerRandom } from "../../../src/testing/fuzzer-random.js"
import { type Chooser, walkOf } from "../../../src/testing/generate/blob.js"
import { drawing } from "../../../src/testing/generate/choose.js"
import { countKey } from "../../../src/testing/generate/ground.js"
import { blobsOf, fromFuzzerBytes, settingOf as settingFor, toFuzzerBytes } from "../../../src/testing/index.js"
import { layoutSetting, read } from "../../../src/testing/setting.js"
import type { Domain } from "../../../src/testing/solver/interval-set.js"
import { acceptsAny, anyChannel, anyReceiver, layoutOf, planFor } from "../receivers.js"

const limit = numberParameter("limit", { default: 1000, doc: "" })
const limitedTo = (of: Layout, size: number) => layoutSetting(of, { limit: size })

const rule = (id: string, at: FieldRef, holds: Condition) => ({
  id,
  code: "inconsistent" as const,
  at,
  holds,
  requirement: "It must be so.",
  consequence: "Nothing happens.",
})

/** Chooses by chance. */
const byInput = (bytes: Uint8Array): Chooser => drawing(choicesOf(new FuzzerRandom(bytes)))

const inputs = fc.sample(fc.uint8Array({ minLength: 4, maxLength: 40 }), { seed: 1, numRuns: 300 })

const expectValid = (setting: ReturnType<typeof layoutSetting>, blob: Uint8Array): void =>
  expect(read(setting, blob).violations).toEqual([])

describe("two parts of which the second must have some bytes", () => {
  const pair = layout("pair", {
    title: "pair",
    doc: "For tests.",
    limit,
    fields: {
      magic: magic("TEST", "The format."),
      one_size: lengthOf("one", "Its size."),
      one_ptr: pointerTo("one", run(), "One part."),
      other_size: lengthOf("other", "Its size."),
      other_ptr: pointerTo("other", run(), "The other."),
    },
    rules: ({ other_size }) => [rule("pair/enough", other_size, below(4, other_size))],
  })
  const { size } = planOf(pair)

  test("leave each other room, whatever is chosen", () => {
    const setting = limitedTo(pair, size + 6)
    const { valid } = walkOf(setting)
    const sizes = new Set<string>()
    for (const input of inputs) {
      const blob = valid(byInput(input))
      expectValid(setting, blob)
      const view = new DataView(blob.buffer)
      sizes.add(`${view.getUint32(4, true)} ${view.getUint32(12, true)}`)
    }
    expect([...sizes].sort()).toEqual(["0 5", "0 6", "1 5"])
  })

  test("have none only where there is no room", () => {
    expect(() => walkOf(limitedTo(pair, size + 4))).toThrow(RangeError)
    expect(walkOf(limitedTo(pair, size + 5)).valid(byInput(new Uint8Array()))).toHaveLength(size + 5)
  })
})

describe("a message whose header must not be 0", () => {
  const tagged = layout("tagged", {
    title: "tagged",
    doc: "For tests.",
    limit,
    fields: {
      magic: magic("TEST", "The format."),
      message_size: lengthOf("message", "Its size."),
      message_ptr: pointerTo(
        "message",
        message(struct("Its header.", { tag: u8("A tag."), more: u32("More.") })),
        "A message.",
      ),
    },
    rules: ({ message: { header } }) => [rule("tagged/tag", header.tag, below(0, header.tag))],
  })
  const { size } = planOf(tagged)

  test("is complete, whatever is chosen", () => {
    const setting = limitedTo(tagged, size + 8)
    const { valid } = walkOf(setting)
    const lengths = inputs.map((input) => {
      const blob = valid(byInput(input))
      expectValid(setting, blob)
      return blob.length - size
    })
    expect([...new Set(lengths)].sort()).toEqual([5, 6, 7, 8])
  })

  test("is none only where there is no room for it", () => {
    expect(() => walkOf(limitedTo(tagged, size + 4))).toThrow(RangeError)
  })
})

describe("whatever is chosen", () => {
  const least = (domain: Domain): bigint => domain[0]?.from ?? expect.fail("nothing is left")
  const most = (domain: Domain): bigint => domain.at(-1)?.to ?? expect.fail("nothing is left")
  const chooserOf = (pick: (domain: Domain) => bigint, dense: boolean): Chooser => ({
    number: (_, domain) => pick(domain),
    dense: () => dense,
    content: (_, length) => new Uint8Array(length).fill(0xff),
  })

  test("a valid blob comes out, of the least and of the most of everything", () => {
    fc.assert(
      fc.property(anyReceiver, anyChannel, fc.boolean(), (receiver, channel, dense) => {
        fc.pre(acceptsAny(channel, receiver))
        const setting = settingFor(layoutOf(channel), channel, receiver)
        const { valid } = walkOf(setting)
        for (const pick of [least, most])
          expect(read(setting, valid(chooserOf(pick, dense)), false).violations).toEqual([])
      }),
      { numRuns: 150 },
    )
  })

  test("no part takes longer to make than memory lasts, however large the limits are", () => {
    const most = Number.MAX_SAFE_INTEGER
    const every = Object.fromEntries(channels.map((channel) => [channel, most]))
    const receiver: ReceiverState = {
      ...defaultReceiver,
      surfaceTableSize: most,
      maxBlobBytes: { ...defaultReceiver.maxBlobBytes, ...every },
      maxWriteBytes: { ...defaultReceiver.maxWriteBytes, ...every },
      maxReadBytes: { smartcard: most },
    }
    for (const channel of channels) {
      const plan = planFor(channel)
      const sizes = plan.parts.flatMap((part) =>
        part.kind === "run" ? [part.length?.path] : part.kind === "list" ? [countKey(part)] : [],
      )
      const walk = walkOf(settingFor(layoutOf(channel), channel, receiver))
      const chooser: Chooser = {
        ...chooserOf(least, false),
        number: (path, domain) => {
          if (sizes.includes(path)) expect(Number(domain.at(-1)?.to), path).toBeLessThanOrEqual(2 ** 26)
          return path.endsWith("connected") ? 1n : least(domain)
        },
      }
      walk.valid(chooser)
      for (const goal of walk.goals) walk.reaching(goal, chooser)
    }
  })
})

test("a block that begins with fixed bytes takes room for all of it: the limit is kept", () => {
  const entries = list(u8("An entry."), { counted: "k" })
  const fields = { n: lengthOf("r", ""), r: run(), b: bytes(2, ""), more: bytes(20, ""), entries }
  const setting = layoutSetting(layout("test", { title: "Test", doc: "", limit, fields }), { limit: 100 })
  const most: Chooser = {
    ...byInput(new Uint8Array(8)),
    number: (path, domain) => (path === "n" ? 0n : (domain.at(-1)?.to ?? 0n)),
  }
  expect(walkOf(setting).valid(most)).toHaveLength(100)
})

describe("what leads nowhere at first is made in another way", () => {
  const never = rule("test/never", field("at"), below(field("at"), 0))
  const impossible = struct("Nothing can be here.", { at: u8("A number.") }, () => [never])
  const eight = struct("Eight bytes.", { at: u32("A number."), more: u32("Another.") })
  const forms: readonly (readonly [string, Fields])[] = [
    ["a case of a union", { tag: tagOf("x", ""), x: union({ no: [1, impossible], yes: [2, eight] }) }],
    [
      "all cases but the last",
      { tag: tagOf("x", ""), x: union({ a: [1, impossible], b: [2, impossible], c: [3, u8("")] }) },
    ],
    ["a case under a condition", { on: u8(""), x: choice({ no: [equal(field("on"), 0), impossible], yes: eight }) }],
    ["the last case", { on: u8(""), x: choice({ yes: [equal(field("on"), 9), eight], no: impossible }) }],
    ["something optional", { on: u8(""), x: optional(below(field("on"), 9), impossible) }],
    [
      "a part that is longer than the least of it",
      { n: lengthOf("x", ""), x: struct("", { on: u8(""), more: optional(equal(field("on"), 0), eight) }) },
    ],
  ]

  test.each(forms)("%s", (_, fields) => {
    const setting = layoutSetting(layout("test", { title: "Test", doc: "", limit, fields }))
    const { valid } = walkOf(setting)
    for (const input of inputs.slice(0, 30)) expectValid(setting, valid(byInput(input)))
  })

  test("unless every way leads nowhere", () => {
    const fields = { tag: tagOf("x", ""), x: union({ a: [1, impossible], b: [2, impossible] }) }
    expect(() => walkOf(layoutSetting(layout("test", { title: "Test", doc: "", limit, fields })))).toThrow(RangeError)
  })
})

test("the way back is known of lists in lists", () => {
  const fields = { rest: list(list(u16("A number."), { counted: "n" })) }
  const blobs = blobsOf(layout("test", { title: "Test", doc: "", limit, fields }))
  for (const blob of fc.sample(blobs, { numRuns: 30, seed: 1 })) {
    const bytes = toFuzzerBytes(blobs, blob) ?? expect.fail("there is no way back")
    expect(fromFuzzerBytes(blobs)(bytes).value).toEqual(blob)
  }
})
