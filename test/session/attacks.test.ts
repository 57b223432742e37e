import { describe, expect, test } from "vitest"
import type { Decision } from "../../src/session/index.js"
import { displayOf, genuine, sceneOf, serverTypes, types, verdictOf, withAgent, word } from "./scene.js"

/** Attacks on a server through its guard, most of which once worked, as the events that the guard sees of them. */

const { flushMark, seamless, end, agentStart, agentToken } = types
const told = (decisions: readonly Decision[]) => decisions.map((each) => [each.connection, verdictOf(each)])
const hasAgent = 1

describe("the answer that nobody sees", () => {
  test("two questions at once: the second is refused, and what the server made of the first is turned off", () => {
    const { link, send, ask, sent, server, decided, session } = sceneOf()
    const first = link("main", 7)
    expect(send(first, seamless, word(1))).toBe("forward")
    expect(send(first, seamless, word(1))).toBe("session/seamless-once")
    const second = ask("main", 8)
    expect(second.verdict).toBe("forward")
    session({ kind: "linked", connection: second.connection, error: 0 })
    const inputs = ask("inputs", 8)
    expect(inputs.verdict).toBe("hold")
    expect(sent()).toEqual([[second.connection, seamless, 2, 0, 0, 0]])
    server(first, serverTypes.seamlessAck) // late, and of a session that is over
    expect(decided()).toEqual([])
    server(second.connection, 118)
    expect(decided()).toEqual([
      [second.connection, "drop"],
      [inputs.connection, "forward"],
    ])
  })

  test.each(["leave", "close"] as const)(
    "a question, and then nothing (%s): the flag is not believed to be off",
    (over) => {
      const scene = sceneOf()
      const first = scene.link("main", 7)
      scene.send(first, seamless, word(1))
      scene[over](first)
      const second = scene.link("main", 8)
      expect(scene.ask("inputs", 8).verdict).toBe("hold")
      expect(scene.session({ kind: "linked", connection: second, error: 0 })).toEqual([])
    },
  )

  test("a guard that has just begun knows nothing of the flag, and needs not: it is turned off for each migration", () => {
    for (const id of [7, 8]) {
      const { link, session } = sceneOf()
      const main = link("main", id)
      const request = { channel: "usbredir", channelId: 0, connectionId: id } as const
      expect(session({ kind: "link", connection: 99, link: request })).toEqual([
        { kind: "hold", connection: 99, until: Number.POSITIVE_INFINITY },
        { kind: "send", connection: main, type: seamless, payload: Uint8Array.of(2, 0, 0, 0) },
      ])
    }
  })

  test("an acknowledgement of the guard's question is not taken for off: it is asked again, and neither reaches the client", () => {
    const { link, ask, server, decided } = sceneOf()
    const main = link("main", 7)
    const { connection } = ask("inputs", 7)
    server(main, serverTypes.seamlessAck)
    expect(decided()).toEqual([
      [main, "drop"],
      [main, "send"],
    ])
    server(main, serverTypes.seamlessNack)
    expect(decided()).toEqual([
      [main, "drop"],
      [connection, "forward"],
    ])
  })
})

describe("two claims on one id", () => {
  test("a half open session keeps its id for itself until the server has closed it", () => {
    const { ordinary, ask, leave, close } = sceneOf()
    const main = ordinary(7)
    expect(ask("main", 7).verdict).toBe("session/id-once")
    leave(main)
    expect(ask("main", 7).verdict).toBe("session/id-once")
    close(main)
    expect(ask("main", 7).verdict).toBe("forward")
  })

  test("a channel that comes with a main is judged by what became of that main", () => {
    for (const [error, expected] of [
      [0, "hold"],
      [7, "session/known-id"],
    ] as const) {
      const { ask, session } = sceneOf()
      const main = ask("main", 7)
      const display = ask("display", 7)
      expect([main.verdict, display.verdict]).toEqual(["forward", "hold"])
      const decisions = session({ kind: "linked", connection: main.connection, error })
      const own = decisions.filter(({ connection }) => connection === display.connection)
      expect(own.length === 0 ? "hold" : verdictOf(own[0])).toBe(expected)
    }
  })

  test("two mains with one id: the second is refused once the first was taken", () => {
    const { ask, session } = sceneOf()
    const [first, second] = [ask("main", 7), ask("main", 7)]
    expect(second.verdict).toBe("hold")
    expect(told(session({ kind: "linked", connection: first.connection, error: 0 }))).toEqual([
      [second.connection, "session/id-once"],
      [second.connection, "end"],
    ])
  })
})

