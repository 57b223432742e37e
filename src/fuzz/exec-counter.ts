import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Target } from "./target.js"

/**
 * What jazzer.js loads instead of a target: the same, and once a second and in the end it writes how many executions
 * there were in how many milliseconds. libFuzzer says that at powers of two only.
 */
const entryText = (module: string): string => `"use strict"
const { writeSync } = require("node:fs")
const { fuzz } = require(${JSON.stringify(module)})
let executions = 0
let begun
let next = 0
const tell = (now) => writeSync(2, "#" + executions + "\\tcounted in ms: " + (now - begun) + "\\n")
exports.fuzz = (data) => {
  begun ??= Date.now()
  executions++
  if ((executions & 0xff) === 0) {
    const now = Date.now()
    if (now >= next) {
      next = now + 1000
      tell(now)
    }
  }
  return fuzz(data)
}
process.on("exit", () => {
  if (begun !== undefined) tell(Date.now())
})
`

/** A target whose executions are counted; the module that does it goes into a folder. */
export const counted = (target: Target, folder: string): Target => {
  const entries = join(folder, "counted")
  const module = join(entries, `${target.name}.cjs`)
  mkdirSync(entries, { recursive: true })
  writeFileSync(module, entryText(target.module))
  return { ...target, module }
}
