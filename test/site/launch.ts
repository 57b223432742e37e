import { type Browser, chromium } from "playwright-core"
import { browserPath } from "../../scripts/browser.js"

/** Debian's Chromium; a container's root has no sandbox for it. */
export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: browserPath(), args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] })
