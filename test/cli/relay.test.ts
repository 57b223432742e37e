import { execFileSync } from "node:child_process"
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { describe, expect, onTestFinished, test } from "vitest"
import { root } from "../../scripts/corpus.js"
import { type RelayCommandOptions, type RelayMachine, relay } from "../../src/cli/relay.js"
import { channel, portOf, rawClient, recordingLog, until } from "../relay/harness.js"
import { listeningServer } from "../relay/server.js"
import { place, runCli, temporaryFolder } from "./harness.js"

const toml = (text: string): string => place(join(temporaryFolder(), "relay.toml"), text)

const good = '[[listeners]]\nlisten = "tcp://127.0.0.1:0"\ntarget = "tcp://127.0.0.1:1"\n'

describe("a wrong use of relay", () => {
  test.each([
    ["nothing to do", () => [], "--config"],
    ["no target", () => ["--listen", "tcp://127.0.0.1:0"], "--target"],
    ["no listener", () => ["--target", "tcp://127.0.0.1:1"], "--listen"],
    ["an argument", () => ["--config", toml(good), "more"], "too many arguments"],
    ["an unknown mode", () => ["--listen", "a", "--target", "b", "--mode", "Enforce"], "--mode"],
    ["an unknown reaction", () => ["--listen", "a", "--target", "b", "--on-violation", "drop"], "--on-violation"],
    ["a file and options", () => ["--config", toml(good), "--mode", "monitor"], "cannot be used with"],
    ["an address that is none", () => ["--listen", "5900", "--target", "tcp://127.0.0.1:1"], "listeners[0].listen"],
    ["a target that is none", () => ["--listen", "tcp://127.0.0.1:0", "--target", "fd://vm"], "listeners[0].target"],
    ["metrics that are none", () => ["--listen", "fd://a", "--target", "unix:///b", "--metrics", "9464"], "metrics"],
    ["a socket that nobody passed on", () => ["--listen", "fd://vm", "--target", "tcp://127.0.0.1:1"], "LISTEN_FDS"],
    ["a file that is missing", () => ["--config", "/missing/relay.toml"], "ENOENT"],
    ["a file that is a directory", () => ["--config", temporaryFolder()], "EISDIR"],
    ["a file that is no TOML", () => ["--config", toml("listeners = [\n\u001b[2J")], "line 2"],
    ["a file that is no text", () => ["--config", place(join(temporaryFolder(), "a"), Uint8Array.of(0xff))], "encoded"],
    ["a misspelt member", () => ["--config", toml(`${good}mod = "monitor"\n`)], "listeners[0].mod"],
    ["a wrong port", () => ["--config", toml(good.replace("127.0.0.1:1", "127.0.0.1:99999"))], "listeners[0].target"],
    ["an empty file", () => ["--config", toml("")], "listeners"],
    ["a file without end", () => ["--config", "/dev/zero"], "1048576"],
  ])("(%s) is told on stderr and exits with 2", async (_, argvOf, reason) => {
    const argv = argvOf()
    for (const more of [[], ["--check-config"]]) {
      if (reason === "LISTEN_FDS" && more.length > 0) continue
      const { code, out, err } = await runCli(["relay", ...argv, ...more])
      expect({ code, out }).toEqual({ code: 2, out: "" })
      expect(err).toContain(reason)
      expect(err).not.toContain("\u001b")
    }
  })
})

describe("--check-config", () => {
  test("takes a right file, and does nothing else", async () => {
    const file = toml(good)
    expect(await runCli(["relay", "--config", file, "--check-config"])).toEqual({
      code: 0,
      out: `${file}: 1 listeners, no errors\n`,
      err: "",
    })
  })

  test("reads the files that are named", async () => {
    const tls = '[listeners.tls]\ncertificate = "/missing/cert.pem"\nkey = "/missing/key.pem"\n'
    const file = toml(`${good.replace("tcp://127.0.0.1:0", "tls://127.0.0.1:0")}${tls}`)
    const { code, err } = await runCli(["relay", "--config", file, "--check-config"])
    expect(code).toBe(2)
    expect(err).toContain("/missing/cert.pem")
  })

  test("takes the example, but for the files that are the operator's", async () => {
    const example = readFileSync(join(root, "docs/examples/relay.toml"), "utf8")
    const file = toml(example.replace(/^(certificate|key|clientCa|ca) = .*$/gm, ""))
    const { err } = await runCli(["relay", "--config", file, "--check-config"])
    expect(err.split("\n").filter((line) => line !== "" && !line.includes("must be given"))).toEqual([])
  })
})

