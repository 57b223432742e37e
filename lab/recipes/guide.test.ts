import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { describe, expect, onTestFinished, test } from "vitest"
import { place, temporaryFolder } from "../../test/cli/harness.js"
import { snippetIn } from "../../test/support/snippets.js"
import { openSession } from "../client/session.js"
import { startGuardProcess } from "../guard-process.js"
import { installations, obstacleTo } from "../installed.js"
import { canLibvirt, startLibvirtHost, until } from "../libvirt/host.js"
import { freePort } from "../migrate/free-port.js"
import { converse } from "../qmp.js"

/** What docs/guide/relay.md tells to run, run as it stands but for the folder of sockets, the guard's port and a machine. */

const guide = "docs/guide/relay.md"
const sockets = "/run/migration-guard"

/** The words of a command, without the program and what stands for more of them. */
const wordsOf = (command: string): readonly string[] => {
  const [, ...words] = command.replaceAll("\\\n", " ").trim().split(/\s+/)
  return words.filter((word) => word !== "...")
}

const qemuWords = wordsOf(snippetIn(guide, "sh", "qemu-system-x86_64"))
const [, ...relayWords] = wordsOf(snippetIn(guide, "sh", "--target"))
const announcement = snippetIn(guide, "text", "client_migrate_info")
const domain = snippetIn(guide, "xml", "<domain")

/** A client's session through the guard of the guide, and the answer of QEMU's monitor to what the source is told. */
const follow = async (folder: string): Promise<void> => {
  await until("QEMU listens", () => ["vm1.spice", "vm1.qmp"].every((name) => existsSync(join(folder, name))))
  const monitor = connect(join(folder, "vm1.qmp"))
  await once(monitor, "connect")
  const { ask, send, answersTo } = converse(monitor, monitor)
  await ask("qmp_capabilities")
  send(JSON.stringify({ ...JSON.parse(announcement), id: "announced" }))
  expect(await answersTo("announced")).toEqual([{ return: {}, id: "announced" }])
  monitor.destroy()
  const port = await freePort()
  await startGuardProcess(
    ...relayWords.map((word) => word.replace("0.0.0.0:5900", `127.0.0.1:${port}`).replace(sockets, folder)),
  )
  const { connectionId, close } = await openSession({ address: { host: "127.0.0.1", port } })
  expect(connectionId).toBeGreaterThan(0)
  close()
}

describe.each(installations.map((each) => [each.version, each] as const))("with QEMU %s", (version, installed) => {
  const obstacle = obstacleTo(installed)
  if (obstacle !== undefined) process.stderr.write(`lab: the guide is not followed with QEMU ${version}: ${obstacle}\n`)

  test.skipIf(obstacle !== undefined)("a client reaches the server through the guard", async () => {
    const folder = temporaryFolder()
    const { command, environment } = installed
    const [program, ...options] = command
    const machine = ["-machine", "none", "-S", "-display", "none", "-nodefaults"]
    const child = spawn(program, [...options, ...machine, ...qemuWords.map((word) => word.replace(sockets, folder))], {
      env: environment,
      stdio: ["ignore", "ignore", "inherit"],
    })
    onTestFinished(async () => {
      child.kill("SIGKILL")
      await once(child, "close")
    })
    await follow(folder)
  })
})

if (!canLibvirt)
  process.stderr.write("lab: the guide is not followed with libvirt, there is none or this is not root\n")

describe.skipIf(!canLibvirt)("with libvirt", () => {
  test("the domain is one, and a client reaches its server through the guard", async () => {
    const folder = temporaryFolder()
    const { virsh } = await startLibvirtHost(join(folder, "host"), "33333333-3333-4333-8333-333333333333")
    mkdirSync(join(folder, "sockets"))
    const rest = "<name>vm1</name><memory unit='MiB'>64</memory><os><type arch='x86_64' machine='pc'>hvm</type></os>"
    const whole = domain
      .replaceAll(sockets, join(folder, "sockets"))
      .replace(/<domain [^>]*>/, `$&${rest}`)
      // There may be no KVM here.
      .replace("type='kvm'", "type='qemu'")
    virsh("create", "--validate", place(join(folder, "vm1.xml"), whole))
    onTestFinished(() => void virsh("destroy", "vm1"))
    await follow(join(folder, "sockets"))
  })
})
