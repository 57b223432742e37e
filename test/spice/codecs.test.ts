import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import * as t from "io-ts"
import { PathReporter } from "io-ts/lib/PathReporter.js"
import { describe, expect, test } from "vitest"
import { readBlob, readIndex } from "../../scripts/corpus.js"
import { isGenuine, receiverOfEntry } from "../../src/corpus.js"
import {
  type Channel,
  type Codec,
  defaultReceiver,
  displayCodec,
  inputsCodec,
  type MigrateData,
  mainCodec,
  type ReceiverState,
  smartcardCodec,
  spicevmcCodec,
  surfacesOf,
} from "../../src/index.js"
import { formatOf } from "../../src/spice/formats.js"

const blob = Uint8Array.of(0x49, 0x43, 0x4d, 0x44, 1, 0, 0, 0, 7, 0)
const tooMany = Uint8Array.of(0x49, 0x43, 0x4d, 0x44, 1, 0, 0, 0, 0xff, 0xff)

const codecs: Readonly<Record<string, (receiver?: ReceiverState, channel?: Channel) => Codec<MigrateData>>> = {
  main: mainCodec as (receiver?: ReceiverState) => Codec<MigrateData>,
  display: displayCodec as (receiver?: ReceiverState) => Codec<MigrateData>,
  inputs: inputsCodec as (receiver?: ReceiverState) => Codec<MigrateData>,
  spicevmc: spicevmcCodec as (receiver?: ReceiverState, channel?: Channel) => Codec<MigrateData>,
  smartcard: smartcardCodec as (receiver?: ReceiverState) => Codec<MigrateData>,
}

describe("an io-ts codec", () => {
  const captures = readIndex().filter(isGenuine)

  test.each(captures)("decodes, guards and encodes $file", (entry) => {
    const codec = codecs[formatOf[entry.channel]]?.(receiverOfEntry(entry), entry.channel)
    if (codec === undefined) throw new Error(entry.channel)
    const decoded = codec.decode(readBlob(entry))
    if (E.isLeft(decoded)) throw new Error(PathReporter.report(decoded).join())
    expect(codec.is(decoded.right)).toBe(true)
    expect(codec.encode(decoded.right)).toEqual(new Uint8Array(readBlob(entry)))
  })

  test.each(Object.entries(codecs))("of %s takes the default receiver and refuses what is no blob", (_, codec) => {
    expect(E.isLeft(codec().decode("blob"))).toBe(true)
    expect(codec().is({})).toBe(false)
  })

  test.each([
    [mainCodec(), "SpiceMigrateDataMain"],
    [displayCodec(), "SpiceMigrateDataDisplay"],
    [inputsCodec(), "SpiceMigrateDataInputs"],
    [spicevmcCodec(), "SpiceMigrateDataSpiceVmc"],
    [smartcardCodec(), "SpiceMigrateDataSmartcard"],
  ])("%# has spice-protocol's name", (codec, name) => expect(codec.name).toBe(name))

  test("guards by the rules, not only by types", () => {
    expect(inputsCodec().is({ motion_count: 4096 })).toBe(true)
    expect(inputsCodec().is({ motion_count: 4097 })).toBe(false)
    expect(inputsCodec({ ...defaultReceiver, maxMotionCount: 5 }).is({ motion_count: 6 })).toBe(false)
  })

  test("throws where it is made to encode what is no state", () => {
    expect(() => inputsCodec().encode({ motion_count: 4097 })).toThrow(/not a SpiceMigrateDataInputs: motion_count/)
    expect(() => Reflect.apply(inputsCodec().encode, undefined, [null])).toThrow(TypeError)
  })

  test("reports through PathReporter", () => {
    expect(PathReporter.report(inputsCodec().decode(tooMany))).toEqual([
      "motion_count at byte 8: The motion count must not exceed the receiver's maxMotionCount. Found 65535, the limit is 4096.",
    ])
  })

  test("reports its place inside another codec", () => {
    const message = t.type({ channel: t.string, blob: inputsCodec() })
    expect(message.decode({ channel: "inputs", blob })).toEqual(
      E.right({ channel: "inputs", blob: { motion_count: 7 } }),
    )
    const errors = pipe(
      message.decode({ channel: "inputs", blob: tooMany }),
      E.getOrElseW((left) => left),
    )
    if (!Array.isArray(errors)) throw new Error("accepted")
    expect(errors.map(({ context }) => context.map(({ key }: t.ContextEntry) => key))).toEqual([
      ["", "blob", "motion_count"],
    ])
  })

  test("says which of several codecs refused, with nothing of a key that could harm a terminal", () => {
    const both = t.type({ one: inputsCodec(), other: inputsCodec() })
    expect(PathReporter.report(both.decode({ one: blob, other: tooMany }))[0]).toMatch(/^other\.motion_count at byte 8/)
    const named = t.record(t.string, inputsCodec())
    const [line] = PathReporter.report(named.decode({ ["\u001b[31m".repeat(50)]: new Uint8Array() }))
    expect(line).toMatch(/^[?\w]{64}/)
  })

  test("composes with pipe", () => {
    expect(
      pipe(
        inputsCodec().decode(blob),
        E.map(({ motion_count }) => motion_count),
      ),
    ).toEqual(E.right(7))
  })

  test("limits by the channel that it is for", () => {
    const receiver = { ...defaultReceiver, maxBlobBytes: { ...defaultReceiver.maxBlobBytes, webdav: 10 } }
    const usbredir = readBlob({ file: "spicevmc/genuine/usbredir-base.bin" })
    expect(E.isRight(spicevmcCodec(receiver).decode(usbredir))).toBe(true)
    expect(E.isRight(spicevmcCodec(receiver, "webdav").decode(usbredir))).toBe(false)
  })
})

