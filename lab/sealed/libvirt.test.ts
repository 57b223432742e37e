import { execFile, execFileSync, spawnSync } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir, userInfo } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, describe, expect, onTestFinished, test } from "vitest"
import { encodeWindow } from "../../src/seal/replay.js"
import { followMigration } from "../client/migration.js"
import { openSession } from "../client/session.js"
import { type GuardProcess, startGuardProcess } from "../guard-process.js"
import { canLibvirt, type LibvirtHost, startLibvirtHost } from "../libvirt/host.js"
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
mkdirSync(at("bin"))
writeFileSync(
  at("bin/virsh"),
  `#!/bin/sh\n{ cat; echo "dumpxml test"; } | PATH='${PATH}' virsh -c test:///default >${at("printed")}\n`,
)
chmodSync(at("bin/virsh"), 0o755)

const domainXml = (): string => /<domain .*<\/domain>/s.exec(readFileSync(at("printed"), "utf8"))?.[0] ?? ""

/** A guard of the command line, on one host. */
interface CliGuard extends Pick<GuardProcess, "told"> {
  readonly port: number
  readonly environment: NodeJS.ProcessEnv
  readonly keys: string
}

const startGuard = async (name: string, target: string): Promise<CliGuard> => {
  const port = await freePort()
  const [keys, configuration, replayFile] = [at(`${name}.keys`), at(`${name}.toml`), at(`${name}.opened`)]
  // A window that another process has begun: for 2 s a guard without one believes that all may have been opened.
  writeFileSync(replayFile, encodeWindow([]), { mode: 0o600 })
  // Whatever was there before: no two hosts have the same.
  writeFileSync(keys, `1 active ${Buffer.alloc(32, name).toString("hex")}\n`, { mode: 0o600 })
  writeFileSync(
    configuration,
    `replayFile = "${replayFile}"

[[listeners]]
listen = "tcp://127.0.0.1:${port}"
target = "${target}"
awaitsMachine = true
seal = { keys = "${keys}", vm = "${vm}" }
sealFor = ["127.0.0.1"]
`,
  )
  const { pid, told } = await startGuardProcess("--config", configuration)
  const environment = {
    PATH: `${at("bin")}:${PATH}`,
    MIGRATION_GUARD_KEYS: keys,
    MIGRATION_GUARD_USER: userInfo().username,
    MIGRATION_GUARD_RELOAD: `kill -HUP ${pid}`,
  }
  return { port, environment, told, keys }
}

const addressOf = ({ port }: Host): string => `tcp://127.0.0.1:${port}`

const hook = (xml: string, { environment }: Pick<CliGuard, "environment">, ...parameters: readonly string[]) =>
  spawnSync(inRoot("docs/examples/libvirt/qemu"), parameters, { input: xml, env: environment, encoding: "utf8" })

const begins = ["test", "migrate", "begin", "-"] as const