describe("a display without DISPLAY_INIT", () => {
  const linked = () => {
    const scene = sceneOf()
    const main = scene.ordinary()
    return { ...scene, main, display: scene.link("display", 7) }
  }
  const guardsInit = (display: number) => [display, types.displayInit, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]

  test("that is left gets the guard's, and is ended only when it has spoken", () => {
    const { display, leave, sent, server, decided } = linked()
    expect(told(leave(display))).toEqual([[display, "send"]])
    expect(sent()).toEqual([guardsInit(display)])
    server(display, serverTypes.setAck)
    expect(decided()).toEqual([[display, "end"]])
  })

  test("that is silent gets it after 2 s, and its client is refused", () => {
    const { display, wait, sent, server, decided } = linked()
    expect(wait(1_999)).toEqual([])
    wait(2_000)
    expect(sent()).toEqual([guardsInit(display)])
    expect(decided()).toContainEqual([display, "session/display-init-due"])
    expect(decided()).not.toContainEqual([display, "end"])
    server(display, serverTypes.setAck)
    expect(decided()).toEqual([[display, "end"]])
  })

  test.each([
    ["a message that is too large", 103, 0xffffffff],
    ["one of a type that there is not", 999, 0],
    ["a flush mark", flushMark, 0],
    ["data", types.data, 10],
    ["an answer", 1, 4],
  ] as const)("that is sent %s gets it before its server hears of anything else", (_, type, size) => {
    const { display, session, server, decided, sent, send } = linked()
    const [decision] = session({ kind: "message", connection: display, type, size, head: new Uint8Array() })
    expect(decision?.kind).toBe("refuse")
    expect(send(display, types.displayInit)).toBe(verdictOf(decision))
    expect(sent()).toEqual([])
    server(display, serverTypes.setAck)
    expect(decided()).toEqual([[display, "end"]])
  })

  test("whose server does not speak is not ended, however long that takes", () => {
    const { main, display, leave, wait, server, decided } = linked()
    leave(display)
    leave(main)
    expect(wait(1_000_000)).toEqual([])
    server(display, serverTypes.setAck)
    expect(decided()).toEqual([
      [display, "end"],
      [main, "end"],
    ])
  })

  test("main does not end before it", () => {
    const { main, display, leave, sent, server, decided } = linked()
    leave(main)
    expect(sent()).toEqual([guardsInit(display)])
    expect(decided()).not.toContainEqual([main, "end"])
    server(display, serverTypes.setAck)
    expect(decided()).toEqual([
      [display, "end"],
      [main, "end"],
    ])
  })

  test("that the server closes instead keeps main waiting no longer", () => {
    const { main, display, leave, close, decided } = linked()
    leave(main)
    close(display)
    expect(decided()).toEqual([[main, "end"]])
    const asked = sceneOf()
    const other = asked.ordinary()
    const { connection } = asked.ask("inputs", 7)
    asked.leave(connection)
    expect(asked.leave(other)).toEqual([])
    expect(told(asked.close(connection))).toEqual([[other, "end"]])
  })

  test("gets the guard's also where the server ends main by itself", () => {
    const { main, display, close, sent } = linked()
    close(main)
    expect(sent()).toEqual([guardsInit(display)])
  })

  test("another main is not linked before it", () => {
    const { display, ask, server, decided, wait, sent } = linked()
    const { connection, verdict } = ask("main")
    expect(verdict).toBe("hold")
    wait(2_000)
    expect(sent()).toEqual([guardsInit(display)])
    server(display, serverTypes.setAck)
    expect(decided()).toContainEqual([connection, "forward"])
  })

  test("another main is not kept out by display after display", () => {
    const { display, ask, send, server, decided, session } = linked()
    const main = ask("main")
    const next = ask("display", 7, 1)
    expect([main.verdict, next.verdict]).toEqual(["hold", "hold"])
    const inputs = ask("inputs", 7)
    expect(inputs.verdict).toBe("forward") // nothing waits for it
    session({ kind: "linked", connection: inputs.connection, error: 0 })
    expect(send(display, types.displayInit)).toBe("forward")
    server(display, serverTypes.setAck)
    expect(decided()).toEqual([[main.connection, "forward"]])
    expect(told(session({ kind: "linked", connection: main.connection, error: 0 }))).toEqual([
      [next.connection, "session/known-id"],
      [next.connection, "end"],
    ])
  })

  test("of a migrating client is not ended while the server has it in reserve, and gets it by MIGRATE_END", () => {
    const { link, linkEarly, leave, send, server, decided, sent } = sceneOf()
    const main = link("main", 7)
    const display = linkEarly(main, "display")
    expect(leave(display)).toEqual([])
    expect(send(main, end)).toBe("forward")
    expect(sent()).toEqual([guardsInit(display)])
    expect(decided()).not.toContainEqual([display, "end"])
    server(display, serverTypes.setAck)
    expect(decided()).toEqual([[display, "end"]])
  })

  test.each(["port", "usbredir", "cursor"] as const)("nor is a %s of one ended before that", (channel) => {
    const { link, linkEarly, leave, send, decided } = sceneOf()
    const main = link("main", 7)
    const connection = linkEarly(main, channel)
    expect(leave(connection)).toEqual([])
    expect(send(main, end)).toBe("forward")
    expect(decided()).toEqual([
      [main, "forward"],
      [connection, "end"],
    ])
  })

  test("of a migrating client that asks for a seamless migration after all awaits data, and can be ended", () => {
    const { link, linkEarly, leave, send, server, decided } = sceneOf()
    const main = link("main", 7)
    const display = linkEarly(main, "display")
    leave(display)
    expect(send(main, seamless, word(1))).toBe("forward")
    expect(decided()).toEqual([[main, "forward"]])
    server(main, serverTypes.seamlessAck)
    expect(decided()).toEqual([[display, "end"]])
  })

  test("whose link is still on its way when its client leaves gets it as soon as it is taken", () => {
    const { ordinary, ask, leave, session } = sceneOf()
    ordinary()
    const { connection } = ask("display", 7)
    expect(leave(connection)).toEqual([])
    const decisions = session({ kind: "linked", connection, error: 0 })
    expect(told(decisions)).toContainEqual([connection, "send"])
    expect(told(decisions)).not.toContainEqual([connection, "end"])
  })
})

