import { mkdirSync, readdirSync, rmSync, symlinkSync, truncateSync } from "node:fs"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import { root } from "../../scripts/corpus.js"
import type { CorpusEntry } from "../../src/corpus.js"
import { type Channel, channels, decodeMigrateData, defaultReceiver, type Violation } from "../../src/index.js"
import { formatOf } from "../../src/spice/formats.js"
import { validSarif } from "../report/sarif-schema.js"
import {
  bytesOf,
  captureOf,
  captures,
  edited,
  genuine,
  hostileSample,
  inPieces,
  type JsonFinding,
  jsonFindings,
  linesOf,
  longer,
  nastyNames,
  optionsOf,
  pathOf,
  place,
  runCli,
  targetOptionsOf,
  temporaryFolder,
  unsafeLines,
} from "./harness.js"

const formats = ["text", "json", "sarif"] as const

const checkJson = async (argv: readonly string[], stdin: Uint8Array | AsyncIterable<Uint8Array> = new Uint8Array()) => {
  const { code, out, err } = await runCli(["check", "--format", "json", ...argv], { stdin })
  return { code, err, findings: jsonFindings(out) }
}

/** What `check --format json -` finds out about bytes on standard input. */
const findingOf = async (
  stdin: Uint8Array | AsyncIterable<Uint8Array>,
  ...options: readonly string[]
): Promise<JsonFinding & { readonly code: number }> => {
  const { code, findings } = await checkJson([...options, "-"], stdin)
  const [finding] = findings
  if (finding === undefined || findings.length > 1) throw new Error("one input has one finding")
  return { code, ...finding }
}

const rulesOf = ({ violations }: JsonFinding): readonly string[] => violations.map(({ rule }) => rule)

/** The note of a display's blob that was read as it says itself. */
const taken = { path: "surfaces", message: expect.stringMatching(/^Taken for a target with jpeg-wan-compression=auto/) }

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A display's blob with two booleans that are neither 0 nor 1, and what the library says of it. */
const twoFaults = edited(bytesOf(captureOf.display), { 16: 2, 26: 7 })

const violationsOf = (channel: Channel, bytes: Uint8Array): readonly Violation[] => {
  const decoded = decodeMigrateData(channel, bytes, defaultReceiver, { all: true })
  return E.isLeft(decoded) ? decoded.left : []
}

describe("the text report", () => {
  test("is one line for an accepted blob", async () => {
    expect(await runCli(["check", captureOf.inputs])).toEqual({
      code: 0,
      out: `accept  inputs     ${captureOf.inputs}\n`,
      err: "",
    })
  })

  test("is a line for a rejected blob and one for each of its violations", async () => {
    const violations = violationsOf("display", twoFaults)
    expect(violations.map(({ path }) => path)).toEqual(["low_bandwidth_setting", "pixmap_cache_freezer"])
    const file = place(join(temporaryFolder(), "two.bin"), twoFaults)
    expect(await runCli(["check", file])).toEqual({
      code: 1,
      out: [
        `reject  display    ${file}\n`,
        ...violations.map(({ code, rule, message }) => `        ${code} ${rule}: ${message}\n`),
      ].join(""),
      err: "",
    })
  })

  test("keeps the violations of each file below its line", async () => {
    const folder = temporaryFolder()
    const wrong = place(join(folder, "wrong"), longer(bytesOf(captureOf.inputs), 12))
    const short = place(join(folder, "short"), "")
    const { code, out } = await runCli(["check", wrong, captureOf.main, short])
    expect(code).toBe(1)
    expect(linesOf(out).map((line) => line.trim().split(" ", 2).join(" "))).toEqual([
      "reject ",
      "unclaimed-bytes layout/trailing:",
      "accept ",
      "reject ",
      "truncated layout/fixed-part:",
      "3 files:",
    ])
  })
})