describe.skipIf(why !== undefined)("a key for one migration", () => {
  test("goes with the machine's metadata, and is the two guards'", async () => {
    await withHosts(async (start) => {
      const [source, target] = await startPair(start, { machine: {} })
      const [leaving, arriving] = [
        await startGuard("source", addressOf(source)),
        await startGuard("target", addressOf(target)),
      ]
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

  test.each(["", "a b", "a;b", "../a"])("is nobody's where the domain is called '%s'", (name) => {
    const xml = metadata(`<seal:key xmlns:seal="${uri}" id="7">${"a1".repeat(32)}</seal:key>`)
    expect(hook(xml, { environment }, name, "migrate", "begin", "-").status).toBe(1)
    expect(spawnSync(inRoot("docs/examples/libvirt/offer-key"), [name], { env: environment }).status).toBe(2)
  })

  test("keeps the machine where it is if the guard does not take it", () => {
    const xml = metadata(`<seal:key xmlns:seal="${uri}" id="7">${"a1".repeat(32)}</seal:key>`)
    expect(hook(xml, { environment }, ...begins).status).toBe(1)
  })
})

if (!canLibvirt)
  process.stderr.write("lab: the recipe is not followed with libvirtd, there is none or this is not root\n")

const domain = `<domain type='qemu'>
  <name>web-1</name>
  <uuid>${vm}</uuid>
  <memory unit='MiB'>64</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <graphics type='spice'><listen type='socket' socket='/run/libvirt/web-1.spice'/></graphics>
    <video><model type='qxl'/></video>
    <channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>
  </devices>
</domain>
`

/** libvirt gives its hooks nothing of an environment: this one says what the recipe's is told. */
const installHook = (home: string): ((guard: CliGuard) => void) => {
  const [hook, told] = [join(home, "etc/hooks/qemu"), join(home, "told")]
  mkdirSync(dirname(hook), { recursive: true })
  writeFileSync(hook, `#!/bin/sh\nset -a\n. ${told}\nexec ${inRoot("docs/examples/libvirt/qemu")} "$@"\n`)
  chmodSync(hook, 0o755)
  writeFileSync(told, "MIGRATION_GUARD_KEYS=/nonexistent\n")
  return ({ environment }) => {
    const settings = Object.entries(environment).filter(([name]) => name !== "PATH")
    writeFileSync(told, settings.map(([name, value]) => `${name}="${value}"\n`).join(""))
  }
}

/** Two daemons, each with files of its own, that know nothing of each other. */
describe.skipIf(why !== undefined || !canLibvirt)("a key for one migration, with libvirt", () => {
  test("comes to the hook of the other host with the domain's XML, and virsh's migration passes sealed", async () => {
    const tell = installHook(at("other"))
    const [one, other] = await Promise.all([
      startLibvirtHost(at("one"), "11111111-1111-4111-8111-111111111111"),
      startLibvirtHost(at("other"), "22222222-2222-4222-8222-222222222222"),
    ])
    onTestFinished(() => {
      for (const { virsh } of [one, other]) if (virsh("list", "--name").includes("web-1")) virsh("destroy", "web-1")
    })
    writeFileSync(at("domain.xml"), domain)
    one.virsh("create", at("domain.xml"))
    const target = ({ folder: home }: LibvirtHost): string => `unix://${home}/run/web-1.spice`
    const leaving = await startGuard("leaving", target(one))
    const arriving = await startGuard("arriving", target(other))
    tell(arriving)
    const session = await openSession({ address: { host: "127.0.0.1", port: leaving.port } })

    const environment = { ...leaving.environment, PATH, LIBVIRT_DEFAULT_URI: one.uri }
    execFileSync(inRoot("docs/examples/libvirt/offer-key"), ["web-1"], { env: environment })
    await leaving.told("configuration taken")
    const following = followMigration(session, async () => undefined)
    // So slowly that the client has linked every channel before the machine has moved: libvirt does not wait for it.
    const migrating = promisify(execFile)("virsh", [
      ...["-c", one.uri, "migrate", "--live", "web-1", other.uri],
      ...["--migrateuri", "tcp:127.0.0.1:49160", "--graphicsuri", `spice://127.0.0.1:${arriving.port}`],
      ...["--bandwidth", "1"],
    ])
    const [{ seamless, session: moved }] = await Promise.all([following, migrating])
    expect(seamless).toBe(true)
    for (const channel of ["main", "display", "inputs"]) await arriving.told("decision", { channel, sealing: "opened" })
    expect(other.virsh("domstate", "web-1").trim()).toBe("running")
    expect(readFileSync(arriving.keys, "utf8")).toBe(readFileSync(leaving.keys, "utf8"))

    const uri = "https://migration-guard.example/seal"
    expect(other.virsh("dumpxml", "web-1")).toContain(uri)
    other.virsh("metadata", "web-1", "--uri", uri, "--remove", "--live")
    expect(other.virsh("dumpxml", "web-1")).not.toContain(uri)
    moved.close()
  })
})
