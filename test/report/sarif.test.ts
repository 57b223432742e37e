import { isAbsolute } from "node:path"
import { fileURLToPath } from "node:url"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import { decodeMigrateData, type Violation } from "../../src/index.js"
import type { Finding } from "../../src/report/finding.js"
import { sarifReport } from "../../src/report/sarif.js"
import { ruleOf } from "../../src/rules.js"
import { bytesOf, captureOf, edited, longer, nastyNames } from "../cli/harness.js"
import { type SarifResult, type SarifRun, validSarif } from "./sarif-schema.js"

const violationsOf = (bytes: Uint8Array): readonly Violation[] => {
  const decoded = decodeMigrateData("inputs", bytes, undefined, { all: true })
  return E.isLeft(decoded) ? decoded.left : []
}

const blob = bytesOf(captureOf.inputs)
const trailing = violationsOf(longer(blob, 14))
const badMagic = violationsOf(edited(blob, { 0: 0 }))
const badVersion = violationsOf(edited(blob, { 4: 2 }))

const finding = (file: string, ...violations: readonly Violation[]): Finding => ({
  file,
  channel: "inputs",
  violations,
  notes: [],
})

const report = (...findings: readonly Finding[]): SarifRun =>
  validSarif(sarifReport(findings, ruleOf, { version: "1.2.3", homepage: "https://tool.example/" }))

const fileOf = (uri: string): string =>
  uri.startsWith("file:") ? fileURLToPath(uri) : uri.split("/").map(decodeURIComponent).join("/")

const uriOf = ({ locations }: SarifResult): string => locations[0].physicalLocation.artifactLocation.uri

const cases = [
  { what: "nothing", findings: [] },
  { what: "one accepted file", findings: [finding("a.bin")] },
  { what: "several accepted files", findings: [finding("a.bin"), finding("/b/c.bin"), finding("-")] },
  { what: "one rejected file", findings: [finding("a.bin", ...trailing)] },
  { what: "one file with several violations", findings: [finding("a", ...trailing, ...badMagic, ...badVersion)] },
  {
    what: "several files with the same violation",
    findings: [finding("a", ...trailing), finding("b"), finding("../c/d", ...trailing), finding("e", ...badMagic)],
  },
  { what: "standard input", findings: [finding("-", ...badVersion)] },
] as const

describe.each(cases)("a SARIF log of $what", ({ findings }) => {
  const run = report(...findings)
  const { rules } = run.tool.driver
  const violations = findings.flatMap(({ file, violations }) =>
    violations.map((violation) => ({ file, ...violation, message: violation.message })),
  )

  test("says who made it", () => {
    expect(run.tool.driver).toMatchObject({ name: "migration-guard", version: "1.2.3" })
  })

  test("names every file", () => {
    expect(run.artifacts.map(({ location }) => fileOf(location.uri))).toEqual(findings.map(({ file }) => file))
  })

  test("has a result for each violation, at its bytes of its file", () => {
    expect(
      run.results.map(({ ruleId, level, message, locations: [{ physicalLocation }] }) => ({
        rule: ruleId,
        level,
        message: message.text,
        file: fileOf(physicalLocation.artifactLocation.uri),
        offset: physicalLocation.region.byteOffset,
        length: physicalLocation.region.byteLength,
      })),
    ).toEqual(
      violations.map(({ rule, message, file, offset, length }) => ({
        rule,
        level: "error",
        message,
        file,
        offset,
        length,
      })),
    )
  })

  test("has each broken rule once, with its documentation", () => {
    expect(rules.map(({ id }) => id)).toEqual([...new Set(violations.map(({ rule }) => rule))])
    for (const { id, shortDescription, help } of rules) {
      expect(shortDescription.text).toBe(ruleOf(id)?.requirement)
      expect(help.text).toBe(`${ruleOf(id)?.consequence} Source: ${ruleOf(id)?.source}.`)
    }
  })

  test("has results whose indexes point at their rule and their file", () => {
    for (const { ruleId, ruleIndex, locations } of run.results) {
      const { uri, index } = locations[0].physicalLocation.artifactLocation
      expect(rules[ruleIndex]?.id).toBe(ruleId)
      expect(run.artifacts[index]?.location.uri).toBe(uri)
    }
  })
})

describe("a file's URI", () => {
  const names = nastyNames.flatMap(([what, name]) => [
    ["relative", what, name],
    ["below a relative folder", what, `../some folder/${name}`],
    ["absolute", what, `/some folder/${name}`],
  ])

  test.each(names)("%s with %s is valid and gives back the name", (_where, _what, file) => {
    const { artifacts, results } = report(finding(file, ...trailing))
    const uris = [...artifacts.map(({ location }) => location.uri), ...results.map(uriOf)]
    expect(uris).toHaveLength(2)
    for (const uri of uris) {
      expect(uri).toMatch(/^[\x21-\x7e]+$/)
      expect(fileOf(uri)).toBe(file)
    }
  })

  test("is a file URL only for an absolute name", () => {
    for (const file of ["a:b", "c:/d", "file:///e", "./f", "/g"])
      expect(report(finding(file)).artifacts[0]?.location.uri.startsWith("file:///")).toBe(isAbsolute(file))
  })

  test("is valid for every name that JavaScript can hold", () => {
    const unit = fc.integer({ min: 1, max: 0xffff }).map((each) => String.fromCharCode(each))
    fc.assert(
      fc.property(fc.string({ unit, minLength: 1 }), (file) => {
        expect(report(finding(file, ...trailing)).results).toHaveLength(trailing.length)
      }),
      { numRuns: 50 },
    )
  })
})

describe("a SARIF log", () => {
  const run = report(finding("a", ...trailing, ...badVersion), finding("b", ...trailing))

  test("says that the run was a success, with its exit code", () => {
    expect(run.invocations).toEqual([{ executionSuccessful: true, exitCode: 1, toolExecutionNotifications: [] }])
    expect(report(finding("a")).invocations[0]).toMatchObject({ exitCode: 0 })
  })

  test("has each byte of a blob as a column of one line", () => {
    for (const { locations } of run.results) {
      const { byteOffset, byteLength, ...text } = locations[0].physicalLocation.region
      expect(text).toEqual({ startLine: 1, startColumn: byteOffset + 1, endColumn: byteOffset + byteLength + 1 })
    }
  })

  test("leads to the description of each rule", () => {
    for (const { id, helpUri } of run.tool.driver.rules) expect(helpUri).toBe(`https://tool.example/rules/${id}`)
  })

  test("tells results apart, and knows them again", () => {
    const printsOf = ({ results }: SarifRun) =>
      results.map(({ partialFingerprints }) => partialFingerprints["violation/v1"])
    const prints = printsOf(run)
    expect(new Set(prints).size).toBe(prints.length)
    expect(printsOf(report(finding("a", ...badVersion, ...trailing)))).toEqual([prints[1], prints[0]])
    expect(printsOf(report(finding("a", ...trailing, ...trailing)))).toEqual([prints[0], prints[0]?.replace(/0$/, "1")])
  })
})
