import { describe, expect, test } from "vitest"
import { isListed, placeOf, placeOfDestination } from "../../../src/relay/seal/destination.js"

const at = (host: string, port: number, tlsPort = 0) => ({ host, port, tlsPort })

describe("a destination", () => {
  test.each([
    ["its host", ["b.example"], at("b.example", 5900)],
    ["its host in other case", ["B.Example"], at("b.eXample", 5900)],
    ["its host and port", ["b:5900"], at("b", 5900)],
    ["its host and TLS port", ["b:5901"], at("b", 0, 5901)],
    ["both of its ports", ["b:5900", "b:5901"], at("b", 5900, 5901)],
    ["its address of IPv6", ["[fd00::1]:5900"], at("fd00::1", 5900)],
    ["its address of IPv6 in brackets", ["[FD00::1]"], at("[fd00::1]", 5900)],
    ["its address of IPv6 in another form", ["[FD00:0:0::0001]:5900"], at("fd00::1", 5900)],
    ["its address of IPv6 where the server names the longer form", ["[fd00::1]"], at("[fd00:0:0:0:0:0:0:1]", 5900)],
    ["its address of IPv6 that ends as one of IPv4", ["[::ffff:10.0.0.2]"], at("::ffff:a00:2", 5900)],
    ["its name without the root's dot", ["b.example"], at("b.example.", 5900)],
    ["its name with the root's dot", ["b.example.:5900"], at("b.example", 5900)],
    ["everything", ["*"], at("pvespiceproxy:64198b7e:100:node::3dbc", 0, 61000)],
  ])("is listed by %s", (_, list, destination) => {
    expect(isListed(list, destination)).toBe(true)
  })

  test.each([
    ["nothing", [], at("b", 5900)],
    ["another host", ["a"], at("b", 5900)],
    ["another port", ["b:5901"], at("b", 5900)],
    ["only one of its ports: the client chooses", ["b:5900"], at("b", 5900, 5901)],
    ["a part of its name", ["b"], at("b.example", 5900)],
    ["its host, where it has no port", ["b"], at("b", 0)],
    ["its address on another interface", ["[fe80::1%eth0]"], at("fe80::1%eth1", 5900)],
    ["its address of IPv4 within IPv6", ["10.0.0.2"], at("::ffff:10.0.0.2", 5900)],
    ["a number that some resolvers take for its address", ["10.0.0.2"], at("167772162", 5900)],
    ["a name, where there are two dots behind it", ["b"], at("b..", 5900)],
  ])("is not listed by %s", (_, list, destination) => {
    expect(isListed(list, destination)).toBe(false)
  })
})

test.each([
  ["[FD00::0:1]:5900", at("fd00::1", 5900), "fd00::1:5900"],
  ["B.example.:5901", at("b.EXAMPLE", 0, 5901), "b.example:5901"],
  ["b:5900", at("b", 5900, 5901), "b:5900"],
])("%s is one place, however it is written", (text, destination, place) => {
  expect([placeOf(text), placeOfDestination(destination)]).toEqual([place, place])
})
