import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { jsonFindings, place, runCli, temporaryFolder } from "./harness.js"

const recorded = (name: string): readonly [string, string] => {
  const [source = "", target = ""] = ["source", "target"].map(
    (side) => new URL(`../qemu/recorded/${name}.${side}.log`, import.meta.url).pathname,
  )
  return [source, target]
}

describe("completion-order", () => {
  test("accepts a migration in the right order, and says how it ended", async () => {
    const [source, target] = recorded("seamless")
    const { code, out, err } = await runCli(["completion-order", source, target])
    expect({ code, err }).toEqual({ code: 0, err: "" })
    expect(out.split("\n")).toEqual([
      `accept  completion-order  ${source}`,
      "        note The last migration: completed.",
      `accept  completion-order  ${target}`,
      "",
    ])
  })

  test("rejects the log of a source that quit too early, and says what follows", async () => {
    const { code, out } = await runCli(["completion-order", "--format", "json", ...recorded("quit-early")])
    expect(code).toBe(1)
    const [source, target] = jsonFindings(out)
    expect(source?.violations).toMatchObject([
      {
        code: "out-of-order",
        rule: "completion/source-quit",
        message: expect.stringContaining("must not quit before"),
      },
    ])
    expect(target?.violations).toEqual([])
  })

  test("reports what is wrong with a target at its log", async () => {
    const file = place(join(temporaryFolder(), "target.log"), "{\n")
    const { code, out } = await runCli(["completion-order", "--format", "json", recorded("seamless")[0], file])
    expect(code).toBe(1)
    expect(jsonFindings(out)[1]?.violations).toMatchObject([{ rule: "completion/line" }, {}])
  })

  test("takes one log from standard input, but not both", async () => {
    const [, target] = recorded("seamless")
    const stdin = new TextEncoder().encode("")
    expect((await runCli(["completion-order", "-", target], { stdin })).code).toBe(1)
    expect(await runCli(["completion-order", "-", "-"], { stdin })).toMatchObject({
      code: 2,
      err: "migration-guard: standard input can be read only once\n",
    })
  })

  test("ends with 2 where a log cannot be read", async () => {
    const file = join(temporaryFolder(), "none.log")
    const { code, out, err } = await runCli(["completion-order", file, file])
    expect({ code, out }).toEqual({ code: 2, out: "" })
    expect(err).toContain("no such file")
  })
})
