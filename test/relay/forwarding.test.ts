import { randomBytes } from "node:crypto"
import { expect, test } from "vitest"
import { words } from "../../lab/client/words.js"
import { channel, guarded } from "./harness.js"

test("messages pass in both directions", async () => {
  const relay = await guarded()
  const main = await channel(relay, "main")
  const server = await relay.server.linked()
  expect(server).toMatchObject({ channelType: 1, channelId: 0, connectionId: 0, mini: true })
  main.send(104)
  main.send(105, words(1))
  expect(await server.next()).toEqual({ type: 104, payload: Buffer.alloc(0) })
  expect(await server.next()).toEqual({ type: 105, payload: words(1) })
  const payload = randomBytes(3 << 20)
  server.send(109, payload)
  expect((await main.receive(109)).payload.equals(payload)).toBe(true)
})