describe("a Standard Schema", () => {
  test("gives the state", () => {
    const { version, vendor, validate } = inputsCodec()["~standard"]
    expect([version, vendor]).toEqual([1, "migration-guard"])
    expect(validate(blob)).toEqual({ value: { motion_count: 7 } })
  })

  test("gives issues with their paths", () => {
    const { validate } = displayCodec({ ...defaultReceiver, jpegWanCompression: "always", surfaceTableSize: 0 })[
      "~standard"
    ]
    expect(validate(readBlob({ file: "display/genuine/display-base.bin" }))).toEqual({
      issues: [
        {
          message:
            "surfaces[0].id at byte 84: A surface id must be below the receiver's surfaceTableSize. Found 0, the limit is 0.",
          path: ["surfaces", "0", "id"],
        },
      ],
    })
  })
})

describe("the surfaces of a display", () => {
  test("come as objects, with what of them is lossy", () => {
    const columns = Int32Array.of(...[3, 9], ...[0, -5], ...[1, 2], ...[4, 6], ...[7, 8])
    expect([...surfacesOf({ ...displayState(), surfaces: { kind: "lossy", columns } })]).toEqual([
      { id: 3, lossyRegion: { left: 0, top: 1, right: 4, bottom: 7 } },
      { id: 9, lossyRegion: { left: -5, top: 2, right: 6, bottom: 8 } },
    ])
  })

  test("come without regions where the list has none, their ids without a sign", () => {
    const columns = Int32Array.of(3, -1)
    expect([...surfacesOf({ ...displayState(), surfaces: { kind: "lossless", columns } })]).toEqual([
      { id: 3, lossyRegion: undefined },
      { id: 0xffffffff, lossyRegion: undefined },
    ])
  })
})

const displayState = (): MigrateData<"display"> => {
  const decoded = displayCodec({ ...defaultReceiver, jpegWanCompression: "always" }).decode(
    readBlob({ file: "display/genuine/display-base.bin" }),
  )
  if (E.isLeft(decoded)) throw new Error("refused")
  return decoded.right
}
