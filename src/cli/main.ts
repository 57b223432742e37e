#!/usr/bin/env node
import { writeSync } from "node:fs"
import { printable } from "../report/printable.js"
import { runProgram } from "./program.js"
import { exitCode } from "./stdio.js"

/** Output that fails and whatever nobody foresaw end with the code that means neither verdict. */
const fail = (error: NodeJS.ErrnoException): never => {
  if (error.code !== "EPIPE") writeReason(error)
  process.exit(exitCode.failed)
}

const writeReason = ({ message }: Error): void => {
  try {
    writeSync(process.stderr.fd, `migration-guard: ${printable(message)}\n`)
  } catch {
    // There is nobody left to tell.
  }
}

process.stdout.on("error", fail)
process.stderr.on("error", fail)
process.on("uncaughtException", fail)
process.exitCode = await runProgram(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
})
