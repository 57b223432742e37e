import { execFileSync } from "node:child_process"
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { strFromU8, unzipSync } from "fflate"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { parse } from "yaml"
import { root } from "../../scripts/corpus.js"
import { indexText, readIndex } from "../../src/corpus.js"
import { jazzerCommand } from "../../src/fuzz/jazzer.js"
import { inputName } from "../../src/fuzz/seeds.js"
import { loadTarget, type TargetModule, targetNames } from "../../src/fuzz/target.js"
import { textOf } from "./harness.js"

const names = targetNames(root)

/** The folders of an image of OSS-Fuzz, and one for the programs that pretend. */
const image = realpathSync(mkdtempSync(join(tmpdir(), "migration-guard-")))
const [src, out, work, bin] = ["src", "out", "work", "bin"].map((name) => join(image, name)) as [
  string,
  string,
  string,
  string,
]

/** The project as it is copied to the results. */
const project = join(out, "migration-guard")

/** Copies the project to where a Dockerfile has it, with the packages and, to be quick, a part of the corpus. */
const checkOut = (): void => {
  const to = join(src, "migration-guard")
  for (const name of ["src", "fuzz", "scripts", "package.json", "tsconfig.json"])
    cpSync(join(root, name), join(to, name), { recursive: true })
  symlinkSync(join(root, "node_modules"), join(to, "node_modules"))
  const some = readIndex(join(root, "corpus")).filter(
    ({ origin }, index) => origin === "capture" || origin === "regression" || index % 25 === 0,
  )
  for (const { file } of some) cpSync(join(root, "corpus", file), join(to, "corpus", file))
  writeFileSync(join(to, "corpus/index.json"), indexText(some))
}

/** Puts a shell script on the path. */
const pretend = (name: string, text: string): void => {
  writeFileSync(join(bin, name), `#!/bin/bash -eu\n${text}`)
  chmodSync(join(bin, name), 0o755)
}

/** Like the image's own one: copies the project before the first target, and names the fuzzer after the module. */
const compileJavascriptFuzzer = `
[ -f "$SRC/$1/$2" ] || { echo "$2 is not in the project" >&2; exit 1; }
[ -d "$OUT/$1" ] || cp -r "$SRC/$1" "$OUT/$1"
name=$(basename -s .js "$2")
printf '%s\\n' "$@" > "$WORK/calls/$name"
touch "$OUT/$name"
`

/** Runs build.sh as the image's compile does. */
const build = (folders: { readonly SRC: string; readonly OUT: string; readonly WORK: string }): void => {
  const { PATH } = process.env
  const env = { ...process.env, ...folders, PATH: `${bin}:${PATH}` }
  execFileSync("bash", ["-eux", join(root, "oss-fuzz/build.sh")], { cwd: image, env, stdio: "pipe" })
}

beforeAll(() => {
  for (const folder of [src, out, join(work, "calls"), bin]) mkdirSync(folder, { recursive: true })
  checkOut()
  pretend("compile_javascript_fuzzer", compileJavascriptFuzzer)
  pretend("npm", 'echo "$PWD" "$@" >> "$WORK/npm"\n')
  build({ SRC: src, OUT: out, WORK: work })
}, 60_000)

afterAll(() => rmSync(image, { recursive: true, force: true }))

/** What compile_javascript_fuzzer was given for a target. */
const callFor = (name: string) => {
  const [folder = "", module = "", ...options] = textOf(work, "calls", name).trimEnd().split("\n")
  return { folder, module, options }
}

const seedsOf = (name: string): Readonly<Record<string, Uint8Array>> =>
  unzipSync(readFileSync(join(out, `${name}_seed_corpus.zip`)))

/** The options of libFuzzer that an options file stands for. */
const libFuzzerOptions = (name: string): readonly string[] => {
  const [section, ...lines] = textOf(out, `${name}.options`).trimEnd().split("\n")
  expect(section).toBe("[libfuzzer]")
  return lines.map((line) => line.replace(/^(\w+) = (\d+)$/, "-$1=$2"))
}

