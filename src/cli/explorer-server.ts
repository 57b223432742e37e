import { randomBytes } from "node:crypto"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { contentPolicy } from "./explorer-page.js"

/** A file of the explorer, by its name in the page's folder. */
export interface ExplorerFile {
  readonly name: string
  readonly content: string
}

export interface ExplorerServer {
  /** Whoever does not know it is shown nothing: other users of this machine can reach the port, too. */
  readonly url: string
  readonly close: () => void
}

/** The name of the file that the folder's address shows. */
const startPage = "index.html"

const types: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
}

const headers = {
  "cache-control": "no-store",
  "content-security-policy": `${contentPolicy}; frame-ancestors 'none'`,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const

interface Answer {
  readonly status: number
  readonly content: string
  readonly type?: string | undefined
}

const send = (response: ServerResponse, { status, content, type = "text/plain" }: Answer): void => {
  response.on("error", () => response.destroy())
  response.writeHead(status, { ...headers, "content-type": type, "content-length": Buffer.byteLength(content) })
  response.end(content)
}

/** One person looks at one page. */
const bounds = { headersTimeout: 5_000, requestTimeout: 5_000, keepAliveTimeout: 5_000, maxHeaderSize: 16_384 } as const
const mostConnections = 32

const loopback = "127.0.0.1"

/**
 * Serves files on a free port of the loopback interface, below a secret folder. A page that makes its own name stand for
 * this address (DNS rebinding) is refused by the host that its requests name.
 */
export const serveExplorer = (files: readonly ExplorerFile[]): Promise<ExplorerServer> => {
  const folder = `/${randomBytes(16).toString("base64url")}/`
  const byPath = new Map(files.map((file) => [`${folder}${file.name === startPage ? "" : file.name}`, file]))

  const answerTo = ({ method, url = "", headers: { host } }: IncomingMessage): Answer => {
    if (host !== hostOf()) return { status: 421, content: "not the explorer's host\n" }
    if (method !== "GET") return { status: 405, content: "only GET\n" }
    const file = byPath.get(url)
    if (file === undefined) return { status: 404, content: "nothing is here\n" }
    return { status: 200, content: file.content, type: types[file.name.replace(/^.*\./, "")] }
  }
  const server = createServer(bounds, (request, response) => send(response, answerTo(request)))
  server.maxConnections = mostConnections
  const hostOf = (): string => {
    const address = server.address()
    return typeof address === "object" && address !== null ? `${loopback}:${address.port}` : ""
  }

  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(0, loopback, () => {
      resolve({
        url: `http://${hostOf()}${folder}`,
        close: () => {
          server.close()
          server.closeAllConnections()
        },
      })
    })
  })
}
