import { readdir, readFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { printable } from "../report/printable.js"
import { reasonOf } from "../report/reason.js"
import { type Channel, defaultReceiver, type ReceiverState } from "../spice/receiver.js"
import { type GivenBlob, mostExploredBytes, withData } from "./explorer-page.js"
import { type ExplorerFile, serveExplorer } from "./explorer-server.js"
import { sourceOf, standardInput } from "./input.js"
import { type ReceiverOptions, receiverOfOptions } from "./receiver.js"
import { type ExitCode, exitCode, type Terminal } from "./stdio.js"

export interface ExploreOptions extends ReceiverOptions {
  readonly channel?: Channel
}

/** Where `npm run build` puts the page. */
const builtPage = fileURLToPath(new URL("../../dist/explorer/", import.meta.url))

/** Resolves when someone presses Ctrl-C, or ends the process otherwise. */
const untilInterrupted = (): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      process.off("SIGINT", end)
      process.off("SIGTERM", end)
      resolve()
    }
    process.on("SIGINT", end)
    process.on("SIGTERM", end)
  })

/** `migration-guard explore`: serves the explorer to a browser of this machine, with a file opened in it, until it is told to end. */
export const explore = async (
  file: string | undefined,
  options: ExploreOptions,
  terminal: Terminal,
  untilEnd = untilInterrupted,
): Promise<ExitCode> => {
  try {
    const given = file === undefined ? undefined : await givenOf(file, options, terminal)
    const server = await serveExplorer(await pageOf(given))
    const end = untilEnd()
    terminal.stdout.write(`${server.url}\n`)
    terminal.stderr.write("Open this address in a browser; press Ctrl-C to end.\n")
    await end
    server.close()
    return exitCode.accepted
  } catch (error) {
    terminal.stderr.write(`migration-guard: ${printable(reasonOf(error))}\n`)
    return exitCode.failed
  }
}

/** The page's files, with a blob in the page. */
const pageOf = async (given: GivenBlob | undefined): Promise<readonly ExplorerFile[]> => {
  const names = await readdir(builtPage)
  return Promise.all(
    names.map(async (name) => {
      const content = await readFile(join(builtPage, name), "utf8")
      return {
        name,
        content: name.endsWith(".html") && given !== undefined ? withData(content, "given", given) : content,
      }
    }),
  )
}

const givenOf = async (
  file: string,
  { channel, ...options }: ExploreOptions,
  terminal: Terminal,
): Promise<GivenBlob> => {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of sourceOf(file, terminal)) {
    chunks.push(chunk)
    size += chunk.length
    if (size > mostExploredBytes)
      throw new Error(`${file} is larger than ${mostExploredBytes} bytes, the most that the explorer shows`)
  }
  return {
    name: file === standardInput ? "standard input" : basename(file),
    ...(channel === undefined ? {} : { channel }),
    settings: differencesOf(receiverOfOptions(options)),
    base64: Buffer.concat(chunks).toString("base64"),
  }
}

/** What was said of the receiver. */
const differencesOf = ({ jpegWanCompression, provenance }: ReceiverState): GivenBlob["settings"] => ({
  ...(jpegWanCompression === defaultReceiver.jpegWanCompression ? {} : { jpegWanCompression }),
  ...(provenance === defaultReceiver.provenance ? {} : { provenance }),
})
