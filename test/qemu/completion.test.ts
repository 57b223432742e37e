import { readdirSync, readFileSync } from "node:fs"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import { completionRules } from "../../src/qemu/completion-rules.js"
import { completionOrder } from "../../src/qemu/index.js"

const folder = new URL("recorded/", import.meta.url)

const logsOf = (name: string): readonly [source: string, target: string] => [
  readFileSync(new URL(`${name}.source.log`, folder), "utf8"),
  readFileSync(new URL(`${name}.target.log`, folder), "utf8"),
]

const verdict = (source: unknown, target: unknown): string => {
  const judged = completionOrder(source, target)
  return E.isRight(judged) ? judged.right.outcome : judged.left.map(({ rule, path }) => `${rule} ${path}`).join(", ")
}

/** Migrations of real QEMUs with real clients, as lab/completion/record.ts recorded them; `libvirt` is its own virsh migrate. */
const recorded: readonly (readonly [name: string, verdict: string])[] = [
  ["seamless", "completed"],
  ["libvirt", "completed"],
  ["declined", "completed"],
  ["cancelled", "cancelled"],
  ["not-announced", "completion/announced source[22], completion/completed source"],
  ["not-listening", "completion/target-listens source[24]"],
  ["quit-early", "completion/source-quit source[32]"],
]

