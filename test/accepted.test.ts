import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { type Harm, recordHarm, shrunk } from "../lab/accepted/harm.js"
import { hashOf } from "../lab/exposure/cases.js"
import { readCorpus } from "../src/corpus.js"
import { defaultReceiver, encodeMigrateData } from "../src/index.js"

/** What the campaign does with a harm, for targets that die of what a test plants. */

const blobOf = (motion_count: number): Uint8Array => {
  const encoded = encodeMigrateData("inputs", { motion_count })
  if (encoded._tag === "Left") throw new Error(encoded.left[0].message)
  return encoded.right
}

const harmOf = (motions: number): Harm => ({
  subject: { channel: "inputs", receiver: defaultReceiver, blob: blobOf(motions) },
  mode: "plain",
  fate: "killed SIGSEGV",
})

/** The hashes of what a target is killed by that does not stand so many motions. */
const fatal = (from: number) => new Set(Array.from({ length: 4097 - from }, (_, index) => hashOf(blobOf(from + index))))

describe("a harm that is planted", () => {
  let corpus: string
  beforeEach(() => {
    corpus = mkdtempSync(join(tmpdir(), "corpus-"))
  })
  afterEach(() => rmSync(corpus, { recursive: true }))

  test("is made as small as it can be, and is the corpus's from then on", async () => {
    const deadly = fatal(7)
    const modes = new Set<string>()
    const smallest = await shrunk(harmOf(3000), async ({ name, mode }) => {
      modes.add(mode)
      return deadly.has(name.replace("inputs ", "")) ? "killed SIGSEGV" : "accepted"
    })
    expect(smallest.subject.blob).toEqual(blobOf(7))
    expect([...modes]).toEqual(["plain"])

    const file = recordHarm(corpus, smallest)
    const [entry, ...others] = readCorpus(corpus)
    expect(others).toEqual([])
    expect(entry).toMatchObject({ file, channel: "inputs", origin: "regression", verdict: "accept", receiver: {} })
    expect(entry && new Uint8Array(entry.bytes)).toEqual(blobOf(7))
    const text = readFileSync(join(corpus, file.replace(/\.bin$/, ".txt")), "utf8")
    expect(text).toContain("plain: killed SIGSEGV")
    expect(text).toContain("motion_count")
  })

  test("stays what it was where nothing smaller does the same", async () => {
    const fates = ["accepted", "refused", "hung 9 s"]
    let count = 0
    const smallest = await shrunk(harmOf(3000), async () => fates[count++ % fates.length] ?? "accepted")
    expect(smallest).toEqual(harmOf(3000))
  })
})
