import { join } from "node:path"
import { expect, test } from "vitest"
import { addFile, regressionFiles } from "../../src/corpus.js"
import { dictionaryText, inputName, writeSeeds } from "../../src/fuzz/seeds.js"
import { place, temporaryFolder } from "../cli/harness.js"
import { bytes, filesBelow, targetNamed, textOf } from "./harness.js"

const names = (...texts: readonly string[]) => texts.map((text) => inputName(bytes(text))).sort()

test("seeds are a target's own and what it failed on once, each once", () => {
  const [folder, corpus] = [join(temporaryFolder(), "seeds"), temporaryFolder()]
  addFile(corpus, regressionFiles("main", "raw", "0a1b2c3d").input, "failed")
  const target = targetNamed("raw", { seeds: () => ["a", "long one", "a", ""].map(bytes) })
  const seeds = writeSeeds(target, folder, [corpus, join(corpus, "none")], [])
  expect(seeds).toEqual({
    files: names("a", "long one", "", "failed").map((name) => join(folder, name)),
    longest: 8,
  })
  expect(filesBelow(folder)).toEqual(names("a", "long one", "", "failed"))
  expect(textOf(folder, inputName(bytes("long one")))).toBe("long one")
})

test("seeds of another run are gone, those that stay are not written again", () => {
  const folder = temporaryFolder()
  place(join(folder, "old"), "old")
  place(join(folder, inputName(bytes("kept"))), "not written again")
  writeSeeds(targetNamed("raw", { seeds: () => ["kept", "new"].map(bytes) }), folder, [], [])
  expect(filesBelow(folder)).toEqual(names("kept", "new"))
  expect(textOf(folder, inputName(bytes("kept")))).toBe("not written again")
})

test("a target without seeds has none", () => {
  const folder = temporaryFolder()
  expect(writeSeeds(targetNamed("raw"), folder, [], [])).toEqual({ files: [], longest: 0 })
})

test("seeds are made of the corpus", () => {
  const blob = {
    file: "a.bin",
    channel: "inputs",
    origin: "capture",
    source: "",
    receiver: {},
    verdict: "accept",
    bytes: bytes("blob"),
  } as const
  const target = targetNamed("raw", { seeds: (corpus) => corpus.map((each) => each.bytes) })
  expect(writeSeeds(target, temporaryFolder(), [], [blob]).longest).toBe(4)
})

test("a dictionary is escaped, without what is empty or there twice", () => {
  const dictionary = [Uint8Array.of(0, 0x22, 0x5c, 0xff), new Uint8Array(), bytes("AB"), bytes("AB")]
  expect(dictionaryText({ dictionary })).toBe('"\\x00\\x22\\x5c\\xff"\n"\\x41\\x42"\n')
  expect(dictionaryText({ dictionary: [] })).toBe("")
})
