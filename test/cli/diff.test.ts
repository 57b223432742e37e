import { join } from "node:path"
import { describe, expect, test } from "vitest"
import {
  bytesOf,
  captureOf,
  captures,
  edited,
  linesOf,
  longer,
  optionsOf,
  pathOf,
  place,
  runCli,
  temporaryFolder,
  unsafeLines,
} from "./harness.js"

const copy = (bytes: Uint8Array): string => place(join(temporaryFolder(), "copy.bin"), bytes)

const jsonOf = (out: string) => (out === "" ? [] : linesOf(out).map((line) => JSON.parse(line)))

describe("diff", () => {
  test.each(captures)("finds no difference between $file and a copy", async (entry) => {
    const { code, out, err } = await runCli(["diff", ...optionsOf(entry), pathOf(entry), copy(bytesOf(pathOf(entry)))])
    expect({ code, err }).toEqual({ code: 0, err: "" })
    expect(linesOf(out).slice(2)).toEqual(["no field differs"])
  })

  test("names the fields that differ, with both values", async () => {
    const { code, out } = await runCli(["diff", captureOf.inputs, copy(edited(bytesOf(captureOf.inputs), { 8: 7 }))])
    expect(code).toBe(1)
    expect(linesOf(out)).toEqual([
      `- ${captureOf.inputs}: accept  inputs  10 bytes`,
      expect.stringMatching(/^\+ .*: accept {2}inputs {2}10 bytes$/),
      "motion_count  0 -> 7",
    ])
  })

  test("says where bytes begin to differ", async () => {
    const changed = edited(bytesOf(captureOf.main), { 70: 255, 72: 255 })
    const { out } = await runCli(["diff", captureOf.main, copy(changed)])
    expect(linesOf(out)[2]).toBe("agent_base.write_data  35 bytes -> 35 bytes, 2 bytes differ, the first at 70")
  })

  test("names fields that only one has", async () => {
    const base = captureOf.main.replace("main-agent", "main-base")
    const there = linesOf((await runCli(["diff", base, captureOf.main])).out)
    expect(there.at(-1)).toBe("agent_base.write_data               35 bytes only in the second")
    const back = linesOf((await runCli(["diff", captureOf.main, base])).out)
    expect(back.at(-1)).toBe("agent_base.write_data               35 bytes only in the first")
  })

  test("compares bytes that no field claims", async () => {
    const rows = jsonOf(
      (await runCli(["diff", "--format", "json", captureOf.inputs, copy(longer(bytesOf(captureOf.inputs), 13))])).out,
    )
    expect(rows).toMatchObject([{ path: "", right: { offset: 10, length: 3, violations: ["layout/trailing"] } }])
  })

  test("is rows of JSON with --format json, and none where nothing differs", async () => {
    const { out } = await runCli([
      "diff",
      "--format",
      "json",
      captureOf.inputs,
      copy(edited(bytesOf(captureOf.inputs), { 8: 7 })),
    ])
    expect(jsonOf(out)).toEqual([
      {
        path: "motion_count",
        left: expect.objectContaining({ value: 0, offset: 8 }),
        right: expect.objectContaining({ value: 7, offset: 8, unit: "messages" }),
      },
    ])
    expect((await runCli(["diff", "--format", "json", captureOf.inputs, captureOf.inputs])).out).toBe("")
  })

  test("reads one of them from standard input", async () => {
    expect((await runCli(["diff", "-", captureOf.inputs], { stdin: bytesOf(captureOf.inputs) })).code).toBe(0)
    expect((await runCli(["diff", "-", "-"], { stdin: bytesOf(captureOf.inputs) })).code).toBe(2)
  })

  test("compares what is no blob too", async () => {
    const { code, out } = await runCli(["diff", copy(Uint8Array.of(27, 91, 50, 74)), captureOf.inputs])
    expect(code).toBe(1)
    expect(unsafeLines(out)).toEqual([])
  })

  test.each([
    ["one file", ["diff", captureOf.inputs]],
    ["three files", ["diff", captureOf.inputs, captureOf.inputs, captureOf.inputs]],
    ["a missing file", ["diff", captureOf.inputs, "/nonexistent"]],
    ["a missing first file", ["diff", "/nonexistent", captureOf.inputs]],
    ["a format that it does not have", ["diff", "--format", "html", captureOf.inputs, captureOf.inputs]],
    ["an unknown channel", ["diff", "--channel", "cursor", captureOf.inputs, captureOf.inputs]],
  ])("of %s ends with 2", async (_, argv) => {
    const { code, out, err } = await runCli(argv)
    expect({ code, out }).toEqual({ code: 2, out: "" })
    expect(err).toMatch(/^migration-guard: .*\n$/)
  })
})