describe("the JSON report", () => {
  test.each([
    ["accepted", bytesOf(captureOf.inputs)],
    ["rejected", twoFaults],
    ["unrecognised", ascii("????")],
    ["rejected but right for another target", bytesOf(captureOf.display)],
  ])("of a blob that is %s has exactly the members of the contract", async (_, bytes) => {
    const finding = await findingOf(bytes)
    expect(Object.keys(finding)).toEqual(["code", "file", "channel", "verdict", "violations", "notes"])
    for (const violation of finding.violations) {
      const measured = ["actual", "expected"].filter((member) => Object.hasOwn(violation, member))
      expect(Object.keys(violation)).toEqual(["code", "rule", "path", "offset", "length", ...measured, "message"])
    }
    for (const note of finding.notes) expect(Object.keys(note)).toEqual(["path", "message"])
  })

  test("says what the library says", async () => {
    expect(await findingOf(twoFaults)).toEqual({
      code: 1,
      file: "-",
      channel: "display",
      verdict: "reject",
      violations: JSON.parse(JSON.stringify(violationsOf("display", twoFaults))),
      notes: [],
    })
  })

  test("is a line for each file, in their order", async () => {
    const { findings } = await checkJson([captureOf.main, captureOf.display, captureOf.inputs])
    expect(findings.map(({ file, verdict }) => [file, verdict])).toEqual([
      [captureOf.main, "accept"],
      [captureOf.display, "reject"],
      [captureOf.inputs, "accept"],
    ])
  })
})

describe("the SARIF report", () => {
  test("of no readable file is a valid log without results", async () => {
    const { code, out } = await runCli(["check", "--format", "sarif", join(temporaryFolder(), "missing")])
    expect(code).toBe(2)
    expect(validSarif(out)).toMatchObject({ artifacts: [], results: [] })
  })

  test("is one valid log of all files, in one line", async () => {
    const folder = temporaryFolder()
    const wrong = place(join(folder, "two faults.bin"), twoFaults)
    const relativeFile = relative(process.cwd(), place(join(folder, "100%.bin"), "????"))
    const { code, out } = await runCli(["check", "--format", "sarif", captureOf.inputs, wrong, relativeFile, "-"])
    expect(code).toBe(1)
    expect(linesOf(out)).toHaveLength(1)
    const run = validSarif(out)
    const [first, second, third, fourth] = run.artifacts.map(({ location }) => location.uri)
    expect([first, second].map((uri) => fileURLToPath(uri ?? ""))).toEqual([captureOf.inputs, wrong])
    expect(decodeURIComponent(third ?? "")).toBe(relativeFile)
    expect(fourth).toBe("-")
    expect(
      run.results.map(({ ruleId, locations }) => [ruleId, locations[0].physicalLocation.artifactLocation.index]),
    ).toEqual([
      ["layout/boolean", 1],
      ["layout/boolean", 1],
      ["layout/magic", 2],
      ["layout/fixed-part", 3],
    ])
  })

  test.each(hostileSample)("of $file has its violations at their bytes", async (entry) => {
    const argv = [...optionsOf(entry), pathOf(entry)]
    const { code, out } = await runCli(["check", "--format", "sarif", ...argv])
    const { findings } = await checkJson(argv)
    const { results, tool } = validSarif(out)
    expect(code).toBe(1)
    expect(
      results.map(({ ruleId, message, locations: [{ physicalLocation }] }) => ({
        rule: ruleId,
        message: message.text,
        offset: physicalLocation.region.byteOffset,
        length: physicalLocation.region.byteLength,
      })),
    ).toEqual(
      findings.flatMap(({ violations }) =>
        violations.map(({ rule, message, offset, length }) => ({ rule, message, offset, length })),
      ),
    )
    const rules = tool.driver.rules.map(({ id }) => id)
    for (const { ruleId } of results) expect(rules).toContain(ruleId)
  })
})

describe("a genuine blob", () => {
  /** Three channels share a magic, and what is queued is judged by the channel. */
  const isQueue = ({ channel, file }: CorpusEntry) => ["port", "webdav"].includes(channel) && file.includes("queue")

  test.each(genuine.filter(isQueue))("$file is refused with a note where its channel is not said", async (entry) => {
    const { code, findings } = await checkJson([pathOf(entry)])
    expect(code).toBe(1)
    expect(findings.flatMap(({ violations }) => violations.map(({ rule }) => rule))).toEqual([
      "spicevmc/usbredir-queue-vouched-for",
    ])
    expect(findings.flatMap(({ notes }) => notes.map(({ message }) => message))).toEqual([
      expect.stringMatching(/port and webdav.*--channel/),
    ])
  })

  test.each(genuine.filter(({ receiver }) => receiver.provenance === "sealed"))(
    "$file is refused where a client relayed it",
    async (entry) => {
      const { code, findings } = await checkJson(["--channel", entry.channel, pathOf(entry)])
      expect(code).toBe(1)
      expect(findings.flatMap(({ violations }) => violations.map(({ code }) => code))).toEqual(["policy-denied"])
    },
  )

  test.each(genuine.filter((entry) => !isQueue(entry)))(
    "$file is accepted by the target that it was made for",
    async (entry) => {
      const { code, findings } = await checkJson([...targetOptionsOf(entry), pathOf(entry)])
      expect(code).toBe(0)
      const notes =
        entry.channel === "display" && (entry.receiver.jpegWanCompression ?? "auto") === "auto" ? [taken] : []
      expect(findings).toMatchObject([{ file: pathOf(entry), verdict: "accept", violations: [], notes }])
    },
  )

  test.each(genuine)("$file is accepted on its channel", async (entry) => {
    const { code, findings } = await checkJson([...optionsOf(entry), pathOf(entry)])
    expect(code).toBe(0)
    expect(findings).toMatchObject([{ channel: entry.channel, verdict: "accept" }])
  })
})

