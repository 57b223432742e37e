import { type IncomingHttpHeaders, request } from "node:http"
import { connect } from "node:net"
import { describe, expect, onTestFinished, test } from "vitest"
import { type ExplorerServer, serveExplorer } from "../../src/cli/explorer-server.js"

const files = [
  { name: "index.html", content: "<p>page</p>" },
  { name: "explorer.js", content: "1" },
  { name: "explorer.css", content: "p{}" },
  { name: "icon.svg", content: "<svg/>" },
]

const served = async (): Promise<ExplorerServer> => {
  const server = await serveExplorer(files)
  onTestFinished(server.close)
  return server
}

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

const ask = (url: string, options: { readonly method?: string; readonly host?: string } = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { method = "GET", host } = options
    const headers = host === undefined ? {} : { host }
    request(url, { method, headers }, (response) => {
      let text = ""
      response.on("data", (chunk) => {
        text += chunk
      })
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }))
    })
      .on("error", reject)
      .end()
  })

const portOf = ({ url }: ExplorerServer): string => new URL(url).port

describe("the explorer's server", () => {
  test.each([
    { name: "", type: "text/html; charset=utf-8", content: "<p>page</p>" },
    { name: "explorer.js", type: "text/javascript; charset=utf-8", content: "1" },
    { name: "explorer.css", type: "text/css; charset=utf-8", content: "p{}" },
    { name: "icon.svg", type: "image/svg+xml", content: "<svg/>" },
  ])("serves '$name' as $type", async ({ name, type, content }) => {
    const { url } = await served()
    const { status, headers, text } = await ask(`${url}${name}`)
    expect([status, headers["content-type"], text]).toEqual([200, type, content])
    expect(headers["x-content-type-options"]).toBe("nosniff")
    expect(headers["content-security-policy"]).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
    expect(headers["cache-control"]).toBe("no-store")
  })

  test("is on the loopback interface only, under an address that nobody guesses", async () => {
    const [one, other] = [await served(), await served()]
    expect(one.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}\/$/)
    expect(new URL(one.url).pathname).not.toBe(new URL(other.url).pathname)
  })

  test.each([
    { what: "the root", path: () => "/" },
    { what: "another folder", path: () => `/${"A".repeat(22)}/` },
    { what: "a file without the folder", path: () => "/explorer.js" },
    { what: "what is not there", path: (folder: string) => `${folder}package.json` },
    { what: "what is above", path: (folder: string) => `${folder}..%2f..%2fpackage.json` },
    { what: "a name of every object", path: (folder: string) => `${folder}constructor` },
    { what: "a query", path: (folder: string) => `${folder}?x` },
  ])("does not serve $what", async ({ path }) => {
    const { url } = await served()
    const { pathname, origin } = new URL(url)
    expect((await ask(`${origin}${path(pathname)}`)).status).toBe(404)
  })

  test.each([
    { host: () => "attacker.example" },
    { host: (port: string) => `attacker.example:${port}` },
    { host: () => "127.0.0.1" },
    { host: () => "127.0.0.1:1" },
    { host: (port: string) => `localhost:${port}` },
    { host: (port: string) => `127.0.0.1:${port}.attacker.example` },
  ])("refuses a page that gave this address its own name: %#", async ({ host }) => {
    const server = await served()
    const { status, text } = await ask(server.url, { host: host(portOf(server)) })
    expect(status).toBe(421)
    expect(text).not.toContain("page")
  })

  test("refuses a request without a host", async () => {
    const server = await served()
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(portOf(server)), "127.0.0.1", () =>
        socket.end(`GET ${new URL(server.url).pathname} HTTP/1.0\r\n\r\n`),
      )
      let text = ""
      socket.on("data", (chunk) => {
        text += chunk
      })
      socket.on("error", reject)
      socket.on("close", () => resolve(text))
    })
    expect(answer).toMatch(/^HTTP\/1\.1 421 /)
  })

  test.each(["HEAD", "POST", "PUT", "DELETE", "OPTIONS"])("does not do %s", async (method) => {
    const { url } = await served()
    expect((await ask(url, { method })).status).toBe(405)
  })
})
