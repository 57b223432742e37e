import { expect, test } from "vitest"
import { defaultReceiver } from "../../src/index.js"
import type { Decision } from "../../src/session/index.js"
import { displayOf, genuine, sceneOf, types, word } from "./scene.js"

/** Which field a violation names, and what was found against what is allowed. */

type Scene = ReturnType<typeof sceneOf>

const receiver = { ...defaultReceiver, maxBlobBytes: { ...defaultReceiver.maxBlobBytes, inputs: 10 } }

const whole = ({ session }: Scene, connection: number, type: number, payload: Uint8Array): readonly Decision[] =>
  session({ kind: "whole", connection, type, payload })

const message = ({ session }: Scene, connection: number, type: number, size: number, head = new Uint8Array()) =>
  session({ kind: "message", connection, type, size, head })

/** What is decided on the last of a migration's displays when they say this. */
const displayed = (scene: Scene, ...states: readonly Parameters<typeof displayOf>[0][]): readonly Decision[] => {
  scene.migrating()
  const connections = states.map((_, id) => scene.link("display", 7, id))
  const decided = connections.map((connection, id) => {
    message(scene, connection, types.data, 100)
    return scene.session({ kind: "data", connection, state: displayOf(states[id]) })
  })
  return decided.at(-1) ?? []
}

test.each<[string, (scene: Scene) => readonly Decision[], object]>([
  [
    "session/linked-first",
    (scene) => message(scene, 99, 101, 0),
    { path: "link", actual: undefined, expected: undefined },
  ],
  [
    "session/flush-mark-asked",
    (scene) => {
      scene.ordinary()
      return message(scene, scene.link("inputs", 7, 2), types.flushMark, 0)
    },
    { path: "inputs[2]", actual: undefined, expected: undefined },
  ],
  [
    "session/data-size",
    (scene) => {
      scene.migrating()
      return message(scene, scene.link("inputs", 7), types.data, 11)
    },
    { path: "inputs[0].size", actual: 11, expected: 10 },
  ],
  [
    "session/message-size",
    (scene) => message(scene, scene.ordinary(), types.agentData, 2049),
    { path: "main.size", actual: 2049, expected: 2048 },
  ],
  [
    "session/seamless-size",
    (scene) => whole(scene, scene.link("main", 7), types.seamless, new Uint8Array(5)),
    { path: "main.size", actual: 5, expected: 4 },
  ],
  [
    "session/seamless-version",
    (scene) => whole(scene, scene.link("main", 7), types.seamless, word(2)),
    { path: "main.src_version", actual: 2, expected: 1 },
  ],
  [
    "session/decompressed-size",
    (scene) => {
      scene.ordinary()
      const head = Uint8Array.of(1, ...word(0x8000041))
      return message(scene, scene.link("port", 7), types.compressed, 16, head)
    },
    { path: "port[0].uncompressed_size", actual: 0x8000041, expected: 0x8000040 },
  ],
  [
    "session/cache-serial",
    (scene) => displayed(scene, {}, { pixmap_cache_clients: [0n, 101n, 0n, 0n] }),
    { path: "display[1].pixmap_cache_clients[1]", actual: 101n, expected: 100n },
  ],
  [
    "session/cache-display-known",
    (scene) => displayed(scene, { pixmap_cache_clients: [0n, 0n, 7n, 0n] }),
    { path: "display[0].pixmap_cache_clients[2]", actual: 7n, expected: 0 },
  ],
  [
    "session/image-id",
    (scene) => displayed(scene, { glz: { size: 1000, max_encoders: 4, last_image_id: 301n } }),
    { path: "display[0].glz.last_image_id", actual: 301n, expected: 300n },
  ],
  [
    "session/one-freezer",
    (scene) => displayed(scene, { pixmap_cache_freezer: true }, { pixmap_cache_freezer: true }),
    { path: "display[1].pixmap_cache_freezer", actual: 1, expected: 0 },
  ],
])("%s", (rule, play, named) => {
  const [decision] = play(sceneOf({ awaitsMachine: true, receiver }))
  expect(decision).toMatchObject({ kind: "refuse", violation: { rule, offset: 0, length: 0, ...named } })
})

test("what is as large as allowed passes", () => {
  const scene = sceneOf({ awaitsMachine: true, receiver })
  scene.migrating()
  const [inputs, usbredir] = [scene.link("inputs", 7), scene.link("usbredir", 7)]
  expect(message(scene, inputs, types.data, 10)[0]?.kind).toBe("forward")
  scene.data(usbredir, genuine("usbredir"))
  // 107 is AGENT_DATA on main only, and what follows data that has passed needs no gathering.
  expect(message(scene, usbredir, types.agentData, 2049)[0]?.kind).toBe("forward")
})

test("a held decision says until when, which is that of the display that comes last", () => {
  const scene = sceneOf()
  const main = scene.migrating()
  scene.link("display", 7)
  scene.wait(100)
  scene.link("display", 7, 1)
  message(scene, main, types.data, 100)
  const held = scene.session({ kind: "data", connection: main, state: genuine("main") })
  expect(held).toEqual([{ kind: "hold", connection: main, until: 400 }])
  expect(scene.session({ kind: "data", connection: main, state: genuine("main") })).toMatchObject([
    { kind: "refuse", violation: { rule: "session/data-in-migration" } },
    { kind: "end" },
  ])
})