describe("a display's blob", () => {
  const lossy = bytesOf(captureOf.display)
  const lossless = bytesOf(captureOf.display.replace("display-base", "display-lossless"))

  test.each([
    ["always", lossy, "auto"],
    ["always", lossy, "never"],
    ["never", lossless, "always"],
  ])("that is right for a target with %s is rejected with a note that says so", async (right, bytes, told) => {
    const { code, verdict, violations, notes } = await findingOf(bytes, "--jpeg-wan-compression", told)
    expect({ code, verdict }).toEqual({ code: 1, verdict: "reject" })
    expect(violations.length).toBeGreaterThan(0)
    expect(notes).toHaveLength(1)
    expect(notes[0]?.message).toContain(`jpeg-wan-compression=${right}`)
  })

  test("has its note in the text report too", async () => {
    const { out } = await runCli(["check", captureOf.display])
    const [, , note] = linesOf(out)
    expect(note).toMatch(/^ {8}note .*jpeg-wan-compression=always/)
  })

  test.each([
    ["accepted", lossy, "always"],
    ["wrong for every target", twoFaults, "auto"],
    ["too large", longer(lossy, defaultReceiver.maxBlobBytes.display + 1), "auto"],
  ])("that is %s has no note", async (_, bytes, told) => {
    expect((await findingOf(bytes, "--jpeg-wan-compression", told)).notes).toEqual([])
  })

  test.each([
    ["without", lossless],
    ["with", edited(lossy, { 16: 1 })],
  ])("that is read %s lossy regions for what it says itself has a note of that", async (regions, bytes) => {
    const { notes, verdict } = await findingOf(bytes)
    expect({ notes, verdict }).toEqual({
      verdict: "accept",
      notes: [{ ...taken, message: expect.stringContaining(`surfaces ${regions} lossy`) }],
    })
  })

  test("is the only one with notes", async () => {
    expect((await findingOf(longer(bytesOf(captureOf.main), 101))).notes).toEqual([])
  })
})

describe("the channel", () => {
  test.each([
    ["main", captureOf.main],
    ["display", captureOf.display],
    ["inputs", captureOf.inputs],
    ["smartcard", captureOf.smartcard],
    ["spicevmc", captureOf.spicevmc],
  ])("is %s where the magic says so", async (channel, file) => {
    expect((await checkJson([file])).findings).toMatchObject([{ channel }])
  })

  test.each(["usbredir", "port", "webdav", "spicevmc"])("is %s where --channel says so", async (channel) => {
    const { code, findings } = await checkJson(["--channel", channel, captureOf.spicevmc])
    expect(code).toBe(0)
    expect(findings).toMatchObject([{ channel, verdict: "accept" }])
  })

  test.each(channels.filter((channel) => formatOf[channel] !== "main"))(
    "is %s where --channel says so, even against the magic",
    async (channel) => {
      const bytes = longer(bytesOf(captureOf.main), 200)
      const finding = await findingOf(bytes, "--channel", channel)
      expect(finding).toMatchObject({ code: 1, channel, verdict: "reject" })
      expect(rulesOf(finding)).toEqual(["layout/magic"])
    },
  )

  test("is the one of --channel where the input is too short to tell", async () => {
    const finding = await findingOf(ascii("MN"), "--channel", "main")
    expect(finding).toMatchObject({ code: 1, channel: "main" })
    expect(rulesOf(finding)).toEqual(["layout/fixed-part"])
  })
})

