import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { root } from "../scripts/corpus.js"
import {
  addFile,
  addToIndex,
  type CorpusEntry,
  indexText,
  joinedIndex,
  readCorpus,
  readIndex,
  receiverOfEntry,
  regressionFiles,
  regressionInputs,
} from "../src/corpus.js"
import { defaultReceiver, differencesOf } from "../src/spice/receiver.js"
import { place, temporaryFolder } from "./cli/harness.js"
import { filesBelow, textOf } from "./fuzz/harness.js"

const entry = (file: string, origin: CorpusEntry["origin"] = "regression"): CorpusEntry => ({
  file,
  channel: "inputs",
  origin,
  source: "a test",
  receiver: {},
  verdict: "reject",
  rule: "layout/magic",
})

describe("the index", () => {
  test("of the real corpus is written as it is read", () => {
    const corpus = join(root, "corpus")
    expect(indexText(readIndex(corpus))).toBe(textOf(corpus, "index.json"))
  })

  test("of a corpus without one is empty", () => expect(readIndex(temporaryFolder())).toEqual([]))

  test("takes a regression behind what is not generated", () => {
    const corpus = temporaryFolder()
    const before = [entry("a", "capture"), entry("b"), entry("c", "witness"), entry("d", "shape")]
    place(join(corpus, "index.json"), indexText(before))
    expect(addToIndex(corpus, entry("e"))).toBe(true)
    expect(readIndex(corpus).map(({ file }) => file)).toEqual(["a", "b", "e", "c", "d"])
    expect(textOf(corpus, "index.json").split("\n")).toHaveLength(8)
  })

  test("takes the same one once", () => {
    const corpus = temporaryFolder()
    addToIndex(corpus, entry("e"))
    const first = textOf(corpus, "index.json")
    expect(addToIndex(corpus, { ...entry("e"), source: "another run" })).toBe(false)
    expect(textOf(corpus, "index.json")).toBe(first)
    expect(filesBelow(corpus)).toEqual(["index.json"])
  })
})

describe("an index that is joined to another", () => {
  test("adds what the other does not have: a file from another source, too", () => {
    const [one, two, three] = [entry("a"), entry("b"), { ...entry("a"), source: "another test" }]
    expect(joinedIndex([one], [one, two, three])).toEqual([one, two, three])
  })

  test("takes linear time: each entry's file is read a few times, however many there are", () => {
    let reads = 0
    const counting = (name: string): CorpusEntry => ({
      ...entry(name),
      get file() {
        reads++
        return name
      },
    })
    const entries = (prefix: string) => Array.from({ length: 1000 }, (_, index) => counting(`${prefix}${index}`))
    expect(joinedIndex(entries("a"), entries("b"))).toHaveLength(2000)
    expect(reads).toBeLessThanOrEqual(2 * 2000)
  })
})

test("a corpus is its entries with their blobs", () => {
  const corpus = temporaryFolder()
  addToIndex(corpus, entry("inputs/regression/e.bin"))
  addFile(corpus, "inputs/regression/e.bin", Uint8Array.of(1, 2))
  expect(readCorpus(corpus)).toEqual([{ ...entry("inputs/regression/e.bin"), bytes: Buffer.of(1, 2) }])
})

test("a file stays as it was written first", () => {
  const corpus = temporaryFolder()
  for (const text of ["one", "two"]) addFile(corpus, "a/b/c.txt", text)
  expect(textOf(corpus, "a/b/c.txt")).toBe("one")
})

test("a receiver is what differs from the default one", () => {
  const receiver = {
    ...defaultReceiver,
    jpegWanCompression: "always" as const,
    maxBlobBytes: { ...defaultReceiver.maxBlobBytes, inputs: 9 },
  }
  const { jpegWanCompression, maxBlobBytes } = receiver
  expect(differencesOf(receiver)).toEqual({ jpegWanCompression, maxBlobBytes })
  expect(differencesOf({ ...defaultReceiver, maxBlobBytes: { ...defaultReceiver.maxBlobBytes } })).toEqual({})
  expect(receiverOfEntry({ receiver: differencesOf(receiver) })).toEqual(receiver)
})

test("the inputs of a target are those of its name alone", () => {
  const corpus = temporaryFolder()
  addFile(corpus, regressionFiles("main", "raw", "0a1b2c3d").input, "2")
  addFile(corpus, regressionFiles("inputs", "raw", "ffffffff").input, "1")
  addFile(corpus, regressionFiles("main", "raw", "0a1b2c3d").text, "no input")
  addFile(corpus, regressionFiles("main", "raw-agree", "0a1b2c3d").input, "another target's")
  const texts = regressionInputs(corpus, "raw").map((bytes) => new TextDecoder().decode(bytes))
  expect([...texts].sort()).toEqual(["1", "2"])
  expect(regressionInputs(join(corpus, "none"), "raw")).toEqual([])
})
