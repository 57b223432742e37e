import { describe, expect, test } from "vitest"
import { draftExamples } from "../../scripts/draft-examples.js"
import { decodeMigrateData } from "../../src/index.js"
import { toHexpat } from "../../src/layout/backends/hexpat.js"
import { toKaitai } from "../../src/layout/backends/kaitai.js"
import { toWireshark } from "../../src/layout/backends/wireshark.js"
import { check, decode, encode, interpret, type Layout, rulesOf } from "../../src/layout/index.js"
import { rules } from "../../src/rules.js"
import { channels } from "../../src/spice/registry.js"
import { expectGenerated } from "../support/generated.js"
import { asState, kaitaiParser } from "../support/kaitai.js"
import { dissected } from "../support/tshark.js"

const blobOf = (layout: Layout, state: unknown): Uint8Array => {
  const bytes = encode(layout, state)
  if (bytes instanceof Uint8Array) return bytes
  throw new TypeError(`${bytes.rule} at ${bytes.path}`)
}

const named = draftExamples.map(({ layout, state }) => ({
  format: layout.format,
  layout,
  state,
  blob: blobOf(layout, state),
}))

describe.each(named)("$format", ({ format, layout, state, blob }) => {
  test("its example is read back as it is", () => {
    expect(check(layout, blob)).toBe(undefined)
    expect(decode(layout, blob)).toEqual({ _tag: "Right", right: state })
  })

  test("blobs that are made for it are valid, or break what they are made to break: each rule of its own", () => {
    const { broken = [] } = expectGenerated(layout, {}, 1) ?? {}
    const found = new Set(broken.map((rule) => rule.split(" ")[0]))
    for (const { id } of rulesOf(layout)) expect(found, id).toContain(id)
  })

  test("Kaitai's parser reads its example as the decoder does", async () => {
    const parser = await kaitaiParser(toKaitai(layout, { origin: "A test." }))
    expect(asState(parser(blob), state, layout.struct)).toEqual(state)
  })

  test("Wireshark shows every byte of its example, and the rule that another breaks", () => {
    const protocol = format.replaceAll("-", "_")
    const script = toWireshark(layout, { origin: "A test." })
    const [shown = [], refused = []] = dissected(script, protocol, [blob, blob.with(4, 2)])
    expect(shown.map(({ offset, length }) => [offset, length]).filter(([, length]) => length !== 0)).toEqual(
      expect.arrayContaining(interpret(layout, blob).claims.map(({ offset, length }) => [offset, length])),
    )
    expect(refused.find(({ name }) => name === "violation")?.value).toBe("layout/version")
  })

  test("ImHex' pattern can be written", () => expect(toHexpat(layout, { origin: "A test." })).toContain("struct "))

  test("is off: no decoder of SPICE's formats takes it, and none of its rules is in the catalogue", () => {
    for (const channel of channels) expect(decodeMigrateData(channel, blob)._tag).toBe("Left")
    for (const { id } of rulesOf(layout)) expect(rules.map((rule) => rule.id)).not.toContain(id)
  })
})

const stateOf = (format: string) => named.find((each) => each.format === format)

/** Changes to the examples, each at one path, and the rule that is broken then. */
test.each<[string, string, (state: unknown) => unknown]>([
  [
    "draft-lossy-region",
    "draft-region/rectangles-banded",
    (state) => withRectangles(state, [0, 0, 9, 9], [5, 5, 20, 20]),
  ],
  [
    "draft-lossy-region",
    "draft-region/rectangles-banded",
    (state) => withRectangles(state, [0, 0, 9, 9], [9, 0, 20, 9]),
  ],
  [
    "draft-lossy-region",
    "draft-region/rectangles-banded",
    (state) => withRectangles(state, [30, 0, 39, 9], [0, 0, 20, 9]),
  ],
  ["draft-lossy-region", "draft-region/rectangle-not-empty", (state) => withRectangles(state, [0, 0, 0, 9])],
  ["draft-lossy-region", "draft-region/rectangle-on-surface", (state) => withRectangles(state, [-1, 0, 4, 9])],
  ["draft-lossy-region", "draft-lossy-region/surface-not-empty", (state) => ({ ...Object(state), width: 0 })],
  [
    "draft-session-bandwidth",
    "draft-session-bandwidth/low-as-measured",
    (state) => ({ ...Object(state), low_bandwidth: false }),
  ],
  [
    "draft-session-bandwidth",
    "draft-session-bandwidth/rate-not-zero",
    (state) => ({ ...Object(state), bits_per_second: 0n }),
  ],
])("%s: %s", (format, rule, change) => {
  const draft = stateOf(format)
  expect(draft && check(draft.layout, blobOf(draft.layout, change(draft.state)))?.rule).toBe(rule)
})

const withRectangles = (state: unknown, ...all: readonly (readonly number[])[]) => ({
  ...Object(state),
  lossy: {
    kind: "rectangles",
    columns: Int32Array.from([0, 1, 2, 3].flatMap((edge) => all.map((rectangle) => rectangle[edge] ?? 0))),
  },
})