describe("an input without a known magic", () => {
  type Row = [what: string, bytes: Uint8Array, rule: string, notes?: readonly unknown[]]
  const inputs: readonly Row[] = [
    ["empty", new Uint8Array(), "layout/fixed-part"],
    ["one byte", ascii("M"), "layout/fixed-part"],
    ["two bytes", ascii("MN"), "layout/fixed-part"],
    ["three bytes", ascii("MNM"), "layout/fixed-part"],
    ["four bytes of another format", ascii("XCMD"), "layout/magic"],
    ["a magic in lower case", ascii("mnmd"), "layout/magic"],
    [
      "a magic backwards",
      ascii("DMNM"),
      "layout/magic",
      [{ path: "", message: expect.stringContaining("big-endian") }],
    ],
    ["a magic one byte late", ascii("\0MNMD"), "layout/magic"],
    ["zeros", new Uint8Array(4096), "layout/magic"],
    ["a large one of 0xff", new Uint8Array(300_000).fill(0xff), "layout/magic"],
  ]

  test.each<Row>(inputs)("(%s) is rejected with a reason", async (_, bytes, rule, notes = []) => {
    const finding = await findingOf(bytes)
    expect(finding).toMatchObject({ code: 1, channel: null, verdict: "reject", notes })
    expect(rulesOf(finding)).toEqual([rule])
    expect(finding.violations[0]?.message).toMatch(/^\S.*: \S.*\.$/)
  })

  test.each<Row>(inputs)("(%s) is rejected in every report and explained", async (_, bytes, rule) => {
    for (const argv of [...formats.map((format) => ["check", "--format", format, "-"]), ["explain", "-"]]) {
      const { code, out, err } = await runCli(argv, { stdin: bytes })
      expect({ code, err }).toEqual({ code: 1, err: "" })
      expect(out).toContain(rule)
    }
  })
})

describe("a directory", () => {
  test("is searched to its depths, in the order of the names", async () => {
    const folder = temporaryFolder()
    const names = ["b.bin", "a/z.bin", "a/b/c.bin", "B.bin", "a.bin", "c/1/2/3.bin", "10", "9", "-"]
    for (const name of names) place(join(folder, name), bytesOf(captureOf.inputs))
    mkdirSync(join(folder, "empty"))
    const { code, findings } = await checkJson([folder])
    expect(code).toBe(0)
    expect(findings.map(({ file }) => relative(folder, file))).toEqual([
      "-",
      "10",
      "9",
      "B.bin",
      "a.bin",
      "a/b/c.bin",
      "a/z.bin",
      "b.bin",
      "c/1/2/3.bin",
    ])
  })

  test("has its place between other arguments", async () => {
    const folder = temporaryFolder()
    const inside = place(join(folder, "x"), bytesOf(captureOf.inputs))
    const { findings } = await checkJson([captureOf.main, folder, captureOf.smartcard])
    expect(findings.map(({ file }) => file)).toEqual([captureOf.main, inside, captureOf.smartcard])
  })

  test("that extract has written is judged without the index in it", async () => {
    const folder = join(temporaryFolder(), "blobs")
    await runCli(["extract", join(root, "corpus/captures/seamless.pcapng"), "-o", folder])
    const { code, findings } = await checkJson([folder])
    expect(code).toBe(0)
    expect(findings.map(({ file }) => file)).toEqual(
      readdirSync(folder)
        .filter((name) => name !== "index.json")
        .map((name) => join(folder, name)),
    )
  })

  test.each([
    ["no list", (folder: string) => place(join(folder, "index.json"), '{"file": "a"}')],
    ["empty", (folder: string) => place(join(folder, "index.json"), "")],
    ["half a blob", (folder: string) => place(join(folder, "index.json"), "ICMD")],
    ["of another name", (folder: string) => place(join(folder, "other.json"), "[]")],
  ])("is judged with a file that is no index: %s", async (_, placeIn) => {
    const folder = temporaryFolder()
    const file = placeIn(folder)
    expect(await checkJson([folder])).toMatchObject({ code: 1, findings: [{ file, verdict: "reject" }] })
  })

  test("of an index alone holds no files", async () => {
    const folder = temporaryFolder()
    place(join(folder, "index.json"), "[]")
    const { code, err } = await runCli(["check", folder])
    expect(code).toBe(2)
    expect(err).toContain("the directory holds no files")
  })

  test("can hold an index that nobody may read, which is not passed over", async () => {
    const folder = temporaryFolder()
    symlinkSync("/proc/self/mem", join(folder, "index.json"))
    const { code, err } = await runCli(["check", folder])
    expect(code).toBe(2)
    expect(err).toContain(join(folder, "index.json"))
  })

  test("has an index that is judged where an argument names it", async () => {
    const index = place(join(temporaryFolder(), "index.json"), "[\n]\n")
    expect(await checkJson([index])).toMatchObject({ code: 1, findings: [{ file: index, verdict: "reject" }] })
  })

  test("is rejected with one of its files", async () => {
    const folder = temporaryFolder()
    place(join(folder, "a"), bytesOf(captureOf.inputs))
    place(join(folder, "b"), "?")
    const { code, findings } = await checkJson([folder])
    expect(code).toBe(1)
    expect(findings.map(({ verdict }) => verdict)).toEqual(["accept", "reject"])
  })
})

