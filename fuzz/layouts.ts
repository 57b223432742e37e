import * as fc from "fast-check"
import type { TargetModule } from "../src/fuzz/target.js"
import { encode } from "../src/layout/encode.js"
import { nodesOf } from "../src/layout/expression.js"
import type { Arguments } from "../src/layout/parameters.js"
import { planOf } from "../src/layout/plan.js"
import { rulesOf } from "../src/layout/rules.js"
import type { Layout } from "../src/layout/types.js"
import { fromFuzzerBytes, toFuzzerBytes } from "../src/testing/bridge.js"
import { brinksOf } from "../src/testing/edits.js"
import { layoutSetting, read } from "../src/testing/setting.js"
import { blobsOf, witnessesOf } from "../src/testing/spice.js"
import type { Checked } from "../src/violation/checked.js"
import { Violation } from "../src/violation/violation.js"
import { attackOf } from "./blobs.js"
import { inProportion, isSame } from "./properties.js"

/** A decoder as it is emitted for a layout. */
export type EmittedDecoder = (input: Uint8Array, given: Arguments, alias: boolean) => unknown

/** Valid blobs among the seeds. */
const samples = 32

const checked = (decoded: unknown): Checked<unknown> =>
  decoded instanceof Violation ? { _tag: "Left", left: [decoded] } : { _tag: "Right", right: decoded }

/**
 * The target of a layout that nobody has written one for. The input's bytes steer the making of a hostile blob, or are
 * one behind the choice not to make one. The emitted decoder must agree with the interpreter, what is accepted must be
 * encoded as the same bytes, and decoding must take time and memory in proportion to the input.
 *
 * @param code - the path of the emitted decoder in the build, whose coverage guides the fuzzer
 */
export const layoutTarget = (layout: Layout, decode: EmittedDecoder, code: string): TargetModule => {
  const setting = layoutSetting(layout)
  const given = setting.arguments
  const { arbitrary, ways } = attackOf([setting])
  const draw = fromFuzzerBytes(arbitrary)
  const raw = toFuzzerBytes(arbitrary, { setting: 0, way: ways, blob: undefined }) ?? []
  const blobOf = (data: Uint8Array): Uint8Array => {
    const { value, tail } = draw(data)
    return value.blob ?? tail
  }
  return {
    fuzz: (data) => {
      const blob = blobOf(data)
      const decoded = checked(decode(blob, given, false))
      isSame(decoded, read(setting, blob, false))
      inProportion(blob, () => decode(blob, given, false))
      if (decoded._tag === "Left") return
      const encoded = encode(layout, decoded.right, given)
      if (!(encoded instanceof Uint8Array) || Buffer.compare(encoded, blob) !== 0)
        throw new Error("a decoded state is encoded as other bytes")
    },
    underTest: [code],
    detectors: false,
    dictionary: dictionaryOf(layout),
    *seeds() {
      const valid = fc.sample(blobsOf(layout, given), { numRuns: samples, seed: 1 })
      for (const blob of [...valid, ...witnessesOf(layout).map(({ bytes }) => bytes)])
        yield Uint8Array.of(...raw, ...blob)
    },
    evidenceOf: (data) => ({ kind: "layout", layout, bytes: blobOf(data) }),
  }
}

/** The numbers that its rules name and their neighbours, its magic, and the sizes at which reading goes wrong. */
const dictionaryOf = (layout: Layout): readonly Uint8Array[] => {
  const { fields, size } = planOf(layout)
  const named = rulesOf(layout).flatMap(({ holds }) =>
    [...nodesOf(holds)].flatMap((node) =>
      node.op === "literal" && typeof node.value !== "string" ? [BigInt(node.value)] : [],
    ),
  )
  const constants = fields.flatMap(({ type }) => (type.kind === "constant" ? [BigInt(type.value)] : []))
  const numbers = [...named, ...brinksOf(size).map(BigInt)].flatMap((number) => [number - 1n, number, number + 1n])
  return [...new Set([...constants, ...numbers])].map((number) =>
    Uint8Array.from({ length: 4 }, (_, index) => Number((BigInt.asUintN(64, number) >> BigInt(8 * index)) & 0xffn)),
  )
}
