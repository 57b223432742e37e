import { describe, expect, test } from "vitest"
import { defaultReceiver } from "../../src/index.js"
import { sessionRules } from "../../src/session/rules.js"
import { carrying, displayOf, genuine, sceneOf, serverTypes, types, verdictOf, withAgent, word } from "./scene.js"

/** Each rule kept and broken, and what a well-behaved client does. */

const { flushMark, seamless, end, displayInit, ackSync, ack, pong } = types
const everyChannel = [...carrying, "cursor", "playback", "record"] as const
const isNotMain = <C extends string>(channel: C): channel is Exclude<C, "main"> => channel !== "main"

describe("an ordinary session", () => {
  test("passes: a well-behaved client's messages", () => {
    const { ordinary, ready, send, server } = sceneOf()
    const main = ordinary(7, 1)
    expect(send(main, types.agentStart, word(1))).toBe("forward")
    for (const channel of everyChannel.filter(isNotMain)) {
      const connection = ready(channel, 7, 1)
      server(connection, serverTypes.setAck, word(1))
      for (const type of [ackSync, ack, pong]) expect(send(connection, type)).toBe("forward")
      expect(send(connection, channel === "display" ? 103 : 101, undefined, 1000)).toBe("forward")
    }
    server(main, serverTypes.agentData)
    expect(send(main, types.agentToken)).toBe("forward")
  })

  test.each(everyChannel)("%s: MIGRATE_FLUSH_MARK only where the server asked for it, once", (channel) => {
    const { ordinary, ready, send, server } = sceneOf()
    const main = ordinary()
    const connection = channel === "main" ? main : ready(channel)
    const other = ready("inputs", 7, 1)
    expect(send(connection, flushMark)).toBe("session/flush-mark-asked")
    const again = sceneOf()
    const same = again.ordinary()
    const asked = channel === "main" ? same : again.ready(channel)
    again.server(asked, serverTypes.migrate, word(3))
    expect(again.send(asked, flushMark)).toBe("forward")
    expect(again.send(asked, flushMark)).toBe("session/flush-mark-asked")
    server(other, serverTypes.migrate, word(2)) // without NEED_FLUSH
    expect(send(other, flushMark)).toBe("session/flush-mark-asked")
  })

  test("MIGRATE_FLUSH_MARK on main waits for AGENT_START where an agent is", () => {
    const start = (agent: number, before: readonly number[]) => {
      const { ordinary, send, server } = sceneOf()
      const main = ordinary(7, agent)
      server(main, serverTypes.migrate, word(1))
      for (const type of before) if (type > 0) send(main, type)
      return send(main, flushMark)
    }
    expect(start(0, [])).toBe("forward")
    for (const before of [[], [104]]) expect(start(1, before)).toBe("session/flush-mark-needs-agent-start")
    expect(start(1, [types.agentStart])).toBe("forward")
    const { ordinary, send, server } = sceneOf()
    const main = ordinary()
    send(main, types.agentStart) // of no agent
    server(main, serverTypes.agentTokens)
    server(main, serverTypes.migrate, word(1))
    server(main, serverTypes.agentDisconnected)
    expect(send(main, flushMark)).toBe("forward")
    server(main, serverTypes.agentConnected)
    server(main, serverTypes.migrate, word(1))
    expect(send(main, flushMark)).toBe("session/flush-mark-needs-agent-start")
  })

  test("DISPLAY_INIT once", () => {
    const { ordinary, ready, send } = sceneOf()
    ordinary()
    const [one] = [ready("display"), ready("display", 7, 1)]
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
    server(main, serverTypes.agentData)
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
      const { ordinary, ready, send } = sceneOf()
      const main = ordinary()
      return send(channel === "main" ? main : ready(channel), type, undefined, size)
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
    const early = ask("inputs", 8)
    expect(early.verdict).toBe("hold")
    const refused = session({ kind: "linked", connection, error: 7 })
    expect(refused.map((each) => [each.connection, verdictOf(each)])).toEqual([
      [early.connection, "session/known-id"],
      [early.connection, "end"],
    ])
    expect(ask("inputs", 8).verdict).toBe("session/known-id")
    const main = ordinary(9)
    link("inputs", 9)
    close(main)
    expect(ask("inputs", 9).verdict).toBe("session/known-id")
  })

  test("that come twice on one connection are refused, also while the first waits", () => {
    const { ordinary, ask, session } = sceneOf()
    ordinary()
    const [first, second] = [ask("inputs", 7), ask("cursor", 7)]
    expect(second.verdict).toBe("hold")
    const { connection } = second
    const again = session({ kind: "link", connection, link: { channel: "record", channelId: 0, connectionId: 7 } })
    expect(again.map(verdictOf)).toEqual(["session/channel-once", "end"])
    expect(session({ kind: "linked", connection: first.connection, error: 0 })).toEqual([])
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
    expect(ask("main", 7).verdict).toBe("session/id-once")
    expect(ask("main", 8).verdict).toBe("session/one-migration")
    expect(ask("main", 0).verdict).toBe("session/one-migration")
    close(main)
    expect(ask("main", 0).verdict).toBe("forward")
    expect(ask("main", 8).verdict).toBe("hold")
    const other = sceneOf()
    const first = other.migrating(7)
    expect(other.data(first, genuine("main"))).toBe("forward")
    expect(other.ask("main", 7).verdict).toBe("session/id-once")
    expect(other.ask("main", 8).verdict).toBe("forward")
    wait(1)
    expect(data(main, genuine("main"))).toBe("session/linked-first")
  })

  test("of main: a client that left reserves nothing, but its id until the server has closed it", () => {
    const { migrating, ask, leave, close } = sceneOf()
    const main = migrating(7)
    leave(main)
    expect(ask("main", 7).verdict).toBe("session/id-once")
    expect(ask("main", 8).verdict).toBe("forward")
    const closed = sceneOf()
    closed.close(closed.migrating(7))
    expect(closed.ask("main", 7).verdict).toBe("forward")
    close(main)
  })

  test("of main: a session that says it migrates keeps it out while there can be data to lose, and 30 s longer", () => {
    for (const id of [0, 8]) {
      const running = sceneOf({ awaitsMachine: false })
      running.wait(5_000)
      running.link("main", 7)
      running.wait(34_999)
      expect(running.ask("main", id).verdict).toBe("session/one-migration")
      running.wait(35_000)
      expect(running.ask("main", id).verdict).toBe("forward")
      const awaiting = sceneOf()
      awaiting.link("main", 7)
      awaiting.wait(1_000_000)
      expect(awaiting.ask("main", id).verdict).toBe("session/one-migration")
    }
    const arrived = sceneOf()
    const main = arrived.migrating(7)
    arrived.link("usbredir", 7)
    expect(arrived.ask("main", 0).verdict).toBe("session/one-migration")
    // Main's data says that the machine has come; that of usbredir is still to be lost.
    expect(arrived.data(main, genuine("main"))).toBe("forward")
    expect(arrived.ask("main", 0).verdict).toBe("session/one-migration")
  })

  test("are asked for one at a time, in the order in which they came", () => {
    const { ordinary, ask, session, leave } = sceneOf()
    ordinary()
    const [first, second, third] = [ask("inputs", 7), ask("cursor", 7), ask("record", 7)]
    expect([first, second, third].map(({ verdict }) => verdict)).toEqual(["forward", "hold", "hold"])
    const linked = (connection: number, error = 0) =>
      session({ kind: "linked", connection, error }).map((each) => [each.connection, verdictOf(each)])
    // Nobody can say for another that a link was taken.
    expect(linked(second.connection)).toEqual([])
    // One that leaves is still being asked for, and one that waits is not waited for any more.
    expect(leave(first.connection)).toEqual([])
    expect(leave(second.connection).map(verdictOf)).toEqual(["end"])
    expect(linked(first.connection)).toEqual([
      [first.connection, "end"],
      [third.connection, "forward"],
    ])
  })

  test("that the server does not take, or never answers, let the next one go on", () => {
    for (const over of ["linked", "closed"] as const) {
      const { ordinary, ask, session } = sceneOf()
      ordinary()
      const [first, second] = [ask("inputs", 7), ask("inputs", 7)]
      expect(second.verdict).toBe("hold")
      const { connection } = first
      const decisions = session(over === "linked" ? { kind: over, connection, error: 7 } : { kind: over, connection })
      expect(decisions.map((each) => [each.connection, verdictOf(each)])).toEqual([[second.connection, "forward"]])
    }
  })

  test("of a new main end every earlier session, which the server has dropped", () => {
    const { ordinary, link, ask, send, leave, decided } = sceneOf()
    const main = ordinary(7)
    const inputs = link("inputs", 7)
    ordinary(8)
    expect(ask("cursor", 7).verdict).toBe("session/known-id")
    expect(send(inputs, 101)).toBe("session/main-open")
    expect(decided()).toEqual([
      [inputs, "session/main-open"],
      [inputs, "end"],
    ])
    expect(leave(main).map(verdictOf)).toEqual(["end"])
    expect(ask("cursor", 8).verdict).toBe("forward")
  })

  test("that the server does not take leave nothing behind that it would wait for", () => {
    const { migrating, ask, link, session, data } = sceneOf()
    const main = migrating(7)
    const usbredir = link("usbredir", 7)
    const { connection } = ask("display", 7, 1)
    session({ kind: "linked", connection, error: 7 })
    expect(data(usbredir, genuine("usbredir"))).toBe("forward")
    expect(data(main, genuine("main"))).toBe("forward")
    expect(ask("main", 8).verdict).toBe("forward")
  })

  test("of channels before their main's question wait until the seamless flag is off, whoever has set it", () => {
    const { link, ask, sent, server, decided, session } = sceneOf()
    const main = link("main", 7)
    const [inputs, cursor] = [ask("inputs", 7), ask("cursor", 7)]
    expect([inputs.verdict, cursor.verdict]).toEqual(["hold", "hold"])
    const again = ask("record", 7)
    expect(sent()).toEqual([]) // once is enough
    server(main, serverTypes.seamlessNack)
    expect(decided()).toEqual([
      [main, "drop"],
      [inputs.connection, "forward"],
    ])
    session({ kind: "linked", connection: inputs.connection, error: 0 })
    session({ kind: "linked", connection: cursor.connection, error: 0 })
    session({ kind: "linked", connection: again.connection, error: 0 })
    expect(ask("playback", 7).verdict).toBe("forward")
    const first = sceneOf()
    const early = first.link("main", 7)
    first.ask("inputs", 7)
    expect(first.sent()).toEqual([[early, seamless, 2, 0, 0, 0]])
  })

  test("of channels behind their main's question wait for its answer", () => {
    for (const [answer, then] of [
      [117, "forward"],
      [118, "session/data-after-acknowledgement"],
    ] as const) {
      const { link, send, ask, server, decided, session } = sceneOf()
      const main = link("main", 7)
      expect(send(main, seamless, word(1))).toBe("forward")
      const { connection, verdict } = ask("inputs", 7)
      expect(verdict).toBe("hold")
      server(main, answer)
      expect(decided()).toEqual([[connection, "forward"]])
      session({ kind: "linked", connection, error: 0 })
      expect(send(connection, types.data)).toBe(then)
    }
  })

  test("of channels behind MIGRATE_END wait for MAIN_INIT", () => {
    const { link, send, ask, server, decided } = sceneOf()
    const main = link("main", 7)
    expect(send(main, end)).toBe("forward")
    const { connection, verdict } = ask("usbredir", 7)
    expect(verdict).toBe("hold")
    server(main, serverTypes.init, word(7))
    expect(decided()).toEqual([[connection, "forward"]])
  })

  test("of channels that wait are refused when their main leaves", () => {
    const { link, send, ask, leave, decided } = sceneOf()
    const main = link("main", 7)
    send(main, seamless, word(1))
    const { connection } = ask("usbredir", 7)
    leave(main)
    expect(decided()).toEqual([
      [main, "end"],
      [connection, "session/main-open"],
      [connection, "end"],
    ])
  })

  test("may overtake neither the guard's question nor the client's: two answers, one is the client's", () => {
    const { link, send, ask, server, decided } = sceneOf()
    const main = link("main", 7)
    const { connection } = ask("usbredir", 7)
    expect(send(main, seamless, word(1))).toBe("forward")
    server(main, serverTypes.seamlessNack)
    expect(decided()).toEqual([[main, "drop"]])
    server(main, serverTypes.seamlessAck)
    expect(decided()).toEqual([[connection, "forward"]])
  })
})

