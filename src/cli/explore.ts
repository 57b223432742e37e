import { readdir, readFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { blobsOf } from "../capture/index.js"
import { reasonOf } from "../report/reason.js"
import type { Channel, ReceiverState } from "../spice/receiver.js"
import { type GivenBlob, mostExploredBytes, pageSettings, withData } from "./explorer-page.js"
import { type ExplorerFile, serveExplorer } from "./explorer-server.js"
import { sourceOfBlob } from "./extract.js"
import { bytesIn, failFor, isUnreadable, sourceOf, standardInput, type Unreadable } from "./input.js"
import { type ReceiverOptions, receiverOfOptions } from "./receiver.js"
import { isCapture, magicSize, recognisedChannel } from "./recognise.js"
import { type ExitCode, exitCode, type Terminal } from "./stdio.js"

export interface ExploreOptions extends ReceiverOptions {
  readonly channel?: Channel
}

/** A list of more blobs nobody reads. */
const mostGiven = 1000

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
  const given = file === undefined ? undefined : await givenIn(file, options, terminal)
  if (given !== undefined && isUnreadable(given)) return failFor(given, terminal)
  try {
    const server = await serveExplorer(await pageOf(given))
    const end = untilEnd()
    terminal.stdout.write(`${server.url}\n`)
    terminal.stderr.write("Open this address in a browser; press Ctrl-C to end.\n")
    await end
    server.close()
    return exitCode.accepted
  } catch (error) {
    return failFor({ file: "explorer", reason: reasonOf(error) }, terminal)
  }
}

/** The page's files, with a blob in the page. */
const pageOf = async (given: readonly GivenBlob[] | undefined): Promise<readonly ExplorerFile[]> => {
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

/** The blobs of a file: itself, or all of a capture. */
const givenIn = async (
  file: string,
  { channel, ...options }: ExploreOptions,
  terminal: Terminal,
): Promise<readonly GivenBlob[] | Unreadable> => {
  const receiver = await receiverOfOptions(options)
  if (isUnreadable(receiver)) return receiver
  const name = file === standardInput ? "standard input" : basename(file)
  try {
    const [head, source] = await beginning(sourceOf(file, terminal))
    if (isCapture(head)) return await capturedIn(name, source, receiver)
    return [blobIn(name, await bytesIn(source, mostExploredBytes, tooLarge), channel, receiver)]
  } catch (error) {
    return { file, reason: reasonOf(error) }
  }
}

/** The first bytes of a source, and all of it again. */
const beginning = async (source: AsyncIterable<Uint8Array>): Promise<[Uint8Array, AsyncIterable<Uint8Array>]> => {
  const chunks = source[Symbol.asyncIterator]()
  let head = new Uint8Array()
  while (head.length < magicSize) {
    const next = await chunks.next()
    if (next.done === true) break
    head = Buffer.concat([head, next.value])
  }
  async function* again(): AsyncGenerator<Uint8Array> {
    yield head
    yield* { [Symbol.asyncIterator]: () => chunks }
  }
  return [head, again()]
}

const tooLarge = () => new Error(`it has more than ${mostExploredBytes} bytes, the most that the explorer shows`)

const base64Of = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64")

const blobIn = (name: string, bytes: Uint8Array, named: Channel | undefined, receiver: ReceiverState): GivenBlob => {
  const channel = named ?? recognisedChannel(bytes)
  const settings = channel === undefined ? {} : { channel, settings: pageSettings(channel, receiver) }
  return { name, ...settings, base64: base64Of(bytes) }
}

/** The migration data of a capture, as much of it as the explorer shows. */
const capturedIn = async (
  capture: string,
  source: AsyncIterable<Uint8Array>,
  receiver: ReceiverState,
): Promise<readonly GivenBlob[]> => {
  const given: GivenBlob[] = []
  let size = 0
  for await (const blob of blobsOf(source, { receiver })) {
    const { channel, channelId, packet, bytes, violations } = blob
    size += bytes.length
    if (size > mostExploredBytes || given.length >= mostGiven) break
    given.push({
      name: `${channel}-${channelId}-packet-${packet}.bin`,
      channel,
      settings: pageSettings(channel, receiver),
      base64: base64Of(bytes),
      source: sourceOfBlob(capture, blob),
      ...(violations[0] === undefined ? {} : { rule: violations[0].rule }),
    })
  }
  if (given.length === 0) throw new Error("the capture holds no migration data: extract says what it holds")
  return given
}
