import { describe, expect, test } from "vitest"
import { displayOf, sceneOf, word } from "./scene.js"

/** What displays say of each other. */

const displays = (count: number, ids = [0, 1, 2, 3, 4]) => {
  const scene = sceneOf()
  const main = scene.migrating()
  return { ...scene, main, connections: ids.slice(0, count).map((id) => scene.link("display", 7, id)) }
}

const at = (connections: readonly number[], index: number): number => connections[index] ?? 0
const clients = (...serials: readonly number[]) => ({
  pixmap_cache_clients: [0, 1, 2, 3].map((index) => BigInt(serials[index] ?? 0)),
})
const images = (last: number, dictionary = 1, serial = 100) => ({
  message_serial: BigInt(serial),
  glz_dict_id: dictionary,
  glz: { size: 1000, max_encoders: 4, last_image_id: BigInt(last) },
})

describe("an entry of a pixmap cache", () => {
  test("of the display itself is at most its own serial", () => {
    for (const [serial, verdict] of [
      [100, "forward"],
      [101, "session/cache-serial"],
    ] as const) {
      const { connections, data } = displays(1)
      expect(data(at(connections, 0), displayOf(clients(serial)))).toBe(verdict)
    }
  })

  test("of a display that the session does not have is 0", () => {
    for (const entries of [clients(0, 1), clients(0, 0, 0, 2 ** 40)]) {
      const { connections, data } = displays(1)
      expect(data(at(connections, 0), displayOf(entries))).toBe("session/cache-display-known")
    }
  })

  test("of a display whose data came is at most the serial in that", () => {
    for (const [serial, verdict] of [
      [100, "forward"],
      [101, "session/cache-serial"],
    ] as const) {
      const { connections, data } = displays(2)
      expect(data(at(connections, 0), displayOf())).toBe("forward")
      expect(data(at(connections, 1), displayOf(clients(serial)))).toBe(verdict)
    }
  })

  test("of a display whose data is to come holds the data, and is judged then", () => {
    for (const [serial, verdict] of [
      [100, "forward"],
      [101, "session/cache-serial"],
    ] as const) {
      const { connections, data, decided, wait } = displays(3)
      wait(500)
      expect(data(at(connections, 0), displayOf(clients(0, serial)))).toBe("hold")
      expect(decided()).toEqual([[at(connections, 0), "hold"]])
      expect(data(at(connections, 2), displayOf())).toBe("forward")
      expect(data(at(connections, 1), displayOf())).toBe("forward")
      expect(decided()).toEqual([
        [at(connections, 1), "forward"],
        [at(connections, 0), verdict],
        ...(verdict === "forward" ? [] : [[at(connections, 0), "end"]]),
      ])
    }
  })

  test.each([
    ["is on its way", 5, "hold"],
    ["comes no more, as the server has drawn on it", undefined, "session/cache-display-known"],
  ] as const)("of a display whose data %s", (_, header, verdict) => {
    const { connections, data, send, server } = displays(2)
    if (header === undefined) server(at(connections, 1), 314)
    else send(at(connections, 1), header, undefined, 100)
    expect(data(at(connections, 0), displayOf(clients(0, 1)))).toBe(verdict)
  })

  test("two displays that name each other wait for both, not for ever", () => {
    const { connections, data, decided } = displays(2)
    expect(data(at(connections, 0), displayOf(clients(100, 100)))).toBe("hold")
    expect(data(at(connections, 1), displayOf(clients(100, 100)))).toBe("forward")
    expect(decided()).toEqual([
      [at(connections, 1), "forward"],
      [at(connections, 0), "forward"],
    ])
  })

  test("of a display that is refused, or leaves, is refused with it", () => {
    const { connections, data, decided } = displays(2)
    expect(data(at(connections, 0), displayOf(clients(0, 1)))).toBe("hold")
    expect(data(at(connections, 1), displayOf(clients(0, 101)))).toBe("session/cache-serial")
    expect(decided()).toEqual([
      [at(connections, 1), "session/cache-serial"],
      [at(connections, 0), "session/cache-display-known"],
      [at(connections, 0), "end"],
      [at(connections, 1), "end"],
    ])
    for (const end of ["close", "leave"] as const) {
      const left = displays(2)
      left.data(at(left.connections, 0), displayOf(clients(0, 1)))
      left[end](at(left.connections, 1))
      expect(left.decided()).toContainEqual([at(left.connections, 0), "session/cache-display-known"])
      expect(left.decided()).toContainEqual([at(left.connections, 0), "end"])
    }
  })

  test("of a display that is held itself waits with it, and is refused with it", () => {
    const { connections, data, decided, close } = displays(3)
    expect(data(at(connections, 0), displayOf(clients(0, 1)))).toBe("hold")
    expect(data(at(connections, 1), displayOf(clients(1, 0, 1)))).toBe("hold")
    close(at(connections, 2))
    expect(decided()).toEqual([
      [at(connections, 1), "session/cache-display-known"],
      [at(connections, 0), "session/cache-display-known"],
      [at(connections, 0), "end"],
      [at(connections, 1), "end"],
    ])
    const fine = displays(3)
    fine.data(at(fine.connections, 0), displayOf(clients(0, 1)))
    fine.data(at(fine.connections, 1), displayOf(clients(1, 0, 1)))
    expect(fine.data(at(fine.connections, 2), displayOf())).toBe("forward")
    expect(fine.decided().map(([, verdict]) => verdict)).toEqual(["forward", "forward", "forward"])
  })

  test("is held for 3 s", () => {
    const { connections, data, decided, wait, session } = displays(2)
    wait(500)
    expect(data(at(connections, 0), displayOf(clients(0, 1)))).toBe("hold")
    expect(wait(3_499)).toEqual([])
    wait(3_500)
    expect(decided()).toEqual([
      [at(connections, 0), "session/hold-limit"],
      [at(connections, 0), "end"],
    ])
    expect(wait(9_000)).toEqual([])
    const again = session({ kind: "data", connection: at(connections, 0), state: displayOf() })
    expect(again).toMatchObject([{ kind: "refuse", violation: { rule: "session/hold-limit" } }])
    expect(data(at(connections, 1), displayOf(clients(0, 1)))).toBe("forward")
  })

  test("is forgotten when the display that it is for closes", () => {
    const { connections, data, close } = displays(2)
    data(at(connections, 0), displayOf(clients(0, 1)))
    expect(close(at(connections, 0))).toEqual([])
    expect(data(at(connections, 1), displayOf(clients(1)))).toBe("session/cache-display-known")
  })

  test("is held until main closes", () => {
    const { connections, data, close, main, decided } = displays(2)
    data(at(connections, 0), displayOf(clients(0, 1)))
    close(main)
    expect(decided()).toEqual([
      [at(connections, 0), "session/main-open"],
      [at(connections, 0), "end"],
    ])
  })

  test("the hold says until when, and time goes only forward", () => {
    const { connections, session, send, wait } = displays(2)
    wait(500)
    wait(100)
    send(at(connections, 0), 5)
    const state = displayOf(clients(0, 1))
    expect(session({ kind: "data", connection: at(connections, 0), state })).toEqual([
      { kind: "hold", connection: at(connections, 0), until: 3_500 },
    ])
    expect(session({ kind: "server", connection: at(connections, 0), type: 4, size: 0, head: word(1) })).toEqual([])
    // Said twice it is said once too often.
    expect(session({ kind: "data", connection: at(connections, 0), state })[0]?.kind).toBe("refuse")
  })
})

