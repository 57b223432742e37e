import { spawn } from "node:child_process"
import { followMigration } from "../client/migration.js"
import { openSession } from "../client/session.js"

/**
 * Links a SPICE client to the machine and has virsh migrate it, from the libvirt of one URI to that of another: `tsx
 * lab/libvirt/follow.ts SOURCE TARGET`, in the source's network. Says what the client had to relay.
 */

const [sourceUri = "", targetUri = ""] = process.argv.slice(2)
const [source, target] = ["198.51.100.1", "198.51.100.2"]

const say = (text: string): void => {
  process.stdout.write(`libvirt: ${text}\n`)
}

const session = await openSession({ address: { host: source, port: 5900 } })
say("the client is linked")

const to = ["--migrateuri", `tcp://${target}:49152`, "--graphicsuri", `spice://${target}:5900`]
// Slowly: libvirt does not wait for the client to link before it moves the machine.
const options = ["--live", "--bandwidth", "1", ...to]
const virsh = spawn("virsh", ["-q", "-c", sourceUri, "migrate", ...options, "machine", targetUri], { stdio: "inherit" })
const ended = new Promise<number | null>((resolve) => virsh.once("close", resolve))

const followed = followMigration(session, async () => undefined)
const first = await Promise.race([
  followed,
  ended.then((code) => `virsh ended with ${code} before the client had moved`),
])
if (typeof first === "string") say(first)
else say(`the client has moved, seamlessly: ${first.seamless}, relaying ${first.blobs.map(({ channel }) => channel)}`)
const code = await ended
say(`virsh ended with ${code}`)
process.exit(typeof first !== "string" && code === 0 ? 0 : 1)
