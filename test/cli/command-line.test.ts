import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { commandLineFiles } from "../../scripts/command-line.js"
import { root } from "../../scripts/corpus.js"
import { shells } from "../../src/cli/completion.js"
import { helpOf } from "../../src/cli/help.js"
import { commandLine } from "../../src/cli/program.js"
import { commandsOf, optionsOf } from "../../src/cli/program-definition.js"
import { captureOf, inPieces, linesOf, place, runCli, temporaryFolder } from "./harness.js"

const silent = { write: () => true }
const program = commandLine(
  { stdin: inPieces(new Uint8Array()), stdout: silent, stderr: silent, environment: {} },
  () => {},
)
const commands = commandsOf(program)
const names = commands.map((command) => command.name())

describe.each(names)("the help of %s", (name) => {
  const command = commands.find((each) => each.name() === name) ?? program

  test("says what its exit codes are, and has an example that its options allow", async () => {
    const { exits, examples } = helpOf(command)
    expect(Object.keys(exits).length, "give it a row in src/cli/command-help.ts").toBeGreaterThanOrEqual(2)
    expect(examples.length).toBeGreaterThan(0)
    const flags = optionsOf(command).flatMap(({ short, long }) => [short, long])
    for (const [, line] of examples) {
      const [, ...words] = /migration-guard (.*)/.exec(line)?.[1]?.split(" ") ?? []
      const given =
        words
          .join(" ")
          .split(/ [|>] /)[0]
          ?.split(" ") ?? []
      for (const word of given) if (/^--?[a-z]/.test(word)) expect(flags, line).toContain(word)
    }
  })

  test("fits 80 columns but for its examples", async () => {
    const { out } = await runCli([name, "--help"])
    const [text = "", examples] = out.split("\nExamples:\n")
    for (const line of linesOf(text)) expect(line.length).toBeLessThanOrEqual(80)
    expect(text).toContain("Exit codes:\n  0  ")
    expect(examples).toContain(`migration-guard ${name}`)
  })
})

describe("a word that is misspelt", () => {
  test.each([
    [["chekc", "f"], "unknown command 'chekc' (Did you mean check?)"],
    [["check", "--fromat", "json", "f"], "unknown option '--fromat' (Did you mean --format?)"],
    [["explain", "--asci", "f"], "unknown option '--asci' (Did you mean --ascii?)"],
    [["nothing-like-it"], "unknown command 'nothing-like-it'"],
    [["diff", "a"], "missing required argument 'second'"],
  ])("%j is told on one line, with what was meant", async (argv, message) => {
    expect(await runCli(argv)).toEqual({ code: 2, out: "", err: `migration-guard: ${message}\n` })
  })
})

test.each([["-v"], ["--version"], ["-V"]])("%s prints the version", async (flag) => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  expect(await runCli([flag])).toEqual({ code: 0, out: `${version}\n`, err: "" })
})

test("what is shipped is what the definition says", () => {
  for (const [path, text] of commandLineFiles())
    expect(readFileSync(join(root, path), "utf8").endsWith(text), `npm run generate writes ${path}`).toBe(true)
})

describe("a manual page", () => {
  const pages = commandLineFiles().filter(([path]) => path.startsWith("man/"))

  test.each(pages.map(([path]) => path))("%s has nothing that man warns of", (path) => {
    const { status, stderr } = spawnSync("man", ["--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", join(root, path)], {
      encoding: "utf8",
      env: { ...process.env, MANWIDTH: "80" },
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
  })

  test("is there for every command, and names all its options", () => {
    for (const command of commands) {
      const page = pages.find(([path]) => path === `man/migration-guard-${command.name()}.1`)?.[1] ?? ""
      for (const { long } of optionsOf(command)) expect(page).toContain(long?.replaceAll("-", "\\-"))
    }
  })
})

const scriptOf = async (shell: string): Promise<string> =>
  place(join(temporaryFolder(), "script"), (await runCli(["completion", shell])).out)

describe("completion", () => {
  test.each([
    ["bash", ["-n"]],
    ["zsh", ["-n"]],
    ["fish", ["--no-execute"]],
  ])("for %s is in that shell's language", async (shell, check) => {
    const { status, stdout, stderr } = spawnSync(shell, [...check, await scriptOf(shell)], { encoding: "utf8" })
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" })
  })

  test.each<[words: string[], offered: string[]]>([
    [["expla"], ["explain"]],
    [["check", "--form"], ["--format"]],
    [
      ["check", "--format", ""],
      ["text", "json", "sarif"],
    ],
    [["migrate-args", "--command", "migrate-i"], ["migrate-incoming"]],
    [
      ["completion", ""],
      ["bash", "zsh", "fish"],
    ],
    [["check", "--receiver", "rel"], []],
    [["check", "some"], []],
  ])("in bash offers for %j what it may be", async (words, offered) => {
    const line = ["migration-guard", ...words].map((word) => `'${word}'`).join(" ")
    const script = `source "$1"; COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _migration_guard; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout, stderr } = spawnSync("bash", ["-c", script, "bash", await scriptOf("bash")], { encoding: "utf8" })
    expect(stderr).toBe("")
    const found = stdout
      .split("\n")
      .filter((word) => word !== "" && !(words[0] === "completion" && word.startsWith("-")))
    expect(found).toEqual(offered)
  })

  test.each<[line: string, offered: string[]]>([
    ["expla", ["explain"]],
    ["check --form", ["--format"]],
    ["check --format ", ["json", "sarif", "text"]],
    ["completion ", ["bash", "fish", "zsh"]],
  ])("in fish offers for %j what it may be", async (line, offered) => {
    const script = `source $argv[1]; complete -C "migration-guard ${line}"`
    const { stdout, stderr } = spawnSync("fish", ["--no-config", "-c", script, await scriptOf("fish")], {
      encoding: "utf8",
      env: { ...process.env, HOME: temporaryFolder() },
    })
    expect(stderr).toBe("")
    expect(
      stdout
        .split("\n")
        .filter((text) => text !== "")
        .map((text) => text.split("\t")[0]),
    ).toEqual(offered)
  })

  test("in zsh knows every command and its options", async () => {
    const { out } = await runCli(["completion", "zsh"])
    for (const name of names) expect(out).toContain(`        '${name}:`)
    expect(out).toContain("'--format[how to report]:value:(text json sarif)'")
  })

  test.each([["tcsh"], [""], ["__proto__"]])("for %j there is none", async (shell) => {
    expect(await runCli(["completion", shell])).toMatchObject({ code: 2, out: "" })
  })

  test("takes one shell", async () => {
    for (const argv of [["completion"], ["completion", ...shells]]) expect((await runCli(argv)).code).toBe(2)
  })
})

test("a reader that has seen enough ends it without a word", () => {
  const script = `node_modules/.bin/tsx src/cli/main.ts check $(yes ${captureOf.inputs} | head -n 3000) | head -n 1; echo "\${PIPESTATUS[@]}"`
  const { stdout, stderr } = spawnSync("bash", ["-c", script], { cwd: root, encoding: "utf8" })
  expect(stderr).toBe("")
  expect(stdout).toMatch(/^accept .*\n(?:0|141) 0\n$/)
})
