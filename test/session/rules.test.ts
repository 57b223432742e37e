import { describe, expect, test } from "vitest"
import { defaultReceiver } from "../../src/index.js"
import { rules } from "../../src/session/rules.js"
import { carrying, displayOf, genuine, sceneOf, types, withAgent, word } from "./scene.js"

/** Each rule kept and broken, and what a well-behaved client does. */

const { flushMark, seamless, end, displayInit, ackSync, ack, pong } = types
const everyChannel = [...carrying, "cursor", "playback", "record"] as const
const isNotMain = <C extends string>(channel: C): channel is Exclude<C, "main"> => channel !== "main"

describe("an ordinary session", () => {
  test("passes: a well-behaved client's messages", () => {
    const { ordinary, link, send, server } = sceneOf()
    const main = ordinary(7, 1)
    expect(send(main, types.agentStart, word(1))).toBe("forward")
    const display = link("display", 7)
    expect(send(display, displayInit)).toBe("forward")
    for (const channel of everyChannel.filter(isNotMain)) {
      const connection = link(channel, 7, 1)
      server(connection, 3, word(1))
      for (const type of [ackSync, ack, pong]) expect(send(connection, type)).toBe("forward")
      expect(send(connection, 101, undefined, 1000)).toBe("forward")
    }
    server(main, 109)
    expect(send(main, types.agentToken)).toBe("forward")
  })

  test.each(everyChannel)("%s: MIGRATE_FLUSH_MARK only where the server asked for it, once", (channel) => {
    const { ordinary, link, send, server } = sceneOf()
    const main = ordinary()
    const connection = channel === "main" ? main : link(channel, 7)
    const other = link("inputs", 7, 1)
    expect(send(connection, flushMark)).toBe("session/flush-mark-asked")
    const again = sceneOf()
    const same = again.ordinary()
    const asked = channel === "main" ? same : again.link(channel, 7)
    again.server(asked, 1, word(3))
    expect(again.send(asked, flushMark)).toBe("forward")
    expect(again.send(asked, flushMark)).toBe("session/flush-mark-asked")
    server(other, 1, word(2)) // without NEED_FLUSH
    expect(send(other, flushMark)).toBe("session/flush-mark-asked")
  })

  test("MIGRATE_FLUSH_MARK on main waits for AGENT_START where an agent is", () => {
    const start = (agent: number, before: readonly number[]) => {
      const { ordinary, send, server } = sceneOf()
      const main = ordinary(7, agent)
      server(main, 1, word(1))
      for (const type of before) if (type > 0) send(main, type)
      return send(main, flushMark)
    }
    expect(start(0, [])).toBe("forward")
    expect(start(1, [])).toBe("session/flush-mark-needs-agent-start")
    expect(start(1, [types.agentStart])).toBe("forward")
    const { ordinary, send, server } = sceneOf()
    const main = ordinary()
    send(main, types.agentStart) // of no agent
    server(main, 115)
    server(main, 1, word(1))
    server(main, 108)
    expect(send(main, flushMark)).toBe("forward")
    server(main, 107)
    server(main, 1, word(1))
    expect(send(main, flushMark)).toBe("session/flush-mark-needs-agent-start")
  })

  test("DISPLAY_INIT once", () => {
    const { ordinary, link, send } = sceneOf()
    ordinary()
    const [one, two] = [link("display", 7), link("display", 7, 1)]
    for (const display of [one, two]) expect(send(display, displayInit)).toBe("forward")
    expect(send(one, displayInit)).toBe("session/display-init-once")
    expect(send(one, 105)).toBe("session/display-init-once") // a refused connection stays refused
  })

  test.each(carrying)("%s: no MIGRATE_DATA", (channel) => {
    const { ordinary, link, data } = sceneOf()
    const main = ordinary()
    expect(data(channel === "main" ? main : link(channel, 7), genuine(channel))).toBe("session/data-in-migration")
  })

  test("neither MIGRATE_DST_DO_SEAMLESS nor MIGRATE_END", () => {
    for (const [type, rule] of [
      [seamless, "session/seamless-on-migrating-main"],
      [end, "session/end-not-seamless"],
    ] as const) {
      const { ordinary, send } = sceneOf()
      expect(send(ordinary(), type, word(1))).toBe(rule)
    }
  })

  test("AGENT_TOKEN only after the agent has said something", () => {
    const { ordinary, send, server } = sceneOf()
    const main = ordinary()
    server(main, 109)
    expect(send(main, types.agentToken)).toBe("forward")
    const early = sceneOf()
    expect(early.send(early.ordinary(7, 1), types.agentToken)).toBe("session/agent-token-needs-data")
  })

  test.each([
    ["main", 26624],
    ["display", 1024],
    ["inputs", 2048],
    ["cursor", 1024],
    ["playback", 32768],
    ["record", 32768],
    ["smartcard", 65548],
    ["usbredir", 0x8000040],
    ["port", 0x8000040],
    ["webdav", 0x8000040],
  ] as const)("%s: no message of more than %i bytes", (channel, most) => {
    const sent = (size: number, type = 120) => {
      const { ordinary, link, send } = sceneOf()
      const main = ordinary()
      return send(channel === "main" ? main : link(channel, 7), type, undefined, size)
    }
    expect(sent(most)).toBe("forward")
    for (const size of [most + 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
      expect(sent(size)).toBe("session/message-size")
      expect(sent(size, 1)).toBe("session/message-size")
    }
  })

  test("an agent's data comes in pieces of 2048 bytes", () => {
    const { ordinary, send } = sceneOf()
    const main = ordinary()
    expect(send(main, types.agentData, undefined, 2048)).toBe("forward")
    expect(send(main, types.agentData, undefined, 2049)).toBe("session/message-size")
  })

  test.each(["usbredir", "port", "webdav"] as const)("%s: no more after decompression than without", (channel) => {
    const { ordinary, link, send } = sceneOf()
    ordinary()
    const compressed = (size: number) => Uint8Array.of(1, ...word(size))
    const connection = link(channel, 7)
    expect(send(connection, types.compressed, compressed(0x8000040), 16)).toBe("forward")
    expect(send(connection, types.compressed, new Uint8Array(2))).toBe("forward")
    expect(send(connection, types.compressed, compressed(0x8000041), 16)).toBe("session/decompressed-size")
  })
})

describe("links", () => {
  test("belong to a session that is there", () => {
    const { ask, link, session, ordinary, close } = sceneOf()
    expect(ask("inputs", 7).verdict).toBe("session/known-id")
    const { connection } = ask("main", 8)
    expect(ask("inputs", 8).verdict).toBe("session/known-id")
    session({ kind: "linked", connection, error: 7 })
    expect(ask("inputs", 8).verdict).toBe("session/known-id")
    const main = ordinary(9)
    link("inputs", 9)
    close(main)
    expect(ask("inputs", 9).verdict).toBe("session/known-id")
  })

  test("of a channel come once while it is open", () => {
    const { ordinary, ask, link, close, session } = sceneOf()
    ordinary()
    const inputs = link("inputs", 7)
    expect(ask("inputs", 7).verdict).toBe("session/channel-once")
    close(inputs)
    const { connection, verdict } = ask("inputs", 7)
    expect(verdict).toBe("forward")
    const again = { channel: "cursor", channelId: 0, connectionId: 7 } as const
    expect(session({ kind: "link", connection, link: again })[0]).toMatchObject({
      kind: "refuse",
      violation: { rule: "session/channel-once" },
    })
  })

  test("nothing is sent before they were taken, or on what was never linked", () => {
    const { ask, send, session } = sceneOf()
    expect(send(99, 101)).toBe("session/linked-first")
    expect(send(ask("main").connection, 101)).toBe("session/linked-first")
    expect(session({ kind: "data", connection: 99, state: genuine("inputs") })[0]?.kind).toBe("refuse")
    expect(session({ kind: "linked", connection: 99, error: 0 })).toEqual([])
    expect(session({ kind: "closed", connection: 99 })).toEqual([])
    expect(session({ kind: "server", connection: 99, type: 1, size: 4, head: word(1) })).toEqual([])
  })

  test("of main: one migration at a time, and the next when it is over", () => {
    const { migrating, ask, close, data, wait } = sceneOf()
    const main = migrating(7)
    expect(ask("main", 7).verdict).toBe("session/one-migration")
    expect(ask("main", 8).verdict).toBe("session/one-migration")
    expect(ask("main", 0).verdict).toBe("session/one-migration")
    close(main)
    expect(ask("main", 0).verdict).toBe("forward")
    expect(ask("main", 8).verdict).toBe("forward")
    const other = sceneOf()
    const first = other.migrating(7)
    expect(other.data(first, genuine("main"))).toBe("forward")
    expect(other.ask("main", 7).verdict).toBe("forward")
    wait(1)
    expect(data(main, genuine("main"))).toBe("session/linked-first")
  })

  test("of an ordinary main: a session that says it migrates keeps it out only while there can be data to lose", () => {
    const unanswered = sceneOf()
    unanswered.ask("main", 7)
    expect(unanswered.ask("main", 0).verdict).toBe("forward")
    const running = sceneOf({ awaitsMachine: false })
    running.link("main", 7)
    expect(running.ask("main", 0).verdict).toBe("forward")
    expect(running.ask("main", 8).verdict).toBe("session/one-migration")
    const arrived = sceneOf()
    const main = arrived.migrating(7)
    arrived.link("usbredir", 7)
    expect(arrived.ask("main", 0).verdict).toBe("session/one-migration")
    expect(arrived.data(main, genuine("main"))).toBe("forward")
    expect(arrived.ask("main", 0).verdict).toBe("forward")
  })

  test("that the server does not take leaves nothing behind that it would wait for", () => {
    const { migrating, ask, link, session, data } = sceneOf()
    const main = migrating(7)
    const usbredir = link("usbredir", 7)
    const { connection } = ask("display", 7, 1)
    session({ kind: "linked", connection, error: 7 })
    expect(data(usbredir, genuine("usbredir"))).toBe("forward")
    expect(data(main, genuine("main"))).toBe("forward")
    expect(ask("main", 8).verdict).toBe("forward")
  })

  test("of channels may overtake the question of a first migration, not of a later one", () => {
    const { link, send, server, close, ask, migrating } = sceneOf()
    const main = link("main", 7)
    link("usbredir", 7)
    expect(send(main, seamless, word(1))).toBe("forward")
    link("display", 7)
    server(main, 117)
    close(main)
    const second = link("main", 8)
    expect(ask("usbredir", 8).verdict).toBe("session/channel-after-seamless")
    expect(send(second, seamless, word(1))).toBe("forward")
    expect(ask("usbredir", 8).verdict).toBe("session/channel-after-seamless")
    server(second, 118)
    expect(ask("usbredir", 8).verdict).toBe("forward")
    close(second)
    close(migrating(9))
    const third = link("main", 9)
    expect(send(third, end)).toBe("forward")
    expect(ask("usbredir", 9).verdict).toBe("session/channel-after-seamless")
    server(third, 103, word(9))
    expect(ask("usbredir", 9).verdict).toBe("forward")
  })
})

describe("a seamless migration", () => {
  test("passes: links before and after the question, then data in any order, then an ordinary session", () => {
    const { link, send, server, data, ask, wait } = sceneOf()
    const main = link("main", 7)
    const early = carrying.filter(isNotMain).map((channel) => [channel, link(channel, 7)] as const)
    const cursor = link("cursor", 7)
    expect(send(main, seamless, word(1))).toBe("forward")
    server(main, 117)
    const display = link("display", 7, 1)
    expect(send(cursor, 101)).toBe("forward")
    for (const [channel, connection] of early) expect(data(connection, genuine(channel))).toBe("forward")
    expect(data(display, displayOf())).toBe("forward")
    expect(ask("inputs", 7, 1).verdict).toBe("session/channel-before-data")
    expect(data(main, withAgent)).toBe("forward")
    for (const [, connection] of early) expect(send(connection, 105)).toBe("forward")
    expect(send(main, types.agentToken)).toBe("forward")
    wait(9_999)
    expect(ask("inputs", 7, 1).verdict).toBe("session/channel-before-data")
    expect(ask("cursor", 7, 1).verdict).toBe("forward")
    wait(10_000)
    const late = link("inputs", 7, 1)
    expect(send(late, 101)).toBe("forward")
  })

  test.each(carrying)("%s: data comes once", (channel) => {
    const { migrating, link, data, send } = sceneOf()
    const main = migrating()
    const connection = channel === "main" ? main : link(channel, 7)
    expect(data(connection, genuine(channel))).toBe("forward")
    expect(send(connection, types.data)).toBe("session/data-once")
  })

  test.each(carrying)("%s: nothing but answers comes before the data", (channel) => {
    for (const [type, rule] of [
      [101, "session/quiet-until-data"],
      [107, "session/quiet-until-data"],
      [6, "session/quiet-until-data"],
      [flushMark, "session/flush-mark-asked"],
      [ackSync, "session/answers-asked"],
      [ack, "session/answers-asked"],
      [pong, "session/answers-asked"],
    ] as const) {
      const { migrating, link, send } = sceneOf()
      const main = migrating()
      expect(send(channel === "main" ? main : link(channel, 7), type)).toBe(rule)
    }
    const { migrating, link, server, send, data } = sceneOf()
    const main = migrating()
    const connection = channel === "main" ? main : link(channel, 7)
    server(connection, 3, word(1))
    server(connection, 4, word(1))
    for (const type of [ackSync, ack, pong, ack]) expect(send(connection, type)).toBe("forward")
    expect(data(connection, genuine(channel))).toBe("forward")
  })

  test("each answer answers one question", () => {
    for (const [question, answer] of [
      [3, ackSync],
      [4, pong],
    ] as const) {
      const { migrating, server, send } = sceneOf()
      const main = migrating()
      server(main, question)
      expect(send(main, answer)).toBe("forward")
      expect(send(main, answer)).toBe("session/answers-asked")
    }
  })

  test.each(carrying)("%s: no data before the acknowledgement", (channel) => {
    for (const isAsked of [false, true]) {
      const { link, send, data } = sceneOf()
      const main = link("main", 7)
      const connection = channel === "main" ? main : link(channel, 7)
      if (isAsked) send(main, seamless, word(1))
      expect(data(connection, genuine(channel))).toBe("session/data-after-acknowledgement")
    }
  })

  test("channels without data carry none", () => {
    for (const channel of ["cursor", "playback", "record"] as const) {
      const { migrating, link, data } = sceneOf()
      migrating()
      expect(data(link(channel, 7), genuine("inputs"))).toBe("session/data-channel")
    }
  })

  test("data is not larger than the receiver takes", () => {
    const { migrating, link, send } = sceneOf({
      receiver: { ...defaultReceiver, maxBlobBytes: { ...defaultReceiver.maxBlobBytes, inputs: 10 } },
    })
    migrating()
    const inputs = link("inputs", 7)
    expect(send(inputs, types.data, undefined, 11)).toBe("session/data-size")
    const same = sceneOf()
    same.migrating()
    const smartcard = same.link("smartcard", 7)
    expect(same.send(smartcard, types.data, undefined, 0xffffffff)).toBe("session/data-size")
  })

  test("data that decoded is of its channel, and was announced", () => {
    for (const [channel, state] of [
      ["inputs", "main"],
      ["inputs", "display"],
      ["display", "inputs"],
    ] as const) {
      const { migrating, link, data } = sceneOf()
      migrating()
      expect(data(link(channel, 7), genuine(state))).toBe("session/data-channel")
    }
    const { migrating, session } = sceneOf()
    const main = migrating()
    const decided = () => session({ kind: "data", connection: main, state: genuine("main") })[0]
    expect(decided()).toMatchObject({ kind: "refuse", violation: { rule: "session/data-in-migration" } })
    expect(decided()).toMatchObject({ kind: "refuse", violation: { rule: "session/data-in-migration" } })
  })

  test("is asked for once, in 4 bytes, with version 1", () => {
    const asked = (head: Uint8Array<ArrayBuffer>, times = 1) => {
      const { link, send } = sceneOf()
      const main = link("main", 7)
      for (let time = 1; time < times; time++) send(main, seamless, head)
      return send(main, seamless, head)
    }
    expect(asked(word(1))).toBe("forward")
    expect(asked(word(1), 2)).toBe("session/seamless-once")
    for (const version of [0, 2, 0xffffffff]) expect(asked(word(version))).toBe("session/seamless-version")
    for (const size of [0, 3, 5]) expect(asked(new Uint8Array(size))).toBe("session/seamless-size")
    const { migrating, send } = sceneOf()
    expect(send(migrating(), seamless, word(1))).toBe("session/seamless-once")
  })

  test("is not one of a machine that runs", () => {
    const asked = (scene: ReturnType<typeof sceneOf>) => scene.send(scene.link("main", 9), seamless, word(1))
    expect(asked(sceneOf({ awaitsMachine: false }))).toBe("session/machine-awaited")
    const without = sceneOf()
    without.ordinary(7, 0)
    expect(asked(without)).toBe("forward")
    const withAgent = sceneOf()
    withAgent.ordinary(7, 1)
    expect(asked(withAgent)).toBe("session/machine-awaited")
    const arrived = sceneOf()
    const main = arrived.migrating(7)
    arrived.data(main, genuine("main"))
    arrived.close(main)
    expect(asked(arrived)).toBe("session/machine-awaited")
  })

  test("MIGRATE_END has no place in it", () => {
    const { link, send, server } = sceneOf()
    const main = link("main", 7)
    send(main, seamless, word(1))
    const asked = sceneOf()
    const same = asked.link("main", 7)
    asked.send(same, seamless, word(1))
    expect(asked.send(same, end)).toBe("session/end-not-seamless")
    server(main, 117)
    expect(send(main, end)).toBe("session/end-not-seamless")
    const moved = sceneOf()
    const last = moved.migrating()
    moved.data(last, genuine("main"))
    expect(moved.send(last, end)).toBe("session/end-not-seamless")
  })

  test("nothing is sent on a channel while its data is on its way", () => {
    for (const [type, rule] of [
      [types.data, "session/data-once"],
      [101, "session/quiet-until-data"],
      [ack, "session/quiet-until-data"],
    ] as const) {
      const { migrating, link, send } = sceneOf()
      migrating()
      const inputs = link("inputs", 7)
      expect(send(inputs, types.data)).toBe("forward")
      expect(send(inputs, type)).toBe(rule)
    }
  })

  test("a display that sent its data is not initialized", () => {
    const { migrating, link, data, send } = sceneOf()
    migrating()
    const display = link("display", 7)
    data(display, displayOf())
    expect(send(display, displayInit)).toBe("session/display-init-once")
  })

  test("a display that the server draws on is a stream's, and carries no data", () => {
    const { migrating, link, server, send, data, ask, wait } = sceneOf()
    const main = migrating()
    const stream = link("display", 7, 1)
    data(main, genuine("main"))
    server(stream, 3)
    expect(send(stream, ackSync)).toBe("forward")
    server(stream, 314)
    expect(send(stream, 102)).toBe("forward")
    wait(10_000)
    expect(ask("usbredir", 7).verdict).toBe("forward")
    expect(data(stream, displayOf())).toBe("session/data-in-migration")
  })

  test("a channel that leaves before its data leaves a migration that never ends", () => {
    const { migrating, link, close, data, wait, ask } = sceneOf()
    const main = migrating()
    close(link("usbredir", 7))
    const again = link("usbredir", 7)
    expect(data(again, genuine("usbredir"))).toBe("forward")
    data(main, genuine("main"))
    wait(100_000)
    expect(ask("usbredir", 7, 1).verdict).toBe("session/channel-before-data")
    expect(ask("main", 9).verdict).toBe("session/one-migration")
  })

  test("ends with its main channel: nothing is sent any more on the others", () => {
    const { migrating, link, close, send, server } = sceneOf()
    const main = migrating()
    const [usbredir, inputs] = [link("usbredir", 7), link("inputs", 7)]
    close(main)
    server(inputs, 1, word(1))
    expect(send(inputs, flushMark)).toBe("session/main-open")
    expect(send(usbredir, types.data)).toBe("session/main-open")
    expect(close(usbredir)).toEqual([])
  })
})

describe("a migration that is not seamless", () => {
  test.each([false, true])("passes, with the target's refusal: %s", (isDeclined) => {
    const { link, send, server, data, ask } = sceneOf()
    const main = link("main", 7)
    const display = link("display", 7)
    if (isDeclined) {
      send(main, seamless, word(1))
      server(main, 118)
    }
    expect(send(main, end)).toBe("forward")
    server(main, 103, word(7))
    expect(send(display, displayInit)).toBe("forward")
    expect(ask("inputs", 7).verdict).toBe("forward")
    expect(ask("main", 9).verdict).toBe("forward")
    expect(data(display, displayOf())).toBe("session/data-in-migration")
  })

  test("MIGRATE_END comes once, and nothing is asked after it", () => {
    for (const [type, rule] of [
      [end, "session/end-not-seamless"],
      [seamless, "session/seamless-once"],
    ] as const) {
      const { link, send } = sceneOf()
      const main = link("main", 7)
      send(main, end)
      expect(send(main, type, word(1))).toBe(rule)
    }
  })

  test("after the target's refusal nothing is asked again, and no data comes", () => {
    for (const [type, rule] of [
      [seamless, "session/seamless-once"],
      [types.data, "session/data-in-migration"],
      [101, "session/quiet-until-data"],
    ] as const) {
      const { link, send, server } = sceneOf()
      const main = link("main", 7)
      send(main, seamless, word(1))
      server(main, 118)
      expect(send(main, type, word(1))).toBe(rule)
    }
  })

  test("an answer of the server that nobody asked for changes nothing", () => {
    const { ordinary, server, send, link } = sceneOf()
    const main = ordinary()
    for (const type of [117, 118]) server(main, type)
    expect(send(link("inputs", 7), 101)).toBe("forward")
  })
})

test("every rule has an id and a code of its own kind, and says what a target suffers", () => {
  const all = Object.values(rules)
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
  for (const { id, says, without } of all) {
    expect(id).toMatch(/^session\/[a-z-]+$/)
    expect(says).toMatch(/\.$/)
    expect(without).toMatch(/\.$/)
  }
})
