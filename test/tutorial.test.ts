import { expect, test } from "vitest"
import { executeTutorial } from "../scripts/tutorial.js"

/** Fuzzing takes jazzer.js and a newer glibc, which may have to be fetched: `npm run tutorial` does that as well. */
const isQuick = (command: string): boolean => !/ (?:install|fuzz) /.test(command)

test("the commands and programs of docs/layouts.md do what it says", { timeout: 120_000 }, () =>
  expect(executeTutorial(isQuick)).toEqual([]),
)
