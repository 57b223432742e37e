import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"
import { type Browser, chromium } from "playwright-core"

const names = ["chromium", "chromium-browser", "google-chrome"]

const isProgram = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Where this machine has a Chromium; playwright-core brings none. */
const browserPath = (): string => {
  const { PATH = "" } = process.env
  const found = PATH.split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(isProgram)
  if (found === undefined) throw new Error(`no Chromium in PATH: install ${names[0]}`)
  return found
}

/** Starts this machine's Chromium; a container's root has no sandbox for it. */
export const launch = (...args: readonly string[]): Promise<Browser> =>
  chromium.launch({
    executablePath: browserPath(),
    args: [...args, ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
  })
