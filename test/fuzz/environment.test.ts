import { mkdirSync, readdirSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { root as here } from "../../scripts/corpus.js"
import { foldersOf, missingTools, openWorkshop } from "../../src/fuzz/environment.js"
import { place, temporaryFolder } from "../cli/harness.js"
import { filesBelow, pretended, textOf } from "./harness.js"

/** A package with a target and, unless it is to lack them, the packages that fuzzing takes. */
const packageIn = (root: string): string => {
  place(join(root, "package.json"), textOf(here, "package.json"))
  place(join(root, "fuzz/raw.fuzz.ts"), "export const fuzz = 1\n")
  mkdirSync(join(root, "src"))
  return root
}

const withTools = (root: string): string => {
  symlinkSync(join(here, "node_modules"), join(root, "node_modules"))
  return root
}

const machine = (glibc?: string) => ({
  run: pretended(() => 1).run,
  glibc,
  signal: new AbortController().signal,
})

describe("places", () => {
  test("of a checkout are its own", () => {
    expect(foldersOf("/home/me/guard", "/tmp")).toEqual({
      root: "/home/me/guard",
      work: "/home/me/guard",
      isInstalled: false,
    })
  })

  test("of an installed package are the user's", () => {
    const root = "/home/me/app/node_modules/migration-guard"
    expect(foldersOf(root, "/tmp")).toEqual({ root, work: "/tmp", isInstalled: true })
  })
})

describe("the packages for fuzzing", () => {
  test("are there in a checkout", () => expect(missingTools(here)).toEqual([]))

  test("are named with their versions where they are not", () => {
    expect(missingTools(packageIn(temporaryFolder()))).toEqual([
      expect.stringMatching(/^@jazzer\.js\/core@\^4\./),
      expect.stringMatching(/^esbuild@\^0\.28\./),
      expect.stringMatching(/^fast-check@\^4\./),
    ])
  })
})

describe("a workshop", () => {
  test("is a folder of its own that goes when it is closed", async () => {
    const root = withTools(packageIn(temporaryFolder()))
    const store = join(root, ".fuzz")
    const { workshop, build, close } = await openWorkshop(foldersOf(root, "/"), store, machine(), () => undefined)
    expect(workshop.folder.startsWith(join(store, `run-${process.pid}-`))).toBe(true)
    expect(build).toBe(join(workshop.folder, "build"))
    expect(filesBelow(build)).toEqual(["fuzz/raw.fuzz.js", "package.json"])
    expect(workshop.engine.node).toBe(process.execPath)
    expect(workshop.engine.cli).toMatch(/@jazzer\.js\/core\/dist\/cli\.js$/)
    close()
    expect(readdirSync(store)).toEqual([])
  })

  test("clears away what killed runs have left, and nothing else", async () => {
    const root = withTools(packageIn(temporaryFolder()))
    const store = join(root, ".fuzz")
    // Linux has no process of this number, and that of the other one is this.
    for (const name of ["run-99999999-x", `run-${process.pid}-y`, "raw", "loader"])
      mkdirSync(join(store, name), { recursive: true })
    const { close } = await openWorkshop(foldersOf(root, "/"), store, machine(), () => undefined)
    close()
    expect(readdirSync(store).sort()).toEqual(["loader", "raw", `run-${process.pid}-y`])
  })

  test("finds an installed package's packages from outside of it", async () => {
    const modules = join(temporaryFolder(), "node_modules")
    const root = packageIn(join(modules, "migration-guard"))
    for (const name of ["@jazzer.js", "esbuild"]) symlinkSync(join(here, "node_modules", name), join(modules, name))
    place(join(root, "node_modules/nested/index.js"), "")
    const { workshop, close } = await openWorkshop(foldersOf(root, "/"), temporaryFolder(), machine(), () => undefined)
    expect(readdirSync(join(workshop.folder, "node_modules")).sort()).toEqual([
      "@jazzer.js",
      "esbuild",
      "migration-guard",
    ])
    expect(readdirSync(join(workshop.folder, "build/node_modules"))).toEqual(["nested"])
    close()
  })

  test("leaves nothing if it cannot be opened", async () => {
    const root = withTools(packageIn(temporaryFolder()))
    const store = join(root, ".fuzz")
    await expect(openWorkshop(foldersOf(root, "/"), store, machine("2.17"), () => undefined)).rejects.toThrow(
      "jazzer.js needs glibc 2.38 and this is 2.17; a newer one cannot be had: ",
    )
    expect(readdirSync(store)).toEqual([])
  })
})