/** How many of this process' descriptors are of a file. */
const descriptorsOf = (path: string): number =>
  readdirSync("/proc/self/fd").filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`) === path
    } catch {
      return false
    }
  }).length

/** Runs the command in this process, with signals that are called instead of sent. */
const start = (options: RelayCommandOptions, environment: { readonly NOTIFY?: string } = {}) => {
  const signals = new Map<string, () => void>()
  const notified: string[] = []
  const { log, line, lines } = recordingLog()
  const written = { err: "" }
  const machine: RelayMachine = {
    onSignal: (signal, action) => {
      signals.set(signal, action)
      return () => void signals.delete(signal)
    },
    notify: async (state) => {
      notified.push(state)
      return environment.NOTIFY
    },
    openLogOutput: () => ({
      write: (text) => {
        const { level, msg, ...fields } = JSON.parse(text)
        log(level, msg, fields)
        return true
      },
      reopen: () => {},
      close: async () => {},
    }),
  }
  const ended = relay(
    options,
    {
      stdin: (async function* () {})(),
      stdout: { write: () => {} },
      stderr: {
        write: (text) => {
          written.err += text
        },
      },
      environment,
    },
    machine,
  )
  const send = (signal: string): void => signals.get(signal)?.()
  onTestFinished(async () => {
    send("SIGTERM")
    send("SIGTERM")
    await ended
  })
  return { ended, line, lines, send, signals, notified, written }
}

const server = async () => {
  const made = await listeningServer()
  onTestFinished(() => made.close())
  return made
}

describe("a relay that runs", () => {
  test("relays, says where it listens, notifies systemd, and ends with 0 when it is told to", async () => {
    const target = await server()
    const { ended, line, send, signals, notified, written } = start({
      listen: "tcp://127.0.0.1:0",
      target: `tcp://127.0.0.1:${target.port}`,
    })
    const { address } = await line({ message: "listening" })
    const client = await channel({ port: portOf(String(address)) }, "main")
    client.send(4)
    await client.ended
    expect(await line({ message: "decision" })).toMatchObject({ rule: "session/flush-mark-asked" })
    send("SIGTERM")
    expect(await ended).toBe(0)
    expect(notified).toEqual(["READY=1", "STOPPING=1"])
    expect([...signals.keys()]).toEqual([])
    expect(written.err).toBe("")
  })

  test("reads its file again, and keeps what it had where that is wrong", async () => {
    const target = await server()
    const text = `[[listeners]]\nname = "vm"\nlisten = "tcp://127.0.0.1:0"\ntarget = "tcp://127.0.0.1:${target.port}"\n`
    const config = toml(text)
    const { line, send } = start({ config })
    const { address } = await line({ message: "listening" })
    const port = portOf(String(address))

    writeFileSync(config, "[[listeners]\n")
    send("SIGHUP")
    expect(await line({ message: "configuration refused" })).toMatchObject({ name: config })
    await channel({ port }, "main")

    writeFileSync(config, `${text}allow = []\n`)
    send("SIGHUP")
    await line({ message: "configuration taken" })
    await rawClient(port)
    expect(await line({ message: "connection rejected" })).toMatchObject({ reason: "not-allowed" })
  })

  test("takes the file last that was there last, whichever was read first", async () => {
    const text = '[[listeners]]\nname = "vm"\nlisten = "tcp://127.0.0.1:0"\ntarget = "tcp://127.0.0.1:1"\n'
    const config = toml(text)
    const { line, lines, send } = start({ config })
    const { address } = await line({ message: "listening" })

    // The older file takes its time: a pipe that nobody has written yet.
    rmSync(config)
    execFileSync("mkfifo", [config])
    const older = openSync(config, "r+")
    send("SIGHUP")
    await until(() => descriptorsOf(config) === 2)
    const pipe = `${config}.pipe`
    renameSync(config, pipe)
    writeFileSync(config, `${text}allow = []\n`)
    send("SIGHUP")
    // As many turns as the newer file needs to overtake the older one, if it can.
    for (let turn = 0; turn < 1000; turn++) await new Promise((resolve) => setImmediate(resolve))
    writeFileSync(pipe, text)
    closeSync(older)

    await until(() => lines.filter(({ message }) => message === "configuration taken").length === 2)
    await rawClient(portOf(String(address)))
    expect(await line({ message: "connection rejected" })).toMatchObject({ reason: "not-allowed" })
  })

  test("has nothing to read again without a file", async () => {
    const { line, send } = start({ listen: "tcp://127.0.0.1:0", target: "tcp://127.0.0.1:1" })
    await line({ message: "listening" })
    send("SIGHUP")
    await line({ level: "warn", message: "nothing to read again: there is no --config" })
  })

  test("goes on where systemd cannot be notified", async () => {
    const { line } = start({ listen: "tcp://127.0.0.1:0", target: "tcp://127.0.0.1:1" }, { NOTIFY: "no such program" })
    expect(await line({ message: "systemd was not notified" })).toMatchObject({ reason: "no such program" })
  })
})
