import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { root } from "../../scripts/corpus.js"
import { captureOf, runCli } from "../cli/harness.js"

/** c/example/open.c, on OpenSSL, with what the command line seals. */

const headers = spawnSync("cc", ["-E", "-x", "c", "-"], { input: "#include <openssl/kdf.h>\n" })
const canCompile = headers.status === 0

describe.runIf(canCompile)("the example in C", () => {
  const folder = mkdtempSync(join(tmpdir(), "c-example-"))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const at = (name: string): string => join(folder, name)

  beforeAll(async () => {
    execFileSync("make", ["-s", "-C", join(root, "c"), `BUILD=${folder}`, at("open"), at("seal")])
    await runCli(["seal-key", at("keys")])
    const binding = ["--keys", at("keys"), "--vm", "web-1", "--connection", "7", "--channel", "inputs"]
    const { code } = await runCli(["seal", ...binding, "-o", at("envelope"), captureOf.inputs])
    expect(code).toBe(0)
  })

  const opened = (vm: string, type = "3") => {
    const { status, stdout } = spawnSync(at("open"), [at("keys"), vm, "7", type, "0", at("envelope")])
    return [status, stdout.toString()] as const
  }

  test("opens what it is for, and checks the state", () => {
    expect(opened("web-1")).toEqual([0, "accepted: a state of 10 bytes\n"])
  })

  test.each([
    ["another machine", "web-2", "3", "seal/vm"],
    ["another channel", "web-1", "2", "seal/channel"],
  ])("refuses what is for %s", (_, vm, type, rule) => {
    const [status, text] = opened(vm, type)
    expect([status, text]).toEqual([1, expect.stringContaining(`not-sealed ${rule}`)])
  })

  test("opens every vector, and nothing that was altered", () => {
    expect(execFileSync(at("seal"), { encoding: "utf8" })).toBe("4 vectors, 0 failures\n")
  })
})