describe("the id of the last image", () => {
  test("is at most three for each message of the displays of one dictionary", () => {
    for (const [last, verdict] of [
      [300, "forward"],
      [301, "session/image-id"],
    ] as const) {
      const { connections, data } = displays(1)
      expect(data(at(connections, 0), displayOf(images(last)))).toBe(verdict)
    }
  })

  test("waits for no channel of another kind", () => {
    const { connections, data, link } = displays(1)
    link("usbredir", 7, 1)
    expect(data(at(connections, 0), displayOf(images(301)))).toBe("session/image-id")
  })

  test("is what its source has counted, where it is sealed", () => {
    const { connections, session, send } = displays(2)
    const [connection, state] = [at(connections, 0), displayOf(images(601))]
    send(connection, 5)
    expect(session({ kind: "data", connection, state, isSealed: true })).toContainEqual({ kind: "forward", connection })
  })

  test("waits for the displays that may have more of it", () => {
    for (const [dictionary, serial, verdict] of [
      [1, 100, "forward"],
      [2, 100, "session/image-id"],
      [1, 99, "session/image-id"],
    ] as const) {
      const { connections, data, decided } = displays(2)
      expect(data(at(connections, 0), displayOf(images(600)))).toBe("hold")
      expect(data(at(connections, 1), displayOf(images(0, dictionary, serial)))).toBe("forward")
      expect(decided()).toContainEqual([at(connections, 0), verdict])
    }
  })
})

describe("the freezer", () => {
  const freezer = (cache: number) => ({ pixmap_cache_freezer: true, pixmap_cache_id: cache })

  test("of a cache is one display", () => {
    const { connections, data } = displays(3)
    expect(data(at(connections, 0), displayOf(freezer(1)))).toBe("forward")
    expect(data(at(connections, 1), displayOf({ ...freezer(1), pixmap_cache_freezer: false }))).toBe("forward")
    expect(data(at(connections, 2), displayOf(freezer(1)))).toBe("session/one-freezer")
  })

  test("of another cache is another one", () => {
    const { connections, data } = displays(2)
    expect(data(at(connections, 0), displayOf(freezer(1)))).toBe("forward")
    expect(data(at(connections, 1), displayOf(freezer(2)))).toBe("forward")
  })
})