describe("what follows DISPLAY_INIT", () => {
  test("waits until the display has spoken, and is judged then", () => {
    for (const [type, then] of [
      [103, [["forward"]]],
      [types.pong, [["forward"]]],
      [types.displayInit, [["session/display-init-once"], ["end"]]],
      [flushMark, [["session/flush-mark-asked"], ["end"]]],
    ] as const) {
      const { ordinary, link, send, server, decided } = sceneOf()
      ordinary()
      const display = link("display", 7)
      expect(send(display, types.displayInit)).toBe("forward")
      expect(send(display, type)).toBe("hold")
      server(display, serverTypes.setAck)
      expect(decided().map(([, verdict]) => [verdict])).toEqual(then)
    }
  })

  test("its client's end waits too", () => {
    const { ordinary, link, send, server, decided, leave } = sceneOf()
    ordinary()
    const display = link("display", 7)
    send(display, types.displayInit)
    expect(send(display, 103)).toBe("hold")
    expect(leave(display)).toEqual([])
    server(display, serverTypes.setAck)
    expect(decided()).toEqual([[display, "end"]])
  })
})

describe("a DISPLAY_INIT that no display can be served by", () => {
  const init = (cache: number, dictionary: number): Uint8Array => {
    const payload = new Uint8Array(14)
    const view = new DataView(payload.buffer)
    view.setInt32(5, cache, true)
    view.setInt32(10, dictionary, true)
    return payload
  }

  test.each([
    ["13 bytes", init(1, 1).subarray(0, 13)],
    ["15 bytes", new Uint8Array([...init(1, 1), 0])],
    ["no bytes", new Uint8Array()],
    ["a dictionary of -1 pixels", init(1, -1)],
    ["a dictionary of one pixel too many", init(1, 0x2000001)],
    ["a cache of -1 pixels", init(-1, 1)],
  ])("%s: is refused, and the guard's goes instead", (_, payload) => {
    const { ordinary, link, send, decided } = sceneOf()
    ordinary()
    const display = link("display", 7)
    expect(send(display, types.displayInit, payload)).toBe("session/display-init-valid")
    expect(decided().map(([, verdict]) => verdict)).toEqual(["session/display-init-valid", "send"])
  })

  test.each([
    ["the least", init(0, 0)],
    ["the most", init(0x7fffffff, 0x2000000)],
  ])("%s that one can be served by passes", (_, payload) => {
    const { ordinary, link, send } = sceneOf()
    ordinary()
    expect(send(link("display", 7), types.displayInit, payload)).toBe("forward")
  })
})

