import fc from "fast-check"
import { expect, test } from "vitest"
import * as F from "../src/layout/fields.js"
import * as X from "../src/layout/expression.js"
import { encode } from "../src/layout/encode.js"
import { interpret } from "../src/layout/interpret.js"
import { numberParameter } from "../src/layout/parameters.js"
import { settingOf, read } from "../src/testing/setting.js"
import { blobsIn, statesIn } from "../src/testing/arbitrary.js"
import { attacksIn } from "../src/testing/attacks.js"
import { fromFuzzerBytes, toFuzzerBytes } from "../src/testing/bridge.js"
import { everyEdit } from "../src/testing/edits.js"
import { variedSettings, witnessesIn } from "../src/testing/witnesses.js"
import { walkOf } from "../src/testing/generate/blob.js"

const rule = (id: string) => ({ id, code: "inconsistent" as const, requirement: "R.", consequence: "C." })
const limit = numberParameter("limit", { default: 4000, doc: "" })
const tlv = F.layout("tlv", { title: "T", doc: "d", limit,
  fields: {
    magic: F.magic("TLV1", "m"),
    flags: F.bits({ on: F.flag("x"), level: F.bit(3, "l"), rest: F.reserved(4) }, "bits"),
    total: F.totalSize("t"),
    n: F.countOf("records", "n", F.u16be),
    records: F.list(F.struct("r", {
      tag: F.tagOf("value", "t"),
      len: F.lengthOf("value", "l", F.u16),
      value: F.union({ num: [1, F.struct("n", { a: F.i16be("a").must(X.atLeast(-5), rule("tlv/a")), b: F.u64("b") })],
        text: [2, F.run("text")],
        many: [7, F.list(F.struct("m", { x: F.u8("x").must((x) => X.below(X.previous(x, -1), x), rule("tlv/up")) }))],
        var: [9, F.list(F.struct("v", { l: F.lengthOf("r", "l", F.u8), r: F.run("r") }))] }),
    })),
    opt: F.optional(X.equal(X.field("flags.on"), 1), F.struct("o", { kind: F.enumeration({ a: 3, b: 900 }, "k", F.u16).must(X.equal(900), rule("tlv/kind")), raw: F.bytes(3, "raw") })),
    tail: F.u32("tail").must(X.atMost(70000), rule("tlv/tail")),
    arr: F.array(F.struct("e", { q: F.u16("q"), l: F.lengthOf("z", "z", F.u8), z: F.run() }), 2),
    rest: F.run("rest"),
  } })

test("blobs", () => {
  const setting = settingOf(tlv)
  const blobs = blobsIn(setting)
  let max = 0
  fc.assert(fc.property(blobs, (blob) => {
    const { violations } = read(setting, blob)
    expect(violations.map(String)).toEqual([])
    max = Math.max(max, blob.length)
    const bytes = toFuzzerBytes(blobs, blob) ?? expect.fail("no way back")
    expect(fromFuzzerBytes(blobs)(bytes).value.join()).toBe(blob.join())
  }), { numRuns: 300, seed: 1 })
  console.log("max", max)
})
test("states", () => {
  const setting = settingOf(tlv)
  fc.assert(fc.property(statesIn(setting), (state) => {
    const blob = encode(tlv, state, {})
    expect(read(setting, blob as Uint8Array).state).toEqual(state)
  }), { numRuns: 100, seed: 1 })
})
test("shrinks", () => {
  const r = fc.check(fc.property(statesIn(settingOf(tlv)), (s: any) => !s.records.some((r: any) => r.value.kind === "many" && r.value.value.length > 3)), { seed: 3, numRuns: 1000 })
  console.log(r.numShrinks, JSON.stringify(r.counterexample, (_, v) => typeof v === "bigint" ? `${v}n` : v))
})
test("witnesses", () => {
  const t = performance.now()
  const all = witnessesIn(variedSettings(tlv))
  console.log(performance.now() - t, all.map(({ rule, path, bytes }) => `${rule} ${path} ${bytes.length}`).join("\n"))
})
test("attacks and mutations", () => {
  const setting = settingOf(tlv)
  const n = new Map()
  for (const blob of fc.sample(attacksIn(setting), { seed: 1, numRuns: 500 })) { const v = read(setting, blob, false).violations[0]?.rule; n.set(v, (n.get(v) ?? 0) + 1) }
  console.log(n)
  const m = [...everyEdit(setting, walkOf(setting).valid({ number: (_, d) => d[0]!.from, dense: () => false, content: (_, l) => new Uint8Array(l) }))]
  console.log(m.length)
})
