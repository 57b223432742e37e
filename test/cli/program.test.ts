import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { stripVTControlCharacters } from "node:util"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import { root } from "../../scripts/corpus.js"
import { channels, decodeMigrateData, defaultReceiver, type ReceiverState } from "../../src/index.js"
import { validSarif } from "../report/sarif-schema.js"
import { bytesOf, captureOf, captures, jsonFindings, pathOf, runCli, unsafeLines } from "./harness.js"

describe("a wrong use", () => {
  test.each([
    ["no command", []],
    ["an unknown command", ["judge", captureOf.inputs]],
    ["an unknown option before the command", ["--strict", "check", captureOf.inputs]],
    ["an unknown option of check", ["check", "--strict", captureOf.inputs]],
    ["an unknown option of explain", ["explain", "--quiet", captureOf.inputs]],
    ["a format that explain does not have", ["explain", "--format", "sarif", captureOf.inputs]],
    ["an unknown format", ["check", "--format", "xml", captureOf.inputs]],
    ["an unknown channel", ["check", "--channel", "cursor", captureOf.inputs]],
    ["the name of a prototype for a channel", ["check", "--channel", "__proto__", captureOf.inputs]],
    ["an unknown jpeg setting", ["check", "--jpeg-wan-compression", "sometimes", captureOf.inputs]],
    ["a choice in other case", ["check", "--format", "JSON", captureOf.inputs]],
    ["an option without its value", ["check", captureOf.inputs, "--format"]],
    ["check without a file", ["check"]],
    ["check with options only", ["check", "--format", "json"]],
    ["explain without a file", ["explain"]],
    ["explain with two files", ["explain", captureOf.inputs, captureOf.main]],
  ])("(%s) is told on stderr, writes nothing to stdout and exits with 2", async (_, argv) => {
    const { code, out, err } = await runCli(argv)
    expect({ code, out }).toEqual({ code: 2, out: "" })
    expect(err).toMatch(/\S/)
  })
})

describe("help", () => {
  test.each([
    [["--help"], "check"],
    [["-h"], "explain"],
    [["help"], "check"],
    [["check", "--help"], "--jpeg-wan-compression"],
    [["help", "check"], "--format"],
    [["explain", "--help"], "--channel"],
  ])("for %j goes to stdout, exits with 0 and names %s", async (argv, word) => {
    const { code, out, err } = await runCli(argv)
    expect({ code, err }).toEqual({ code: 0, err: "" })
    expect(out).toContain("Usage: migration-guard")
    expect(out).toContain(word)
  })
})

test("the version is the package's", async () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  for (const argv of [["--version"], ["-V"]])
    expect(await runCli(argv)).toEqual({ code: 0, out: `${version}\n`, err: "" })
  const { out } = await runCli(["check", "--format", "sarif", captureOf.inputs])
  expect(validSarif(out).tool.driver.version).toBe(version)
})

test("options may stand before and behind the files, and files behind --", async () => {
  const expected = await runCli(["check", "--format", "json", captureOf.inputs])
  expect(await runCli(["check", captureOf.inputs, "--format", "json"])).toEqual(expected)
  expect(await runCli(["check", "--format=json", "--", captureOf.inputs])).toEqual(expected)
  expect((await runCli(["check", "--", "--format"])).err).toMatch(/^migration-guard: --format: /)
})

describe("colours", () => {
  const sequence = "\u001b["
  const commands = [
    ["check", captureOf.inputs, captureOf.display],
    ["explain", captureOf.display],
  ]

  test.each([
    [true, {}, true],
    [true, { TERM: "xterm-256color" }, true],
    [true, { NO_COLOR: "" }, true],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "0" }, false],
    [true, { TERM: "dumb" }, false],
    [false, {}, false],
    [false, { FORCE_COLOR: "1" }, true],
    [false, { FORCE_COLOR: "3", TERM: "dumb" }, true],
    [true, { FORCE_COLOR: "0" }, false],
    [true, { FORCE_COLOR: "" }, true],
    [false, { FORCE_COLOR: "1", NO_COLOR: "1" }, false],
    [false, { TERM: "xterm-256color", COLORTERM: "truecolor" }, false],
  ])("with a terminal: %j, environment %j: %j", async (isTTY, environment, coloured) => {
    for (const argv of commands) {
      const { out } = await runCli(argv, { isTTY, environment })
      expect(out.includes(sequence)).toBe(coloured)
    }
  })

  test("change nothing but the colour", async () => {
    for (const argv of commands) {
      const { out, code } = await runCli(argv, { isTTY: true })
      const plain = await runCli(argv)
      expect(stripVTControlCharacters(out)).toBe(plain.out)
      expect(code).toBe(plain.code)
    }
  })

  test.each(["json", "sarif"])("are never in %s", async (format) => {
    const { out } = await runCli(["check", "--format", format, captureOf.display], { isTTY: true })
    expect(unsafeLines(out)).toEqual([])
  })
})

