import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { readIndex } from "../../src/corpus.js"
import {
  bugOf,
  evidenceOf,
  explanationOf,
  type Findings,
  findingOf,
  headlineOf,
  judgementOf,
  record,
  summaryOf,
} from "../../src/fuzz/finding.js"
import type { BlobEvidence, Evidence } from "../../src/fuzz/target.js"
import { defaultReceiver } from "../../src/spice/receiver.js"
import { bytesOf, captureOf, temporaryFolder } from "../cli/harness.js"
import { bytes, filesBelow, targetNamed, textOf } from "./harness.js"

const failure = { message: "Error: wrong at 7", stack: ["at fuzz (fuzz/raw.fuzz.ts:1:2)"] }

const findingsIn = (corpus: string): Findings => ({
  corpus,
  shown: (file) => `corpus/${file}`,
  replayLine: (target, file) => `fuzz ${target} --input ${file}`,
})

const blobOf = (blob: Uint8Array, more: Partial<BlobEvidence> = {}): BlobEvidence => ({
  kind: "blob",
  channel: "inputs",
  receiver: defaultReceiver,
  bytes: blob,
  ...more,
})

/** A finding of a target whose inputs are a byte in front of the evidence's bytes. */
const found = (evidence: Evidence, name = "raw") => {
  const input = Uint8Array.of(0xaa, ...evidence.bytes)
  return findingOf(targetNamed(name, { evidenceOf: () => evidence }), failure, input, 99)
}

const inputs = bytesOf(captureOf.inputs)
const broken = Uint8Array.from(inputs, (byte, index) => (index === 4 ? 2 : byte))

describe("a finding that is a blob", () => {
  test("becomes four things of the corpus", () => {
    const corpus = temporaryFolder()
    record(found(blobOf(broken)), findingsIn(corpus))
    const [blob, input, text, ...rest] = filesBelow(join(corpus, "inputs/regression"))
    expect([blob, input, text].map((file) => file?.replace(/[0-9a-f]{8}/, "#"))).toEqual([
      "raw-#.bin",
      "raw-#.input",
      "raw-#.txt",
    ])
    expect(rest).toEqual([])
    expect(bytesOf(join(corpus, "inputs/regression", blob ?? ""))).toEqual(broken)
    expect(bytesOf(join(corpus, "inputs/regression", input ?? ""))).toEqual(Uint8Array.of(0xaa, ...broken))
    expect(readIndex(corpus)).toEqual([
      {
        file: `inputs/regression/${blob}`,
        channel: "inputs",
        origin: "regression",
        source: "a finding of the fuzz target raw",
        receiver: {},
        verdict: "reject",
        rule: "layout/version",
      },
    ])
    expect(textOf(corpus, "inputs/regression", text ?? "").split("\n")).toEqual([
      "target  raw",
      "error   Error: wrong at 7",
      "        at fuzz (fuzz/raw.fuzz.ts:1:2)",
      `input   corpus/inputs/regression/${input}, 11 bytes, found as one of 99`,
      `replay  fuzz raw --input corpus/inputs/regression/${input}`,
      "",
      ...explanationOf(blobOf(broken)),
      "",
    ])
  })

  test("is there once, however often it is found", () => {
    const corpus = temporaryFolder()
    const all = () => filesBelow(corpus).map((file) => [file, textOf(corpus, file)])
    record(found(blobOf(broken)), findingsIn(corpus))
    const before = all()
    record({ ...found(blobOf(broken)), failure: { message: "Error: another", stack: [] } }, findingsIn(corpus))
    expect(all()).toEqual(before)
  })

  test("is another one for another receiver, channel or target", () => {
    const corpus = temporaryFolder()
    for (const finding of [
      found(blobOf(broken)),
      found(blobOf(broken), "other"),
      found(blobOf(broken, { receiver: { ...defaultReceiver, maxMotionCount: 1 } })),
      found(blobOf(broken, { channel: "main" })),
    ])
      record(finding, findingsIn(corpus))
    const index = readIndex(corpus)
    expect(new Set(index.map(({ file }) => file)).size).toBe(4)
    expect(index.map(({ receiver }) => receiver)).toEqual([{}, {}, { maxMotionCount: 1 }, {}])
    expect(index.map(({ file }) => file.split("/")[0])).toEqual(["inputs", "inputs", "inputs", "main"])
  })

  test("has the verdict of the reference interpreter", () => {
    expect(judgementOf(blobOf(inputs))).toEqual({ verdict: "accept" })
    expect(judgementOf(blobOf(broken))).toEqual({ verdict: "reject", rule: "layout/version" })
  })

  test("is no entry of the index where the interpreter fails", () => {
    const corpus = temporaryFolder()
    const hostile = Object.defineProperty({ ...defaultReceiver }, "maxBlobBytes", {
      enumerable: false,
      get: () => {
        throw new Error("no limits")
      },
    })
    record(found(blobOf(broken, { receiver: hostile })), findingsIn(corpus))
    expect(readIndex(corpus)).toEqual([])
    const [, , text = ""] = filesBelow(join(corpus, "inputs/regression"))
    expect(textOf(corpus, "inputs/regression", text)).toContain(
      "unknown  inputs  10 bytes: the reference interpreter fails, Error: no limits",
    )
  })
})

