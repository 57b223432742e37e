import { once } from "node:events"
import { lstatSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs"
import { connect, createServer, type Server } from "node:net"
import { basename, dirname, join } from "node:path"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, onTestFinished, test } from "vitest"
import { accessOf, type SocketConfiguration } from "../../../src/relay/config/access.js"
import type { ListenerConfiguration } from "../../../src/relay/config/configuration.js"
import { type Relay, startRelay } from "../../../src/relay/relay.js"
import { temporaryFolder } from "../../cli/harness.js"
import { right } from "../harness.js"
import { listeningServer } from "../server.js"

const configuration = (path: string, listener: Partial<ListenerConfiguration> = {}) => ({
  listeners: [{ name: "vm", listen: `unix://${path}`, target: "tcp://127.0.0.1:1", ...listener }],
})

const started = async (path: string, socket?: SocketConfiguration): Promise<Relay> => {
  const relay = right(await startRelay(configuration(path, socket === undefined ? {} : { socket })))
  onTestFinished(() => relay.close(0))
  return relay
}

const reasonOf = async (path: string, socket?: SocketConfiguration): Promise<string | undefined> => {
  const result = await startRelay(configuration(path, socket === undefined ? {} : { socket }))
  if (E.isRight(result)) await result.right.close(0)
  return E.isLeft(result) ? result.left[0]?.reason : undefined
}

const modeOf = (path: string): string => (lstatSync(path).mode & 0o7777).toString(8)

/** Whether somebody takes connections on a path. */
const answers = async (path: string): Promise<boolean> => {
  const socket = connect({ path })
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false))
  }).then((does) => {
    socket.destroy()
    return does === true
  })
}

/** A server of somebody else's. */
const other = async (path: string): Promise<Server> => {
  const server = createServer((socket) => socket.on("error", () => undefined).resume()).listen(path)
  await once(server, "listening")
  onTestFinished(() => void server.close())
  return server
}

/** Leaves a socket behind on which nobody listens, as a crash does. */
const leaveStale = async (path: string): Promise<void> => {
  const server = await other(`${path}.first`)
  renameSync(`${path}.first`, path)
  server.close()
  await once(server, "close")
}

const underUmask = async (umask: number, act: () => Promise<void>): Promise<void> => {
  const before = process.umask(umask)
  try {
    await act()
  } finally {
    process.umask(before)
  }
}

const user = process.getuid?.() ?? -1

describe("a unix socket", () => {
  test.each([
    [0o000, undefined, "600"],
    [0o777, undefined, "600"],
    [0o000, "0660", "660"],
    [0o077, "666", "666"],
  ])("has, under the umask %i and with the mode %s, the mode %s", (umask, mode, expected) =>
    underUmask(umask, async () => {
      const path = join(temporaryFolder(), "vm.sock")
      await started(path, mode === undefined ? undefined : { mode })
      expect(modeOf(path)).toBe(expected)
    }),
  )

  test("is the same for metrics", async () => {
    const folder = temporaryFolder()
    const [path, metrics] = [join(folder, "vm"), join(folder, "metrics")]
    const relay = right(
      await startRelay({ ...configuration(path), metrics: `unix://${metrics}`, metricsSocket: { mode: "0606" } }),
    )
    onTestFinished(() => relay.close(0))
    expect(modeOf(metrics)).toBe("606")
    await relay.close(0)
    expect(readdirSync(folder)).toEqual([])
  })

  test("leaves nothing beside it, and goes when the relay does", async () => {
    const path = join(temporaryFolder(), "vm.sock")
    const relay = await started(path)
    expect(readdirSync(dirname(path))).toEqual([basename(path)])
    expect(await answers(path)).toBe(true)
    await relay.close(0)
    expect(readdirSync(dirname(path))).toEqual([])
  })

  test("may have as long a path as the kernel takes, and the folder of its own no longer one", async () => {
    const folder = temporaryFolder()
    const path = join(folder, "x".repeat(107 - Buffer.byteLength(folder) - 1))
    const server = await listeningServer()
    onTestFinished(() => server.close())
    await started(path)
    expect(readdirSync(folder)).toEqual([basename(path)])
    expect(await answers(path)).toBe(true)
  })

  test("belongs to whom its configuration says, or does not start", async () => {
    const path = join(temporaryFolder(), "vm.sock")
    const socket = { owner: "1", group: "2" }
    if (user !== 0) {
      expect(await reasonOf(path, socket)).toContain("EPERM")
      expect(readdirSync(dirname(path))).toEqual([])
      return
    }
    await started(path, socket)
    expect(lstatSync(path)).toMatchObject({ uid: 1, gid: 2 })
  })

  test.each([{ owner: "nobody-of-this-name" }, { group: "nobody-of-this-name" }])("is refused for %j", async (socket) =>
    expect(await reasonOf(join(temporaryFolder(), "vm"), socket)).toContain("has no nobody-of-this-name"),
  )

  test("of names has their numbers, and this process' where none is named", () => {
    expect(accessOf({ owner: "root", group: "root" })).toEqual({ mode: 0o600, owner: 0, group: 0 })
    expect(accessOf({ mode: "0660", owner: "12", group: "4294967294" })).toEqual({
      mode: 0o660,
      owner: 12,
      group: 4294967294,
    })
    expect(accessOf()).toEqual({ mode: 0o600, owner: -1, group: -1 })
  })
})