describe("what cannot be read", () => {
  const cases: readonly (readonly [what: string, make: (folder: string) => string])[] = [
    ["a missing file", (folder) => join(folder, "missing")],
    ["a path through a file", (folder) => join(place(join(folder, "file"), "x"), "x")],
    ["an empty directory", (folder) => folder],
    [
      "a directory of empty directories",
      (folder) => {
        mkdirSync(join(folder, "a/b"), { recursive: true })
        return folder
      },
    ],
    ["a name with NUL", () => "a\0b"],
    ["a name that is no Unicode", () => "\ud800"],
    ["an empty name", () => ""],
    ...nastyNames.map(
      ([what, name]) => [`a missing file whose name has ${what}`, (folder: string) => join(folder, name)] as const,
    ),
  ]

  test.each(cases)("(%s) is one line on stderr and exit 2", async (_, make) => {
    const { code, out, err } = await runCli(["check", make(temporaryFolder())])
    expect({ code, out }).toEqual({ code: 2, out: "" })
    expect(err).toMatch(/^migration-guard: .*: \S.*\n$/)
    expect(linesOf(err)).toHaveLength(1)
    expect(unsafeLines(err)).toEqual([])
  })

  test.each(formats)("keeps no other file out of the %s report", async (format) => {
    const folder = temporaryFolder()
    const missing = join(folder, "missing")
    const wrong = place(join(folder, "wrong"), "?")
    const { code, out, err } = await runCli(["check", "--format", format, captureOf.inputs, missing, wrong])
    expect(code).toBe(2)
    expect(linesOf(err)).toHaveLength(1)
    expect(err).toContain(missing)
    expect(out).toContain(captureOf.inputs)
    expect(out).toContain(wrong)
    expect(out.includes(missing)).toBe(format !== "text")
  })

  test("outweighs rejected files, whichever comes first", async () => {
    const folder = temporaryFolder()
    const wrong = place(join(folder, "wrong"), "?")
    const missing = join(folder, "missing")
    for (const argv of [[wrong], [wrong, captureOf.inputs]]) expect((await checkJson(argv)).code).toBe(1)
    for (const argv of [
      [wrong, missing],
      [missing, wrong],
      [missing, captureOf.inputs],
    ])
      expect((await checkJson(argv)).code).toBe(2)
  })

  test("includes a file that vanishes before its turn", async () => {
    const folder = temporaryFolder()
    const [first, second, third] = ["a", "b", "c"].map((name) => place(join(folder, name), bytesOf(captureOf.inputs)))
    const { code, out, err } = await runCli(["check", "--format", "json", folder], {
      onWrite: () => rmSync(second ?? "", { force: true }),
    })
    expect(code).toBe(2)
    expect(jsonFindings(out).map(({ file, verdict }) => [file, verdict])).toEqual([
      [first, "accept"],
      [second, "unreadable"],
      [third, "accept"],
    ])
    expect(linesOf(err)).toHaveLength(1)
    expect(err).toContain(`${second}: `)
  })

  test("includes a standard input that fails", async () => {
    const failing = async function* () {
      yield bytesOf(captureOf.inputs)
      throw new Error("the line\u001b[2J went dead")
    }
    const { code, out, err } = await runCli(["check", "-", captureOf.inputs], { stdin: failing() })
    expect({ code, out }).toEqual({
      code: 2,
      out: `accept  inputs     ${captureOf.inputs}\n2 files: 1 accepted, 0 rejected, 1 unreadable\n`,
    })
    expect(err).toBe("migration-guard: -: the line\\u001b[2J went dead\n")
  })
})

