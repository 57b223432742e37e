import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import { readBlob, readIndex } from "../../scripts/corpus.js"
import { type CorpusEntry, isGenuine, receiverOfEntry } from "../../src/corpus.js"
import { decodeMigrateData, encodeMigrateData } from "../../src/index.js"
import { rulesOf } from "../../src/layout/rules.js"
import { formatOf, formats, structuralRules } from "../../src/spice/formats.js"
import { readingOf } from "../../src/spice/reading.js"
import { plain } from "../plain.js"

const index = readIndex()

const decode = (entry: CorpusEntry, all = false) =>
  decodeMigrateData(entry.channel, readBlob(entry), receiverOfEntry(entry), { all })

const reference = (entry: CorpusEntry) => readingOf(entry.channel, readBlob(entry), receiverOfEntry(entry))

const rulesBroken = (entry: CorpusEntry): readonly string[] => reference(entry).violations.map(({ rule }) => rule)

describe("every blob of the corpus", () => {
  test.each(index)("$file is judged as the index says", (entry) => {
    const decoded = decode(entry)
    expect(decoded._tag).toBe(entry.verdict === "accept" ? "Right" : "Left")
    if (E.isLeft(decoded)) expect(decoded.left[0].rule).toBe(entry.rule)
  })

  test.each(index)("$file is judged alike by both decoders", (entry) => {
    const decoded = decode(entry)
    const { violations, state } = reference(entry)
    if (E.isRight(decoded)) expect(decoded.right).toEqual(state)
    else expect(plain(decoded.left[0])).toEqual(violations[0] && plain(violations[0]))
    const everything = decode(entry, true)
    if (E.isLeft(everything)) expect(everything.left.map(plain)).toEqual(violations.map(plain))
  })
})

describe("genuine blobs", () => {
  const captures = index.filter(isGenuine)

  test("are seven at least", () => expect(captures.length).toBeGreaterThanOrEqual(7))

  test.each(captures)("$file comes back byte for byte from its state", (entry) => {
    const decoded = decode(entry)
    if (E.isLeft(decoded)) throw new Error(decoded.left[0].message)
    expect(encodeMigrateData(entry.channel, decoded.right, receiverOfEntry(entry))).toEqual(
      E.right(new Uint8Array(readBlob(entry))),
    )
  })

  test.each(captures)("$file has every byte claimed exactly once", (entry) => {
    let cursor = 0
    for (const { offset, length } of [...reference(entry).claims].sort((one, other) => one.offset - other.offset)) {
      expect(offset).toBe(cursor)
      cursor = offset + length
    }
    expect(cursor).toBe(readBlob(entry).length)
  })
})

describe("every rule", () => {
  const witnesses = index.filter(({ origin }) => origin === "witness")
  const declared = Object.values(formats).flatMap((layout) =>
    [...new Set(rulesOf(layout).map(({ id }) => id))].map((rule) => ({ format: layout.format, rule })),
  )
  const decodedStructure = structuralRules
    .map(({ id }) => id)
    .filter((id) => !id.startsWith("layout/value-") && id !== "layout/argument")

  test.each(declared)("$rule of $format has a witness", ({ format, rule }) => {
    expect(witnesses.some((entry) => formatOf[entry.channel] === format && entry.rule === rule)).toBe(true)
  })

  test.each(decodedStructure)("%s has a witness", (rule) => {
    expect(witnesses.some((entry) => entry.rule === rule)).toBe(true)
  })

  test.each(witnesses)("$file breaks $rule and no other", (entry) => {
    expect(new Set(rulesBroken(entry))).toEqual(new Set([entry.rule]))
  })
})
