import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { emit } from "../../src/cli/emit.js"

const folder = mkdtempSync(join(tmpdir(), "emit-"))
afterAll(() => rmSync(folder, { recursive: true }))

/** A terminal that keeps what is written to it. */
const kept = () => {
  const written = { out: "", err: "" }
  const stream = (name: "out" | "err") => ({
    write: (text: string) => {
      written[name] += text
      return true
    },
  })
  return { written, terminal: { stdout: stream("out"), stderr: stream("err") } as never }
}

test("without a module, SPICE's formats are written as they are checked in", async () => {
  const { terminal } = kept()
  const output = join(folder, "spice")
  expect(await emit(undefined, { to: "c", output }, terminal)).toBe(0)
  for (const name of ["migration_guard.c", "migration_guard.h"])
    expect(readFileSync(join(output, name), "utf8")).toBe(readFileSync(join("c", name), "utf8"))
})

test.each(["kaitai", "hexpat", "wireshark"] as const)(
  "SPICE's formats are written in %s as they are checked in",
  async (to) => {
    const { terminal, written } = kept()
    const output = join(folder, to)
    expect(await emit(undefined, { to, output }, terminal)).toBe(0)
    const names = readdirSync(output)
    for (const name of names) expect(written.out).toContain(`${join(output, name)}\n`)
    const withoutFirstLine = (path: string) => readFileSync(path, "utf8").replace(/^.*\n/, "")
    for (const name of names) expect(withoutFirstLine(join(output, name))).toBe(withoutFirstLine(join("formats", name)))
  },
)

test("the layouts of a module are written under its name", async () => {
  const { terminal, written } = kept()
  const module = join(folder, "myFormats.mjs")
  const fields = new URL("../../src/layout/fields.ts", import.meta.url).href
  writeFileSync(
    module,
    `import { layout, u16 } from ${JSON.stringify(fields)}
export const pair = layout("pair", { title: "Pair", doc: "Two.", limit: 4, fields: { one: u16("One."), two: u16("Two.") } })`,
  )
  const output = join(folder, "own")
  expect(await emit(module, { to: "c", output }, terminal), written.err).toBe(0)
  expect(readdirSync(output).sort()).toEqual(["my_formats.c", "my_formats.h"])
  expect(readFileSync(join(output, "my_formats.h"), "utf8")).toContain(
    "bool my_formats_check_pair(const uint8_t *data, size_t size, my_formats_violation *violation);",
  )
})

test.each([
  ["is not there", join(folder, "none.mjs"), undefined],
  ["exports no layout", join(folder, "empty.mjs"), "export const nothing = 1"],
])("a module that %s is a failure", async (_, module, text) => {
  const { terminal, written } = kept()
  if (text !== undefined) writeFileSync(module, text)
  expect(await emit(module, { to: "c", output: folder }, terminal)).toBe(2)
  expect(written.err).toContain("migration-guard: ")
})
