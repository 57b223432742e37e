import { execFileSync } from "node:child_process"
import { existsSync, readFileSync, renameSync, statSync } from "node:fs"
import { join } from "node:path"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import { openLogOutput } from "../../src/cli/log-output.js"
import { openRelayLog } from "../../src/cli/relay-log.js"
import type { LogConfiguration } from "../../src/relay/config/configuration.js"
import { right } from "../relay/harness.js"
import { linesOf, place, runCli, temporaryFolder } from "./harness.js"

const messagesOf = (file: string): readonly string[] =>
  linesOf(readFileSync(file, "utf8")).map((line) => JSON.parse(line).msg)

const open = (configuration: LogConfiguration) => {
  return right(openRelayLog(configuration, openLogOutput))
}

describe("a log in a file", () => {
  test("is added to, and only its owner and group may read it", async () => {
    const to = place(join(temporaryFolder(), "relay.log"), '{"msg":"older"}\n')
    const { log, close } = open({ to })
    log("info", "newer")
    await close()
    expect(messagesOf(to)).toEqual(["older", "newer"])
    const other = join(temporaryFolder(), "relay.log")
    await open({ to: other }).close()
    expect(statSync(other).mode & 0o007).toBe(0)
  })

  test.each([
    ["in a folder that is missing", (folder: string) => join(folder, "none", "relay.log"), "ENOENT"],
    ["that is a folder", (folder: string) => folder, "EISDIR"],
    [
      "that is a pipe",
      (folder: string) => {
        execFileSync("mkfifo", [join(folder, "pipe")])
        return join(folder, "pipe")
      },
      "ENXIO",
    ],
    ["that is a device", () => "/dev/full", "a log must be a file"],
  ])("(%s) cannot be opened", (_, pathOf, reason) => {
    const opened = openRelayLog({ to: pathOf(temporaryFolder()) }, openLogOutput)
    expect(E.isLeft(opened) && opened.left).toEqual({ name: "log", reason: expect.stringContaining(reason) })
  })
})

test("a log whose file cannot be opened anew says so, and goes on with the old one", async () => {
  const folder = temporaryFolder()
  const to = place(join(folder, "logs", "relay.log"), "")
  const { log, reopen, close } = open({ to })
  renameSync(join(folder, "logs"), join(folder, "moved"))
  expect(reopen).toThrow("ENOENT")
  log("info", "still here")
  await close()
  expect(messagesOf(join(folder, "moved", "relay.log"))).toEqual(["still here"])
})

describe("another configuration of a log", () => {
  test("changes its level, and where it goes, only once it is used", async () => {
    const folder = temporaryFolder()
    const [first, second] = ["first", "second"].map((name) => join(folder, name)) as [string, string]
    const { log, prepare, close } = open({ to: first })
    const louder = right(prepare({ to: first, level: "error" }))
    const elsewhere = right(prepare({ to: second, level: "warn" }))
    log("info", "1")
    louder.use()
    log("warn", "2")
    log("error", "3")
    elsewhere.use()
    log("info", "4")
    log("warn", "5")
    await close()
    expect(messagesOf(first)).toEqual(["1", "3"])
    expect(messagesOf(second)).toEqual(["5"])
  })

  test("that cannot be opened, or is not used, leaves it as it was", async () => {
    const folder = temporaryFolder()
    const to = join(folder, "relay.log")
    const { log, prepare, close } = open({ to })
    expect(E.isLeft(prepare({ to: join(folder, "none", "relay.log") }))).toBe(true)
    right(prepare({ to: join(folder, "other.log") })).discard()
    right(prepare({ to, level: "error" })).discard()
    log("info", "still here")
    await close()
    expect(messagesOf(to)).toEqual(["still here"])
  })
})

describe("the configuration of a log", () => {
  const listeners = '[[listeners]]\nlisten = "tcp://127.0.0.1:0"\ntarget = "tcp://127.0.0.1:1"\n'
  const checked = (log: string) => {
    const file = place(join(temporaryFolder(), "relay.toml"), `log = ${log}\n${listeners}`)
    return runCli(["relay", "--config", file, "--check-config"])
  }

  test.each([
    "{}",
    '{ level = "error" }',
    '{ to = "stdout" }',
    '{ to = "journald", level = "info" }',
    '{ to = "/var/log/migration-guard/relay.log", level = "warn" }',
  ])("may be %s", async (log) => expect((await checked(log)).code).toBe(0))

  test.each([
    ['"stdout"', "log"],
    ['{ level = "debug" }', "log.level"],
    ['{ level = "Warn" }', "log.level"],
    ['{ to = "stderr" }', "log.to"],
    ['{ to = "" }', "log.to"],
    ['{ to = "relay.log" }', "log.to"],
    ['{ to = "/var/log/../relay.log" }', "log.to"],
    ['{ to = "/a\\u0000b" }', "log.to"],
    ['{ file = "/var/log/relay.log" }', "log.file"],
  ])("must not be %s", async (log, where) => {
    const { code, err } = await checked(log)
    expect(code).toBe(2)
    expect(err).toContain(where)
  })

  test("whose file cannot be opened keeps a relay from starting, and does not listen", async () => {
    const folder = temporaryFolder()
    const text = `log = { to = "${folder}/none/relay.log" }\n[[listeners]]\nlisten = "unix://${folder}/vm.sock"\ntarget = "tcp://127.0.0.1:1"\n`
    const { code, err } = await runCli(["relay", "--config", place(join(folder, "relay.toml"), text)])
    expect(code).toBe(2)
    expect(err).toContain("ENOENT")
    expect(existsSync(join(folder, "vm.sock"))).toBe(false)
  })
})