describe("build.sh", () => {
  test("installs what the lockfile says", () => {
    expect(textOf(work, "npm")).toBe(`${join(src, "migration-guard")} ci --no-audit --no-fund\n`)
  })

  test("compiles each target once", () => {
    expect(readdirSync(join(work, "calls")).sort()).toEqual(names)
    expect(textOf(work, "targets").trimEnd().split("\n")).toHaveLength(names.length)
  })

  test("leaves nothing but the fuzzers, what goes with them, and the project", () => {
    const expected = names.flatMap((name) => [name, `${name}.dict`, `${name}.options`, `${name}_seed_corpus.zip`])
    expect([...expected, "migration-guard"]).toEqual(expect.arrayContaining(readdirSync(out)))
  })

  describe.each(names)("%s", (name) => {
    test("has a name that ClusterFuzz takes", () => {
      expect(name).toMatch(/^[\w-]+$/)
    })

    test("is given the options that the runner gives", () => {
      const { folder, module, options } = callFor(name)
      expect(folder).toBe("migration-guard")
      const built = join(project, ".fuzz/oss-fuzz")
      const target = { ...loadTarget(built, name), module: join(project, module) }
      const { args } = jazzerCommand({ node: "node", cli: "cli.js", temporary: "" }, target, [])
      const here = options.map((option) => option.replace(/^migration-guard\//, `${project}/`))
      const { "-max_len": length, ...others } = Object.fromEntries(
        libFuzzerOptions(name).map((option) => option.split("=") as [string, string]),
      )
      const limits = Object.entries(others).map((option) => option.join("="))
      expect(["cli.js", target.module, ...here, "--", ...limits]).toEqual(args)
      const longest = Math.max(...Object.values(seedsOf(name)).map((seed) => seed.length))
      expect(Number(length)).toBe(Math.max(8192, longest))
    })

    test("loads from the results, and finds nothing wrong with its seeds", () => {
      const { fuzz } = createRequire(join(project, "package.json"))(`./${callFor(name).module}`) as TargetModule
      const seeds = Object.entries(seedsOf(name))
      expect(seeds.length).toBeGreaterThan(0)
      for (const [file, seed] of seeds) {
        expect(file).toBe(inputName(seed))
        fuzz(Buffer.from(seed))
      }
    })

    test("has a dictionary that libFuzzer reads, if any", () => {
      const { dictionary } = loadTarget(join(project, ".fuzz/oss-fuzz"), name)
      expect(existsSync(join(out, `${name}.dict`))).toBe(dictionary.length > 0)
      if (dictionary.length === 0) return
      const lines = textOf(out, `${name}.dict`).trimEnd().split("\n")
      for (const line of lines) expect(line).toMatch(/^"(?:\\x[0-9a-f]{2})+"$/)
      expect(lines).toHaveLength(new Set(dictionary.map((entry) => entry.join())).size)
    })
  })

  test("makes the same archive of the same seeds, whatever the time", () => {
    const archive = readFileSync(join(out, "inputs-raw_seed_corpus.zip"))
    const header = Buffer.of(0x50, 0x4b, 3, 4)
    const times = new Set<number>()
    for (let at = archive.indexOf(header); at >= 0; at = archive.indexOf(header, at + 4))
      times.add(archive.readUInt32LE(at + 10))
    // 1980-01-01 00:00, as MS-DOS writes it.
    expect([...times]).toEqual([0x00210000])
    const order = Object.keys(seedsOf("inputs-raw"))
    expect(order).toEqual([...order].sort())
  })

  test("stops at the first thing that fails", () => {
    const failing = mkdtempSync(join(image, "failing-"))
    mkdirSync(join(failing, "migration-guard"))
    expect(() => build({ SRC: failing, OUT: failing, WORK: failing })).toThrow("tsx: No such file")
    expect(readdirSync(failing)).not.toContain("calls")
  })
})

describe("ClusterFuzzLite's compile", () => {
  /** Runs it with an environment in place of the image's compile, which says what it was told. */
  const sanitizerFor = (sanitizer: string): string => {
    const text = textOf(root, ".clusterfuzzlite/compile").replace("/usr/local/bin/compile", join(bin, "compile"))
    pretend("compile", 'printf %s "$SANITIZER"\n')
    return strFromU8(execFileSync("bash", ["-c", text], { env: { ...process.env, SANITIZER: sanitizer } }))
  }

  test.each([
    ["address", "none"],
    ["none", "none"],
    ["coverage", "coverage"],
  ])("%s: %s", (told, meant) => {
    expect(sanitizerFor(told)).toBe(meant)
  })
})

describe("Dockerfiles and projects", () => {
  const dockerfiles = [".clusterfuzzlite/Dockerfile", "oss-fuzz/Dockerfile"]
  const projects = [".clusterfuzzlite/project.yaml", "oss-fuzz/project.yaml"]

  test.each(dockerfiles)("%s begins with the image that jazzer.js works in, and has the one build.sh", (file) => {
    const text = textOf(root, file)
    expect(text).toMatch(/^FROM gcr\.io\/oss-fuzz-base\/base-builder-javascript:ubuntu-24-04\n/)
    expect(text).toContain("oss-fuzz/build.sh")
    for (const [, source = ""] of text.matchAll(/^COPY (\S+) /gm)) expect(existsSync(join(root, source))).toBe(true)
  })

  test.each(projects)("%s says the same as that", (file) => {
    expect(parse(textOf(root, file))).toMatchObject({
      language: "javascript",
      fuzzing_engines: ["libfuzzer"],
      sanitizers: ["none"],
      base_os_version: "ubuntu-24-04",
    })
  })

  test("nobody is named who has not said so", () => {
    const { homepage, main_repo, primary_contact } = parse(textOf(root, "oss-fuzz/project.yaml"))
    expect([homepage, main_repo, primary_contact]).toEqual(["", "", ""])
  })
})
