import { describe, expect, test } from "vitest"
import { formatAddress, parseAddress } from "../../../src/relay/config/address.js"

describe("an address", () => {
  test.each([
    ["tcp://0.0.0.0:5900", { scheme: "tcp", host: "0.0.0.0", port: 5900 }],
    ["tls://guard.example:5901", { scheme: "tls", host: "guard.example", port: 5901 }],
    ["tcp://[::1]:5900", { scheme: "tcp", host: "::1", port: 5900 }],
    ["tcp://[fe80::1%eth0]:5900", { scheme: "tcp", host: "fe80::1%eth0", port: 5900 }],
    ["tcp://localhost:0", { scheme: "tcp", host: "localhost", port: 0 }],
    ["unix:///run/vm.sock", { scheme: "unix", path: "/run/vm.sock" }],
    [`unix:///${"a".repeat(106)}`, { scheme: "unix", path: `/${"a".repeat(106)}` }],
    [`unix:///${"€".repeat(35)}a`, { scheme: "unix", path: `/${"€".repeat(35)}a` }],
    ["fd://vm", { scheme: "fd", name: "vm" }],
    ["fd://3", { scheme: "fd", name: "3" }],
  ])("%s is read, and written as it was", (text, address) => {
    expect(parseAddress(text)).toEqual(address)
    expect(formatAddress(parseAddress(text) ?? { scheme: "fd", name: "none" })).toBe(text)
  })

  test("has one text", () => {
    const address = parseAddress("unix:////run/./vm.sock")
    expect(address === undefined ? "" : formatAddress(address)).toBe("unix:///run/vm.sock")
  })

  test.each([
    "",
    "tcp://",
    "tcp://:5900",
    "tcp://host",
    "tcp://host:",
    "tcp://host:65536",
    "tcp://host:05900",
    "tcp://host:-1",
    "tcp://host:5900/",
    "tcp://host:5900 ",
    "tcp://user@host:5900",
    "tcp://::1:5900",
    "tcp://[::1:5900",
    "tcp://[127.0.0.1]:5900",
    "tcp://[host]:5900",
    "tcp://1.2.3:5900",
    "tcp://0x7f.1:5900",
    "tcp://256.0.0.1:5900",
    "TCP://host:5900",
    "udp://host:5900",
    "ssl://host:5900",
    "http://host:5900",
    "unix://run/vm.sock",
    "unix:///run/../vm.sock",
    `unix:///${"a".repeat(107)}`,
    `unix:///${"a".repeat(108)}`,
    `unix:///${"€".repeat(36)}`,
    `unix:///${"🗝".repeat(47)}`,
    "unix:///a\ud800",
    "unix:///",
    "unix:////",
    "unix:///a\nb",
    "unix:///a\0b",
    "fd://",
    "fd://a b",
    "fd://a/b",
    "tcp://host:5900\ntcp://other:1",
  ])("%j is none", (text) => expect(parseAddress(text)).toBeUndefined())
})
