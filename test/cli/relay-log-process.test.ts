import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync, renameSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { root } from "../../scripts/corpus.js"
import { mostWaiting } from "../../src/cli/log-output.js"
import { closing, until } from "../relay/harness.js"
import { fullPipe } from "./full-pipe.js"
import { linesOf, place, temporaryFolder } from "./harness.js"

/** The program itself, as its own process, whose log goes where that may hurt. */
const timeout = 60_000

const start = (
  shell: string,
  file: string,
  argv: readonly string[],
  stdio: readonly (number | "pipe" | "ignore")[],
) => {
  const { PATH } = process.env
  const node = [process.execPath, "--import", "tsx", join(root, file), ...argv]
  const child: ChildProcess = spawn(
    "sh",
    ["-c", `${shell.startsWith("|") ? "" : "exec "}"$@" ${shell}`, "sh", ...node],
    {
      cwd: root,
      env: { PATH },
      stdio: [...stdio],
    },
  )
  onTestFinished(() => void child.kill("SIGKILL"))
  return child
}

const written = (path: string): string => {
  try {
    return readFileSync(path, "latin1")
  } catch {
    return ""
  }
}

/** A relay on sockets of its own, so that nobody has to read where it listens. */
const relayWith = (log: string, shell = "", stdout: number | "pipe" = "pipe") => {
  const folder = temporaryFolder()
  const path = join(folder, "vm.sock")
  const config = place(
    join(folder, "relay.toml"),
    `${log}\n[[listeners]]\nname = "vm"\nlisten = "unix://${path}"\ntarget = "unix://${folder}/none"\n`,
  )
  const child = start(shell, "src/cli/main.ts", ["relay", "--config", config], ["pipe", stdout, "pipe"])
  /** Connects, once that is possible, and says what is no SPICE: a line of the log. */
  const junk = async (): Promise<void> => {
    for (;;) {
      const socket = connect(path)
      socket.on("error", () => {})
      socket.write("x")
      const isConnected = await new Promise<boolean>((resolve) => {
        socket.once("connect", () => resolve(true))
        socket.once("error", () => resolve(false))
      })
      if (isConnected) return closing(socket)
      if (child.exitCode !== null) throw new Error(`the relay ended with ${child.exitCode}`)
    }
  }
  const end = async (): Promise<unknown> => {
    if (child.exitCode !== null) return `ended before with ${child.exitCode}`
    child.kill("SIGTERM")
    const [code] = await once(child, "exit")
    return code
  }
  return { child, folder, junk, end }
}

test("a relay outlives who read its log", { timeout }, async () => {
  const { child, junk, end } = relayWith("")
  await junk()
  child.stdout?.destroy()
  for (let count = 0; count < 5; count++) await junk()
  expect(await end()).toBe(0)
})

test("a relay goes on where its log finds no space, and ends when it is told to", { timeout }, async () => {
  const { junk, end } = relayWith("", "> /dev/full")
  for (let count = 0; count < 5; count++) await junk()
  expect(await end()).toBe(0)
})

test("a relay goes on while nobody reads its log, and ends when it is told to", { timeout }, async () => {
  const { writing, read } = fullPipe()
  const { junk, end } = relayWith("", "", writing)
  for (let count = 0; count < 5; count++) await junk()
  expect(await end()).toBe(0)
  expect(read().trim()).toBe("")
})

test("a log keeps what fits, says what did not, and strangers take half at most", { timeout }, async () => {
  const { writing, read } = fullPipe()
  const child = start("", "test/cli/log-writer.ts", [], ["pipe", writing, "pipe"])
  const [said] = await once(child.stderr ?? child, "data")
  const dropped = Number(String(said))
  let text = read()
  child.stdin?.write("end")
  while (child.exitCode === null) {
    text += read()
    await new Promise((resolve) => setImmediate(resolve))
  }
  text += read()
  const lines = linesOf(text.trimStart()).map((line) => ({ size: line.length + 1, ...JSON.parse(line) }))
  const bytesOf = (msg: string) => lines.filter((line) => line.msg === msg).reduce((sum, { size }) => sum + size, 0)
  const size = 400
  expect(bytesOf("stranger")).toBeLessThanOrEqual(mostWaiting / 2)
  expect(bytesOf("stranger")).toBeGreaterThan(mostWaiting / 2 - size)
  expect(bytesOf("stranger") + bytesOf("ordinary")).toBeLessThanOrEqual(mostWaiting)
  expect(bytesOf("stranger") + bytesOf("ordinary")).toBeGreaterThan(mostWaiting - size)
  expect(lines.filter(({ msg }) => msg === "lines of the log were dropped")).toEqual([
    expect.objectContaining({ level: "error", count: dropped }),
  ])
  expect(lines).toHaveLength(20_000 - dropped + 1)
})

test.each([
  ["finds no space", "> /dev/full"],
  ["has lost its reader", "| true"],
])("a log that %s keeps no more than what fits, and its process from nothing", { timeout }, async (_, shell) => {
  const child = start(shell, "test/cli/log-writer.ts", [], ["pipe", "ignore", "pipe"])
  const [said] = await once(child.stderr ?? child, "data")
  expect(Number(String(said))).toBeGreaterThan(10_000)
  child.stdin?.write("end")
  expect(await once(child, "exit")).toEqual([0, null])
})

test("a log in a file is opened anew with SIGHUP, and can be told apart by its level", { timeout }, async () => {
  const file = join(temporaryFolder(), "relay.log")
  const { child, junk, end } = relayWith(`log = { level = "warn", to = "${file}" }`)
  await junk()
  await until(() => written(file).includes("decision"))
  renameSync(file, `${file}.1`)
  child.kill("SIGHUP")
  while (!written(file).includes("decision")) await junk()
  expect(await end()).toBe(0)
  const messages = [`${file}.1`, file].flatMap((path) => linesOf(written(path)).map((line) => JSON.parse(line).level))
  expect(new Set(messages)).toEqual(new Set(["warn"]))
  expect(child.stdout?.read() ?? null).toBeNull()
})

test("journald gets each line with its level", { timeout }, async () => {
  const { child, junk, end } = relayWith('log = { to = "journald" }')
  let text = ""
  child.stdout?.on("data", (chunk) => {
    text += chunk
  })
  await junk()
  expect(await end()).toBe(0)
  const [listening = "", decision = ""] = linesOf(text)
  expect(listening).toMatch(/^<6>\{.*"msg":"listening"\}$/)
  expect(decision).toMatch(/^<4>\{.*"msg":"decision"\}$/)
})
