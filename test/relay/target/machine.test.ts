import { describe, expect, onTestFinished, test } from "vitest"
import type { Address } from "../../../src/relay/config/address.js"
import { type Machine, watchMachine } from "../../../src/relay/target/machine.js"
import { manualClock, until } from "../harness.js"
import { qmpServer } from "../qmp-server.js"

/** A watch whose time goes by hand, and all that it told. */
const watching = (address: Address) => {
  const clock = manualClock()
  /** How long was waited for something, each time. */
  const waits: number[] = []
  const after: typeof clock.after = (milliseconds, action) => {
    waits.push(milliseconds)
    return clock.after(milliseconds, action)
  }
  const told: (Machine | "restarted")[] = []
  const watch = watchMachine(address, { now: clock.now, after }, (machine, restarted) => {
    told.push(machine, ...(restarted ? (["restarted"] as const) : []))
  })
  onTestFinished(() => watch.close())
  return {
    clock,
    waits,
    told,
    machine: watch.machine,
    close: watch.close,
    becomes: (machine: Machine) => until(() => watch.machine() === machine),
  }
}

const served = async () => {
  const server = await qmpServer()
  return { server, ...watching({ scheme: "unix", path: server.path }) }
}

/** A watch that was told the first status. */
const begun = async (status: string, ...threads: readonly number[]) => {
  const watch = await served()
  const peer = await watch.server.connection()
  await peer.begin(...(threads.length === 0 ? [100] : threads))
  await peer.status(status)
  await watch.becomes(status === "inmigrate" ? "awaited" : "runs")
  return { ...watch, peer }
}

/** How long an answer may take at most. */
const minute = 60_000

describe("a machine", () => {
  test("is unknown until QEMU has answered", async () => {
    const { server, machine, told, becomes } = await served()
    expect(machine()).toBe("unknown")
    const peer = await server.connection()
    await peer.begin(100)
    expect(machine()).toBe("unknown")
    await peer.status("inmigrate")
    await becomes("awaited")
    expect(told).toEqual(["awaited"])
  })

  // All of QEMU's RunState but inmigrate.
  test.each([
    ...["colo", "debug", "finish-migrate", "guest-panicked", "internal-error", "io-error", "paused", "postmigrate"],
    ...["prelaunch", "restore-vm", "running", "save-vm", "shutdown", "suspended", "watchdog"],
  ])("that is %s is there", async (status) => {
    const { told } = await begun(status)
    expect(told).toEqual(["runs"])
  })

  test("that runs though it is awaited is there", async () => {
    const { server, told, becomes } = await served()
    const peer = await server.connection()
    await peer.begin(100)
    await peer.status("inmigrate", true)
    await becomes("runs")
    expect(told).toEqual(["runs"])
  })

  test("that arrives is awaited no more as soon as QEMU says so", async () => {
    const { peer, told, becomes } = await begun("inmigrate")
    peer.event("RESUME")
    await becomes("unknown")
    await peer.status("running")
    await becomes("runs")
    expect(told).toEqual(["awaited", "unknown", "runs"])
  })

  test.each([
    ["STOP", undefined],
    ["MIGRATION", { status: "completed" }],
  ])("may have arrived at %s", async (event, data) => {
    const { peer, becomes, told } = await begun("inmigrate")
    peer.event(event, data)
    await becomes("unknown")
    await peer.status("paused")
    await becomes("runs")
    expect(told).toEqual(["awaited", "unknown", "runs"])
  })

  test.each([
    ["SPICE_CONNECTED", {}],
    ["RESET", { guest: false }],
    ["MIGRATION", { status: "setup" }],
    ["MIGRATION", undefined],
    ["MIGRATION", ["completed"]],
  ])("stays awaited at %s %j", async (event, data) => {
    const { peer, clock, told, becomes } = await begun("inmigrate")
    peer.event(event, data)
    clock.advance(100)
    await peer.status("inmigrate")
    peer.event("RESUME")
    await peer.status("running")
    await becomes("runs")
    expect(told).toEqual(["awaited", "unknown", "runs"])
  })

  test("that arrives paused, of which there is no event, is found out at the next question", async () => {
    const { peer, clock, told, becomes } = await begun("inmigrate")
    clock.advance(100)
    await peer.status("paused")
    await becomes("runs")
    expect(told).toEqual(["awaited", "runs"])
  })

  test("is not awaited by an answer from before the arrival", async () => {
    const { peer, clock, told, becomes } = await begun("inmigrate")
    clock.advance(100)
    const { id } = await peer.command()
    peer.event("RESUME")
    peer.say({ return: { status: "inmigrate", running: false }, id })
    await peer.status("running")
    await becomes("runs")
    expect(told).toEqual(["awaited", "unknown", "runs"])
  })

  test("is asked for one thing at a time, whenever it arrives", async () => {
    const { server, told, becomes } = await served()
    const peer = await server.connection()
    peer.greet()
    await peer.answer("qmp_capabilities", {})
    const { id } = await peer.command()
    peer.event("RESUME")
    peer.say({ return: [], id })
    await peer.status("running")
    await becomes("runs")
    expect(told).toEqual(["runs"])
  })

  test("is asked for once at a flood of events, and once more behind it", async () => {
    const { peer, told, becomes, server } = await begun("inmigrate")
    peer.event("RESUME")
    const { id } = await peer.command()
    for (let count = 0; count < 1000; count++) peer.event("RESUME")
    peer.say({ return: { status: "inmigrate", running: false }, id })
    await peer.status("running")
    await becomes("runs")
    expect(told).toEqual(["awaited", "unknown", "runs"])
    expect(server.connections()).toBe(1)
  })

  test("that runs is asked for every second", async () => {
    const { peer, clock, told, becomes } = await begun("prelaunch")
    clock.advance(1000)
    await peer.status("inmigrate")
    await becomes("awaited")
    expect(told).toEqual(["runs", "awaited"])
  })

  test("that runs is not asked for at events", async () => {
    const { peer, clock, told } = await begun("running")
    peer.event("STOP")
    peer.event("RESUME")
    clock.advance(1000)
    await peer.status("running")
    expect(told).toEqual(["runs"])
  })

  test("is told of no more once the watch is closed", async () => {
    const { peer, machine, told, close, clock } = await begun("inmigrate")
    close()
    await peer.closed
    expect(machine()).toBe("unknown")
    expect(told).toEqual(["awaited"])
    await until(() => clock.timers() === 0)
  })

  test("is told of no more once the watch is closed by who is told", async () => {
    const server = await qmpServer()
    const clock = manualClock()
    const watch = watchMachine({ scheme: "unix", path: server.path }, clock, () => watch.close())
    const peer = await server.connection()
    await peer.begin(100)
    await peer.status("inmigrate")
    await peer.closed
    await until(() => clock.timers() === 0)
    expect(server.connections()).toBe(1)
  })

  test("is found over TCP", async () => {
    const { createServer } = await import("node:net")
    const server = createServer()
    server.listen(0, "127.0.0.1")
    onTestFinished(() => void server.close())
    await until(() => server.listening)
    const address = server.address()
    if (address === null || typeof address === "string") throw new Error("no port")
    const { machine } = watching({ scheme: "tcp", host: "127.0.0.1", port: address.port })
    await new Promise((resolve) => server.once("connection", resolve))
    expect(machine()).toBe("unknown")
  })
})

