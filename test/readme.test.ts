import { readFileSync } from "node:fs"
import { join } from "node:path"
import { format } from "node:util"
import { afterEach, expect, test, vi } from "vitest"
import { root } from "../scripts/corpus.js"
import { runCli } from "./cli/harness.js"
import { runModule } from "./examples.js"

const readme = ["README.md", "docs/guide/library.md", "docs/guide/triage.md", "docs/fuzzing.md"]
  .map((file) => readFileSync(join(root, file), "utf8"))
  .join("\n")

afterEach(() => vi.restoreAllMocks())

const programs = [...readme.matchAll(/```ts\n([\s\S]*?)```\s+```text\n([\s\S]*?)```/g)]

test("the documents have their library examples", () => expect(programs).toHaveLength(9))

test.each(programs.map(([, code = "", output = ""], index) => ({ index, code, output })))(
  "example $index of the documents prints what it says",
  async ({ index, code, output }) => {
    const printed: string[] = []
    vi.spyOn(console, "log").mockImplementation((...values) => {
      printed.push(`${format(...values)}\n`)
    })
    await runModule(`readme-${index}`, code)
    expect(printed.join("")).toBe(output)
  },
)

const commands = [...readme.matchAll(/```console\n\$ migration-guard (.*)\n([\s\S]*?)```/g)]

test("the README has its command line examples", () => expect(commands).toHaveLength(3))

test.each(commands.map(([, command = "", output = ""]) => ({ command, output })))(
  "migration-guard $command prints what the README says",
  async ({ command, output }) => {
    expect((await runCli(command.split(" "))).out).toBe(output)
  },
)
