import { expect, test } from "vitest"
import { activationOf } from "../../../src/relay/listen/systemd.js"

const passed = { LISTEN_PID: "42", LISTEN_FDS: "2", LISTEN_FDNAMES: "vm:metrics" }

test.each([
  ["a name", passed, "vm", 3],
  ["another name", passed, "metrics", 4],
  ["a number", passed, "4", 4],
  ["a number that is a name", { ...passed, LISTEN_FDNAMES: "4:vm" }, "4", 3],
  ["a number without names", { LISTEN_PID: "42", LISTEN_FDS: "1" }, "3", 3],
])("a socket is found by %s", (_, environment, name, descriptor) => {
  expect(activationOf(environment, 42).descriptorOf(name)).toBe(descriptor)
})

test.each([
  ["for another process", { ...passed, LISTEN_PID: "43" }, "vm"],
  ["for no process", { LISTEN_FDS: "1", LISTEN_FDNAMES: "vm" }, "vm"],
  ["that is not there", passed, "other"],
  ["beyond the last", passed, "5"],
  ["that is an output", passed, "1"],
  ["of a count that is none", { ...passed, LISTEN_FDS: "2x" }, "vm"],
  ["of a count below 0", { ...passed, LISTEN_FDS: "-1" }, "vm"],
  ["of a count without end", { ...passed, LISTEN_FDS: "9999" }, "vm"],
  ["of a name beyond the count", { ...passed, LISTEN_FDS: "1" }, "metrics"],
])("a socket %s is none", (_, environment, name) => {
  expect(activationOf(environment, 42).descriptorOf(name)).toBeUndefined()
})
