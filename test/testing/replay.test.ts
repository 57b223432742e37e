import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import {
  type Channel,
  decodeMigrateData,
  defaultReceiver,
  formatViolation,
  type ReceiverState,
} from "../../src/index.js"
import { ruleOf } from "../../src/rules.js"
import { formats } from "../../src/spice/formats.js"
import { differencesOf } from "../../src/spice/receiver.js"
import { arbitraryOf, attacksOf, blobsOf, settingOf } from "../../src/testing/index.js"
import { replayView } from "../../src/testing/replay.js"
import { runModule } from "../examples.js"
import { anyChannel, anyReceiver, layoutOf, smallReceiver } from "./receivers.js"

/** What is printed of a blob: a headline, annotated hex, and the line that replays it. */
const viewOf = (channel: Channel, receiver: ReceiverState, blob: Uint8Array) => {
  const lines = replayView(settingOf(layoutOf(channel), channel, receiver), blob).split("\n")
  return { headline: lines[0], hex: lines.slice(1, -1), line: lines.at(-1) ?? "" }
}

/** What a line of code comes to that decodes. */
const replayed = async (name: string, line: string): Promise<unknown> => {
  const code = `import { decodeMigrateData, defaultReceiver } from "migration-guard"\nvoid defaultReceiver\nexport const actual = ${line}\n`
  return (await runModule(name, code)).actual
}

const verdictOf = (decoded: unknown): unknown => {
  const checked = decoded as ReturnType<typeof decodeMigrateData>
  return E.isLeft(checked) ? checked.left.map(formatViolation) : checked.right
}

const printed = (text: string): boolean => /^[\x20-\x7e\n]*$/.test(text)

