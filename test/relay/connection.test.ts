import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"
import { describe, expect, onTestFinished, test } from "vitest"
import { relayConnection } from "../../src/relay/connection.js"
import type { Inspector, Outlet } from "../../src/relay/inspect/interface.js"
import { monitored } from "../../src/relay/inspect/monitor.js"
import { budgetOf } from "../../src/relay/read-buffer.js"
import { closing, manualClock, rawClient, until } from "./harness.js"

/** A server on a free port, and its connections as they come. */
const listening = async () => {
  const server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(() => void server.close())
  const address = server.address()
  const port = typeof address === "object" ? (address?.port ?? 0) : 0
  const next = async (): Promise<Socket> => {
    const [socket]: Socket[] = await once(server, "connection")
    if (socket === undefined) throw new Error("no connection")
    socket.on("error", () => undefined)
    onTestFinished(() => void socket.destroy())
    return socket
  }
  return { port, next }
}

const passing =
  (changes: Partial<Inspector> = {}) =>
  (outlet: Outlet): Inspector => ({
    fromClient: outlet.forward,
    proceed: () => undefined,
    isHolding: () => false,
    unread: () => 0,
    fromServer: (bytes) => [bytes],
    left: outlet.end,
    closed: () => undefined,
    ...changes,
  })

/** A connection that is relayed with an inspector of one's own. */
const relayed = async (inspect: (outlet: Outlet) => Inspector) => {
  const [front, back] = [await listening(), await listening()]
  const clock = manualClock()
  const troubles: unknown[] = []
  const accepted = front.next()
  const client = await rawClient(front.port)
  const toTarget = back.next()
  const closed = new Promise<void>((resolve) => {
    accepted.then((socket) =>
      relayConnection(socket, {
        connect: (onread) => connect({ host: "127.0.0.1", port: back.port, allowHalfOpen: true, onread }),
        inspect,
        tell: () => undefined,
        quarantine: () => undefined,
        recording: { passed: () => undefined, closed: () => undefined },
        limits: {
          connections: 1,
          connectionsBySource: 1,
          handshaking: 1,
          handshakingBySource: 1,
          handshakeSeconds: 1,
          idleSeconds: undefined,
          closingSeconds: 1,
        },
        clock,
        budget: budgetOf(0),
        traffic: { fromClient: 0, fromServer: 0 },
        troubled: (ending, error) => troubles.push([ending, error]),
        authenticated: () => undefined,
        abandoned: () => undefined,
        closed: resolve,
      }),
    )
  })
  return { client, toTarget, clock, troubles, closed }
}

const bug = new Error("a bug of ours")
const fail = (): never => {
  throw bug
}

describe("an inspector that throws", () => {
  test.each([
    ["on a client's bytes", { fromClient: fail }],
    ["on a server's bytes", { fromServer: fail }],
    ["when it judges", { proceed: fail }],
    ["when it is asked whether it holds", { isHolding: fail }],
    ["when it is asked what it has not judged", { unread: fail }],
  ])("%s ends its connection and leaves nothing behind", async (_, changes) => {
    const { client, toTarget, clock, troubles, closed } = await relayed(passing(changes))
    toTarget.then((target) => target.write("hello")).catch(() => undefined)
    client.write("hello")
    await closing(client)
    await closed
    expect(troubles).toEqual([["internal-error", bug]])
    expect(clock.timers()).toBe(0)
  })
})

const outletOf = (forwarded: Uint8Array[]): Outlet => ({
  forward: (bytes) => void forwarded.push(bytes),
  release: () => undefined,
  refuse: () => undefined,
  send: () => undefined,
  end: () => undefined,
  unblock: () => undefined,
  linked: () => undefined,
  tell: () => undefined,
  quarantine: () => undefined,
})

describe("a client that holds its server up", () => {
  const unblocking = () => {
    let unblock = (): void => {}
    const inspect = (outlet: Outlet): Inspector => {
      unblock = outlet.unblock
      return passing()(outlet)
    }
    return { inspect, unblock: () => unblock() }
  }

  test("is let go of if it does not read what the server says", async () => {
    const { inspect, unblock } = unblocking()
    const { client, toTarget, troubles, closed } = await relayed(inspect)
    client.pause()
    client.write("hello")
    const target = await toTarget
    target.resume().once("end", () => target.end())
    target.write(Buffer.alloc(64 << 20))
    await until(() => {
      unblock()
      return troubles.length > 0
    })
    expect(troubles).toEqual([["client-stalled", undefined]])
    await closed
    await closing(client)
  })

  test("is kept if it reads", async () => {
    const { inspect, unblock } = unblocking()
    const { client, toTarget, troubles } = await relayed(inspect)
    client.write("hello")
    const target = await toTarget
    const answered = once(client, "data")
    target.write("hello")
    await answered
    unblock()
    expect(troubles).toEqual([])
    client.write("again")
    await once(target, "data")
  })
})

describe("monitor mode", () => {
  test("forwards although its inspector throws, and asks it no more", () => {
    const forwarded: Uint8Array[] = []
    const failures: unknown[] = []
    let asked = 0
    const inspect = () =>
      passing({
        fromClient: () => {
          asked++
          return fail()
        },
      })(outletOf([]))
    const inspector = monitored(outletOf(forwarded), inspect, (error) => failures.push(error))
    for (const text of ["a", "b"]) inspector.fromClient(Buffer.from(text))
    expect(Buffer.concat(forwarded).toString()).toBe("ab")
    expect({ asked, failures }).toEqual({ asked: 1, failures: [bug] })
  })

  test("keeps only so much for an inspector that waits", () => {
    const forwarded: Uint8Array[] = []
    const failures: unknown[] = []
    let unread = 0
    const keep = (): void => {
      unread += 257
    }
    const inspect = () => passing({ fromClient: keep, unread: () => unread })(outletOf([]))
    const inspector = monitored(outletOf(forwarded), inspect, (error) => failures.push(error))
    for (let count = 0; count < 10_000; count++) inspector.fromClient(Buffer.alloc(1))
    expect(forwarded).toHaveLength(10_000)
    expect(failures).toHaveLength(1)
  })

  test("judges what waited in order, once it is released", () => {
    const calls: string[] = []
    let release = () => {}
    const inspector = monitored(
      outletOf([]),
      (shadow) => {
        release = shadow.release
        return passing({
          fromClient: (bytes) => void calls.push(Buffer.from(bytes).toString()),
          proceed: () => void calls.push("proceed"),
        })(shadow)
      },
      fail,
    )
    for (const text of ["ab", "c"]) inspector.fromClient(Buffer.from(text))
    release()
    expect(calls).toEqual(["ab", "proceed", "c", "proceed", "proceed"])
  })
})
