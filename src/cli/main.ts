#!/usr/bin/env node
import { writeSync } from "node:fs"
import { printable } from "../report/printable.js"
import { runProgram } from "./program.js"
import { brokenPipe, exitCode } from "./stdio.js"

/** Whatever nobody foresaw ends with the code that means neither verdict. */
const fail = (error: Error): never => {
  writeReason(error)
  process.exit(exitCode.failed)
}

/** So does output that cannot be written, unless its reader has gone, as `head` does. */
const failToWrite = (error: NodeJS.ErrnoException): never => {
  if (error.code === "EPIPE") process.exit(brokenPipe)
  return fail(error)
}

const writeReason = ({ message }: Error): void => {
  try {
    writeSync(process.stderr.fd, `migration-guard: ${printable(message)}\n`)
  } catch {
    // There is nobody left to tell.
  }
}

process.stdout.on("error", failToWrite)
process.stderr.on("error", failToWrite)
process.on("uncaughtException", fail)
process.exitCode = await runProgram(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
})