describe("a file whose name has", () => {
  test.each(nastyNames)("%s is told in JSON by its very name", async (_, name) => {
    const file = place(join(temporaryFolder(), name), bytesOf(captureOf.display))
    const { code, out } = await runCli(["check", "--format", "json", file])
    expect(code).toBe(1)
    expect(jsonFindings(out).map((finding) => finding.file)).toEqual([file])
  })

  test.each(nastyNames)("%s is found in its directory", async (_, name) => {
    const folder = temporaryFolder()
    const file = place(join(folder, name), bytesOf(captureOf.inputs))
    expect((await checkJson([folder])).findings).toMatchObject([{ file, verdict: "accept" }])
  })

  test.each(nastyNames)("%s cannot move the cursor or add a line in any report", async (_, name) => {
    const folder = temporaryFolder()
    const good = place(join(folder, name), bytesOf(captureOf.inputs))
    const bad = place(join(folder, "bad", name), longer(bytesOf(captureOf.inputs), 12))
    for (const [format, lines] of [
      ["text", 4],
      ["json", 2],
      ["sarif", 1],
    ] as const) {
      const { code, out } = await runCli(["check", "--format", format, good, bad])
      expect(code).toBe(1)
      expect(linesOf(out)).toHaveLength(lines)
      expect(unsafeLines(out)).toEqual([])
    }
  })

  test.each(nastyNames)("%s is in a valid SARIF log", async (_, name) => {
    const folder = temporaryFolder()
    const good = place(join(folder, name), bytesOf(captureOf.inputs))
    const bad = relative(process.cwd(), place(join(folder, "bad", name), "?"))
    const { artifacts, results } = validSarif((await runCli(["check", "--format", "sarif", good, bad])).out)
    const [first, second] = artifacts.map(({ location }) => location.uri)
    expect(fileURLToPath(first ?? "")).toBe(good)
    expect(decodeURIComponent(second ?? "")).toBe(bad)
    expect(results).toHaveLength(1)
  })
})

describe("a hostile blob", () => {
  /** Text that attacks a terminal, in every place that a format leaves to the writer. */
  const attack = ascii("\u001b]0;pwned\u0007\u001b[2J\u009b\u202e\r\naccept  main  x\n")
  const filled = (file: string): Uint8Array => bytesOf(file).map((byte, at) => (at < 8 ? byte : (attack[at % 32] ?? 0)))
  const pending = bytesOf(captureOf.main).map((byte, at) => (at < 65 ? byte : (attack[at - 65] ?? 0)))

  test.each([
    ["main", filled(captureOf.main)],
    ["main, pending for the agent", pending],
    ["display", filled(captureOf.display)],
    ["inputs", longer(filled(captureOf.inputs), 60).map((byte, at) => (at < 10 ? byte : (attack[at % 32] ?? 0)))],
    ["spicevmc", filled(captureOf.spicevmc)],
    ["smartcard", filled(captureOf.smartcard)],
    ["unknown", attack],
  ])("of escape sequences (%s) leaves none of them in any output", async (_, bytes) => {
    for (const argv of [...formats.map((format) => ["check", "--format", format, "-"]), ["explain", "-"]]) {
      const { out, err } = await runCli(argv, { stdin: bytes })
      expect(unsafeLines(out)).toEqual([])
      expect(out).not.toContain("pwned")
      expect(err).toBe("")
    }
  })

  test.each(hostileSample)("$file leaves nothing in any output that a terminal might obey", async (entry) => {
    const argv = [...optionsOf(entry), pathOf(entry)]
    for (const command of [...formats.map((format) => ["check", "--format", format]), ["explain"]]) {
      const { code, out, err } = await runCli([...command, ...argv])
      expect({ code, err }).toEqual({ code: 1, err: "" })
      expect(unsafeLines(out)).toEqual([])
    }
  })
})

