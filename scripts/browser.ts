import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"

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
export const browserPath = (): string => {
  const { PATH = "" } = process.env
  const found = PATH.split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(isProgram)
  if (found === undefined) throw new Error(`no Chromium in PATH: install ${names[0]}`)
  return found
}
