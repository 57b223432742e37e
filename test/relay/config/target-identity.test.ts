import { linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { type Address, parseAddress } from "../../../src/relay/config/address.js"
import { hostsIn, type LocalHost, thisHost, unknownHost } from "../../../src/relay/config/local-host.js"
import { collide, groupsOf, identityOf, leadsTo } from "../../../src/relay/config/target-identity.js"
import { temporaryFolder } from "../../cli/harness.js"

const address = (text: string): Address => {
  const parsed = parseAddress(text)
  if (parsed === undefined) throw new Error(text)
  return parsed
}

/** A machine with an address and a name of its own, and a hosts file that knows others. */
const machine: LocalHost = {
  ...unknownHost,
  own: ["192.0.2.10", "2001:db8::10", "guard.example"],
  hosts: hostsIn(`
127.0.0.1 localhost
127.0.1.1	Here.example here # the machine itself
192.0.2.20 vm.example vm
2001:db8::20 vm.example
# 192.0.2.30 vm.example
192.0.2.30 other.example
broken
`),
}

const identity = (text: string, on: LocalHost = machine): string => identityOf(address(text), on)

describe("the identity of a target", () => {
  test.each([
    ["tcp://127.0.0.1:5901", "tls://127.0.0.1:5901"],
    ["tcp://127.0.0.1:5901", "tcp://127.5.6.7:5901"],
    ["tcp://127.0.0.1:5901", "tcp://localhost:5901"],
    ["tcp://127.0.0.1:5901", "tcp://LOCALHOST.:5901"],
    ["tcp://127.0.0.1:5901", "tcp://vm.localhost:5901"],
    ["tcp://127.0.0.1:5901", "tcp://ip6-localhost:5901"],
    ["tcp://127.0.0.1:5901", "tcp://[::ffff:127.0.0.1]:5901"],
    ["tcp://127.0.0.1:5901", "tcp://[::1]:5901"],
    ["tcp://127.0.0.1:5901", "tcp://0.0.0.0:5901"],
    ["tcp://[::1]:5901", "tcp://[0:0::1]:5901"],
    ["tcp://[::1]:5901", "tcp://[::]:5901"],
    ["tcp://127.0.0.1:5901", "tcp://192.0.2.10:5901"],
    ["tcp://127.0.0.1:5901", "tcp://[2001:DB8:0::10]:5901"],
    ["tcp://127.0.0.1:5901", "tcp://guard.example:5901"],
    ["tcp://127.0.0.1:5901", "tcp://here:5901"],
    ["tcp://192.0.2.20:5901", "tcp://VM:5901"],
    ["tcp://192.0.2.20:5901", "tcp://[2001:db8::20]:5901"],
    ["tcp://[fe80::1%eth0]:5901", "tcp://[fe80::1%2]:5901"],
    ["tcp://far.example:5901", "tls://FAR.example.:5901"],
    ["unix:///run/vm", "unix:////run/./vm"],
  ])("is the same for %s and %s", (one, other) => expect(identity(one)).toBe(identity(other)))

  test.each([
    ["tcp://127.0.0.1:5901", "tcp://127.0.0.1:5902"],
    ["tcp://127.0.0.1:5901", "tcp://192.0.2.20:5901"],
    ["tcp://192.0.2.20:5901", "tcp://192.0.2.30:5901"],
    ["tcp://vm.example:5901", "tcp://other.example:5901"],
    ["tcp://far.example:5901", "tcp://near.example:5901"],
    ["tcp://[::1:0]:5901", "tcp://[::1]:5901"],
    ["unix:///run/vm", "unix:///run/VM"],
    ["unix:///run/vm", "tcp://127.0.0.1:5901"],
  ])("is another for %s and %s", (one, other) => expect(identity(one)).not.toBe(identity(other)))

  test("is one for this machine's own name and addresses", () => {
    const here = thisHost()
    for (const own of [...here.own, hostname()]) {
      const host = own.includes(":") ? `[${own}]` : own
      expect(identity(`tcp://${host}:5901`, here)).toBe("tcp://localhost:5901")
    }
  })
})

describe("the identity of a socket", () => {
  const here = thisHost()

  test("is that of the file behind links of folders and files", () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, "run"))
    writeFileSync(join(folder, "run/vm"), "")
    symlinkSync(join(folder, "run"), join(folder, "linked"))
    symlinkSync("run/vm", join(folder, "vm"))
    const real = identity(`unix://${folder}/run/vm`, here)
    for (const path of ["linked/vm", "vm"]) expect(identity(`unix://${folder}/${path}`, here)).toBe(real)
  })

  test("is known before the socket is there", () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, "run"))
    symlinkSync("run/vm", join(folder, "vm"))
    symlinkSync("run", join(folder, "linked"))
    const before = identity(`unix://${folder}/run/vm`, here)
    expect(identity(`unix://${folder}/vm`, here)).toBe(before)
    expect(identity(`unix://${folder}/linked/vm`, here)).toBe(before)
    writeFileSync(join(folder, "run/vm"), "")
    expect(identity(`unix://${folder}/vm`, here)).toBe(before)
  })

  test("ends where links lead nowhere but to each other", () => {
    const folder = temporaryFolder()
    symlinkSync("b", join(folder, "a"))
    symlinkSync("a", join(folder, "b"))
    expect(identity(`unix://${folder}/a`, here)).toContain(folder)
  })

  test("has its file as well, which links of the other kind have in common", () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, "a"), "")
    linkSync(join(folder, "a"), join(folder, "b"))
    expect(here.fileOf(join(folder, "a"))).toBe(here.fileOf(join(folder, "b")))
    expect(here.fileOf(join(folder, "c"))).toBeUndefined()
  })
})