describe("an agent that comes and goes", () => {
  const flushed = (play: (scene: ReturnType<typeof sceneOf>, main: number) => void, agent = hasAgent) => {
    const scene = sceneOf()
    const main = scene.ordinary(7, agent)
    play(scene, main)
    scene.server(main, serverTypes.migrate, word(1))
    return scene.send(main, flushMark)
  }

  test("a client that does not hear of it has not started to speak with the next one", () => {
    const verdict = flushed(({ send, server }, main) => {
      send(main, agentStart)
      server(main, serverTypes.agentDisconnected)
      server(main, serverTypes.agentConnected)
    })
    expect(verdict).toBe("session/flush-mark-needs-agent-start")
  })

  test("AGENT_START that crosses AGENT_DISCONNECTED does not count", () => {
    for (const connected of [107, 115]) {
      const verdict = flushed(({ send, server }, main) => {
        send(main, agentStart)
        server(main, serverTypes.agentDisconnected)
        send(main, agentStart)
        server(main, connected)
      })
      expect(verdict).toBe("session/flush-mark-needs-agent-start")
    }
  })

  test("AGENT_START for the last one that came does", () => {
    const verdict = flushed(({ send, server }, main) => {
      server(main, serverTypes.agentDisconnected)
      server(main, serverTypes.agentConnected)
      send(main, agentStart)
    })
    expect(verdict).toBe("forward")
  })

  test.each<[string, (scene: ReturnType<typeof sceneOf>, main: number) => void, number]>([
    ["the agent's data shows that the client has started", ({ server }, main) => server(main, 109), hasAgent],
    [
      "another channel's message of the same number is nothing of an agent's",
      ({ link, server }) => server(link("inputs", 7), 107),
      0,
    ],
  ])("%s", (_, play, agent) => {
    expect(flushed(play, agent)).toBe("forward")
  })

  test("only main's MIGRATE_FLUSH_MARK waits for AGENT_START", () => {
    const { ordinary, link, server, send } = sceneOf()
    ordinary(7, hasAgent)
    const inputs = link("inputs", 7)
    server(inputs, serverTypes.migrate, word(1))
    expect(send(inputs, flushMark)).toBe("forward")
  })

  test.each([
    ["an agent", withAgent, "forward", "forward"],
    ["none", genuine("main"), "session/agent-token-needs-data", "forward"],
  ] as const)("data of main that has %s tells what its client may send", (_, state, token, mark) => {
    const moved = () => {
      const scene = sceneOf()
      const main = scene.migrating()
      scene.data(main, state)
      scene.server(main, serverTypes.migrate, word(1))
      return { ...scene, main }
    }
    const [one, other] = [moved(), moved()]
    expect(one.send(one.main, agentToken)).toBe(token)
    expect(other.send(other.main, flushMark)).toBe(mark)
  })

  test("nor does AGENT_TOKEN pass before it", () => {
    const { ordinary, send } = sceneOf()
    expect(send(ordinary(7, hasAgent), agentToken)).toBe("session/agent-token-needs-data")
  })
})

describe("a claim without the ticket", () => {
  test("reserves nothing: whoever comes next is asked for", () => {
    for (const error of [7, 1]) {
      const { ask, session, migrating, data } = sceneOf()
      const claims = Array.from({ length: 11 }, () => ask("main", 8).connection)
      for (const connection of claims) session({ kind: "linked", connection, error })
      const main = migrating(8)
      expect(data(main, genuine("main"))).toBe("forward")
    }
  })

  test("on a channel that a session has: its own comes to its turn", () => {
    const { ordinary, ask, session, link } = sceneOf()
    ordinary(7)
    const { connection } = ask("inputs", 7)
    session({ kind: "linked", connection, error: 7 })
    expect(link("inputs", 7)).toBeGreaterThan(connection)
  })

  test("with one message behind it, and gone: the migration it joined is over when it is", () => {
    const { migrating, link, ask, send, session, data, close } = sceneOf()
    const main = migrating(7)
    const { connection } = ask("usbredir", 7)
    expect(send(connection, 101)).toBe("session/quiet-until-data")
    session({ kind: "linked", connection, error: 7 })
    close(connection)
    const usbredir = link("usbredir", 7)
    expect(data(usbredir, genuine("usbredir"))).toBe("forward")
    expect(data(main, genuine("main"))).toBe("forward")
    expect(ask("main", 9).verdict).toBe("forward")
  })
})

