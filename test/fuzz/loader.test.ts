import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { glibcVersion, isOlder, isTooOld, loaderFor, newerSources, writeNode } from "../../src/fuzz/loader.js"
import type { RunProcess } from "../../src/fuzz/process.js"
import { place, temporaryFolder } from "../cli/harness.js"
import { type Pretence, pretended, textOf } from "./harness.js"

const never = new AbortController().signal

describe("glibc", () => {
  test.each([
    ["2.36", "2.38", true],
    ["2.38", "2.38", false],
    ["2.4", "2.38", true],
    ["2.100", "2.38", false],
    ["3.0", "2.38", false],
    ["1.99", "2.38", true],
    ["2.36.1", "2.37", true],
  ])("%s is older than %s: %s", (version, than, older) => expect(isOlder(version, than)).toBe(older))

  test.each([
    ["2.36", true],
    ["2.38", false],
    ["2.41", false],
    [undefined, false],
  ])("%s is too old: %s", (version, old) => expect(isTooOld(version)).toBe(old))

  test("of this machine is a version, if it is one", () => expect(glibcVersion() ?? "2.0").toMatch(/^\d+\.\d+/))
})

describe("the sources of a newer glibc", () => {
  test.each([
    [
      "Debian's",
      [
        "deb http://deb.debian.org/debian/ bookworm main",
        "deb http://deb.debian.org/debian/ bookworm main",
        "deb http://deb.debian.org/debian/ bookworm contrib",
        "deb http://deb.debian.org/debian/ bookworm-updates main",
        "deb http://deb.debian.org/debian-security/ bookworm-security main",
        "deb https://deb.nodesource.com/node_20.x nodistro main",
        "deb https://packages.cloud.google.com/apt cloud-sdk-bookworm main",
      ],
      ["deb http://deb.debian.org/debian/ trixie main"],
    ],
    [
      "Ubuntu's",
      [
        "deb http://archive.ubuntu.com/ubuntu/ jammy main",
        "deb http://archive.ubuntu.com/ubuntu/ jammy universe",
        "deb http://ports.ubuntu.com/ubuntu-ports/ jammy main",
      ],
      ["deb http://archive.ubuntu.com/ubuntu/ noble main", "deb http://ports.ubuntu.com/ubuntu-ports/ noble main"],
    ],
    [
      "those of a mirror",
      ["deb https://mirror.example/debian-remote/ bookworm main"],
      ["deb https://mirror.example/debian-remote/ trixie main"],
    ],
    ["none", ["", "E: something", "deb http://example.org/ x main", "deb"], []],
  ])("are %s", (_, own, sources) => expect(newerSources(own)).toEqual(sources))
})

const [triplet, program] =
  process.arch === "arm64"
    ? ["aarch64-linux-gnu", "ld-linux-aarch64.so.1"]
    : ["x86_64-linux-gnu", "ld-linux-x86-64.so.2"]

const own = "deb http://deb.debian.org/debian/ bookworm main"

/** An apt and a dpkg that have it all; steps can be made to fail. */
const machine = (...failing: readonly string[]) =>
  pretended(({ command, say }: Pretence) => {
    const { file, args, folder } = command
    const step = ["indextargets", "update", "download", "-x", "--version"].find((each) => args.includes(each)) ?? ""
    if (failing.includes(step)) {
      say(`E: ${step} failed`)
      return 100
    }
    if (step === "indextargets") say(own)
    if (step === "download") place(join(folder ?? "", "libc6.deb"), "")
    if (file === "dpkg") place(join(args[2] ?? "", "usr/lib", triplet, program), "")
    return 0
  })

