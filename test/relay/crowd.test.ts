import type { Socket } from "node:net"
import { expect, test } from "vitest"
import { linkMessageOf } from "../../lab/client/link.js"
import { channel, closing, connectionCount, guarded, metricsOf, rawClient } from "./harness.js"

const link = linkMessageOf({ channel: "main", id: 0, connectionId: 0 })

/** Loopback's addresses, each a source of its own. */
const sources = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `127.0.1.${index + 1}`)

/** Connects until the relay closes what comes, and keeps what it does not; says a link message or nothing. */
const crowd = async (
  port: number,
  from: readonly string[],
  each: number,
  said: Uint8Array,
): Promise<readonly Socket[]> => {
  const all = from.flatMap((source) => Array.from({ length: each }, () => source))
  const sockets = await Promise.all(all.map((source) => rawClient(port, source)))
  for (const socket of sockets) {
    void closing(socket)
    if (said.length > 0) socket.write(said)
  }
  return sockets
}

const timeout = 30_000

test.each([
  ["nothing", new Uint8Array()],
  ["a link message", link],
])(
  "beside 30 sources that want 24 places each and say %s, whoever is in and whoever is new links",
  {
    timeout,
  },
  async (_, said) => {
    const relay = await guarded({ limits: { connections: 256, connectionsBySource: 64 } })
    await channel({ ...relay, from: "127.0.0.2" }, "main")
    const strangers = await crowd(relay.port, sources(30), 24, said)
    const kept = () => strangers.filter(({ destroyed }) => !destroyed).length
    while ((await connectionCount(relay)) - 1 !== kept()) await new Promise((resolve) => setImmediate(resolve))
    const before = kept()
    // Half of 64 are for all of them, and of the others each gets one.
    expect(before).toBeGreaterThanOrEqual(32)
    expect(before).toBeLessThanOrEqual(60)
    const metrics = await metricsOf(relay.relay.metricsAddress())
    const reason = 'listener="vm",reason="handshake-limit"'
    expect(metrics.get(`migration_guard_rejected_connections_total{${reason}}`)).toBe(strangers.length - before)

    for (let count = 0; count < 40; count++) await channel({ ...relay, from: "127.0.0.2" }, "main")
    for (let client = 0; client < 40; client++) {
      const main = await channel({ ...relay, from: "127.0.0.3" }, "main")
      main.close()
      await main.ended
    }
    expect(kept()).toBe(before)
  },
)

test("one that has as many sources as there are places keeps strangers out, and nobody else", { timeout }, async () => {
  const relay = await guarded({ limits: { connections: 256 } })
  await channel({ ...relay, from: "127.0.0.2" }, "main")
  await crowd(relay.port, sources(70), 1, link)
  await closing(await rawClient(relay.port, "127.0.0.3"))
  for (let count = 0; count < 40; count++) await channel({ ...relay, from: "127.0.0.2" }, "main")
})
