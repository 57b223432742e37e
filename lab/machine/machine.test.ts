import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"
import { describe, expect, test } from "vitest"
import { inLab, type Lab, type Monitored, versions } from "./watched.js"

/** What the guard knows of a machine from a real QEMU's monitor. */

for (const { version, why } of versions)
  if (why !== undefined) process.stderr.write(`lab: watches of QEMU ${version} are skipped, ${why}\n`)

/** Starts a source whose monitor nobody watches. */
const startSource = ({ start }: Lab, ...options: readonly string[]): Promise<Monitored> => start(options, "source")

/** How far a source's migration is. */
const statusOf = async (source: Monitored): Promise<string> => {
  const { status = "none" } = (await source.ask("query-migrate")) as { readonly status?: string }
  if (status === "failed") throw new Error("the migration has failed")
  return status
}

/** Moves a source's machine; resolves when the source has sent it. */
const move = async (source: Monitored, path: string): Promise<void> => {
  await source.ask("migrate", { uri: `unix:${path}` })
  while ((await statusOf(source)) !== "completed");
}

/** Sends what is no migration. */
const sendGarbage = async (path: string): Promise<void> => {
  const socket = connect(path).on("error", () => undefined)
  await once(socket, "connect")
  socket.end("garbage!".repeat(4096))
  socket.resume()
  // QEMU may end with bytes unread, which is an error that `once` would reject with.
  await new Promise((resolve) => socket.once("close", resolve))
}

/** Runs a job of QEMU's to its end. */
const runJob = async (qemu: Monitored, command: string, members: object): Promise<void> => {
  await qemu.ask(command, { ...members, "job-id": command })
  for (;;) {
    const jobs = (await qemu.ask("query-jobs")) as readonly { readonly status: string; readonly error?: string }[]
    const [job] = jobs
    if (job?.error !== undefined) throw new Error(job.error)
    if (job?.status === "concluded") break
  }
  await qemu.ask("job-dismiss", { id: command })
}

/** Passes bytes between a path of its own and another one, and can cut what it has. */
const passing = async (path: string, to: string) => {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    const other = connect(to)
    sockets.push(socket, other)
    for (const each of [socket, other]) each.on("error", () => undefined)
    socket.pipe(other).pipe(socket)
  })
  server.listen(path)
  await once(server, "listening")
  const cut = (): void => {
    for (const socket of sockets.splice(0)) socket.destroy()
  }
  return { cut, close: () => server.close() }
}