describe("a recorded migration", () => {
  test.each(recorded)("%s is judged", (name, expected) => {
    expect(verdict(...logsOf(name))).toBe(expected)
  })

  test("is judged, whichever there is", () => {
    const names = readdirSync(folder).map((file) => file.split(".")[0])
    expect(new Set(names)).toEqual(new Set(recorded.map(([name]) => name)))
  })

  test.each(["seamless", "declined"])("%s is judged the same without the times of its commands", (name) => {
    const [source, target] = logsOf(name).map((log) => log.replace(/^\S+ \{/gm, "{"))
    expect(verdict(source, target)).toBe("completed")
  })

  test("is as long as its source's log shows it", () => {
    const [source, target] = logsOf("seamless")
    const lines = source.split("\n")
    const completed = lines.findIndex((line) => line.includes('"completed"'))
    expect(verdict(lines.slice(0, completed + 1).join("\n"), target)).toBe("completion/completed source")
    expect(verdict(lines.slice(0, completed).join("\n"), target)).toBe("completion/completed source")
  })

  test("of another machine is none", () => {
    const [, target] = logsOf("seamless")
    expect(verdict(target, target)).toContain("completion/migrate source")
  })
})

let second = 0
const at = (message: object): string =>
  `${new Date(1_795_872_000_000 + 1000 * second++).toISOString()} ${JSON.stringify(message)}`
const command = (execute: string, args?: object) => ({ execute, arguments: args, id: execute })
const done = (id: string) => ({ return: {}, id })
const failed = (id: string) => ({ error: { class: "GenericError", desc: "x" }, id })
const event = (name: string, data: object = {}) => ({ event: name, data })
const status = (name: string) => event("MIGRATION", { status: name })

type Step = readonly [side: "source" | "target", message: object]

const source = (message: object): Step => ["source", message]
const target = (message: object): Step => ["target", message]
const asked = (side: "source" | "target", name: string): readonly Step[] => [
  [side, command(name)],
  [side, done(name)],
]

const listen = asked("target", "migrate-incoming")
const announce = asked("source", "client_migrate_info")
const migrate = asked("source", "migrate")
const stop = source(event("STOP"))
const complete = source(status("completed"))
const spice = source(event("SPICE_MIGRATE_COMPLETED"))
const arrive = target(event("RESUME"))
const quit = source(command("quit"))
const moved: readonly Step[] = [...listen, ...announce, ...migrate, stop, complete, arrive, spice]

const judgeSteps = (steps: readonly Step[]): string => {
  second = 0
  const lines = steps.map(([side, message]) => [side, at(message)] as const)
  const logOf = (side: string): string => lines.flatMap(([each, line]) => (each === side ? [line] : [])).join("\n")
  return verdict(logOf("source"), logOf("target"))
}

const waiting = (seconds: number): readonly Step[] =>
  Array.from({ length: seconds }, () => source(event("MIGRATION_PASS")))

const orders: readonly (readonly [says: string, steps: readonly Step[], verdict: string])[] = [
  ["all in order", [...moved, quit], "completed"],
  ["announced before the target listens", [...announce, ...listen, ...moved.slice(4), quit], "completed"],
  ["SHUTDOWN after all", [...moved, source(event("SHUTDOWN"))], "completed"],
  [
    "quit before SPICE_MIGRATE_COMPLETED",
    [...moved.slice(0, -1), quit, source(event("SHUTDOWN"))],
    "completion/source-quit source[7]",
  ],
  ["SIGTERM before it", [...moved.slice(0, -1), source(event("SHUTDOWN"))], "completion/source-quit source[7]"],
  ["quit on the way", [...listen, ...announce, ...migrate, quit], "completion/source-quit source[5]"],
  ["not announced", [...listen, ...migrate, stop, complete, arrive, spice], "completion/announced source[1]"],
  [
    "announced in vain",
    [...listen, source(command("client_migrate_info")), source(failed("client_migrate_info")), ...moved.slice(4)],
    "completion/announced source[3]",
  ],
  [
    "announced, without an answer yet",
    [...listen, source(command("client_migrate_info")), ...moved.slice(4)],
    "completion/announced source[2]",
  ],
  ["announced too late", [...listen, ...migrate, ...announce, ...moved.slice(6)], "completion/announced source[1]"],
  ["a target that does not listen", [...announce, ...moved.slice(4)], "completion/target-listens source[3]"],
  [
    "a target that refuses",
    [target(command("migrate-incoming")), target(failed("migrate-incoming")), ...moved.slice(2)],
    "completion/target-listens source[3]",
  ],
  ["a target that listens from its start", [target(status("setup")), ...moved.slice(2)], "completed"],
  [
    "a target that listens too late",
    [...announce, ...migrate, ...listen, ...moved.slice(6)],
    "completion/target-listens source[3]",
  ],
  [
    "a source without events, asked instead",
    [
      ...moved.slice(0, 6),
      stop,
      source(command("query-migrate")),
      source({ return: { status: "completed" }, id: "query-migrate" }),
      arrive,
      source(command("query-spice")),
      source({ return: { migrated: false }, id: "query-spice" }),
      source(command("query-spice")),
      source({ return: { migrated: true }, id: "query-spice" }),
      quit,
    ],
    "completed",
  ],
  [
    "a target that runs before the source stands",
    [...moved.slice(0, 6), arrive, stop, complete, spice],
    "completion/one-machine target[3]",
  ],
  ["a source that runs on", [...moved, source(event("RESUME"))], "completion/one-machine source[8]"],
  [
    "a source that runs after the target stood still",
    [...moved, target(event("STOP")), source(event("RESUME"))],
    "completed",
  ],
  ["a target that does not run", [...moved.slice(0, 8), spice], "completion/target-resumes target"],
  ["a machine that stood still before", [stop, ...moved.slice(0, 6), complete, spice], "completed"],
  [
    "clients for whom it took too long",
    [...moved.slice(0, 8), arrive, ...waiting(9), spice],
    "completion/time-out source[16]",
  ],
  ["clients for whom it took long", [...moved.slice(0, 8), arrive, ...waiting(7), spice], "completed"],
  ["a refused migrate", [...listen, ...announce, source(command("migrate")), source(failed("migrate"))], "failed"],
  ["a failed one", [...moved.slice(0, 6), source(status("failed"))], "failed"],
  ["a failed one and quit", [...moved.slice(0, 6), source(status("failed")), quit], "completion/source-kept source[6]"],
  ["a cancelled one", [...moved.slice(0, 6), source(status("cancelling")), source(status("cancelled"))], "cancelled"],
  [
    "a cancelled one and quit",
    [...moved.slice(0, 6), source(status("cancelled")), quit],
    "completion/source-kept source[6]",
  ],
  [
    "a failed one that leaves the source standing",
    [...moved.slice(0, 6), stop, source(status("failed"))],
    "completion/source-resumes source",
  ],
  [
    "a failed one after which the source runs",
    [...moved.slice(0, 6), stop, source(status("failed")), source(event("RESUME"))],
    "failed",
  ],
  [
    "a cancelled one that the target runs",
    [...moved.slice(0, 6), source(status("cancelled")), arrive],
    "completion/one-machine target[3]",
  ],
  ["another try", [...moved.slice(0, 6), source(status("failed")), ...moved, quit], "completed"],
  [
    "another try that is not announced",
    [...moved.slice(0, 6), source(status("failed")), ...listen, ...moved.slice(4)],
    "completion/announced source[6]",
  ],
  [
    "another try on a target that does not listen",
    [...moved.slice(0, 6), source(status("failed")), ...moved.slice(2)],
    "completion/target-listens source[8]",
  ],
  [
    "a paused one that goes on",
    [...moved.slice(0, 6), source(command("migrate", { resume: true })), ...moved.slice(6)],
    "completed",
  ],
  ["a target that is ended", [...moved.slice(0, 6), target(command("quit")), source(status("failed"))], "failed"],
  ["no migrate", [...listen, ...announce, quit], "completion/migrate source"],
  [
    "what says nothing",
    [source({ QMP: {} }), source({ timestamp: {}, event: "STOP", data: null }), ...moved],
    "completed",
  ],
  ["a message that is none", [source({}), ...moved], "completion/line source[1]"],
]

describe("an order", () => {
  test.each(orders)("of %s", (_, steps, expected) => {
    expect(judgeSteps(steps)).toBe(expected)
  })

  test("breaks every rule", () => {
    const broken = new Set(
      [...orders, ...recorded].flatMap((row) => (row.at(-1) ?? "").toString().match(/completion\/[\w-]+/g) ?? []),
    )
    expect(new Set([...broken, "completion/log"])).toEqual(new Set(Object.values(completionRules).map(({ id }) => id)))
  })
})

const migrateLine = '{"execute":"migrate","id":1}'

const lines: readonly (readonly [says: string, line: string, verdict: RegExp])[] = [
  ["broken JSON", '{"execute":', /completion\/line source\[1\]/],
  ["two messages", `${migrateLine} ${migrateLine}`, /completion\/line source\[1\]/],
  ["words in front of a message", `QEMU_MONITOR_IO_WRITE: ${migrateLine}`, /completion\/line source\[1\]/],
  ["a name twice", '{"event":"STOP","event":"RESUME"}', /completion\/line source\[1\]/],
  ["words by themselves", "libvirt says hello", /^completion\/announced source\[2\]/],
  [
    "an event without a time",
    '{"event":"STOP","timestamp":{"seconds":-1,"microseconds":-1}}',
    /^completion\/announced source\[2\]/,
  ],
  ["members that every object has", '{"event":"MIGRATION","data":{}}', /^completion\/announced source\[2\]/],
  ["an id that is no text", '{"execute":"cont","id":9007199254740993}', /^completion\/announced source\[2\]/],
  ["a command whose name is none", '{"execute":1}', /^completion\/announced source\[2\]/],
]

describe("a line", () => {
  test.each(lines)("of %s", (_, line, expected) => {
    expect(verdict(`${line}\n${migrateLine}`, "")).toMatch(expected)
  })

  test("is pointed at in bytes", () => {
    const judged = completionOrder(`größe\n${migrateLine}\n`, "")
    expect(E.isLeft(judged) && judged.left[0]).toMatchObject({ offset: 8, length: migrateLine.length })
  })
})

describe("a log", () => {
  test.each([
    ["no text", 1, ""],
    ["no UTF-8", Uint8Array.of(0xff), ""],
    ["too long", new Uint8Array((64 << 20) + 1), ""],
  ])("of a source that is %s is refused", (_, log, other) => {
    expect(verdict(log, other)).toBe("completion/log source")
    expect(verdict(other, log)).toBe("completion/log target")
  })

  test("may be UTF-8", () => {
    expect(verdict(...(logsOf("seamless").map((log) => Buffer.from(log)) as [Buffer, Buffer]))).toBe("completed")
  })

  test("yields a hundred violations at most", () => {
    const judged = completionOrder("{\n".repeat(200), "")
    expect(E.isLeft(judged) && judged.left).toHaveLength(100)
  })

  const anyLine = fc.oneof(
    fc.constantFrom(...logsOf("seamless").flatMap((log) => log.split("\n"))),
    fc.json(),
    fc.string(),
    fc
      .dictionary(
        fc.constantFrom("execute", "return", "event", "id", "data", "timestamp", "arguments", "error"),
        fc.jsonValue(),
      )
      .map((message) => JSON.stringify(message)),
  )
  const anyLog = fc.array(anyLine, { maxLength: 40 }).map((all) => all.join("\n"))

  test("of anything is judged, and nothing is thrown", () => {
    fc.assert(
      fc.property(anyLog, anyLog, (one, other) => {
        const judged = completionOrder(one, other)
        if (E.isLeft(judged))
          for (const { rule, path } of judged.left) {
            expect(rule).toMatch(/^completion\//)
            expect(path).toMatch(/^(?:source|target)(?:\[\d+\])?$/)
          }
      }),
    )
  })
})
