import { connect } from "node:net"
import { describe, expect, onTestFinished, test } from "vitest"
import type { Json } from "../../../src/data/json.js"
import { openQmp, type Qmp } from "../../../src/relay/target/qmp.js"
import { manualClock, until } from "../harness.js"
import { qmpServer } from "../qmp-server.js"

/** A conversation with a server that a test plays, and all that it heard. */
const conversation = async () => {
  const server = await qmpServer()
  const clock = manualClock()
  const heard: string[] = []
  const socket = connect(server.path)
  const qmp: Qmp = openQmp(socket, clock, {
    ready: () => heard.push("ready"),
    event: (name, data) => heard.push(data === undefined ? name : `${name} ${JSON.stringify(data)}`),
    ended: () => heard.push("ended"),
  })
  onTestFinished(() => qmp.close())
  const peer = await server.connection()
  const hears = (what: string) => until(() => heard.includes(what))
  return { clock, heard, hears, peer, qmp, socket }
}

/** A conversation that has got beyond the greeting. */
const ready = async () => {
  const talk = await conversation()
  talk.peer.greet()
  await talk.peer.answer("qmp_capabilities", {})
  await talk.hears("ready")
  return talk
}

/** What comes of a question that is answered with these bytes. */
const askedWith = async (text: (id: number) => string | Buffer) => {
  const talk = await ready()
  const answers: unknown[] = []
  talk.qmp.ask("query-status", (answer: Json | undefined) => answers.push(answer))
  const { id } = await talk.peer.command()
  talk.peer.send(text(id))
  return { ...talk, answers }
}

const longest = 0x100000

/** A line of so many code units, with its newline. */
const lineOf = (length: number, before: string, after: string) =>
  `${before}${"x".repeat(length - before.length - after.length)}${after}\n`

describe("QMP is spoken", () => {
  test("with nothing but questions", async () => {
    const { peer, qmp } = await ready()
    qmp.ask("query-cpus-fast", () => qmp.ask("query-status", () => undefined))
    await peer.answer("query-cpus-fast", [])
    await peer.answer("query-status", {})
  })

  test("to its end, which is told once", async () => {
    const { peer, heard, hears, clock } = await ready()
    peer.socket.end()
    await hears("ended")
    expect(heard).toEqual(["ready", "ended"])
    expect(clock.timers()).toBe(0)
  })

  test("byte by byte", async () => {
    const { peer, heard, hears, socket } = await conversation()
    const greeting = `${JSON.stringify({ QMP: { version: {} } })}\r\n`
    for (const byte of greeting) {
      const before = socket.bytesRead
      peer.send(byte)
      await until(() => socket.bytesRead > before)
    }
    await peer.answer("qmp_capabilities", {})
    await hears("ready")
    expect(heard).toEqual(["ready"])
  })

  test("with events in front of an answer, and behind it", async () => {
    const { answers, hears, heard } = await askedWith(
      (id) =>
        `{"event":"RESET","data":{"guest":true}}\n{"return":{"status":"running"},"id":${id}}\r\n{"event":"STOP"}\n{"ev`,
    )
    await hears("STOP")
    expect(answers).toEqual([{ status: "running" }])
    expect(heard).toEqual(["ready", 'RESET {"guest":true}', "STOP"])
  })

  test("with errors for answers", async () => {
    const { answers } = await askedWith((id) => `{"error":{"class":"CommandNotFound","desc":"x"},"id":${id}}\n`)
    await until(() => answers.length > 0)
    expect(answers).toEqual([undefined])
  })

  test("with an answer of 4,096 processors", async () => {
    const processor = {
      "thread-id": 4_194_303,
      props: { "core-id": 4095, "thread-id": 0, "socket-id": 0 },
      "qom-path": "/machine/unattached/device[4095]",
      "cpu-index": 4095,
      target: "x86_64",
    }
    const processors = Array.from({ length: 4096 }, () => processor)
    const { answers } = await askedWith((id) => `${JSON.stringify({ return: processors, id })}\n`)
    await until(() => answers.length > 0)
    expect(answers).toEqual([processors])
  })

  test("with the longest line", async () => {
    const { answers } = await askedWith((id) => lineOf(longest, `{"id":${id},"return":"`, `"}`))
    await until(() => answers.length > 0)
  })

  test("through a flood of events", async () => {
    const { answers, heard, peer, qmp } = await askedWith(() => "")
    const events = `${JSON.stringify({ event: "RTC_CHANGE", data: { offset: 1 } })}\n`.repeat(1000)
    for (let count = 0; count < 30; count++) {
      peer.send(events)
      await until(() => heard.length >= 1 + 1000 * (count + 1))
    }
    peer.send(`{"return":1,"id":2}\n`)
    await until(() => answers.length > 0)
    qmp.ask("query-status", () => undefined)
    await peer.answer("query-status", {})
  })
})