describe("a seamless migration", () => {
  test("passes: links before and after the question, then data in any order, then an ordinary session", () => {
    const { link, linkEarly, send, server, data, ask, wait, decided } = sceneOf()
    const main = link("main", 7)
    const [first = "inputs", ...rest] = carrying.filter(isNotMain)
    const early = [
      [first, linkEarly(main, first)] as const,
      ...rest.map((channel) => [channel, link(channel, 7)] as const),
    ]
    const cursor = link("cursor", 7)
    expect(send(main, seamless, word(1))).toBe("forward")
    server(main, serverTypes.seamlessAck)
    const display = link("display", 7, 1)
    expect(send(cursor, 101)).toBe("forward")
    for (const [channel, connection] of early) expect(data(connection, genuine(channel))).toBe("forward")
    expect(data(display, displayOf())).toBe("forward")
    expect(ask("inputs", 7, 1).verdict).toBe("session/channel-before-data")
    expect(data(main, withAgent)).toBe("hold")
    for (const [channel, connection] of early)
      if (channel === "display") server(connection, serverTypes.setAck, word(1))
    expect(decided()).toEqual([])
    server(display, serverTypes.setAck, word(1))
    expect(decided()).toEqual([[main, "forward"]])
    for (const [, connection] of early) expect(send(connection, 105)).toBe("forward")
    expect(send(main, types.agentToken)).toBe("forward")
    wait(100_000)
    expect(ask("inputs", 7, 1).verdict).toBe("session/channel-before-data")
    expect(ask("cursor", 7, 1).verdict).toBe("forward")
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
    server(connection, serverTypes.setAck, word(1))
    server(connection, serverTypes.ping, word(1))
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
      const { link, linkEarly, send, data } = sceneOf()
      const main = link("main", 7)
      const connection = channel === "main" ? main : linkEarly(main, channel)
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
      awaitsMachine: true,
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

  test("no data is sent while the server is asked for another channel", () => {
    const { migrating, ask, send } = sceneOf()
    const main = migrating()
    expect(ask("usbredir", 7).verdict).toBe("forward")
    expect(send(main, types.data, undefined, 100)).toBe("session/channel-before-data")
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

  test("is not one of a machine that runs, or that nobody awaits: it is declined, and goes on not seamlessly", () => {
    const asked = (scene: ReturnType<typeof sceneOf>) => {
      const connection = scene.link("main", 9)
      expect(scene.session({ kind: "message", connection, type: seamless, size: 4, head: word(1) })[0]?.kind).toBe(
        "gather",
      )
      const [decision] = scene.session({ kind: "whole", connection, type: seamless, payload: word(1) })
      if (decision?.kind !== "replace") return decision?.kind
      expect([...decision.payload]).toEqual([2, 0, 0, 0])
      scene.server(connection, serverTypes.seamlessNack)
      expect(scene.decided()).toEqual([]) // it is the answer to the client
      expect(scene.send(connection, end)).toBe("forward")
      return decision.violation.rule
    }
    expect(asked(sceneOf({ awaitsMachine: false }))).toBe("session/machine-awaited")
    expect(asked(sceneOf({}))).toBe("session/machine-awaited")
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
    server(main, serverTypes.seamlessAck)
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

  test.each([
    [100, "forward"],
    [101, "session/data-in-migration"],
    [314, "session/data-in-migration"],
  ])("a display that the server sends message %i to before its data: %s", (type, verdict) => {
    const { migrating, link, server, data } = sceneOf()
    migrating()
    const display = link("display", 7)
    server(display, type)
    expect(data(display, displayOf())).toBe(verdict)
  })

  test("a display that is drawn on after its data has sent it all the same", () => {
    const { migrating, link, server, data } = sceneOf()
    migrating()
    const display = link("display", 7)
    data(display, displayOf())
    server(display, 314)
    expect(data(display, displayOf())).toBe("session/data-once")
  })

  test("a display that the server draws on is a stream's, and carries no data", () => {
    const { migrating, link, server, send, data, ask, wait, decided } = sceneOf()
    const main = migrating()
    const stream = link("display", 7, 1)
    expect(data(main, genuine("main"))).toBe("hold")
    server(stream, serverTypes.setAck)
    expect(decided()).toEqual([[main, "forward"]])
    expect(send(stream, ackSync)).toBe("forward")
    server(stream, 314)
    expect(send(stream, 102)).toBe("forward")
    wait(10_000)
    expect(ask("usbredir", 7).verdict).toBe("session/channel-before-data")
    expect(ask("main", 9).verdict).toBe("forward")
    expect(data(stream, displayOf())).toBe("session/data-in-migration")
  })

  test("a channel that leaves before its data leaves a migration that never ends, and keeps others out for 30 s", () => {
    const { migrating, link, close, data, wait, ask } = sceneOf()
    const main = migrating()
    close(link("usbredir", 7))
    const again = link("usbredir", 7)
    expect(data(again, genuine("usbredir"))).toBe("forward")
    data(main, genuine("main"))
    wait(29_999)
    expect(ask("main", 9).verdict).toBe("session/one-migration")
    wait(30_000)
    expect(ask("usbredir", 7, 1).verdict).toBe("session/channel-before-data")
    expect(ask("main", 9).verdict).toBe("forward")
  })

  test("ends with its main channel: nothing is sent any more on the others", () => {
    const { migrating, link, close, send, server } = sceneOf()
    const main = migrating()
    const [usbredir, inputs] = [link("usbredir", 7), link("inputs", 7)]
    close(main)
    server(inputs, serverTypes.migrate, word(1))
    expect(send(inputs, flushMark)).toBe("session/main-open")
    expect(send(usbredir, types.data)).toBe("session/main-open")
    expect(close(usbredir)).toEqual([])
  })
})

describe("whether a migration is over, so that the next one may come,", () => {
  /** What is said to the main of another migration once main's data has passed. */
  const next = (play: (scene: ReturnType<typeof sceneOf>, main: number) => void): string => {
    const scene = sceneOf()
    const main = scene.link("main", 7)
    play(scene, main)
    expect(scene.data(main, genuine("main"))).toBe("forward")
    return scene.ask("main", 9).verdict
  }
  const acknowledge = ({ send, server }: ReturnType<typeof sceneOf>, main: number) => {
    send(main, seamless, word(1))
    server(main, serverTypes.seamlessAck)
  }
  /** A channel without data is none that the server waits for. */
  const lost = [
    ["usbredir", "session/one-migration"],
    ["cursor", "forward"],
  ] as const

  test.each(lost)("%s: that left before the acknowledgement", (channel, verdict) => {
    const decided = next((scene, main) => {
      scene.leave(scene.linkEarly(main, channel))
      acknowledge(scene, main)
      scene.close(2)
    })
    expect(decided).toBe(verdict)
  })

  test.each(lost)("%s: that left before the server took it", (channel, verdict) => {
    const decided = next((scene, main) => {
      acknowledge(scene, main)
      const { connection } = scene.ask(channel, 7)
      scene.leave(connection)
      scene.session({ kind: "linked", connection, error: 0 })
      scene.close(connection)
    })
    expect(decided).toBe(verdict)
  })

  test.each([
    ["announced", "stays", "session/one-migration"],
    ["announced", "leaves", "session/one-migration"],
    ["passed", "stays", "forward"],
    ["passed", "leaves", "forward"],
  ] as const)("data that is %s on a channel that %s", (data, then, verdict) => {
    const decided = next((scene, main) => {
      acknowledge(scene, main)
      const usbredir = scene.link("usbredir", 7)
      if (data === "announced") scene.send(usbredir, types.data, undefined, 100)
      else scene.data(usbredir, genuine("usbredir"))
      if (then === "leaves") scene.close(usbredir)
    })
    expect(decided).toBe(verdict)
  })

  test.each(lost)("%s: that left before its data", (channel, verdict) => {
    const decided = next((scene, main) => {
      acknowledge(scene, main)
      scene.close(scene.link(channel, 7))
    })
    expect(decided).toBe(verdict)
  })
})

describe("sessions one after another", () => {
  test("a main that closes late takes nothing from the next session with its id", () => {
    const { ordinary, link, ask, close } = sceneOf()
    const first = ordinary(7)
    ordinary(8)
    link("main", 7)
    close(first)
    expect(ask("main", 7).verdict).toBe("session/id-once")
    expect(ask("main", 9).verdict).toBe("session/one-migration")
    expect(ask("inputs", 7).verdict).toBe("hold")
  })

  test("a migration that another session has ended keeps nobody out when a machine is awaited again", () => {
    let awaitsMachine = false
    const { link, ordinary, wait, ask } = sceneOf({
      get awaitsMachine() {
        return awaitsMachine
      },
    })
    link("main", 7)
    wait(30_000)
    ordinary(8)
    awaitsMachine = true
    expect(ask("main", 9).verdict).toBe("forward")
  })

  test("a display that one has not settled keeps nobody waiting in the next", () => {
    const { ordinary, link, close, ask, session, leave } = sceneOf()
    const main = ordinary(7)
    link("display", 7)
    close(main)
    const { connection, verdict } = ask("main")
    expect(verdict).toBe("forward")
    session({ kind: "linked", connection, error: 0 })
    expect(leave(connection)).toEqual([{ kind: "end", connection }])
  })

  test("MAIN_INIT names a new session, and neither one that has an id nor one that is over", () => {
    const { link, server, send, ask } = sceneOf()
    const over = link("main")
    const main = link("main", 7)
    server(over, serverTypes.init, word(5))
    expect(ask("inputs", 5).verdict).toBe("session/known-id")
    send(main, end)
    server(main, serverTypes.init, word(9))
    expect(ask("inputs", 9).verdict).toBe("session/known-id")
    expect(ask("inputs", 7).verdict).toBe("forward")
  })

  test("a MAIN_INIT that is too short for an id names none, one of 4 bytes does", () => {
    const { link, server, ask } = sceneOf()
    server(link("main"), serverTypes.init)
    expect(ask("main", 0).verdict).toBe("forward")
    const named = sceneOf()
    named.server(named.link("main"), serverTypes.init, word(5))
    expect(named.ask("inputs", 5).verdict).toBe("forward")
  })
})

describe("a migration that is not seamless", () => {
  test.each([false, true])("passes, with the target's refusal: %s", (isDeclined) => {
    const { link, linkEarly, send, server, data, ask, session } = sceneOf()
    const main = link("main", 7)
    const display = linkEarly(main, "display")
    if (isDeclined) {
      send(main, seamless, word(1))
      server(main, serverTypes.seamlessNack)
    }
    expect(send(main, end)).toBe("forward")
    server(main, serverTypes.init, word(7))
    expect(send(display, displayInit)).toBe("forward")
    const { connection, verdict } = ask("inputs", 7)
    expect(verdict).toBe("forward")
    session({ kind: "linked", connection, error: 0 })
    server(display, serverTypes.setAck)
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
      server(main, serverTypes.seamlessNack)
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
  const all = Object.values(sessionRules)
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
  for (const { id, requirement, consequence } of all) {
    expect(id).toMatch(/^session\/[a-z-]+$/)
    expect(requirement).toMatch(/\.$/)
    expect(consequence).toMatch(/\.$/)
  }
})