describe("a blob over the limit", () => {
  const limits = channels.map((channel) => ({
    channel,
    limit: defaultReceiver.maxBlobBytes[channel],
    start: bytesOf(captureOf[formatOf[channel]]),
  }))

  /** A stream that begins like a blob and never ends; it fails when it is read far beyond a limit. */
  const endless = (start: Uint8Array, limit: number) => {
    const zeros = new Uint8Array(4096)
    const state = { given: 0, closed: false }
    const source = async function* () {
      try {
        for (let piece = start; ; piece = zeros) {
          if (state.given > limit + zeros.length) throw new Error("read on and on")
          state.given += piece.length
          yield piece
        }
      } finally {
        state.closed = true
      }
    }
    return { state, stdin: source() }
  }

  test.each(limits)("for $channel is refused without being read on", async ({ channel, limit, start }) => {
    const { state, stdin } = endless(start, limit)
    const finding = await findingOf(stdin, "--channel", channel)
    expect(finding).toMatchObject({ code: 1, channel, verdict: "reject" })
    expect(rulesOf(finding)).toEqual(["layout/blob-limit"])
    expect(state.given).toBeLessThanOrEqual(limit + 4096)
    expect(state.closed).toBe(true)
  })

  test.each(limits.filter(({ channel }) => formatOf[channel] === channel))(
    "with the magic of $channel is refused without being read on",
    async ({ channel, limit, start }) => {
      const { state, stdin } = endless(start, limit)
      const finding = await findingOf(stdin)
      expect(finding).toMatchObject({ code: 1, channel, verdict: "reject" })
      expect(rulesOf(finding)).toEqual(["layout/blob-limit"])
      expect(state.closed).toBe(true)
    },
  )

  test.each(formats)("is refused in the %s report", async (format) => {
    const { code, out } = await runCli(["check", "--format", format, "-"], {
      stdin: endless(bytesOf(captureOf.inputs), defaultReceiver.maxBlobBytes.inputs).stdin,
    })
    expect(code).toBe(1)
    expect(out).toContain("layout/blob-limit")
  })

  test("is refused by explain, too", async () => {
    const { state, stdin } = endless(bytesOf(captureOf.inputs), defaultReceiver.maxBlobBytes.inputs)
    const { code, out } = await runCli(["explain", "-"], { stdin })
    expect(code).toBe(1)
    expect(out).toContain("layout/blob-limit")
    expect(state.closed).toBe(true)
  })

  test("of a magic that is nobody's is not read further than that", async () => {
    const { state, stdin } = endless(ascii("????"), 0)
    const finding = await findingOf(stdin)
    expect(rulesOf(finding)).toEqual(["layout/magic"])
    expect(state).toEqual({ given: 4, closed: true })
  })

  test.each(limits)("for $channel begins one byte after the limit", async ({ channel, limit, start }) => {
    const atLimit = await findingOf(longer(start, limit), "--channel", channel)
    const beyond = await findingOf(longer(start, limit + 1), "--channel", channel)
    expect(rulesOf(atLimit)).not.toContain("layout/blob-limit")
    expect(rulesOf(beyond)).toEqual(["layout/blob-limit"])
  })

  test.each([
    ["of zeros", "", "layout/magic"],
    ["with the magic of inputs", "ICMD", "layout/blob-limit"],
    ["with the magic of spicevmc", "SVMD", "layout/blob-limit"],
  ])("in a file of 1 GiB %s is refused", async (_, magic, rule) => {
    const file = place(join(temporaryFolder(), "huge"), magic)
    truncateSync(file, 0x40000000)
    const { code, findings } = await checkJson([file])
    expect(code).toBe(1)
    expect(findings.map(rulesOf)).toEqual([[rule]])
  })
})

describe("standard input", () => {
  test.each(genuine)("with $file is judged like the file", async (entry) => {
    const fromFile = await checkJson([...optionsOf(entry), pathOf(entry)])
    const fromStdin = await checkJson([...optionsOf(entry), "-"], bytesOf(pathOf(entry)))
    expect(fromStdin).toEqual({ ...fromFile, findings: fromFile.findings.map((each) => ({ ...each, file: "-" })) })
  })

  test.each([1, 2, 3, 5, 64])("may come in pieces of %i bytes", async (size) => {
    for (const bytes of [...captures.map((entry) => bytesOf(pathOf(entry))), twoFaults, ascii("????????"), ascii("MN")])
      expect(await findingOf(inPieces(bytes, size))).toEqual(await findingOf(bytes))
  })

  test("may come with empty pieces", async () => {
    const bytes = bytesOf(captureOf.inputs)
    const stdin = async function* () {
      for (const byte of bytes) {
        yield new Uint8Array()
        yield Uint8Array.of(byte)
      }
    }
    expect(await findingOf(stdin())).toEqual(await findingOf(bytes))
  })

  test("has its place between files", async () => {
    const { findings } = await checkJson([captureOf.main, "-", captureOf.inputs], bytesOf(captureOf.smartcard))
    expect(findings.map(({ file, channel }) => [file, channel])).toEqual([
      [captureOf.main, "main"],
      ["-", "smartcard"],
      [captureOf.inputs, "inputs"],
    ])
  })

  test("is not read where no argument names it", async () => {
    const stdin = async function* () {
      yield new Uint8Array()
      throw new Error("read")
    }
    expect((await checkJson([captureOf.inputs], stdin())).code).toBe(0)
  })
})