describe("a QEMU that is slow", () => {
  test("leaves it unknown after a second", async () => {
    const { clock, peer, machine, told } = await begun("inmigrate")
    clock.advance(100)
    await peer.command()
    clock.advance(999)
    expect(machine()).toBe("awaited")
    clock.advance(1)
    expect(told).toEqual(["awaited", "unknown"])
  })

  test("is asked again when its answer is late, and not believed", async () => {
    const { clock, peer, told, becomes } = await begun("inmigrate")
    clock.advance(100)
    const { id } = await peer.command()
    clock.advance(1000)
    peer.say({ return: { status: "inmigrate", running: false }, id })
    await peer.status("running")
    await becomes("runs")
    expect(told).toEqual(["awaited", "unknown", "runs"])
  })

  test("is left after a minute, and tried again", async () => {
    const { clock, peer, server, told } = await begun("running")
    clock.advance(1000)
    await peer.command()
    clock.advance(minute)
    await peer.closed
    await until(() => clock.timers() === 1)
    clock.advance(100)
    await server.connection()
    expect(told).toEqual(["runs", "unknown"])
  })

  test("is left when it does not greet for a minute", async () => {
    const { server, clock, told } = await served()
    const peer = await server.connection()
    clock.advance(minute - 1)
    expect(peer.socket.readableEnded).toBe(false)
    clock.advance(1)
    await peer.closed
    expect(told).toEqual([])
  })
})

describe("a guard that was stopped itself", () => {
  test("believes no answer from before", async () => {
    const { clock, peer, machine } = await begun("inmigrate")
    clock.advance(2100)
    expect(machine()).toBe("awaited")
    clock.advance(1)
    expect(machine()).toBe("unknown")
    await peer.status("inmigrate")
    await until(() => machine() === "awaited")
  })
})

