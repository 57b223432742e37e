import { execFileSync, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir, userInfo } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, onTestFinished, test } from "vitest"
import { freePort } from "../migrate/free-port.js"
import { hop, sessionOn, startPair } from "../migrate/hop.js"
import { type Host, withHosts } from "../migrate/host.js"
import { obstacles } from "../migrate/obstacles.js"
import { vm } from "./keys.js"

/** The recipe for libvirt in docs/sealing.md, followed with guards in processes of their own and the lab's QEMUs. */

const { PATH = "" } = process.env
const root = fileURLToPath(new URL("../../", import.meta.url))
const inRoot = (path: string): string => join(root, path)

/** Of libvirt's own driver for tests: its one domain is called test, and there is no daemon. */
const hasVirsh = spawnSync("virsh", ["-c", "test:///default", "list"]).status === 0
const why = obstacles().qemu ?? (hasVirsh ? undefined : "there is no virsh")
if (why !== undefined) process.stderr.write(`lab: the recipe for libvirt is not followed, ${why}\n`)

const folder = mkdtempSync(join(tmpdir(), "lab-libvirt-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const at = (name: string): string => join(folder, name)

/** virsh as on a host that has such a domain; what the domain's XML is afterwards, it leaves in a file. */
writeFileSync(
  at("virsh"),
  `#!/bin/sh\n{ cat; echo "dumpxml test"; } | ${execFileSync("sh", ["-c", "command -v virsh"]).toString().trim()} -c test:///default >${at("printed")}\n`,
)
chmodSync(at("virsh"), 0o755)

const domainXml = (): string => /<domain .*<\/domain>/s.exec(readFileSync(at("printed"), "utf8"))?.[0] ?? ""

/** A guard of the command line, on one host. */
interface CliGuard {
  readonly port: number
  readonly environment: NodeJS.ProcessEnv
  readonly told: (message: string, fields?: Readonly<Record<string, unknown>>) => Promise<void>
  readonly keys: string
}

const startGuard = async (name: string, target: number): Promise<CliGuard> => {
  const port = await freePort()
  const [keys, configuration] = [at(`${name}.keys`), at(`${name}.toml`)]
  // Whatever was there before: no two hosts have the same.
  writeFileSync(keys, `1 active ${Buffer.alloc(32, name).toString("hex")}\n`, { mode: 0o600 })
  writeFileSync(
    configuration,
    `[[listeners]]
listen = "tcp://127.0.0.1:${port}"
target = "tcp://127.0.0.1:${target}"
awaitsMachine = true
seal = { keys = "${keys}", vm = "${vm}" }
sealFor = ["127.0.0.1"]
`,
  )
  const child = spawn(
    process.execPath,
    ["--import", "tsx", inRoot("src/cli/main.ts"), "relay", "--config", configuration],
    {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    },
  )
  onTestFinished(async () => {
    child.kill("SIGKILL")
    await once(child, "close")
  })
  const lines: Readonly<Record<string, unknown>>[] = []
  const waiting = new Set<() => void>()
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(JSON.parse(line))
    for (const look of [...waiting]) look()
  })
  const told: CliGuard["told"] = (msg, fields = {}) =>
    new Promise((resolve) => {
      const look = (): void => {
        const wanted = Object.entries({ msg, ...fields })
        if (!lines.some((line) => wanted.every(([key, value]) => line[key] === value))) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  await told("listening")
  const environment = {
    PATH: `${folder}:${PATH}`,
    MIGRATION_GUARD_KEYS: keys,
    MIGRATION_GUARD_USER: userInfo().username,
    MIGRATION_GUARD_RELOAD: `kill -HUP ${child.pid}`,
  }
  return { port, environment, told, keys }
}

const hook = (xml: string, { environment }: Pick<CliGuard, "environment">, ...parameters: readonly string[]) =>
  spawnSync(inRoot("docs/examples/libvirt/qemu"), parameters, { input: xml, env: environment, encoding: "utf8" })

const begins = ["test", "migrate", "begin", "-"] as const

describe.skipIf(why !== undefined)("a key for one migration", () => {
  test("goes with the machine's metadata, and is the two guards'", async () => {
    await withHosts(async (start) => {
      const [source, target] = await startPair(start, { machine: {} })
      const [leaving, arriving] = [await startGuard("source", source.port), await startGuard("target", target.port)]
      const behind = (host: Host, { port }: CliGuard): Host => ({ ...host, port })
      const session = await sessionOn(behind(source, leaving))

      execFileSync(inRoot("docs/examples/libvirt/offer-key"), ["test"], { env: leaving.environment })
      await leaving.told("configuration taken")
      const { status, stdout, stderr } = hook(domainXml(), arriving, ...begins)
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" })
      await arriving.told("configuration taken")
      expect(readFileSync(arriving.keys, "utf8")).toBe(readFileSync(leaving.keys, "utf8"))
      expect(statSync(arriving.keys).mode & 0o777).toBe(0o600)

      const { seamless, completed } = await hop(behind(source, leaving), behind(target, arriving), session)
      expect({ seamless, completed }).toEqual({ seamless: true, completed: true })
      for (const channel of ["main", "display", "inputs", "usbredir", "port", "webdav", "smartcard"])
        await arriving.told("decision", { channel, sealing: "opened" })
    })
  })

  const environment = {
    PATH,
    MIGRATION_GUARD_KEYS: at("untouched"),
    MIGRATION_GUARD_USER: userInfo().username,
    MIGRATION_GUARD_RELOAD: "false",
  }
  const metadata = (text: string): string =>
    `<domain type='kvm'>\n  <metadata>\n    ${text}\n  </metadata>\n</domain>\n`
  const uri = "https://migration-guard.example/seal"

  test.each([
    [
      "of another domain's kind",
      metadata(`<other:key xmlns:other="urn:x" id="7">${"a1".repeat(32)}</other:key>`),
      begins,
      0,
    ],
    ["that is none", metadata(`<seal:key xmlns:seal="${uri}" id="7">a1</seal:key>`), begins, 1],
    ["without an id", metadata(`<seal:key xmlns:seal="${uri}">${"a1".repeat(32)}</seal:key>`), begins, 1],
    [
      "of a foreign namespace",
      metadata(`<seal:key xmlns:seal="urn:x" id="7">${"a1".repeat(32)}</seal:key>`),
      begins,
      1,
    ],
    [
      "of a machine that only starts",
      metadata(`<seal:key xmlns:seal="${uri}" id="7">${"a1".repeat(32)}</seal:key>`),
      ["test", "start", "begin", "-"],
      0,
    ],
  ])("%s is not taken", (_, xml, parameters, code) => {
    const { status, stdout } = hook(xml, { environment }, ...parameters)
    expect({ status, stdout }).toEqual({ status: code, stdout: "" })
    expect(() => statSync(environment.MIGRATION_GUARD_KEYS)).toThrow("ENOENT")
  })

  test("keeps the machine where it is if the guard does not take it", () => {
    const xml = metadata(`<seal:key xmlns:seal="${uri}" id="7">${"a1".repeat(32)}</seal:key>`)
    expect(hook(xml, { environment }, ...begins).status).toBe(1)
  })
})