test.each([
  [[], []],
  [
    [["a"], ["b"]],
    ["a", "b"],
  ],
  [
    [["a"], ["b"], ["a"]],
    ["a", "b", "a"],
  ],
  [
    [["b", "x"], ["a", "y"], ["c"], ["y", "x"]],
    ["a", "a", "c", "a"],
  ],
])("the groups of %j are %j", (lists, groups) => expect(groupsOf(lists)).toEqual(groups))

describe("two addresses", () => {
  test.each([
    ["tcp://127.0.0.1:1", "tls://127.0.0.1:1", true],
    ["tcp://127.0.0.1:1", "tcp://localhost:1", true],
    ["tcp://[::1]:1", "tcp://[0:0::1]:1", true],
    ["tcp://0.0.0.0:1", "tcp://192.0.2.10:1", true],
    ["tcp://[::]:1", "tcp://192.0.2.10:1", true],
    ["tcp://here:1", "tcp://127.0.1.1:1", true],
    ["unix:///a", "unix:///a", true],
    ["fd://a", "fd://a", true],
    ["tcp://127.0.0.1:1", "tcp://127.0.0.1:2", false],
    ["tcp://127.0.0.1:0", "tcp://127.0.0.1:0", false],
    ["tcp://127.0.0.1:1", "tcp://192.0.2.10:1", false],
    ["tcp://0.0.0.0:1", "tcp://[::1]:1", false],
    ["unix:///a", "unix:///b", false],
    ["unix:///a", "tcp://127.0.0.1:1", false],
    ["fd://a", "fd://b", false],
  ])("%s and %s collide: %j", (one, other, expected) => {
    expect(collide(address(one), address(other), machine)).toBe(expected)
    expect(collide(address(other), address(one), machine)).toBe(expected)
  })

  test.each([
    ["tcp://127.0.0.1:1", "tls://127.0.0.1:1", true],
    ["tls://localhost:1", "tcp://127.0.0.1:1", true],
    ["tcp://[::ffff:127.0.0.1]:1", "tcp://127.0.0.1:1", true],
    ["tcp://127.0.0.1:1", "tcp://0.0.0.0:1", true],
    ["tcp://192.0.2.10:1", "tcp://0.0.0.0:1", true],
    ["tcp://guard.example:1", "tcp://[::]:1", true],
    ["tcp://0.0.0.0:1", "tcp://127.0.0.1:1", true],
    ["tcp://[::1]:1", "tcp://[::]:1", true],
    ["unix:///a", "unix:///a", true],
    ["tcp://127.0.0.1:1", "tcp://192.0.2.10:1", false],
    ["tcp://192.0.2.20:1", "tcp://0.0.0.0:1", false],
    ["tcp://[::1]:1", "tcp://0.0.0.0:1", false],
    ["tcp://127.0.0.1:1", "tcp://0.0.0.0:2", false],
    ["unix:///a", "fd://a", false],
  ])("%s leads to where is listened on %s: %j", (target, listen, expected) =>
    expect(leadsTo(address(target), address(listen), machine)).toBe(expected),
  )
})