describe("a connection that ends", () => {
  test("leaves the machine unknown at once, until there is another one", async () => {
    const { clock, peer, server, told, becomes } = await begun("inmigrate", 100, 101)
    peer.socket.destroy()
    await becomes("unknown")
    clock.advance(100)
    const next = await server.connection()
    await next.begin(101, 100)
    await next.status("inmigrate")
    await becomes("awaited")
    expect(told).toEqual(["awaited", "unknown", "awaited"])
  })

  /** The next pauses before attempts; all but the last one have passed then. */
  const pausesOf = async ({ waits, clock }: ReturnType<typeof watching>, count: number) => {
    const known = waits.length
    const pauses = () => waits.slice(known).filter((wait) => wait < minute)
    for (let attempt = 1; attempt <= count; attempt++) {
      await until(() => pauses().length >= attempt)
      if (attempt < count) clock.advance(pauses()[attempt - 1] ?? 0)
    }
    return pauses()
  }

  test("is tried again later and later, up to a second", async () => {
    const { server, ...watch } = await begun("running")
    await server.stop()
    expect(await pausesOf(watch, 6)).toEqual([100, 200, 400, 800, 1000, 1000])
    await server.start()
    watch.clock.advance(1000)
    await server.connection()
  })

  test("is tried again soon after one that lasted", async () => {
    const { server, ...watch } = await begun("running")
    await server.stop()
    await pausesOf(watch, 6)
    await server.start()
    watch.clock.advance(1000)
    const peer = await server.connection()
    watch.clock.advance(1000)
    peer.socket.destroy()
    expect(await pausesOf(watch, 1)).toEqual([100])
  })
})

describe("a process", () => {
  /** What is told when a connection ends and another one shows these threads. */
  const toldOf = async (before: readonly number[], ...after: readonly (readonly number[])[]) => {
    const { clock, server, told, becomes, ...first } = await begun("running", ...before)
    let { peer } = first
    for (const threads of after) {
      peer.socket.destroy()
      await becomes("unknown")
      clock.advance(1000)
      peer = await server.connection()
      await peer.begin(...threads)
      await peer.status("running")
      await becomes("runs")
    }
    return told.slice(1)
  }

  test("is another one where none of its processors' threads is left", async () => {
    expect(await toldOf([100, 101], [200, 201])).toEqual(["unknown", "unknown", "restarted", "runs"])
  })

  test.each([
    ["has the same threads", [[100, 101]]],
    ["has lost a processor", [[100]]],
    ["has got another processor", [[100, 101, 200]]],
    ["tells no threads", [[]]],
    ["told none in between, so that it may be the one from then", [[], [200]]],
  ])("is not said to be another one where it %s", async (_, after) => {
    expect(await toldOf([100, 101], ...after)).not.toContain("restarted")
  })

  test.each([
    ["an error", { error: { class: "GenericError", desc: "not now" } }],
    ["nothing", { return: null }],
    ["an object", { return: { "thread-id": 200 } }],
    ["a list of nothing", { return: [null, 1, "x", []] }],
    ["threads that are none", { return: [{ "thread-id": "200" }, { "thread-id": 1.5 }, { "thread-id": null }, {}] }],
  ])("is not said to be another one for %s in place of its threads", async (_, answer) => {
    const { clock, server, peer, told, becomes } = await begun("running")
    peer.socket.destroy()
    await becomes("unknown")
    clock.advance(100)
    const next = await server.connection()
    next.greet()
    await next.answer("qmp_capabilities", {})
    const { id } = await next.command()
    next.say({ ...answer, id })
    await next.status("running")
    await becomes("runs")
    expect(told).toEqual(["runs", "unknown", "runs"])
  })
})

describe("a status that is none", () => {
  test.each([
    ["an error", { error: { class: "GenericError", desc: "inmigrate" } }],
    ["a list", { return: ["inmigrate"] }],
    ["a text", { return: "inmigrate" }],
    ["nothing", { return: null }],
    ["an object without one", { return: { running: false } }],
    ["an object with a prototype", { return: JSON.parse('{"__proto__":{"status":"inmigrate","running":false}}') }],
    ["a list for the status", { return: { status: ["inmigrate"], running: false } }],
  ])("leaves the machine unknown: %s", async (_, answer) => {
    const { clock, peer, told, becomes } = await begun("inmigrate")
    clock.advance(100)
    const { id } = await peer.command()
    peer.say({ ...answer, id })
    await becomes("unknown")
    clock.advance(1000)
    await peer.status("inmigrate")
    await becomes("awaited")
    expect(told).toEqual(["awaited", "unknown", "awaited"])
  })
})