describe.skipIf(process.arch !== "x64" && process.arch !== "arm64")("a loader", () => {
  const prepared = (folder: string, { run }: ReturnType<typeof machine>, said: string[] = []) =>
    loaderFor(folder, join(folder, "../run/loader"), "2.36", run, (line) => said.push(line), never)

  test("is fetched with apt settings of its own, and said so in a line", async () => {
    const folder = join(temporaryFolder(), "store/loader")
    const all = machine()
    const said: string[] = []
    const loader = await prepared(folder, all, said)
    expect(loader).toEqual({
      libraries: join(folder, "usr/lib", triplet),
      program: join(folder, "usr/lib", triplet, program),
    })
    expect(existsSync(loader.program)).toBe(true)
    expect(said).toEqual([
      `jazzer.js needs glibc 2.38 and this is 2.36: fetching a newer one with apt-get into ${folder}`,
    ])
    expect(readdirSync(join(folder, "..")).sort()).toEqual(["loader", "run"])
    const apt = all.commands.filter(({ file, args }) => file === "apt-get" && !args.includes("indextargets"))
    for (const { args } of apt)
      for (const setting of ["Dir::Etc::SourceList=", "Dir::State::Lists=", "Dir::State::Status=", "Dir::Cache="])
        expect(args.some((arg) => arg.startsWith(`${setting}${join(folder, "../run/loader/")}`))).toBe(true)
    expect(apt[1]?.args.slice(-3)).toEqual(["libc6", "libstdc++6", "libgcc-s1"])
  })

  test("that is there is not fetched again", async () => {
    const folder = join(temporaryFolder(), "loader")
    await prepared(folder, machine())
    const again = machine()
    const said: string[] = []
    await prepared(folder, again, said)
    expect({ commands: again.commands, said }).toEqual({ commands: [], said: [] })
  })

  test("comes even if a source beside the distribution's has no newer release", async () => {
    const loader = await prepared(join(temporaryFolder(), "loader"), machine("update"))
    expect(existsSync(loader.program)).toBe(true)
  })

  test.each([
    [["indextargets"], "apt-get ended with 100: E: indextargets failed"],
    [["download"], "apt-get ended with 100: E: download failed"],
    [["update", "download"], "apt-get ended with 100: E: update failed"],
    [["-x"], "dpkg ended with 100: E: -x failed"],
    [["--version"], "ended with 100: E: --version failed"],
  ])("that cannot be had (%j) is an error in a line, and no loader", async (failing, reason) => {
    const store = temporaryFolder()
    const error = await prepared(join(store, "loader"), machine(...failing)).catch(String)
    expect(error).toMatch(/^Error: jazzer\.js needs glibc 2\.38 and this is 2\.36; a newer one cannot be had: [^\n]*$/)
    expect(error).toContain(reason)
    expect(existsSync(join(store, "loader"))).toBe(false)
  })

  test("of a run that was faster is taken", async () => {
    const folder = join(temporaryFolder(), "loader")
    const late = machine()
    const run: RunProcess = async (command, onLine, signal) => {
      if (command.args.includes("--version")) place(join(folder, "usr/lib", triplet, program), "the faster one's")
      return late.run(command, onLine, signal)
    }
    expect(textOf((await prepared(folder, { ...late, run })).program)).toBe("the faster one's")
  })

  test("is nowhere without a distribution that is known", async () => {
    const { run } = pretended(() => 0)
    const folder = temporaryFolder()
    await expect(loaderFor(join(folder, "l"), join(folder, "w"), "2.31", run, () => undefined, never)).rejects.toThrow(
      "apt has no main archive of Debian or Ubuntu among its sources",
    )
  })
})

test("Node.js behind a loader is a program that says so in argv[0]", () => {
  const folder = join(temporaryFolder(), "it's here")
  mkdirSync(folder)
  // A loader that drops its own arguments stands for the real one.
  const loader = place(join(folder, "ld.so"), '#!/bin/sh\nshift 2\nexec "$@"\n')
  execFileSync("chmod", ["+x", loader])
  const node = writeNode(folder, { program: loader, libraries: "/none" })
  expect(node).toBe(join(folder, "node"))
  const said = execFileSync(node, ["-p", "process.argv[0] + ' ' + process.argv.length", "a b"], { encoding: "utf8" })
  expect(said).toBe(`${node} 2\n`)
  expect(textOf(node)).toContain("--library-path")
})