describe("a finding that is a text", () => {
  test("becomes files of the corpus, without an entry in the index", () => {
    const corpus = temporaryFolder()
    record(found({ kind: "text", bytes: bytes('{"uri": "\u001b\n"}') }), findingsIn(corpus))
    const files = filesBelow(corpus)
    expect(files.map((file) => file.replace(/[0-9a-f]{8}/, "#"))).toEqual(
      ["bin", "input", "txt"].map((suffix) => `qemu/regression/raw-#.${suffix}`),
    )
    expect(
      textOf(corpus, files[2] ?? "")
        .split("\n")
        .slice(-5),
    ).toEqual([
      "0000  7b 22 75 72 69 22 3a 20  text, 13 bytes",
      "0008  22 1b 0a 22 7d",
      "",
      '"{\\"uri\\": \\"\\u001b\\n\\"}"',
      "",
    ])
  })
})

describe("what an input stands for", () => {
  test("is the input where the target cannot say it", () => {
    const target = targetNamed("raw", {
      evidenceOf: () => {
        throw new Error("no")
      },
    })
    expect(evidenceOf(target, Uint8Array.of(1))).toEqual({ kind: "text", bytes: Uint8Array.of(1) })
  })
})

describe("a bug", () => {
  const [one, other] = [found(blobOf(broken)), found(blobOf(inputs))]

  test("is known by what is said, the place and the rule", () => {
    expect(bugOf({ ...one, failure: { ...failure, message: "Error: wrong at 8" } })).toBe(bugOf(one))
    expect(bugOf({ ...one, failure: { ...failure, stack: [] } })).not.toBe(bugOf(one))
    expect(bugOf({ ...one, target: "other" })).not.toBe(bugOf(one))
    expect(bugOf(other)).not.toBe(bugOf(one))
  })
})

describe("on the terminal", () => {
  test("a finding is its error, its explain view and how to replay it", () => {
    const lines = summaryOf(found(blobOf(broken)), findingsIn("/none"))
    expect(lines[0]).toBe("finding  raw: Error: wrong at 7")
    expect(lines.slice(1, -2)).toEqual(explanationOf(blobOf(broken)).map((line) => `         ${line}`))
    expect(lines.at(-2)).toMatch(/^ {9}corpus\/inputs\/regression\/raw-[0-9a-f]{8}\.txt$/)
    expect(lines.at(-1)).toMatch(/^ {9}fuzz raw --input corpus\/inputs\/regression\/raw-[0-9a-f]{8}\.input$/)
  })

  test("a long explain view is cut off", () => {
    const lines = summaryOf(found({ kind: "text", bytes: new Uint8Array(8 * 30) }), findingsIn("/none"))
    expect(lines).toHaveLength(1 + 24 + 1 + 2)
    expect(lines).toContain("         and 7 more lines")
  })

  test.each([
    ['SyntaxError: Unexpected token in "secret\u001b words"', "SyntaxError that quotes the input"],
    ["secret\u001b words", "an error that quotes the input"],
    [`Error: ${"x".repeat(500)}`, `Error: ${"x".repeat(293)}`],
    ["Error: \u202e", "Error: \\u202e"],
  ])("an error (%j) never quotes the input", (message, headline) => {
    const input = bytes("my secret\u001b words")
    const evidence = { kind: "text", bytes: input } as const
    expect(headlineOf({ failure: { message, stack: [] }, input, evidence })).toBe(headline)
    const blob = { kind: "text", bytes: new Uint8Array() } as const
    expect(headlineOf({ failure: { message, stack: [] }, input, evidence: blob })).toBe(headline)
    expect(headlineOf({ failure: { message, stack: [] }, input: new Uint8Array(), evidence })).toBe(headline)
  })
})
