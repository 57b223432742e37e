import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { parseMigrateArguments } from "../../../src/qemu/index.js"
import { argumentsArbitraryOf, argumentsMutationsOf } from "../../../src/testing/index.js"
import { leastArguments } from "../../../src/testing/qemu/minimal.js"
import { written } from "./contexts.js"

const uri = '{"uri":"tcp:10.0.0.9:49152"}'
const inet = { transport: "socket", type: "inet", host: "10.0.0.9", port: "49152" }
const file = { transport: "file", filename: "/var/tmp/vm", offset: 4096 }
const channels = (addr: object) => ({ channels: [{ "channel-type": "main", addr }] })

const decoded = (bytes: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)

/** Mutations by their names. */
const mutationsBy = (valid: string | object): ReadonlyMap<string, string> =>
  new Map([...argumentsMutationsOf(valid)].map(({ name, bytes }) => [name, decoded(bytes)]))

/** The rules that a text breaks. */
const broken = (text: string | undefined): readonly string[] => {
  const parsed = parseMigrateArguments(text)
  return parsed._tag === "Right" ? [] : [...new Set(parsed.left.map(({ rule }) => rule))]
}

describe("mutations of arguments", () => {
  test.each<readonly [string, string | object]>([
    ["a text", uri],
    ["a URI", { uri: "file:/a,offset=1" }],
    ["an address", channels(inet)],
    ["what is not valid", { uri: 5, x: [null, 2n ** 70n, { "": "\ud800" }] }],
    ["members that every object has", { constructor: "a", toString: { valueOf: "1" } }],
    ["an empty object", {}],
  ])("of %s have names of their own, fit for files, and differ from it", (_, valid) => {
    const mutations = [...argumentsMutationsOf(valid)]
    const text = typeof valid === "string" ? valid : written(valid)
    expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length)
    for (const { name } of mutations) expect(name).toMatch(/^[\w.-]{1,120}$/)
    expect(mutations.filter(({ bytes }) => decoded(bytes) === text).map(({ name }) => name)).toEqual([])
  })

  test("of every kind of arguments have names of their own", () => {
    for (const valid of leastArguments({ draft: true })) {
      const names = [...argumentsMutationsOf(valid)].map(({ name }) => name)
      expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
    }
  })

  test("are the same in every run", () => {
    const once = () => [...argumentsMutationsOf(channels(file))].map(({ name, bytes }) => [name, decoded(bytes)])
    expect(once()).toEqual(once())
  })

  test("of a text and of what it says are the same, but for where the text is cut off", () => {
    const names = (valid: string | object) =>
      [...mutationsBy(valid).keys()].filter((name) => !name.startsWith("truncated"))
    expect(names(` ${uri}\n`)).toEqual(names(JSON.parse(uri)))
    expect(mutationsBy(uri)).toEqual(mutationsBy(JSON.parse(uri)))
    expect(mutationsBy(uri)).toEqual(
      new Map([...argumentsMutationsOf(Buffer.from(uri))].map(({ name, bytes }) => [name, decoded(bytes)])),
    )
  })

  test("of a text that is no JSON are edits of the text", () => {
    const mutations = mutationsBy('{"uri":')
    expect(mutations.get("truncated-to-3")).toBe('{"u')
    expect([...mutations.keys()].some((name) => name.startsWith("uri"))).toBe(false)
  })

  test("cut a text off at every byte", () => {
    const mutations = mutationsBy(uri)
    for (let length = 0; length < uri.length; length++)
      expect(mutations.get(`truncated-to-${length}`)).toBe(uri.slice(0, length))
  })
})