describe("a path that is taken", () => {
  test("by a socket on which nobody listens is taken over", async () => {
    const path = join(temporaryFolder(), "vm.sock")
    await leaveStale(path)
    expect(await answers(path)).toBe(false)
    await started(path)
    expect(await answers(path)).toBe(true)
    expect(readdirSync(dirname(path))).toEqual([basename(path)])
  })

  test("by somebody who listens is refused, and theirs stays", async () => {
    const path = join(temporaryFolder(), "vm.sock")
    await other(path)
    expect(await reasonOf(path)).toContain("somebody listens there already")
    expect(await answers(path)).toBe(true)
    expect(readdirSync(dirname(path))).toEqual([basename(path)])
  })

  test.each([
    ["a file", (path: string) => writeFileSync(path, "kept")],
    ["a folder", (path: string) => mkdirSync(path)],
    ["a link, wherever it leads", (path: string) => symlinkSync("/nowhere", path)],
  ])("by %s is refused, and it stays", async (_, place) => {
    const path = join(temporaryFolder(), "vm.sock")
    place(path)
    const before = lstatSync(path)
    expect(await reasonOf(path)).toContain("is no socket")
    expect(lstatSync(path)).toMatchObject({ ino: before.ino, mode: before.mode })
    expect(readdirSync(dirname(path))).toEqual([basename(path)])
  })

  test("in a folder that is missing is told", async () =>
    expect(await reasonOf(join(temporaryFolder(), "missing/vm.sock"))).toContain("ENOENT"))

  test("is one relay's of several that want it at once, left behind or not", async () => {
    for (const prepare of [leaveStale, async () => undefined]) {
      const path = join(temporaryFolder(), "vm.sock")
      await prepare(path)
      const all = await Promise.all(Array.from({ length: 8 }, () => startRelay(configuration(path))))
      const relays = all.flatMap((each) => (E.isRight(each) ? [each.right] : []))
      expect(relays).toHaveLength(1)
      expect(await answers(path)).toBe(true)
      await Promise.all(relays.map((relay) => relay.close(0)))
      expect(readdirSync(dirname(path))).toEqual([])
    }
  })
})

test("a file that is another's by now stays when the relay closes, however often it does", async () => {
  const path = join(temporaryFolder(), "vm.sock")
  const relay = await started(path)
  renameSync(path, `${path}.moved`)
  await other(path)
  await relay.close(0)
  await relay.close(0)
  expect(await answers(path)).toBe(true)
})
