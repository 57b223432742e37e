import { join } from "node:path"
import { fileURLToPath } from "node:url"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { validSarif } from "../report/sarif-schema.js"
import { jsonFindings, place, runCli, temporaryFolder, unsafeLines } from "./harness.js"

const good = { channels: [{ "channel-type": "main", addr: inet("10.12.34.9", "49152") }] }

function inet(host: string, port: string) {
  return { transport: "socket", type: "inet", host, port }
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)

const line = (value: unknown): string => `${JSON.stringify(value)}\n`

/** What `migrate-args --format json -` finds out about a text on standard input. */
const findingsOf = async (text: string, ...options: readonly string[]) => {
  const { code, out, err } = await runCli(["migrate-args", "--format", "json", ...options, "-"], { stdin: ascii(text) })
  return { code, err, findings: jsonFindings(out) }
}

const rulesOf = async (text: string, ...options: readonly string[]) => {
  const { findings } = await findingsOf(text, ...options)
  return findings.map(({ violations }) => violations.map(({ rule }) => rule))
}

const policyFile = (text: string, name = "policy.toml"): string => place(join(temporaryFolder(), name), text)

describe("the text report", () => {
  test("is one line for accepted arguments", async () => {
    const file = place(join(temporaryFolder(), "a.json"), line(good))
    expect(await runCli(["migrate-args", file])).toEqual({ code: 0, out: `accept  migrate    ${file}\n`, err: "" })
  })

  test("names the line where a file holds one object a line", async () => {
    const file = place(join(temporaryFolder(), "a.jsonl"), line(good) + line({ uri: "tcp:10.0.0.1:69982" }))
    const { code, out } = await runCli(["migrate-args", file])
    expect(code).toBe(1)
    expect(out.split("\n")).toEqual([
      `accept  migrate    ${file}:1`,
      `reject  migrate    ${file}:2`,
      "        out-of-range qemu/port-range: uri.port at byte 125: A port must be at most 65535. " +
        "Found 69982, the limit is 65535. QEMU takes it modulo 65536, or fails to look it up.",
      "",
    ])
  })

  test("shows notes of what is accepted", async () => {
    const { code, out } = await runCli(["migrate-args", "-"], { stdin: ascii(line({ uri: "unix:/x,server=on" })) })
    expect(code).toBe(0)
    expect(out).toContain("        note Everything behind unix: is the path")
  })
})

describe("the JSON report", () => {
  test("has a line for each argument object, with its place in the input", async () => {
    const { code, findings } = await findingsOf(`${line(good)}\n${line({ uri: "tcp:h:0" })}oops\n`)
    expect(code).toBe(1)
    expect(findings).toMatchObject([
      { file: "-", line: 1, command: "migrate", channel: null, verdict: "accept", violations: [], notes: [] },
      { line: 3, verdict: "reject", violations: [{ code: "out-of-range", rule: "qemu/port-zero", path: "uri.port" }] },
      { line: 4, verdict: "reject", violations: [{ code: "malformed-json", rule: "json/syntax", path: "" }] },
    ])
    const begin = line(good).length + 1
    const second = line({ uri: "tcp:h:0" })
    expect(findings[1]?.violations[0]).toMatchObject({ offset: begin + second.indexOf('"tcp'), length: 9 })
    expect(findings[2]?.violations[0]?.offset).toBe(begin + second.length)
  })

  test("has notes beside the violations", async () => {
    const { findings } = await findingsOf(line({ uri: "tcp:h:1", detach: false }), "--qemu-version", "10.0")
    expect(findings[0]).toMatchObject({ verdict: "accept", notes: [{ path: "detach" }] })
    expect(Object.keys(findings[0] ?? {})).toEqual(["file", "command", "channel", "verdict", "violations", "notes"])
  })
})

describe("the SARIF report", () => {
  test("is valid, has a rule for each that was broken and places in the file", async () => {
    const file = place(join(temporaryFolder(), "a.jsonl"), line(good) + line({ uri: "tcp:10.0.0.1:69982", x: 1 }))
    const { code, out } = await runCli(["migrate-args", "--format", "sarif", file])
    const { results, tool } = validSarif(out)
    expect(code).toBe(1)
    expect(results.map(({ ruleId }) => ruleId).sort()).toEqual(["qemu/port-range", "shape/unknown-member"])
    const regions = results.map(({ locations }) => locations[0].physicalLocation.region)
    expect(regions).toEqual([
      { startLine: 2, byteOffset: 125, byteLength: 20 },
      { startLine: 2, byteOffset: 150, byteLength: 1 },
    ])
    expect(tool.driver.rules?.every(({ help }) => help?.text !== undefined)).toBe(true)
  })
})

