import { describe, expect, test } from "vitest"
import { type Row, sentenceOf, tableOf, totalsOf } from "../../src/fuzz/progress.js"

const row = (target: string, more: Partial<Row> = {}): Row => ({
  target,
  state: "done",
  executions: 0,
  rate: 0,
  coverage: 0,
  corpus: 0,
  findings: 0,
  ...more,
})

const rows = [
  row("display-agree", { executions: 1234567, rate: 98765.4, coverage: 312, corpus: 88, findings: 1 }),
  row("inputs", { state: "fuzzing", executions: 12 }),
]

test("a table lines up names and numbers", () => {
  expect(tableOf(rows)).toEqual([
    "target         executions  exec/s  coverage  corpus  findings",
    "display-agree   1,234,567  98,765       312      88         1",
    "inputs                 12       0         0       0         0  fuzzing",
  ])
})

test("a table without rows is its headings", () => {
  expect(tableOf([])).toEqual(["target  executions  exec/s  coverage  corpus  findings"])
})

describe("in words", () => {
  test.each([
    [rows[0], "1,234,567 executions, 98,765/s, coverage 312, corpus 88, 1 finding"],
    [row("a", { executions: 1 }), "1 execution, 0/s, coverage 0, corpus 0, 0 findings"],
  ])("a row is what it counts", (each, sentence) => {
    expect(each && sentenceOf(each)).toBe(sentence)
  })

  test("all rows are what they add up to", () => {
    const others = [row("a", { state: "merging" }), row("b", { state: "waiting" }), row("c", { state: "broken" })]
    expect(totalsOf([...rows, ...others])).toBe("2 of 5 targets done, 1,234,579 executions, 1 finding")
    expect(totalsOf([row("a")])).toBe("1 of 1 target done, 0 executions, 0 findings")
  })
})