describe("half a message", () => {
  const decide = (channel: "main" | "inputs", type: number) => {
    const { ordinary, link, session } = sceneOf()
    const main = ordinary(7, hasAgent)
    const connection = channel === "main" ? main : link(channel, 7)
    return session({ kind: "message", connection, type, size: 100, head: new Uint8Array() })[0]?.kind
  }

  test("for the agent never reaches the server, where all clients share one buffer", () => {
    expect(decide("main", types.agentData)).toBe("gather")
    expect(decide("main", 105)).toBe("forward")
    expect(decide("inputs", types.agentData)).toBe("forward")
  })

  test("never reaches the server where a message of the guard's may have to follow", () => {
    const { link, linkEarly, session } = sceneOf()
    const main = link("main", 7)
    const inputs = linkEarly(main, "inputs")
    for (const [connection, type, size] of [
      [main, seamless, 4],
      [main, end, 0],
      [inputs, 1, 4],
    ] as const) {
      const [decision] = session({ kind: "message", connection, type, size, head: new Uint8Array() })
      expect(decision?.kind).toBe("gather")
    }
  })
})

describe("main's data", () => {
  const displayed = () => {
    const scene = sceneOf()
    const main = scene.migrating()
    return { ...scene, main, display: scene.link("display", 7) }
  }

  test("waits for a display whose worker may not have taken its link", () => {
    const { main, display, data, server, decided } = displayed()
    expect(data(main, genuine("main"))).toBe("hold")
    expect(data(display, displayOf())).toBe("forward")
    expect(decided()).toEqual([[display, "forward"]])
    server(display, serverTypes.setAck)
    expect(decided()).toEqual([[main, "forward"]])
  })

  test("waits for a display for 300 ms from its link on, in which its worker takes that", () => {
    const { main, data, wait, decided } = displayed()
    expect(data(main, genuine("main"))).toBe("hold")
    wait(299)
    expect(decided()).toEqual([])
    wait(300)
    expect(decided()).toEqual([[main, "forward"]])
    const later = displayed()
    later.wait(300)
    expect(later.data(later.main, genuine("main"))).toBe("forward")
  })

  test("is forgotten when its client leaves", () => {
    const { main, data, leave } = displayed()
    expect(data(main, genuine("main"))).toBe("hold")
    expect(told(leave(main))).toEqual([[main, "end"]])
  })

  test("waits for nobody who left", () => {
    const { main, display, data, leave, decided } = displayed()
    expect(data(main, genuine("main"))).toBe("hold")
    leave(display)
    expect(decided()).toEqual([
      [display, "end"],
      [main, "forward"],
    ])
  })
})