describe("what a failure prints", () => {
  const message = (() => {
    try {
      fc.assert(
        fc.property(arbitraryOf(formats.inputs), ({ motion_count }) => motion_count < 1000),
        { seed: 5 },
      )
    } catch (error) {
      return String(error)
    }
    return expect.fail("the property held")
  })()

  test("is the smallest blob as annotated hex, and a line to replay it", () => {
    expect(message).toContain(
      [
        "inputs, 10 bytes",
        '0000  49 43 4d 44              magic = "ICMD"',
        "0004  01 00 00 00              version = 1",
        "0008  e8 03                    motion_count = 1000 messages",
        'decodeMigrateData("inputs", Buffer.from("49434d4401000000e803", "hex"))',
      ].join("\n"),
    )
  })

  test("replays it", async () => {
    const [line] = message.match(/decodeMigrateData\(.*"hex"\)\)/) ?? expect.fail("no line")
    expect(await replayed("inputs", line)).toEqual(E.right({ motion_count: 1000 }))
  })

  test("is of states, blobs and hostile blobs, also where they are part of something larger", () => {
    const [state] = fc.sample(arbitraryOf(formats.inputs), { seed: 1, numRuns: 1 })
    const [blob] = fc.sample(blobsOf(formats.inputs), { seed: 1, numRuns: 1 })
    const [attack] = fc.sample(attacksOf(formats.inputs), { seed: 1, numRuns: 1 })
    for (const each of [state, blob, attack]) {
      expect(fc.stringify(each)).toMatch(/^inputs, \d+ bytes\n.*decodeMigrateData\("inputs", Buffer.from\("[0-9a-f]*"/s)
      expect(fc.stringify([{ each }])).toContain("decodeMigrateData(")
      expect(Object.keys(each ?? {})).not.toContain("toString")
    }
  })

  test("is not seen by whoever looks at a value", () => {
    const [state] = fc.sample(arbitraryOf(formats.inputs), { seed: 1, numRuns: 1 })
    expect(state).toStrictEqual({ motion_count: state?.motion_count })
    expect(JSON.stringify(state)).toBe(`{"motion_count":${state?.motion_count}}`)
  })
})

describe("the line that replays", () => {
  const anyBlob = anyChannel.chain((channel) =>
    fc.record({
      channel: fc.constant(channel),
      receiver: fc.oneof(anyReceiver, fc.constantFrom(defaultReceiver, smallReceiver)),
      blob: fc.oneof(
        fc.uint8Array({ maxLength: 120 }),
        attacksOf(layoutOf(channel), smallReceiver, channel),
        blobsOf(layoutOf(channel), smallReceiver, channel),
      ),
    }),
  )

  test("comes to the same verdict, for whatever receiver", async () => {
    let count = 0
    const verdicts = new Set<string>()
    await fc.assert(
      fc.asyncProperty(anyBlob, async ({ channel, receiver, blob }) => {
        const direct = decodeMigrateData(channel, blob, receiver)
        const again = await replayed(`line-${count++}`, viewOf(channel, receiver, blob).line)
        expect(verdictOf(again)).toEqual(verdictOf(direct))
        verdicts.add(direct._tag)
      }),
      { numRuns: 60, endOnFailure: true },
    )
    expect(verdicts.size).toBe(2)
  })

  test("names what differs from the default receiver, and nothing else", () => {
    const receiver: ReceiverState = { ...defaultReceiver, source: "0.15", maxReadBytes: { smartcard: 7 } }
    expect(differencesOf(defaultReceiver)).toEqual({})
    expect(differencesOf({ ...defaultReceiver, maxWriteBytes: { ...defaultReceiver.maxWriteBytes } })).toEqual({})
    expect(differencesOf(receiver)).toEqual({ source: "0.15", maxReadBytes: { smartcard: 7 } })
    expect(viewOf("usbredir", receiver, Uint8Array.of(1, 255)).line).toBe(
      'decodeMigrateData("usbredir", Buffer.from("01ff", "hex"), { ...defaultReceiver, ...{"maxReadBytes":{"smartcard":7},"source":"0.15"} })',
    )
    expect(viewOf("inputs", defaultReceiver, new Uint8Array())).toEqual({
      headline: "inputs, 0 bytes",
      hex: [
        "      ^ truncated layout/fixed-part: the input at byte 0: The blob must hold its whole fixed part. Found 0, expected 10.".replace(
          " at byte 0",
          "",
        ),
        `        Consequence: ${ruleOf("layout/fixed-part")?.consequence}`,
      ],
      line: 'decodeMigrateData("inputs", Buffer.from("", "hex"))',
    })
  })
})

describe("hostile content", () => {
  test("puts nothing but printable ASCII on a terminal", () => {
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 150 }),
      fc
        .string({ unit: "binary", maxLength: 40 })
        .map((text) => new TextEncoder().encode(`MNMD\u001b[2J\u202e${text}`)),
    )
    const anyOf = anyChannel.chain((channel) =>
      fc.record({
        channel: fc.constant(channel),
        blob: fc.oneof(content, attacksOf(layoutOf(channel), smallReceiver, channel)),
      }),
    )
    fc.assert(
      fc.property(anyOf, ({ channel, blob }) => {
        const text = replayView(settingOf(layoutOf(channel), channel, smallReceiver), blob)
        if (!printed(text)) expect.fail(JSON.stringify(text))
      }),
      { numRuns: 200 },
    )
  })

  test("shows every byte once", () => {
    fc.assert(
      fc.property(anyChannel, fc.integer(), (channel, seed) => {
        const [blob = new Uint8Array()] = fc.sample(attacksOf(layoutOf(channel), smallReceiver, channel), {
          seed,
          numRuns: 1,
        })
        const { headline, hex } = viewOf(channel, smallReceiver, blob)
        const bytes = hex
          .filter((line) => /^[0-9a-f]{4}/.test(line))
          .map((line) => line.slice(6, 29).replaceAll(" ", ""))
        expect(bytes.join("")).toBe(Buffer.from(blob).toString("hex"))
        expect(headline).toBe(`${channel}, ${blob.length} bytes`)
      }),
      { numRuns: 200 },
    )
  })
})
