import { describe, expect, test } from "vitest"
import { failureIn, noProgress, progressAfter, signatureOf } from "../../src/fuzz/libfuzzer.js"

const progressOf = (...lines: readonly string[]) => lines.reduce(progressAfter, noProgress)

describe("progress", () => {
  test.each([
    ["#3\tINITED cov: 5 ft: 5 corp: 1/2b exec/s: 0 rss: 138Mb", { executions: 3, coverage: 5, corpus: 1 }],
    [
      "#379\tREDUCE cov: 8 ft: 8 corp: 4/8b lim: 4 exec/s: 0 rss: 136Mb L: 2/3 MS: 4 ChangeBit-",
      { executions: 379, coverage: 8, corpus: 4 },
    ],
    ["#2097152\tpulse  exec/s: 699050 rss: 164Mb", { executions: 2097152, coverage: 0, corpus: 0 }],
    ["#512\tpulse  cov: 6 ft: 6 corp: 12/1Kb exec/s: 0 rss: 1Mb", { executions: 512, coverage: 6, corpus: 12 }],
    ["#4352\tcounted in ms: 27", { executions: 4352, counted: { executions: 4352, milliseconds: 27 } }],
    ["stat::number_of_executed_units: 1000", { executions: 1000, coverage: 0, corpus: 0 }],
    [
      "MERGE-OUTER: 2 new files with 7 new features added; 6 new coverage edges",
      { executions: 0, coverage: 6, corpus: 0 },
    ],
  ])("is read from %j", (line, progress) => {
    expect(progressOf(line)).toEqual({ ...noProgress, ...progress })
  })

  test.each([
    "",
    "INFO: Seed: 1",
    "stat::peak_rss_mb:              138",
    "Done 6 runs in 0 second(s)",
    "# 12 corp: 1/",
  ])("is not changed by %j", (line) => {
    expect(progressAfter(noProgress, line)).toBe(noProgress)
  })

  test("never goes back, but for the corpus", () => {
    expect(
      progressOf(
        "#100\tNEW    cov: 8 ft: 8 corp: 9/8b",
        "#50\tcounted in ms: 9",
        "#99\tREDUCE cov: 7 ft: 8 corp: 6/8b",
      ),
    ).toEqual({ executions: 100, counted: { executions: 50, milliseconds: 9 }, coverage: 8, corpus: 6 })
  })
})

const noise = ["INFO: Seed: 1", "#3\tINITED cov: 5 ft: 5 corp: 1/2b"]
const account = [
  "MS: 0 ; base unit: 0000000000000000000000000000000000000000",
  "0x41,0x42,",
  "==1== Uncaught Exception: a lie of the input",
  "artifact_prefix='art/'; Test unit written to art/crash-c3",
]

describe("a failure", () => {
  test("is what was thrown, with its stack", () => {
    const lines = [
      ...noise,
      "==22006== Uncaught Exception: RangeError: out of bounds",
      "    at read (src/spice/main.ts:1:92)",
      "    at fuzz (fuzz/main.fuzz.ts:3:4)",
      "    at exports.fuzz (.fuzz/run-1-x/counted/main.cjs:13:10)",
      ...account,
    ]
    expect(failureIn(lines)).toEqual({
      message: "RangeError: out of bounds",
      stack: ["at read (src/spice/main.ts:1:92)", "at fuzz (fuzz/main.fuzz.ts:3:4)"],
    })
  })

  test("has all lines of its message", () => {
    const lines = ["==1== Uncaught Exception: Error: one", "two", "    at fuzz (fuzz/a.fuzz.ts:3:4)", ...account]
    expect(failureIn(lines)).toEqual({ message: "Error: one\ntwo", stack: ["at fuzz (fuzz/a.fuzz.ts:3:4)"] })
  })

  test("is what a bug detector says", () => {
    const lines = ["==1== Prototype Pollution", "    Prototype of Object changed.", ...account]
    expect(failureIn(lines)).toEqual({ message: "Prototype Pollution\n    Prototype of Object changed.", stack: [] })
  })

  test.each([
    ["libFuzzer: timeout after 5 seconds", ["SUMMARY: libFuzzer: timeout"]],
    [
      "libFuzzer: out-of-memory (used: 1303Mb; limit: 1024Mb)",
      ["   To change the out-of-memory limit use -rss_limit_mb=<N>", "", ...account],
    ],
    ["libFuzzer: deadly signal", ["NOTE: libFuzzer has rudimentary signal handlers."]],
  ])("is libFuzzer's %s, without its advice", (message, rest) => {
    expect(failureIn([...noise, `==22498== ERROR: ${message}`, ...rest])).toEqual({ message, stack: [] })
  })

  test("is none where there is none", () => {
    expect(failureIn(noise)).toBeUndefined()
    expect(failureIn([])).toBeUndefined()
  })
})

describe("two failures", () => {
  const at = (message: string, ...stack: readonly string[]) => signatureOf({ message, stack })

  test.each([
    ["that differ in numbers", "Error: wrong at 5", "Error: wrong at 66"],
    ["that differ in what they quote", "SyntaxError: Unexpected token 'a' in", "SyntaxError: Unexpected token '\n' in"],
    ["that differ behind a second colon", "Error: wrong: abc", "Error: wrong: def"],
    ["that differ in their second line", "Error: wrong\nabc", "Error: wrong\ndef"],
    ["of time", "libFuzzer: timeout after 5 seconds", "libFuzzer: timeout after 6 seconds"],
  ])("%s are alike", (_, one, other) => {
    expect(at(one, "at f (a.ts:1:2)")).toBe(at(other, "at f (a.ts:1:2)"))
  })

  test("that differ in the depth of a recursion are alike", () => {
    expect(at("E: x", "at f", "at f", "at f", "at g")).toBe(at("E: x", "at f", "at g"))
  })

  test.each([
    ["in their words", at("Error: wrong"), at("Error: bad")],
    ["in their class", at("Error: wrong"), at("TypeError: wrong")],
    ["in their place", at("Error: wrong", "at f (a.ts:1:2)"), at("Error: wrong", "at f (a.ts:1:3)")],
    ["in the way there", at("E: x", "at f", "at g"), at("E: x", "at f", "at h")],
  ])("that differ %s are not", (_, one, other) => {
    expect(one).not.toBe(other)
  })
})