describe("what is no QMP ends the conversation", () => {
  const deep = `{"QMP":${"[".repeat(100_000)}${"]".repeat(100_000)}}\n`

  test.each([
    ["an empty line", "\r\n"],
    ["another protocol's", "220 mail.example ESMTP\r\n"],
    ["a number", "1\n"],
    ["null", "null\n"],
    ["a list", "[]\n"],
    ["an object without QMP", "{}\n"],
    ["nothing in QMP", '{"QMP":null}\n'],
    ["a list in QMP", '{"QMP":[]}\n'],
    ["QMP in the prototype", '{"__proto__":{"QMP":{}}}\n'],
    ["half an object", '{"QMP":\n{}}\n'],
    ["two objects in a line", '{"QMP":{}}{"QMP":{}}\n'],
    ["a name twice", '{"QMP":{},"QMP":{}}\n'],
    ["an event before the greeting", '{"event":"RESUME"}\n'],
    ["an answer before the greeting", '{"return":{},"id":1}\n'],
    ["single quotes", "{'QMP':{}}\n"],
    ["a nest of lists", deep],
    ["too many members", `{"QMP":{"a":[${"0,".repeat(70_000)}0]}}\n`],
    ["a line that is too long", lineOf(longest + 1, '{"QMP":{"a":"', '"}}')],
  ])("in place of the greeting: %s", async (_, text) => {
    const { clock, heard, peer, hears } = await conversation()
    peer.send(text)
    await hears("ended")
    expect(heard).toEqual(["ended"])
    expect(clock.timers()).toBe(0)
  })

  test("without a newline, once it is too long", async () => {
    const { peer, hears } = await conversation()
    peer.send("x".repeat(longest + 1))
    await hears("ended")
  })

  test.each([
    ["to the handshake", { error: { class: "GenericError", desc: "" } }],
    ["to the handshake that is none", { id: 1 }],
  ])("for an error in answer %s", async (_, answer) => {
    const { heard, hears, peer } = await conversation()
    peer.greet()
    const { id } = await peer.command()
    peer.say({ id, ...answer })
    await hears("ended")
    expect(heard).toEqual(["ended"])
  })

  test.each<[string, (id: number) => string]>([
    ["of the question before", (id) => `{"return":{},"id":${id - 1}}`],
    ["of a question that was not asked", (id) => `{"return":{},"id":${id + 1}}`],
    ["without an id", () => `{"return":{}}`],
    ["with a text for an id", (id) => `{"return":{},"id":"${id}"}`],
    ["with an id that is no whole number", (id) => `{"return":{},"id":${id}.0}`],
    ["with an id that no number holds", () => `{"return":{},"id":18446744073709551615}`],
    ["with a list for an id", (id) => `{"return":{},"id":[${id}]}`],
    ["with an id in the prototype", (id) => `{"return":{},"__proto__":{"id":${id}}}`],
    ["that is a success and an error", (id) => `{"return":{},"error":{},"id":${id}}`],
    ["that is neither", (id) => `{"id":${id}}`],
    ["that is a command", (id) => `{"execute":"quit","id":${id}}`],
    ["that is a greeting", () => `{"QMP":{}}`],
    ["that is an event without a name", (id) => `{"event":null,"return":{},"id":${id}}`],
    ["that is an event with a number for a name", () => `{"event":1}`],
  ])("for an answer %s", async (_, text) => {
    const { answers, clock, heard, hears } = await askedWith((id) => `${text(id)}\n`)
    await hears("ended")
    expect({ answers, heard }).toEqual({ answers: [], heard: ["ready", "ended"] })
    expect(clock.timers()).toBe(0)
  })

  test("for an answer that comes twice", async () => {
    const { answers, hears } = await askedWith((id) => `{"return":{},"id":${id}}\n{"return":{},"id":${id}}\n`)
    await hears("ended")
    expect(answers).toHaveLength(1)
  })

  test("for what comes unasked", async () => {
    const { hears, peer } = await ready()
    peer.send(`{"return":{},"id":2}\n`)
    await hears("ended")
  })

  test("and nothing behind it is heard", async () => {
    const { heard, hears, peer } = await ready()
    peer.send(`{}\n{"event":"RESUME"}\n`)
    await hears("ended")
    expect(heard).toEqual(["ready", "ended"])
  })

  test("of its own accord as well", async () => {
    const { heard, hears, peer, qmp } = await ready()
    qmp.ask("query-status", () => qmp.close())
    const { id } = await peer.command()
    peer.send(`{"return":{},"id":${id}}\n{"event":"RESUME"}\n`)
    await hears("ended")
    expect(heard).toEqual(["ready", "ended"])
  })
})

describe("a server that ends it", () => {
  test.each<[string, (talk: Awaited<ReturnType<typeof conversation>>) => Promise<void> | void]>([
    ["at once", () => undefined],
    ["within the greeting", ({ peer }) => peer.send('{"QMP":')],
    ["after the greeting", ({ peer }) => peer.greet()],
    [
      "after the handshake",
      async ({ peer }) => {
        peer.greet()
        await peer.answer("qmp_capabilities", {})
      },
    ],
    [
      "before an answer",
      async ({ peer, qmp, hears }) => {
        peer.greet()
        await peer.answer("qmp_capabilities", {})
        await hears("ready")
        qmp.ask("query-status", () => undefined)
        await peer.command()
      },
    ],
  ])("%s: that is told once, and no time is waited for", async (_, play) => {
    for (const how of ["end", "destroy"] as const) {
      const talk = await conversation()
      await play(talk)
      talk.peer.socket[how]()
      await talk.hears("ended")
      expect(talk.heard.filter((each) => each === "ended")).toHaveLength(1)
      expect(talk.clock.timers()).toBe(0)
    }
  })

  test("by saying nothing for a minute, at each step", async () => {
    const minute = 60_000
    const silent = await conversation()
    silent.clock.advance(minute)
    await silent.hears("ended")

    const greeting = await conversation()
    greeting.clock.advance(minute - 1)
    greeting.peer.greet()
    await greeting.peer.command()
    greeting.clock.advance(minute)
    await greeting.hears("ended")
    expect(greeting.heard).toEqual(["ended"])
  })

  test("not by saying nothing when nothing was asked", async () => {
    const { clock, heard, hears, peer } = await ready()
    clock.advance(1e9)
    peer.event("RESET")
    await hears("RESET")
    expect(heard).toEqual(["ready", "RESET"])
  })
})