describe("arbitrary bytes", () => {
  const byte = fc.integer({ min: 0, max: 0xff })
  const joined = (...parts: readonly (Uint8Array | readonly number[])[]) =>
    Uint8Array.from(parts.flatMap((part) => [...part]))

  const noise = fc.uint8Array({ maxLength: 300 })
  const withMagic = fc
    .tuple(fc.constantFrom("MNMD", "DCMD", "ICMD", "SVMD", "SCMD"), noise)
    .map(([magic, rest]) => joined(new TextEncoder().encode(magic), rest))
  const edits = fc.array(fc.tuple(fc.nat({ max: 299 }), byte), { minLength: 1, maxLength: 4 })
  const almostGenuine = fc
    .tuple(fc.constantFrom(...captures.map((entry) => bytesOf(pathOf(entry)))), edits, fc.uint8Array({ maxLength: 8 }))
    .map(([blob, changes, tail]) => {
      const bytes = joined(blob, tail)
      for (const [at, value] of changes) bytes[at % bytes.length] = value
      return bytes
    })
  const input = fc.oneof(noise, withMagic, almostGenuine)
  const jpeg: fc.Arbitrary<ReceiverState["jpegWanCompression"]> = fc.constantFrom("auto", "always", "never")

  test("are judged as the library judges them, in every report, and explained", async () => {
    await fc.assert(
      fc.asyncProperty(input, jpeg, async (stdin, jpegWanCompression) => {
        const options = ["--jpeg-wan-compression", jpegWanCompression, "-"]
        const json = await runCli(["check", "--format", "json", ...options], { stdin })
        const [finding] = jsonFindings(json.out)
        const channel = channels.find((each) => each === finding?.channel)
        const receiver = { ...defaultReceiver, jpegWanCompression }
        const accepted = channel !== undefined && E.isRight(decodeMigrateData(channel, stdin, receiver))
        expect(finding?.verdict).toBe(accepted ? "accept" : "reject")
        expect(finding?.violations.length === 0).toBe(accepted)
        for (const argv of [["check"], ["check", "--format", "sarif"], ["explain"]]) {
          const { code, out, err } = await runCli([...argv, ...options], { stdin })
          expect({ code, err }).toEqual({ code: accepted ? 0 : 1, err: "" })
          expect(unsafeLines(out)).toEqual([])
          if (argv.includes("sarif")) expect(validSarif(out).results).toHaveLength(finding?.violations.length ?? 0)
        }
        expect(json.code).toBe(accepted ? 0 : 1)
      }),
      { numRuns: 300 },
    )
  })
})

const tsx = join(root, "node_modules/.bin/tsx")

test("the program itself reads files and standard input and ends with the exit code", { timeout: 60_000 }, () => {
  const { PATH } = process.env
  const program = (argv: readonly string[], input: Uint8Array = new Uint8Array()) => {
    const { status, stdout, stderr } = spawnSync(tsx, ["src/cli/main.ts", ...argv], {
      cwd: root,
      env: { PATH },
      input,
      encoding: "utf8",
    })
    return { status, stdout, stderr }
  }
  const blob = bytesOf(captureOf.inputs)
  expect(program(["check", "-"], blob)).toEqual({ status: 0, stdout: "accept  inputs     -\n", stderr: "" })
  expect(program(["check", "--format", "json", captureOf.display])).toMatchObject({
    status: 1,
    stdout: expect.stringContaining('"verdict":"reject"'),
    stderr: "",
  })
  expect(program(["check", "missing\u001b[2J", captureOf.inputs])).toEqual({
    status: 2,
    stdout: `accept  inputs     ${captureOf.inputs}\n2 files: 1 accepted, 0 rejected, 1 unreadable\n`,
    stderr: expect.stringMatching(/^migration-guard: missing\\u001b\[2J: .*\n$/),
  })
  expect(program(["explain", "-"], blob.subarray(0, 7))).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(/^reject {2}inputs {2}7 bytes\n/),
  })
  expect(program([])).toMatchObject({ status: 2, stdout: "" })
})
