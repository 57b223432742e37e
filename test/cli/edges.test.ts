import { spawnSync } from "node:child_process"
import { symlinkSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { root } from "../../scripts/corpus.js"
import { sarifReport } from "../../src/report/sarif.js"
import { ruleOf } from "../../src/rules.js"
import { validSarif } from "../report/sarif-schema.js"
import { bytesOf, captureOf, linesOf, nastyNames, place, runCli, temporaryFolder, unsafeLines } from "./harness.js"

const tool = { version: "1", homepage: "https://tool.example/" }

test.each(["a\u0007", "a\n", "a ", "b/../a", "a/./b"])("a SARIF log names the file %j and no other", (name) => {
  const file = `/some folder/${name}`
  const uri =
    validSarif(sarifReport([{ file, channel: "inputs", violations: [], notes: [] }], ruleOf, tool)).artifacts[0]
      ?.location.uri ?? ""
  expect(decodeURIComponent(uri)).toBe(`file://${file}`)
})
test("a SARIF log of a file named twice has it once among its artifacts", async () => {
  const { out, code } = await runCli(["check", "--format", "sarif", captureOf.display, captureOf.display])
  expect(code).toBe(1)
  const run = validSarif(out)
  expect(run.artifacts).toHaveLength(1)
  expect(run.results.map(({ locations }) => locations[0].physicalLocation.artifactLocation.index)).toEqual([0, 0])
})
test.each(nastyNames)("a usage error is one line without control characters, with %s", async (_, name) => {
  for (const argv of [
    [`x${name}`],
    ["check", `--x${name}`, "f"],
    ["check", "--format", name, "f"],
    ["check", "--channel", name, "f"],
  ]) {
    const { code, out, err } = await runCli(argv)
    expect({ code, out }).toEqual({ code: 2, out: "" })
    expect(linesOf(err)).toHaveLength(1)
    expect(unsafeLines(err)).toEqual([])
  }
})
test("standard input cannot be read twice", async () => {
  expect(await runCli(["check", "-", "-"])).toMatchObject({ code: 2, out: "" })
})
test("links to files are followed below a directory", async () => {
  const folder = temporaryFolder()
  const bad = place(join(folder, "bad"), "????")
  place(join(folder, "d/good"), bytesOf(captureOf.inputs))
  symlinkSync(bad, join(folder, "d/link"))
  const { code, out } = await runCli(["check", join(folder, "d")])
  expect(code).toBe(1)
  expect(out).toContain("d/link")
})

test.each([
  ["a dangling link", (path: string) => symlinkSync("nowhere", path), /ENOENT/],
  ["a link to a directory", (path: string) => symlinkSync(".", path), /is a link to a directory/],
  ["a named pipe", (path: string) => spawnSync("mkfifo", [path]), /is not a regular file/],
])("%s below a directory is not passed over", async (_, make, reason) => {
  const folder = temporaryFolder()
  place(join(folder, "good"), bytesOf(captureOf.inputs))
  make(join(folder, "odd"))
  const { code, out, err } = await runCli(["check", folder])
  expect(code).toBe(2)
  expect(linesOf(out)).toEqual([expect.stringMatching(/^accept /), "2 files: 1 accepted, 0 rejected, 1 unreadable"])
  expect(err).toMatch(reason)
})

test("a file called - in a directory is not taken for standard input", () => {
  const folder = temporaryFolder()
  place(join(folder, "-"), bytesOf(captureOf.inputs))
  const { status, stdout } = spawnSync(
    join(root, "node_modules/.bin/tsx"),
    [join(root, "src/cli/main.ts"), "check", "."],
    { cwd: folder, input: "????", encoding: "utf8" },
  )
  expect({ status, stdout }).toEqual({ status: 0, stdout: "accept  inputs     ./-\n" })
})
test.each([">", "2>"])("output that cannot be written (%s) ends with 2, which is no verdict", (to) => {
  const { status } = spawnSync(
    "sh",
    ["-c", `node_modules/.bin/tsx src/cli/main.ts check ${captureOf.inputs} missing ${to} /dev/full`],
    { cwd: root, encoding: "utf8" },
  )
  expect(status).toBe(2)
})
