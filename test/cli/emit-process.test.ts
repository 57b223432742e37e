import { execFileSync, spawnSync } from "node:child_process"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { root } from "../../scripts/corpus.js"
import { isFound } from "../support/found.js"
import { place, temporaryFolder } from "./harness.js"

/** The program itself, as its own process. */
const emit = (...options: readonly string[]) =>
  spawnSync(process.execPath, ["--import", "tsx", join(root, "src/cli/main.ts"), "emit", ...options], {
    cwd: root,
    encoding: "utf8",
  })

const fields = new URL("../../src/layout/fields.ts", import.meta.url).href

const module = `import { layout, u16 } from ${JSON.stringify(fields)}
export const pair = layout("pair", { title: "Pair", doc: "Two.", limit: 4, fields: { one: u16("One."), two: u16("Two.") } })`

/** Says of no bytes, of four and of five what the check says. */
const user = `#include <stdio.h>
#include "pairs.h"
int main(void)
{
    static const uint8_t data[5];
    static const size_t sizes[] = { 0, 4, 5 };
    for (int index = 0; index < 3; index++) {
        pairs_violation violation;
        puts(pairs_check_pair(data, sizes[index], &violation) ? "accept" : pairs_rule_of(violation.rule)->id);
    }
    return 0;
}
`

describe("migration-guard emit --to c", { timeout: 60_000 }, () => {
  test.skipIf(!isFound("gcc"))("writes C of a module's layouts that a compiler takes and that judges", () => {
    const folder = temporaryFolder()
    const { status, stdout, stderr } = emit("--to", "c", place(join(folder, "pairs.mjs"), module), "-o", folder)
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    expect(stdout).toBe(`${join(folder, "pairs")}.h\n${join(folder, "pairs")}.c\n`)
    place(join(folder, "main.c"), user)
    execFileSync("gcc", ["-std=c99", "-Wall", "-Wextra", "-Werror", "-o", "judge", "main.c", "pairs.c"], {
      cwd: folder,
    })
    expect(execFileSync(join(folder, "judge"), { encoding: "utf8" }).trimEnd().split("\n")).toEqual([
      "layout/fixed-part",
      "accept",
      "layout/blob-limit",
    ])
  })

  test.each([
    ["a language that there is none of", ["--to", "cobol"], "Allowed choices are"],
    ["no language", [], "required option '--to <language>' not specified"],
    ["a module that is not there", ["--to", "c", "none.mjs"], "migration-guard: none.mjs: "],
  ])("refuses %s", (_, options, complaint) => {
    const { status, stdout, stderr } = emit(...options)
    expect(status).toBe(2)
    expect(stdout).toBe("")
    expect(stderr).toContain(complaint)
  })
})