describe("the command and the version", () => {
  test.each([
    ["migrate", { uri: "tcp:h:0" }, ["qemu/port-zero"]],
    ["migrate-incoming", { uri: "tcp:h:0" }, []],
    ["migrate", { uri: "tcp:h:1", "exit-on-error": true }, ["shape/unknown-member"]],
    ["migrate-incoming", { uri: "tcp:h:1", "exit-on-error": true }, []],
  ])("%s decides what %j is", async (command, value, rules) => {
    expect(await rulesOf(line(value), "--command", command)).toEqual([rules])
  })

  test.each([
    ["7.2", good, ["qemu/other-version"]],
    ["8.2", good, []],
    ["9.1", { uri: "tcp:h:1", blk: true }, ["qemu/other-version"]],
    ["8.2", { uri: "tcp:h:1", blk: true }, []],
  ])("QEMU %s decides what %j is", async (version, value, rules) => {
    expect(await rulesOf(line(value), "--qemu-version", version)).toEqual([rules])
  })

  test("--draft takes the channel types of the draft", async () => {
    const data = { "channel-type": "data", addr: inet("10.12.34.10", "49152"), "multifd-count": 4 }
    const value = line({ channels: [...good.channels, data] })
    expect(await rulesOf(value)).toEqual([["qemu/draft-channel"]])
    expect(await rulesOf(value, "--draft")).toEqual([[]])
  })
})

describe("a policy", () => {
  const exec = line({ uri: "exec:cat > /tmp/state" })

  test("that is not given refuses exec", async () => {
    expect(await rulesOf(exec)).toEqual([["policy/exec"]])
  })

  test.each([
    ["TOML", "policy.toml", '[exec]\nprograms = ["/bin/sh"]\nshell = true\n'],
    ["JSON", "policy.json", '{"exec": {"programs": ["/bin/sh"], "shell": true}}'],
  ])("is read from %s", async (_, name, text) => {
    const { findings } = await findingsOf(exec, "--policy", policyFile(text, name))
    expect(findings).toMatchObject([{ verdict: "accept", notes: [{ path: "uri" }] }])
  })

  test("names the line that denies", async () => {
    const policy = policyFile('[inet]\nhosts = ["192.0.2.0/24"]\nports = ["1-1024"]\n')
    const { findings } = await findingsOf(line(good), "--policy", policy)
    expect(findings[0]?.violations).toMatchObject([
      { code: "policy-denied", rule: "policy/inet.hosts", path: "channels[0].addr.host" },
      { code: "policy-denied", rule: "policy/inet.ports", path: "channels[0].addr.port" },
    ])
  })

  test.each([
    ["is not there", "/nonexistent/policy.toml", /no such file/],
    ["is no TOML", policyFile.bind(undefined, "oops"), /line 1, column 1: Invalid TOML document/],
    ["is no UTF-8", () => place(join(temporaryFolder(), "p.toml"), Uint8Array.of(0xff)), /not valid/],
    ["is no JSON", policyFile.bind(undefined, "{", "p.json"), /at byte 1: The text must be one value/],
    ["misspells a member", policyFile.bind(undefined, "[inet]\nhost = []\n"), /inet\.host: There is no such member/],
    ["has a wrong network", policyFile.bind(undefined, '[inet]\nhosts = ["10.0.0.0/33"]\n'), /inet\.hosts\[0\]/],
    [
      "has several faults",
      policyFile.bind(undefined, 'transports = ["tcp"]\n[inet]\nports = ["9-1"]\n'),
      /transports\[0\].*inet\.ports\[0\]/,
    ],
    [
      "has a terminal's escape sequence in a name",
      policyFile.bind(undefined, '"\\u001b[2J" = 1\n'),
      /: \?\?2J: There is no such member/,
    ],
  ])("that %s is told on stderr and ends with 2", async (_, file, reason) => {
    const path = typeof file === "string" ? file : file()
    const { code, out, err } = await runCli(["migrate-args", "--policy", path, "-"], { stdin: ascii(line(good)) })
    expect({ code, out }).toEqual({ code: 2, out: "" })
    expect(err).toContain(`migration-guard: ${path}: `)
    expect(err).toMatch(reason)
    expect(unsafeLines(err)).toEqual([])
  })
})

