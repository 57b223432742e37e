import { createServer } from "node:net"
import { budgetOf } from "../../src/relay/budget.js"
import { systemClock } from "../../src/relay/clock.js"
import { relayConnection } from "../../src/relay/connection.js"
import type { Inspector, Outlet } from "../../src/relay/inspection.js"
import { connecting } from "../../src/relay/target.js"

/** This package's relay with an inspector that looks at nothing: `unframed.js PORT TARGET`. What framing costs shows beside it. */
const [port, target] = process.argv.slice(2).map(Number)

const passing = ({ forward, linked }: Outlet): Inspector => ({
  fromClient: (bytes) => {
    forward(bytes)
    return bytes.length
  },
  isHolding: () => false,
  fromServer: () => linked(),
  closed: () => undefined,
})

const connect = connecting({
  target: { scheme: "tcp", host: "127.0.0.1", port: target ?? 0 },
  targetTls: { ca: undefined, subject: undefined },
} as Parameters<typeof connecting>[0])

const budget = budgetOf(0x10000000)
const limits = { connections: 1e6, connectionsBySource: 1e6, handshake: 10_000, idle: undefined, closing: 10_000 }

createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: false }, (client) => {
  relayConnection(client, {
    connect,
    inspect: passing,
    tell: () => undefined,
    limits,
    clock: systemClock,
    budget,
    traffic: { fromClient: 0, fromServer: 0 },
    troubled: () => undefined,
    abandoned: () => undefined,
    closed: () => undefined,
  })
}).listen(port, "127.0.0.1", 8192)