describe.each(versions)("of QEMU $version", (version) => {
  const { why } = version
  const each = (says: string, use: (lab: Lab) => Promise<void>) =>
    test.skipIf(why !== undefined)(says, () => inLab(version, use))

  each("a machine that waits for a source is awaited, and is there as soon as it has arrived", async (lab) => {
    const target = await lab.start(["-incoming", "defer"])
    const { tells } = lab.watch()
    await tells("awaited")
    await target.ask("migrate-incoming", { uri: `unix:${lab.path("migration")}` })
    await move(await startSource(lab), lab.path("migration"))
    await tells("awaited", "unknown", "runs")
  })

  each("a machine whose migration was on the command line is awaited", async (lab) => {
    await lab.start(["-incoming", "tcp:127.0.0.1:0"])
    await lab.watch().tells("awaited")
  })

  each("a machine that nothing has been made of yet is awaited", async (lab) => {
    await lab.start(["-preconfig", "-incoming", "defer"])
    await lab.watch().tells("awaited")
  })

  each("a machine that is reset, stopped or continued while it is awaited stays so", async (lab) => {
    const target = await lab.start(["-incoming", "defer"])
    const { tells } = lab.watch()
    await tells("awaited")
    for (const command of ["system_reset", "stop", "cont"]) await target.ask(command)
    target.kill("SIGKILL")
    await tells("awaited", "unknown")
  })

  test.skipIf(why !== undefined).each([
    { says: "whose target was started with -S", target: ["-S"], source: [], command: "cont" },
    { says: "that was paused", target: [], source: [], command: "stop" },
    { says: "that was never started", target: [], source: ["-S"], command: "stop" },
  ])("a machine $says arrives and stays so", ({ target, source, command }) =>
    inLab(version, async (lab) => {
      const path = lab.path("migration")
      await lab.start([...target, "-incoming", `unix:${path}`])
      const { tells } = lab.watch()
      await tells("awaited")
      const from = await startSource(lab, ...source)
      await from.ask(command)
      await move(from, path)
      await tells("awaited", "runs")
    }),
  )

  each("a target that tells of migrations is asked at once", async (lab) => {
    const target = await lab.start(["-S", "-incoming", "defer"])
    const { tells } = lab.watch()
    await tells("awaited")
    await target.ask("migrate-set-capabilities", { capabilities: [{ capability: "events", state: true }] })
    await target.ask("migrate-incoming", { uri: `unix:${lab.path("migration")}` })
    await move(await startSource(lab), lab.path("migration"))
    await tells("awaited", "unknown", "runs")
  })

  test.skipIf(why !== undefined)("a machine whose memory is still to come is there once it runs", ({ skip }) =>
    inLab(version, async (lab) => {
      const uri = `unix:${lab.path("migration")}`
      const target = await lab.start(["-incoming", "defer"])
      const source = await startSource(lab)
      const { tells } = lab.watch()
      await tells("awaited")
      const capabilities = [{ capability: "postcopy-ram", state: true }]
      // It needs userfaultfd(2), which not every kernel gives to everybody.
      const refused = await target.ask("migrate-set-capabilities", { capabilities }).then(() => undefined, String)
      skip(refused !== undefined, refused)
      await source.ask("migrate-set-capabilities", { capabilities })
      await target.ask("migrate-incoming", { uri })
      await source.ask("migrate", { uri })
      await source.ask("migrate-start-postcopy")
      await tells("awaited", "unknown", "runs")
    }),
  )

  each("a source is there, before a migration and after it", async (lab) => {
    await lab.start(["-incoming", `unix:${lab.path("migration")}`], "target")
    const source = await lab.start()
    const { tells, told } = lab.watch()
    await tells("runs")
    await move(source, lab.path("migration"))
    await source.ask("cont")
    expect(told).toEqual(["runs"])
  })

  each("a machine that was never to come and has not been started is there", async (lab) => {
    await lab.start(["-S"])
    await lab.watch().tells("runs")
  })

  each("a machine that goes back to a snapshot was there all the time", async (lab) => {
    const qemu = await lab.start()
    const { tells, told } = lab.watch()
    await tells("runs")
    const filename = lab.path("disk")
    await runJob(qemu, "blockdev-create", { options: { driver: "file", filename, size: 0 } })
    await qemu.ask("blockdev-add", { driver: "file", "node-name": "file", filename })
    await runJob(qemu, "blockdev-create", { options: { driver: "qcow2", file: "file", size: 0x1000000 } })
    await qemu.ask("blockdev-add", { driver: "qcow2", "node-name": "disk", file: "file" })
    const snapshot = { tag: "one", vmstate: "disk", devices: ["disk"] }
    await runJob(qemu, "snapshot-save", snapshot)
    await runJob(qemu, "snapshot-load", snapshot)
    expect(told).toEqual(["runs"])
  })

  each("a migration that fails ends QEMU, and the machine is unknown", async (lab) => {
    const target = await lab.start(["-incoming", `unix:${lab.path("migration")}`])
    const { tells } = lab.watch()
    await tells("awaited")
    await sendGarbage(lab.path("migration"))
    await target.ended
    await tells("awaited", "unknown")
  })

  each("a migration that is cancelled ends it as well", async (lab) => {
    const uri = `unix:${lab.path("migration")}`
    await lab.start(["-incoming", uri])
    const { tells } = lab.watch()
    await tells("awaited")
    const source = await startSource(lab)
    await source.ask("migrate-set-parameters", { "max-bandwidth": 4096 })
    await source.ask("migrate", { uri })
    while ((await statusOf(source)) !== "active");
    await source.ask("migrate_cancel")
    await tells("awaited", "unknown")
  })

  each("a process that takes the place of another one is known for it", async (lab) => {
    const first = await lab.start(["-incoming", "defer"])
    const { tells } = lab.watch()
    await tells("awaited")
    first.kill("SIGKILL")
    await tells("awaited", "unknown")
    await lab.start()
    await tells("awaited", "unknown", "restarted", "unknown", "runs")
  })

  each("a connection that is cut leads to the same process again", async (lab) => {
    await lab.start(["-incoming", "defer", "-smp", "2"])
    const proxy = await passing(lab.path("proxy"), lab.path("qmp"))
    const { tells } = lab.watch({ scheme: "unix", path: lab.path("proxy") })
    await tells("awaited")
    proxy.cut()
    await tells("awaited", "unknown", "awaited")
    proxy.close()
  })

  each("a QEMU that hangs leaves the machine unknown until it goes on", async (lab) => {
    const target = await lab.start(["-incoming", "defer"])
    const { tells } = lab.watch()
    await tells("awaited")
    target.kill("SIGSTOP")
    await tells("awaited", "unknown")
    target.kill("SIGCONT")
    await tells("awaited", "unknown", "awaited")
  })

  each("a QEMU that is started later is found", async (lab) => {
    const { tells } = lab.watch()
    await lab.start(["-incoming", "defer"])
    await tells("awaited")
  })

  each("a machine of 255 processors is known", async (lab) => {
    await lab.start(["-machine", "q35", "-smp", "255", "-incoming", "defer"])
    await lab.watch().tells("awaited")
  })

  each("a monitor that speaks with somebody else says nothing", async (lab) => {
    const target = await lab.start(["-incoming", "defer"])
    const somebody = connect(lab.path("qmp"))
    await once(somebody, "data")
    const { tells, told } = lab.watch()
    for (let count = 0; count < 100; count++) await target.ask("query-status")
    expect(told).toEqual([])
    somebody.destroy()
    await tells("awaited")
  })
})

describe.skipIf(versions[1]?.why !== undefined)("of QEMU 10.0 that outlives a migration that fails", () => {
  test("the machine stays awaited, and never comes", async () => {
    const [, version] = versions
    if (version === undefined) throw new Error("no version")
    await inLab(version, async (lab) => {
      const target = await lab.start(["-incoming", "defer"])
      const { tells, told } = lab.watch()
      await tells("awaited")
      const uri = `unix:${lab.path("migration")}`
      await target.ask("migrate-incoming", { uri, "exit-on-error": false })
      await sendGarbage(lab.path("migration"))
      await expect(target.ask("migrate-incoming", { uri })).rejects.toThrow("already been started")
      expect(told).toEqual(["awaited"])
    })
  })
})
