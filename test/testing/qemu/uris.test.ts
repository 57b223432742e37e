import * as fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { describe, expect, test } from "vitest"
import { formatMigrateUri, parseMigrateUri, qemuVersions } from "../../../src/qemu/index.js"
import { uriArbitraryOf } from "../../../src/testing/index.js"

const commands = ["migrate", "migrate-incoming"] as const
const contexts = commands.flatMap((command) => qemuVersions.map((version) => ({ command, version })))

describe.each(contexts)("URIs for $command of $version", (context) => {
  test("are read as the addresses that they stand for", () => {
    fc.assert(
      fc.property(uriArbitraryOf(context), ({ uri, address }) => {
        expect(parseMigrateUri(uri, context)).toEqual(E.right(address))
      }),
      { numRuns: 500 },
    )
  })

  test("stand for addresses that have a URI, which is read as the same", () => {
    fc.assert(
      fc.property(uriArbitraryOf(context), ({ address }) => {
        const written = formatMigrateUri(address, context)
        expect(E.isRight(written) && parseMigrateUri(written.right, context)).toEqual(E.right(address))
      }),
      { numRuns: 500 },
    )
  })

  test("are of every scheme that the version knows", () => {
    const uris = fc.sample(uriArbitraryOf(context), { seed: 1, numRuns: 500 }).map(({ uri }) => uri)
    const schemes = new Set(uris.map((uri) => uri.slice(0, uri.indexOf(":"))))
    const known = ["exec", "fd", "file", "rdma", "tcp", "unix", "vsock"]
    expect([...schemes].sort()).toEqual(known.filter((scheme) => scheme !== "file" || context.version !== "7.2"))
  })
})

test("options and offsets are written in every way", () => {
  const uris = fc
    .sample(uriArbitraryOf({ command: "migrate-incoming" }), { seed: 2, numRuns: 20_000 })
    .map(({ uri }) => uri)
  for (const way of [
    ...[/,to=\d+,/, /,ipv4$/, /,ipv6=on/, /,keep-alive=off/, /,mptcp,/, /,ipv6.*,ipv4/, /,ipv4.*,ipv6/, /^tcp::\d/],
    ...[/,offset=\d+$/, /,offset=\d+B$/, /,offset=0x/, /,offset=0X/, /,offset=\d+[KMGTPE]$/, /,offset=\d+\.5[KMGTPE]$/],
    ...[/,offset=\d+\.0[kmgtpe]$/, /^tcp:\[[^\]]*%/, /^tcp:.{64}:\d/, /^rdma:\[/, /^unix:.*,/su],
  ])
    expect(uris.some((uri) => way.test(uri)) || way).toBe(true)
})

test("what is wrong with a URI is printed with a short one", () => {
  const { counterexample } = fc.check(
    fc.property(uriArbitraryOf(), ({ uri }) => !uri.includes("ipv6")),
    { seed: 3, numRuns: 5000 },
  )
  expect(counterexample?.[0].uri).toMatch(/^tcp:(?:a|0\.0\.0\.0|\[::\]):1,ipv6=o(?:ff|n)$/)
})