describe("in monitor mode", () => {
  test("a violation is told, and those behind it too", () => {
    const { ordinary, link, send, ask, session, decided } = sceneOf({ awaitsMachine: true, observes: true })
    const main = ordinary(7)
    const inputs = link("inputs", 7)
    expect(send(inputs, flushMark)).toBe("session/flush-mark-asked")
    expect(send(inputs, types.data)).toBe("session/data-in-migration")
    expect(send(inputs, 101)).toBe("forward")
    expect(send(main, end)).toBe("session/end-not-seamless")
    const again = ask("inputs", 7)
    expect(again.verdict).toBe("session/channel-once")
    expect(decided()).toEqual([[again.connection, "session/channel-once"]])
    expect(told(session({ kind: "left", connection: inputs }))).toEqual([[inputs, "end"]])
  })

  test("a main that would end a migration is told, and goes on", () => {
    const { link, ask, decided } = sceneOf({ awaitsMachine: true, observes: true })
    link("main", 7)
    const { connection } = ask("main", 8)
    expect(decided()).toEqual([
      [connection, "session/one-migration"],
      [connection, "forward"],
    ])
  })

  test.each([false, true])("a channel is linked before it is known how its main goes on (asked: %s)", (isAsked) => {
    const { link, ask, send, session } = sceneOf({ awaitsMachine: true, observes: true })
    const main = link("main", 7)
    if (isAsked) send(main, seamless, word(1))
    const { connection, verdict } = ask("usbredir", 7)
    expect(verdict).toBe("forward")
    session({ kind: "linked", connection, error: 0 })
    expect(send(connection, 101)).toBe("session/quiet-until-data")
  })

  test("data that did not decode is past when the next message comes", () => {
    const { migrating, link, send } = sceneOf({ awaitsMachine: true, observes: true })
    migrating()
    const usbredir = link("usbredir", 7)
    expect(send(usbredir, types.data, undefined, 10)).toBe("forward")
    expect(send(usbredir, 101)).toBe("forward")
    expect(send(usbredir, types.data, undefined, 10)).toBe("session/data-once")
  })

  test("data has gone on when it would be held: the answers behind it are no violation", () => {
    const { migrating, link, send, server, data, decided } = sceneOf({ awaitsMachine: true, observes: true })
    const main = migrating()
    const [display, other] = [link("display", 7), link("display", 7, 1)]
    server(main, serverTypes.ping)
    expect(data(main, genuine("main"))).toBe("forward")
    expect(send(main, types.pong)).toBe("forward")
    const waits = displayOf({ pixmap_cache_clients: [0n, 101n, 0n, 0n] })
    expect(data(display, waits)).toBe("forward")
    expect(send(display, 101)).toBe("session/display-init-once")
    expect(send(display, 102)).toBe("forward")
    expect(send(display, types.data)).toBe("session/data-once")
    expect(data(other, displayOf())).toBe("forward")
    expect(decided()).toEqual([
      [other, "forward"],
      [display, "session/cache-serial"],
    ])
  })

  test("a late DISPLAY_INIT is late and no second one, and what follows it is judged at once", () => {
    const { ordinary, link, send, wait, decided, sent } = sceneOf({ awaitsMachine: true, observes: true })
    ordinary(7)
    const display = link("display", 7)
    wait(2_000)
    expect(decided()).toEqual([[display, "session/display-init-due"]])
    expect(sent()).toEqual([])
    wait(5_000)
    expect(decided()).toEqual([])
    expect(send(display, types.displayInit)).toBe("forward")
    expect(send(display, 102)).toBe("forward")
    expect(send(display, types.displayInit)).toBe("session/display-init-once")
  })

  test("nothing waits, and nothing is sent or dropped", () => {
    const { link, ask, server, decided, send } = sceneOf({ awaitsMachine: true, observes: true })
    const main = link("main", 7)
    const usbredir = ask("usbredir", 7)
    const inputs = ask("inputs", 7)
    expect([usbredir.verdict, inputs.verdict]).toEqual(["forward", "forward"])
    expect(send(main, seamless, word(1))).toBe("forward")
    server(main, serverTypes.seamlessAck)
    expect(decided()).toEqual([])
  })
})

describe("a client that QEMU's main loop may wait for, once that does not answer its monitor", () => {
  /** A channel of an ordinary session to which the server has sent so many messages in windows of 20. */
  const sent = (name: "display" | "cursor" | "inputs", messages: number, window = 20) => {
    const scene = sceneOf()
    scene.ordinary(7)
    const connection = name === "display" ? scene.ready(name) : scene.link(name, 7)
    scene.server(connection, serverTypes.setAck, Uint8Array.of(...word(1), ...word(window)))
    for (let count = 0; count < messages; count++) scene.server(connection, 102)
    const silence = () => scene.session({ kind: "silent" }).map(verdictOf)
    return { ...scene, connection, silence }
  }

  test.each(["display", "cursor"] as const)("%s: is let go of if two windows are not acknowledged", (name) => {
    expect(sent(name, 40).silence()).toContain("session/ack-due")
    expect(sent(name, 39).silence()).toEqual([])
  })

  test("is let go of if it acknowledges too little, or sends something else", () => {
    for (const [messages, type] of [
      [60, types.ack],
      [40, 105],
    ] as const) {
      const { send, connection, silence } = sent("display", messages)
      expect(send(connection, type)).toBe("forward")
      expect(silence()).toContain("session/ack-due")
    }
  })

  test("is kept if it acknowledges, if it cannot hold anybody up, and while QEMU answers", () => {
    const acknowledging = sent("display", 40)
    expect(acknowledging.send(acknowledging.connection, types.ack)).toBe("forward")
    expect(acknowledging.silence()).toEqual([])
    expect(sent("inputs", 100).silence()).toEqual([])
    expect(sent("display", 100, 0).silence()).toEqual([])
    const { send, connection } = sent("display", 100)
    expect(send(connection, 105)).toBe("forward")
  })
})
