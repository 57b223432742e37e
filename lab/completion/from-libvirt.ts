import { readFileSync } from "node:fs"

/**
 * Takes the QMP of a machine that migrates out of libvirtd's log, as completion-order reads it: a time and a message a
 * line. The log is one with `log_filters = "1:qemu_monitor"`; what libvirt asks QEMU about itself and long replies are
 * left out. lab/libvirt/migrate.sh runs it: `tsx lab/completion/from-libvirt.ts LIBVIRTD.log`
 */

const line =
  /^(\S+) (\S+)\+0000: .* QEMU_MONITOR_(?:SEND_MSG|RECV_REPLY|RECV_EVENT): mon=(\S+) (?:msg|reply|event)=(\{.*\})\s*$/

interface Message {
  readonly time: string
  readonly monitor: string
  readonly text: string
}

const messageIn = (logged: string): readonly Message[] => {
  const [, day, time, monitor = "", text = ""] = line.exec(logged) ?? []
  if (day === undefined) return []
  return [{ time: `${day}T${time}Z`, monitor, text }]
}

const migrates = /"execute":"migrate(?:-incoming)?"/
const left = /"execute":"(?:qom|device-list|query-cpu|query-hotplug)/
const longest = 500

const [file = ""] = process.argv.slice(2)
const messages = readFileSync(file, "utf8").split("\n").flatMap(messageIn)
const monitor = messages.find(({ text }) => migrates.test(text))?.monitor
const own = messages.filter((each) => each.monitor === monitor && each.text.length <= longest && !left.test(each.text))
const asked = new Set(own.map(({ text }) => /"execute".*"id":"([^"]*)"/.exec(text)?.[1]))
for (const { time, text } of own) {
  const answered = /"id": "([^"]*)"/.exec(text)?.[1]
  if (answered === undefined || asked.has(answered) || text.includes('"event"'))
    process.stdout.write(`${time} ${text}\n`)
}