describe("several files", () => {
  const wrong = () => place(join(temporaryFolder(), "wrong"), "?")

  test("end with a line that counts them, but not one alone, and not in other formats", async () => {
    const files = [captureOf.inputs, captureOf.main, wrong()]
    expect(linesOf((await runCli(["check", ...files])).out).at(-1)).toBe("3 files: 2 accepted, 1 rejected")
    expect((await runCli(["check", captureOf.inputs])).out).not.toContain("files:")
    expect((await runCli(["check", "--format", "json", ...files])).out).not.toContain("files:")
    expect((await runCli(["check", "/nonexistent", ...files])).out).toContain(
      "4 files: 2 accepted, 1 rejected, 1 unreadable\n",
    )
  })

  test.each([["--quiet"], ["-q"]])("with %s only what is refused is told", async (quiet) => {
    const files = [captureOf.inputs, wrong(), captureOf.main]
    const { code, out } = await runCli(["check", quiet, ...files])
    expect(code).toBe(1)
    expect(linesOf(out).map((line) => line.trim().split(" ")[0])).toEqual(["reject", "truncated"])
    expect(await runCli(["check", quiet, captureOf.inputs, captureOf.main])).toEqual({ code: 0, out: "", err: "" })
    expect(jsonFindings((await runCli(["check", quiet, "--format", "json", ...files])).out)).toMatchObject([
      { verdict: "reject" },
    ])
    const { code: failed, err } = await runCli(["check", quiet, "/nonexistent"])
    expect(failed).toBe(2)
    expect(err).toMatch(/^migration-guard: \/nonexistent: /)
  })

  const erased = "\u001b[K"
  const progress = `\r1 of 2: 1 accepted, 0 rejected${erased}\r${erased}`

  test("show how far they have come where results go elsewhere than to the terminal", async () => {
    const argv = ["check", captureOf.inputs, captureOf.main]
    for (const format of ["text", "json", "sarif"])
      expect((await runCli([...argv, "--format", format], { isErrorTTY: true })).err).toBe(progress)
    expect((await runCli([...argv, "--format", "sarif"], { isTTY: true })).err).toBe(progress)
  })

  test.each<[what: string, argv: string[], isTTY: boolean]>([
    ["one file", [captureOf.inputs], false],
    ["--quiet", ["--quiet", captureOf.inputs, captureOf.main], false],
    ["lines that show it", [captureOf.inputs, captureOf.main], true],
  ])("with %s show no progress", async (_, argv, isTTY) => {
    expect((await runCli(["check", ...argv], { isTTY, isErrorTTY: true })).err).toBe("")
  })

  test("take progress away before something else is said", async () => {
    const { err } = await runCli(["check", captureOf.inputs, "/nonexistent", captureOf.main], { isErrorTTY: true })
    expect(err).toContain(`rejected${erased}\r${erased}migration-guard: /nonexistent: `)
  })
})

describe("an unreadable file", () => {
  test("is a row of the JSON report", async () => {
    const { findings } = await checkJson([captureOf.inputs, "/nonexistent"])
    expect(findings[1]).toEqual({
      ...{ file: "/nonexistent", channel: null, verdict: "unreadable", violations: [], notes: [] },
      reason: expect.stringContaining("ENOENT"),
    })
  })

  test("is a notification in SARIF, and the run no success", async () => {
    const run = validSarif((await runCli(["check", "--format", "sarif", "/nonexistent", captureOf.inputs])).out)
    expect(run.invocations).toEqual([
      {
        executionSuccessful: false,
        exitCode: 2,
        toolExecutionNotifications: [
          {
            level: "error",
            message: { text: expect.stringContaining("ENOENT") },
            locations: [{ physicalLocation: { artifactLocation: { uri: "file:///nonexistent" } } }],
          },
        ],
      },
    ])
  })
})

test("of violations of one rule a person is told the first ones", async () => {
  const surfaces = captureOf.display.replace("display-base", "display-surfaces-1024-always")
  const { out } = await runCli(["check", "--jpeg-wan-compression", "never", surfaces])
  expect(out.match(/surface-ids-ascend: /g)).toHaveLength(3)
  expect(out).toMatch(/\n {8}\.\.\. \d+ more of display\/surface-ids-ascend\n/)
})
