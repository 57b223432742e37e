import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { readdirSync, readlinkSync } from "node:fs"
import { createServer, type Socket } from "node:net"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { expect, onTestFinished, test } from "vitest"
import { root } from "../../scripts/corpus.js"
import { channel, closing, portOf, rawClient, recordingLog, until } from "../relay/harness.js"
import { listeningServer } from "../relay/server.js"
import { place, temporaryFolder } from "./harness.js"

/** The program itself, as its own process. */
const timeout = 60_000

/** Starts the program behind a line of the shell's, and follows its log. */
const program = (shell: string, argv: readonly string[], descriptors: readonly number[] = []) => {
  const { PATH } = process.env
  const node = [process.execPath, "--import", "tsx", join(root, "src/cli/main.ts"), "relay", ...argv]
  const child: ChildProcess = spawn("sh", ["-c", `${shell} exec "$@"`, "sh", ...node], {
    cwd: root,
    env: { PATH },
    stdio: ["ignore", "pipe", "inherit", ...descriptors],
  })
  onTestFinished(() => void child.kill("SIGKILL"))
  const { log, line, lines } = recordingLog()
  if (child.stdout !== null)
    createInterface({ input: child.stdout }).on("line", (text) => {
      const { level, msg, ...fields } = JSON.parse(text)
      log(level, msg, fields)
    })
  const end = async (): Promise<unknown> => {
    child.kill("SIGTERM")
    const [code] = await once(child, "exit")
    return code
  }
  /** Has the configuration read again, and waits until it is taken. */
  const reload = async (): Promise<void> => {
    const taken = () => lines.filter(({ message }) => message === "configuration taken").length
    const before = taken()
    child.kill("SIGHUP")
    await until(() => taken() > before)
  }
  return { line, end, reload }
}

/** The sockets among this process' descriptors. */
const sockets = (): readonly number[] =>
  readdirSync("/proc/self/fd")
    .map(Number)
    .filter((descriptor) => {
      try {
        return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith("socket:")
      } catch {
        return false
      }
    })

/** A socket that listens, to be passed on. */
const passedSocket = async () => {
  const before = sockets()
  const passed = createServer().listen(0, "127.0.0.1")
  await once(passed, "listening")
  const [descriptor = -1, ...more] = sockets().filter((each) => !before.includes(each))
  expect(more).toEqual([])
  const address = passed.address()
  return { passed, descriptor, port: typeof address === "object" ? (address?.port ?? 0) : 0 }
}

test("a socket that systemd passes on is listened on", { timeout }, async () => {
  const server = await listeningServer()
  onTestFinished(() => server.close())
  const { passed, descriptor, port } = await passedSocket()
  const { line, end } = program(
    "LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=vm",
    ["--listen", "fd://vm", "--target", `tcp://127.0.0.1:${server.port}`],
    [descriptor],
  )
  await line({ message: "listening", address: "fd://vm" })
  passed.close()
  const client = await channel({ port }, "main")
  client.send(104)
  expect((await (await server.linked()).next()).type).toBe(104)
  client.close()
  expect(await end()).toBe(0)
})

test("a socket that systemd passes on comes back after a reload that dropped it", { timeout }, async () => {
  const server = await listeningServer()
  onTestFinished(() => server.close())
  const { passed, descriptor, port } = await passedSocket()
  const target = `target = "tcp://127.0.0.1:${server.port}"`
  const other = ["[[listeners]]", 'listen = "tcp://127.0.0.1:0"', 'name = "other"', target]
  const dropped = other.join("\n")
  const whole = [...other, "[[listeners]]", 'listen = "fd://vm"', target].join("\n")
  const file = place(join(temporaryFolder(), "relay.toml"), whole)
  const { line, end, reload } = program(
    "LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=vm",
    ["--config", file],
    [descriptor],
  )
  await line({ message: "listening", address: "fd://vm" })
  passed.close()
  for (let round = 0; round < 2; round++) {
    const client = await channel({ port }, "main")
    await server.linked()
    place(file, dropped)
    await reload()
    await closing(await rawClient(port))
    // What was open goes on.
    client.send(104)
    client.close()
    place(file, whole)
    await reload()
  }
  await channel({ port }, "main")
  expect(await end()).toBe(0)
})

test("a process without descriptors left goes on when there are some again", { timeout }, async () => {
  // Enough for the modules that are loaded at a time.
  const limit = 160
  const server = await listeningServer()
  onTestFinished(() => server.close())
  const { line, end } = program(`ulimit -n ${limit};`, [
    "--listen",
    "tcp://127.0.0.1:0",
    "--target",
    `tcp://127.0.0.1:${server.port}`,
  ])
  await line({ message: "limits.connections need more descriptors than there are", needed: 576, limit })
  const { address } = await line({ message: "listening" })
  const port = portOf(String(address))
  const flood: Socket[] = []
  for (let count = 0; count < 2 * limit; count++) flood.push(await rawClient(port))
  // Where none is left, the system's queue is emptied by closing what is in it, or it stays there.
  for (const socket of flood) socket.destroy()
  await Promise.all(flood.map(closing))
  const linked = async (): Promise<void> => {
    try {
      await channel({ port }, "main")
    } catch {
      // Those that were in the queue may still take what there is.
      await linked()
    }
  }
  await linked()
  expect(await end()).toBe(0)
})
