import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import {
  bytesOf,
  captureOf,
  captures,
  edited,
  optionsOf,
  pathOf,
  place,
  runCli,
  targetOptionsOf,
  temporaryFolder,
  unsafeLines,
} from "./harness.js"

const explained = async (argv: readonly string[]): Promise<string> =>
  (await runCli(["explain", "--format", "json", ...argv])).out

const file = (text: string): string => place(join(temporaryFolder(), "state.json"), text)

describe("encode", () => {
  test.each(captures)("writes $file again from its explanation", async (entry) => {
    const folder = temporaryFolder()
    const state = place(join(folder, "state.json"), await explained([...optionsOf(entry), pathOf(entry)]))
    const blob = join(folder, "blob.bin")
    const { code, out, err } = await runCli(["encode", ...targetOptionsOf(entry), "-o", blob, state])
    expect({ code, err }).toEqual({ code: 0, err: "" })
    expect(out).toBe(`${blob}: ${entry.channel}, ${bytesOf(pathOf(entry)).length} bytes\n`)
    expect(bytesOf(blob)).toEqual(bytesOf(pathOf(entry)))
    expect(statSync(blob).mode & 0o777).toBe(0o600)
  })

  test("writes to standard output, and reads from standard input", async () => {
    const text = await explained([captureOf.inputs])
    const changed = text.replace('"motion_count": 0', '"motion_count": 65')
    const written: Uint8Array[] = []
    const { code, out } = await runCli(["encode", "-"], {
      stdin: Buffer.from(changed),
      onBytes: (bytes) => written.push(bytes),
    })
    expect({ code, out }).toEqual({ code: 0, out: "" })
    expect(Uint8Array.from(Buffer.concat(written))).toEqual(edited(bytesOf(captureOf.inputs), { 8: 65 }))
  })

  test("takes a channel and a state alone", async () => {
    const output = join(temporaryFolder(), "blob")
    const stdin = Buffer.from('{"channel":"inputs","state":{"motion_count":2}}')
    expect(await runCli(["encode", "-o", output, "-"], { stdin })).toMatchObject({ code: 0, err: "" })
    expect(bytesOf(output)).toEqual(edited(bytesOf(captureOf.inputs), { 8: 2 }))
  })

  test("writes no blob on a terminal", async () => {
    const { code, out, err } = await runCli(["encode", file(await explained([captureOf.inputs]))], { isTTY: true })
    expect({ code, out }).toEqual({ code: 2, out: "" })
    expect(err).toMatch(/^migration-guard: .*--output\n$/)
  })

  test.each<[what: string, json: string, code: number, told: RegExp]>([
    [
      "a state that breaks a rule",
      '{"channel":"inputs","state":{"motion_count":5000}}',
      1,
      /inputs\/motion-count-limit/,
    ],
    [
      "a state with a member too many",
      '{"channel":"inputs","state":{"motion_count":1,"x":1}}',
      1,
      /state\/unknown-member x: /,
    ],
    ["a state that is a list", '{"channel":"inputs","state":[]}', 1, /state\/form/],
    ["a number with a fraction", '{"channel":"inputs","state":{"motion_count":1.0}}', 1, /layout\/value-type/],
    ["no state", '{"channel":"inputs"}', 2, /no state/],
    ["the state of a refused blob", '{"channel":"inputs","state":null}', 2, /no state/],
    ["no channel", '{"state":{"motion_count":1}}', 2, /channel must be one of main, /],
    ["a channel that carries no data", '{"channel":"cursor","state":{}}', 2, /channel must be one of main, /],
    ["the name of a prototype", '{"channel":"__proto__","state":{}}', 2, /channel must be one of main, /],
    ["a member that is misspelt", '{"chanel":"inputs","state":{}}', 2, /no member chanel/],
    ["a member twice", '{"channel":"inputs","channel":"main","state":{}}', 2, /two members of one name/],
    ["a list", "[]", 2, /channel must be/],
    ["nothing", "", 2, /RFC 8259/],
    ["bytes that are no text", "\xff", 2, /UTF-8|RFC 8259/],
    ["a terminal's escape sequence", '{"\\u001b[2J":1}', 2, /no member \\u001b/],
  ])("refuses %s and writes nothing", async (_, json, code, told) => {
    const output = join(temporaryFolder(), "blob")
    const done = await runCli(["encode", "-o", output, file(json)])
    expect({ code: done.code, out: done.out }).toEqual({ code, out: "" })
    expect(done.err).toMatch(told)
    expect(done.err).toMatch(/^migration-guard: .*\n$/)
    expect(unsafeLines(done.err)).toEqual([])
    expect(() => readFileSync(output)).toThrow("ENOENT")
  })

  test.each([
    ["a missing file", ["encode", "-o", "/dev/null", "/nonexistent"]],
    ["a place that cannot be written", ["encode", "-o", "/nonexistent/blob", captureOf.inputs]],
    ["a jpeg setting that there is not", ["encode", "--jpeg-wan-compression", "no", captureOf.inputs]],
    ["two files", ["encode", captureOf.inputs, captureOf.main]],
    ["a blob instead of its state", ["encode", "-o", "/dev/null", captureOf.inputs]],
  ])("with %s ends with 2", async (_, argv) => {
    expect(await runCli(argv)).toMatchObject({ code: 2, out: "" })
  })
})