describe("an input that cannot be read", () => {
  test("is told on stderr and does not keep others from being checked", async () => {
    const folder = temporaryFolder()
    const file = place(join(folder, "a.json"), line(good))
    const { code, out, err } = await runCli(["migrate-args", join(folder, "none"), file, folder])
    expect({ code, out }).toEqual({ code: 2, out: `accept  migrate    ${file}\n`.repeat(2) })
    expect(err.split("\n").length).toBe(2)
  })

  test("standard input is read only once", async () => {
    const { code, out, err } = await runCli(["migrate-args", "-", "-"], { stdin: ascii(line(good)) })
    expect({ code, out }).toEqual({ code: 2, out: "" })
    expect(err).toContain("standard input can be read only once")
  })
})

describe("a log of QMP commands", () => {
  const set = (execute: string, args: object) => line({ execute, arguments: args, id: "libvirt-1" })
  const parameters = (mode: string, ...command: readonly string[]) =>
    set("migrate-set-parameters", { mode, "cpr-exec-command": command })
  const capability = (name: string) =>
    set("migrate-set-capabilities", { capabilities: [{ capability: name, state: true }] })
  const withCpr = (addr: object) => ({
    channels: [
      { "channel-type": "main", addr },
      { "channel-type": "cpr", addr: { transport: "socket", type: "unix", path: "/run/cpr" } },
    ],
  })
  const toFile = set("migrate", { uri: "file:/vm" })
  const capabilities = line({ execute: "qmp_capabilities" })

  test.each<[string, string, readonly (readonly string[])[]]>([
    ["a whole command", set("migrate", { uri: "fd:migrate" }), [[]]],
    ["commands that carry no address", capabilities + set("migrate", { uri: "tcp:h:0" }), [[], ["qemu/port-zero"]]],
    [
      "what QEMU says",
      `${line({ QMP: {} })}${line({ return: {}, id: 1 })}${line({ event: "STOP", data: {} })}`,
      [[], [], []],
    ],
    [
      "each by its command",
      set("migrate-incoming", { uri: "tcp::0" }) + set("getfd", { fdname: "1" }),
      [[], ["qemu/fd-name"]],
    ],
    ["a program behind file:", parameters("cpr-exec", "/usr/bin/mark") + toFile, [["policy/exec"], ["policy/exec"]]],
    ["a mode without its program", set("migrate-set-parameters", { mode: "cpr-exec" }) + toFile, [[], ["policy/exec"]]],
    [
      "a mode that is set back",
      `${set("migrate-set-parameters", { mode: "cpr-exec" })}${set("migrate-set-parameters", { mode: "normal" })}${toFile}`,
      [[], [], []],
    ],
    [
      "cpr-transfer alone",
      set("migrate-set-parameters", { mode: "cpr-transfer" }) + set("migrate", { uri: "tcp:h:1" }),
      [[], ["qemu/cpr-channel"]],
    ],
    [
      "cpr-transfer with its channel",
      set("migrate-set-parameters", { mode: "cpr-transfer" }) + set("migrate", withCpr(inet("h", "1"))),
      [[], []],
    ],
    [
      "cpr-transfer of a file",
      set("migrate-set-parameters", { mode: "cpr-transfer" }) +
        set("migrate", withCpr({ transport: "file", filename: "/vm", offset: 0 })),
      [[], ["qemu/cpr-channel"]],
    ],
    [
      "a program without its mode, and then other parameters",
      parameters("normal", "/usr/bin/mark") + set("migrate-set-parameters", { "max-bandwidth": 1 }) + toFile,
      [["policy/exec"], [], []],
    ],
    [
      "refused capabilities and parameters, which set nothing",
      set("migrate-set-capabilities", {}) + set("migrate-set-parameters", { "max-bandwidth": "1M" }) + toFile,
      [["shape/missing-member"], ["shape/type"], []],
    ],
    [
      "multifd over a descriptor",
      capability("multifd") + set("migrate", { uri: "fd:a" }),
      [[], ["qemu/transport-channels"]],
    ],
    ["multifd over TCP", capability("multifd") + set("migrate", { uri: "tcp:h:1" }), [[], []]],
    [
      "mapped-ram over TCP",
      capability("mapped-ram") + set("migrate", { uri: "tcp:h:1" }),
      [[], ["qemu/transport-seeking"]],
    ],
    ["multifd and mapped-ram to a file", capability("mapped-ram") + capability("multifd") + toFile, [[], [], []]],
    ["xbzrle over RDMA", capability("xbzrle") + set("migrate", { uri: "rdma:h:1" }), [[], ["qemu/transport-rdma"]]],
    [
      "a capability that excludes one of before",
      capability("multifd") + capability("xbzrle") + capability("events"),
      [[], ["qemu/capabilities-together"], []],
    ],
    [
      "capabilities beside a mode of cpr",
      set("migrate-set-parameters", { mode: "cpr-reboot" }) + capability("postcopy-ram") + toFile,
      [[], [], ["qemu/cpr-capabilities"]],
    ],
    [
      "a program that was refused, which QEMU may know all the same",
      set("migrate-set-parameters", { mode: "cpr-exec", "cpr-exec-command": [] }) + toFile,
      [["qemu/cpr-command-empty"], ["policy/exec"]],
    ],
    [
      "a refused change of the program",
      set("migrate-set-parameters", { mode: "cpr-exec" }) + parameters("normal", "") + toFile,
      [[], ["qemu/argv-absolute"], ["policy/exec"]],
    ],
    [
      "the human monitor",
      set("human-monitor-command", { "command-line": "migrate -d exec:id" }) + capabilities,
      [["qmp/human-monitor"], []],
    ],
    ["harmless words of it", set("human-monitor-command", { "command-line": "info status" }) + capabilities, [[], []]],
    [
      "names that somebody may take for QEMU's",
      ["Migrate", "migrate ", "migrate_incoming", "client-migrate-info"]
        .map((name) => set(name, { uri: "exec:id" }))
        .join(""),
      [["qmp/command-name"], ["qmp/command-name"], ["qmp/command-name"], ["qmp/command-name"]],
    ],
    [
      "what QEMU does not take out of band",
      line({ "exec-oob": "migrate-recover", arguments: { uri: "tcp:h:1" } }) +
        line({ "exec-oob": "migrate-pause" }) +
        line({ "exec-oob": "migrate", arguments: { uri: "tcp:h:1" } }),
      [[], [], ["qmp/out-of-band"]],
    ],
    ["no command at all", line({ execute: 5 }) + capabilities, [["qmp/command"], []]],
    ["arguments among commands", capabilities + line({ uri: "tcp:h:0" }), [[], ["qemu/port-zero"]]],
  ])("judges %s", async (_, log, expected) => {
    expect(await rulesOf(log)).toEqual(expected)
  })

  test("keeps to what the policy allows", async () => {
    const policy = policyFile('[exec]\ncommands = [["/usr/bin/mark"]]\n')
    expect(await rulesOf(parameters("cpr-exec", "/usr/bin/mark") + toFile, "--policy", policy)).toEqual([[], []])
    expect(await rulesOf(parameters("cpr-exec", "/usr/bin/rm") + toFile, "--policy", policy)).toEqual([
      ["policy/exec.programs"],
      ["policy/exec.programs"],
    ])
  })

  test("says of a program behind file: where it would be run", async () => {
    const { findings } = await findingsOf(parameters("cpr-exec", "/usr/bin/mark") + toFile)
    expect(findings.map(({ violations }) => violations[0]?.path)).toEqual([
      "arguments.cpr-exec-command[0]",
      "arguments.uri",
    ])
  })

  test("has a note on what is not checked", async () => {
    const monitor = set("human-monitor-command", { "command-line": "chardev-add socket,host=h,port=1,id=a" })
    const log = capabilities + set("drive-mirror", { target: "nbd:192.0.2.7:10809:exportname=drive0" }) + monitor
    const { code, findings } = await findingsOf(log)
    expect(code).toBe(0)
    expect(findings.map(({ command, notes }) => [command, notes[0]?.message])).toEqual([
      ["qmp", "This command carries no address of a migration: it is not checked."],
      ["qmp", "This command takes addresses or files of its own, which are not checked."],
      ["qmp", "Command lines of the human monitor are not read."],
    ])
  })

  test("may have a time in front of each line, which does not move places", async () => {
    const log = `2026-11-28T14:06:20.645Z ${capabilities}2026-11-28 14:06:21.1+0000: ${set("migrate", { uri: "tcp:h:0" })}`
    const { findings } = await findingsOf(log)
    const [violation] = findings[1]?.violations ?? []
    expect(violation?.rule).toBe("qemu/port-zero")
    expect(log.slice(violation?.offset)).toMatch(/^"tcp:h:0"/)
  })

  test("of a libvirt that migrated is accepted, but for what QEMU 11.0 has no more", async () => {
    const log = fileURLToPath(new URL("../qemu/recorded/libvirt.source.log", import.meta.url))
    expect((await runCli(["check-args", "--qemu-version", "7.2", log])).code).toBe(0)
    const { code, out } = await runCli(["check-args", "--format", "json", log])
    expect([code, out.match(/"rule":"[^"]*"/g)]).toEqual([1, ['"rule":"qemu/other-version"']])
  })

  test.each(["yesterday ", "12 ", "x2026-11-28T14:06:20Z "])(
    "has nothing but a time in front: not %s",
    async (before) => {
      expect(await rulesOf(capabilities + before + capabilities)).toEqual([[], ["json/syntax"]])
    },
  )

  test("begins anew with each file", async () => {
    const folder = temporaryFolder()
    place(join(folder, "1.jsonl"), capability("mapped-ram") + capabilities)
    place(join(folder, "2.jsonl"), set("migrate", { uri: "tcp:h:1" }) + capabilities)
    const { code, out } = await runCli(["check-args", folder])
    expect([code, out.match(/^accept/gm)?.length]).toEqual([0, 4])
  })
})

describe("the option incoming", () => {
  test("stands one a line, whatever ends the line", async () => {
    const channel = "main,addr.transport=socket,addr.type=unix,addr.path=/run/vm.sock"
    const text = `tcp:0:4446\r\n\n${channel}\nfd:21\n`
    expect(await rulesOf(text, "--command", "incoming")).toEqual([[], [], ["policy/fd.numbers"]])
  })

  test("is refused where it is no text", async () => {
    const { code, out } = await runCli(["check-args", "--command", "incoming", "-"], {
      stdin: Uint8Array.of(0xff, 0x0a),
    })
    expect([code, out.includes("json/utf-8")]).toEqual([1, true])
  })
})

test("a release between two versions is taken as the one before, which is said", async () => {
  const { code, err } = await runCli(["check-args", "--qemu-version", "9.0", "-"], {
    stdin: ascii(line({ uri: "tcp:h:1", blk: true })),
  })
  expect([code, err]).toEqual([0, "migration-guard: this release of QEMU is taken as 8.2, the one before it\n"])
})

describe("a wrong use of migrate-args", () => {
  test.each([
    ["no file", []],
    ["an unknown command", ["--command", "migrate_set_speed", "-"]],
    ["an unknown version", ["--qemu-version", "11.2", "-"]],
    ["a version that is none", ["--qemu-version", "ten", "-"]],
    ["an unknown format", ["--format", "xml", "-"]],
    ["a policy without its file", ["-", "--policy"]],
  ])("(%s) ends with 2", async (_, argv) => {
    const { code, out, err } = await runCli(["migrate-args", ...argv])
    expect({ code, out }).toEqual({ code: 2, out: "" })
    expect(err).toMatch(/\S/)
  })
})

test("of arbitrary input nothing reaches the terminal that it might obey, in no report", async () => {
  const input = fc.oneof(fc.string({ unit: "binary" }), fc.json({ noUnicodeString: false }))
  await fc.assert(
    fc.asyncProperty(fc.array(input), fc.constantFrom("text", "json", "sarif"), async (lines, format) => {
      const { code, out, err } = await runCli(["migrate-args", "--format", format, "-"], {
        stdin: ascii(lines.join("\n")),
      })
      expect(code).toBe(1)
      expect(err).toBe("")
      expect(unsafeLines(out)).toEqual([])
    }),
  )
})