describe("a mutation breaks", () => {
  const mutations = { uri: mutationsBy(uri), inet: mutationsBy(channels(inet)), file: mutationsBy(channels(file)) }
  const addr = "channels.0.addr"

  test.each<readonly [keyof typeof mutations, string, string]>([
    ["uri", "uri-dropped", "qemu/uri-or-channels"],
    ["uri", "uri-twice", "json/duplicate-name"],
    ["uri", "uri-twice-escaped", "json/duplicate-name"],
    ["uri", "uri-name-of-next", "shape/list"],
    ["uri", "uri-name-proto", "shape/unknown-member"],
    ["uri", "uri-name-constructor", "shape/unknown-member"],
    ["uri", "uri-name-longer", "shape/unknown-member"],
    ["uri", "uri-name-with-half", "json/unicode"],
    ["uri", "uri-name-in-single-quotes", "json/single-quotes"],
    ["uri", "with-channels", "qemu/uri-or-channels"],
    ["uri", "with-blk", "qemu/other-version"],
    ["uri", "with-__proto__", "shape/unknown-member"],
    ["uri", "uri.is-null", "shape/string"],
    ["uri", "uri.with-nul", "qemu/text"],
    ["uri", "uri.with-high-half", "json/unicode"],
    ["uri", "uri.with-bare-line-feed", "json/control-character"],
    ["uri", "uri.in-17-lists", "json/max-depth"],
    ["uri", "uri.is-1025-zeros", "json/max-members"],
    ["uri", "before-brace", "json/syntax"],
    ["uri", "behind-bom", "json/byte-order-mark"],
    ["uri", "to-65537-bytes", "json/max-bytes"],
    ["uri", "truncated-to-20", "json/syntax"],
    ["inet", "channels-name-of-draft", "qemu/old-spelling"],
    ["inet", "channels.and-main", "qemu/channel-twice"],
    ["inet", "channels.and-cpr", "qemu/cpr-unix"],
    ["inet", "channels.0-dropped", "qemu/channels-empty"],
    ["inet", `${addr}.port.is-65536`, "qemu/port-range"],
    ["inet", `${addr}.port.plus-65536`, "qemu/port-range"],
    ["inet", `${addr}.port.negative`, "qemu/port-spelling"],
    ["inet", `${addr}.port.with-zero`, "qemu/port-spelling"],
    ["inet", `${addr}.port.in-full-width`, "qemu/port"],
    ["inet", `${addr}.port.as-number`, "shape/string"],
    ["inet", `${addr}.host-name-of-next`, "json/duplicate-name"],
    ["inet", `${addr}.host-swapped-with-next`, "qemu/host-ipv4"],
    ["inet", `${addr}.host.in-brackets`, "qemu/host-brackets"],
    ["inet", `${addr}.type.is-unix`, "shape/missing-member"],
    ["inet", `${addr}.with-members-of-file`, "shape/missing-member"],
    ["inet", `${addr}.kind-of-exec`, "shape/missing-member"],
    ["inet", `${addr}.with-path`, "shape/unknown-member"],
    ["inet", `${addr}.with-to`, "qemu/listen-only"],
    ["file", `${addr}.offset.negative`, "qemu/offset"],
    ["file", `${addr}.offset.is-minus-1`, "qemu/offset"],
    ["file", `${addr}.offset.is-9223372036854775808`, "qemu/offset"],
    ["file", `${addr}.offset.with-exponent`, "shape/type"],
    ["file", `${addr}.offset.with-point`, "shape/type"],
    ["file", `${addr}.offset.with-zero`, "json/syntax"],
    ["file", `${addr}.offset.as-text`, "shape/type"],
    ["file", `${addr}.filename.of-4096`, "qemu/filename-length"],
    ["file", `${addr}.filename.empty`, "qemu/filename-empty"],
  ])("in one of %s, by %s, %s", (of, name, rule) => {
    expect(broken(mutations[of].get(name))).toContain(rule)
  })

  test.each<readonly [keyof typeof mutations, string]>([
    ["uri", "uri-name-escaped"],
    ["uri", "uri.escaped"],
    ["uri", "to-65536-bytes"],
    ["inet", `${addr}.is-rdma`],
    ["file", `${addr}.offset.is-9223372036854775807`],
    ["file", `${addr}.offset.is-minus-0`],
    ["file", `${addr}.filename.of-4095`],
  ])("nothing in one of %s that only goes to a limit, by %s", (of, name) => {
    expect(broken(mutations[of].get(name) ?? "")).toEqual([])
  })
})

describe("of the mutations of valid arguments", () => {
  test("nearly all are refused, and none is thrown at", () => {
    const verdicts = fc
      .sample(argumentsArbitraryOf({ draft: true }), { seed: 5, numRuns: 4 })
      .flatMap((valid) =>
        [...argumentsMutationsOf(valid)].map(({ bytes }) => parseMigrateArguments(bytes, { draft: true })),
      )
    const accepted = verdicts.filter(({ _tag }) => _tag === "Right")
    expect(accepted.length / verdicts.length).toBeLessThan(0.15)
  })

  test("none changes what it is made of", () => {
    for (const valid of leastArguments().slice(0, 5)) {
      const before = written(valid)
      for (const { bytes } of argumentsMutationsOf(Object.freeze(valid))) expect(bytes).toBeInstanceOf(Uint8Array)
      expect(written(valid)).toBe(before)
    }
  })
})
