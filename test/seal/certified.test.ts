import { constants, createHash, generateKeyPairSync, sign as signWith } from "node:crypto"
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { clockSkew, isEnvelope, mostOverhead, replayWindow, sign, signer, verifier } from "../../src/seal/index.js"
import {
  authority,
  caExtensions,
  extension,
  hostExtensions,
  type Issued,
  type IssueOptions,
  issue,
  keyKinds,
  keyUsage,
  oid,
  pemOf,
  purposes,
  sequence,
  tlsClient,
  tlsServer,
} from "./certificates.js"
import { ca, host, issueHost, nameOf, own, signed, signerOf, verifying } from "./hosts.js"
import { binding, keys, now, opening, refusalOf, rightOf, sealed, state } from "./scene.js"

/** The bytes in front of the certificates, and where those say how long what follows is. */
const headSize = 134
const places = {
  chainSize: 110,
  chainPointer: 114,
  statementSize: 118,
  statementPointer: 122,
  signatureSize: 126,
  signaturePointer: 130,
}

const refusals = (rule: string) => ["not-sealed", `seal/${rule}`]

/** An envelope whose parts are put together by whoever likes, with the sizes that they have. */
const assembled = (head: Uint8Array, chain: Uint8Array, statement: Uint8Array, signature: Uint8Array): Buffer => {
  const bytes = Buffer.concat([head, chain, statement, signature])
  bytes.writeUInt32LE(chain.length, places.chainSize)
  bytes.writeUInt32LE(chain.length === 0 ? 0 : headSize, places.chainPointer)
  bytes.writeUInt32LE(statement.length, places.statementSize)
  bytes.writeUInt32LE(headSize + chain.length, places.statementPointer)
  bytes.writeUInt32LE(signature.length, places.signatureSize)
  bytes.writeUInt32LE(signature.length === 0 ? 0 : headSize + chain.length + statement.length, places.signaturePointer)
  return bytes
}

const partsOf = (envelope: Uint8Array) => {
  const bytes = Buffer.from(envelope)
  const statementAt = headSize + bytes.readUInt32LE(places.chainSize)
  const signatureAt = statementAt + bytes.readUInt32LE(places.statementSize)
  return {
    head: bytes.subarray(0, headSize),
    chain: bytes.subarray(headSize, statementAt),
    statement: bytes.subarray(statementAt, signatureAt),
    signature: bytes.subarray(signatureAt),
  }
}

/** What a host signs for an envelope, as docs/formats/sealed.md says. */
const signedText = (envelope: Buffer, signatureSize: number): Buffer =>
  Buffer.concat([
    Buffer.from(`${" ".repeat(64)}migration-guard signed envelope 1\0`),
    createHash("sha512").update(envelope.subarray(0, -signatureSize)).digest(),
  ])

/** An envelope with other certificates in it, signed anew as the holder of a key can. */
const resigned = (chain: Uint8Array, by: Issued, what = signed()): Buffer => {
  const { head, statement } = partsOf(what)
  const envelope = assembled(head, chain, statement, Buffer.alloc(64))
  signWith("sha256", signedText(envelope, 64), { key: by.key, dsaEncoding: "ieee-p1363" }).copy(
    envelope,
    envelope.length - 64,
  )
  return envelope
}

describe("what a host has signed", () => {
  test.each(["ed25519", "p256", "p384", "rsa"] as const)(
    "is opened where it is for, with a key of the kind %s",
    (key) => {
      const signing = signerOf(issueHost({ key }))
      fc.assert(
        fc.property(
          fc.uint8Array({ maxLength: 300 }),
          fc.constantFrom("unknown", "absent", "connected"),
          (what, agent) => {
            const envelope = signed({ signer: signing, stated: { agent, displays: [2, 0, 64] } }, binding, what)
            expect(envelope.length).toBeLessThanOrEqual(what.length + mostOverhead)
            const verified = rightOf(verifying(envelope))
            expect({ ...verified, state: Uint8Array.from(verified.state) }).toEqual({
              state: what,
              agent,
              displays: [0, 2],
              id: expect.stringMatching(/^[0-9a-f]{32}$/),
              sealedAt: now,
              subject: "O=Example,CN=a.example",
            })
          },
        ),
        { numRuns: 10 },
      )
    },
  )

  test("is an envelope, and another one each time", () => {
    expect(isEnvelope(signed())).toBe(true)
    expect(partsOf(signed()).head.subarray(8, 24).equals(partsOf(signed()).head.subarray(8, 24))).toBe(false)
  })

  test("is not secret", () => {
    const envelope = Buffer.from(signed({}, binding, Uint8Array.from(Buffer.alloc(1000, "keystrokes"))))
    expect(envelope.includes("keystrokes")).toBe(true)
    expect(envelope.includes("web-1")).toBe(false)
  })

  test("is what this test signs as docs/formats/sealed.md says", () => {
    expect(refusalOf(verifying(resigned(host.der, host)))).toEqual(["accepted"])
  })

  test("is opened at its destination, and by whom no destination is asked for", () => {
    const bound = { ...binding, destination: "b.example:5900" }
    expect(refusalOf(verifying(signed({}, bound), {}, bound))).toEqual(["accepted"])
    expect(refusalOf(verifying(signed({}, bound)))).toEqual(["accepted"])
  })

  test("may have the certificate of its authority behind its own, as files often have it", () => {
    expect(refusalOf(verifying(signed({ signer: signerOf(host, ca) })))).toEqual(["accepted"])
  })
})

describe("an envelope is refused", () => {
  test("with a bit of any of its bytes altered, and is opened when that is undone", () => {
    const envelope = signed()
    const window = replayWindow()
    for (const [place, byte] of envelope.entries()) {
      envelope[place] = byte ^ (1 << (place % 8))
      expect(refusalOf(verifying(envelope, { window }))[0]).toBe("not-sealed")
      envelope[place] = byte
    }
    expect(window.openings()).toEqual([])
    expect(refusalOf(verifying(envelope, { window }))).toEqual(["accepted"])
  })

  test("cut anywhere, and with anything behind or before it", () => {
    const envelope = signed()
    for (let size = 0; size < envelope.length; size++)
      expect(refusalOf(verifying(envelope.slice(0, size)))[0]).toBe("not-sealed")
    for (const padding of [new Uint8Array(1), new Uint8Array(64), envelope]) {
      expect(refusalOf(verifying(Buffer.concat([envelope, padding])))[0]).toBe("not-sealed")
      expect(refusalOf(verifying(Buffer.concat([padding, envelope])))[0]).toBe("not-sealed")
    }
  })

  test("with any part of another one", () => {
    const [one, other] = [partsOf(signed()), partsOf(signed({}, binding, Uint8Array.of(7)))]
    const elsewhere = partsOf(signed({ signer: signerOf(issueHost({ name: nameOf("c.example") })) }))
    const mixed = [
      assembled(other.head, one.chain, one.statement, one.signature),
      assembled(one.head, elsewhere.chain, one.statement, one.signature),
      assembled(one.head, one.chain, other.statement, one.signature),
      assembled(one.head, one.chain, one.statement, other.signature),
    ]
    for (const envelope of mixed) expect(refusalOf(verifying(envelope))).toEqual(refusals("signature"))
  })

  test.each<[string, Parameters<typeof verifying>, rule: string]>([
    ["that is a server's state", [state], "sealed"],
    ["that is empty", [new Uint8Array()], "sealed"],
    ["that is sealed with a key", [sealed()], "kind"],
    ["of another version", [signed().fill(2, 4, 5)], "form"],
    [
      "of more than its state may have, in the room for certificates",
      [signed({}, binding, new Uint8Array(2049))],
      "size",
    ],
    ["of far more than its state may have", [signed({}, binding, new Uint8Array(40_000))], "size"],
    ["whose id was changed", [signed().fill(0, 8, 24)], "signature"],
    ["whose expiry was put off", [signed().fill(0xff, 32, 34)], "signature"],
    ["that was made another session's", [signed().fill(9, 104, 105), {}, { ...binding, connectionId: 9 }], "signature"],
    ["of another machine", [signed(), {}, { ...binding, vm: "web-2" }], "vm"],
    [
      "for another destination",
      [signed({}, { ...binding, destination: "b:1" }), {}, { ...binding, destination: "c:1" }],
      "addressee",
    ],
    ["of another session", [signed(), {}, { ...binding, connectionId: 8 }], "session"],
    ["of another channel's kind", [signed(), {}, { ...binding, channel: "port" }], "channel"],
    ["of another channel's id", [signed(), {}, { ...binding, channelId: 1 }], "channel"],
    ["that has expired", [signed({ lifetime: 1000 }), { now: now + 1000 + clockSkew + 1 }], "expired"],
    ["from the future", [signed(), { now: now - clockSkew - 1 }], "clock"],
    ["from before its channel was linked", [signed(), { linkedAt: now + clockSkew + 1 }], "stale"],
    ["from before its window", [signed(), { window: replayWindow({ since: now + 1 }) }], "stale"],
  ])("%s", (_, parameters, rule) => {
    expect(refusalOf(verifying(...parameters))).toEqual(refusals(rule))
  })

  test("a second time, and after a restart", () => {
    const window = replayWindow()
    const envelope = signed()
    expect(refusalOf(verifying(envelope, { window }))).toEqual(["accepted"])
    expect(refusalOf(verifying(envelope, { window }))).toEqual(refusals("once"))
    const restarted = replayWindow({ openings: window.openings() })
    expect(refusalOf(verifying(envelope, { window: restarted }))).toEqual(refusals("once"))
  })

  test("by a guard that has keys: the other kind", () => {
    expect(refusalOf(opening(signed(), { keys }))).toEqual(refusals("kind"))
  })

  test("that lives for longer than an hour, though the host has signed it", () => {
    expect(refusalOf(verifying(resigned(host.der, host, signed().fill(0xff, 35, 36))))).toEqual(refusals("lifetime"))
  })

  test("with a statement that is none, though the host has signed it", () => {
    const { head, chain, statement } = partsOf(signed())
    const wrong = resigned(chain, host, assembled(head, chain, Buffer.from(statement).fill(9, 0, 1), Buffer.alloc(64)))
    expect(refusalOf(verifying(wrong))).toEqual(refusals("statement"))
  })
})

describe("a signature is refused", () => {
  const made = (by: Issued, make: (text: Buffer) => Buffer, size: number): Buffer => {
    const { head, chain, statement } = partsOf(signed({ signer: signerOf(by) }))
    const envelope = assembled(head, chain, statement, Buffer.alloc(size))
    return Buffer.concat([envelope.subarray(0, -size), make(signedText(envelope, size))])
  }
  const rsa = issueHost({ key: "rsa" })
  const pss = (saltLength: number) => ({ padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })

  test.each<[string, Buffer]>([
    ["with PKCS #1 of version 1.5", made(rsa, (text) => signWith("sha256", text, rsa.key), 256)],
    ["with PSS and SHA-1", made(rsa, (text) => signWith("sha1", text, { key: rsa.key, ...pss(20) }), 256)],
    ["with PSS and another salt", made(rsa, (text) => signWith("sha256", text, { key: rsa.key, ...pss(0) }), 256)],
    [
      "with ECDSA and SHA-1",
      made(host, (text) => signWith("sha1", text, { key: host.key, dsaEncoding: "ieee-p1363" }), 64),
    ],
    ["of zeros", made(host, () => Buffer.alloc(64), 64)],
    ["of one byte", made(host, () => Buffer.alloc(1), 1)],
    ["of another kind's size", made(host, () => Buffer.alloc(256, 1), 256)],
    [
      "of another key",
      made(host, (text) => signWith("sha256", text, { key: keyKinds.p256(), dsaEncoding: "ieee-p1363" }), 64),
    ],
  ])("%s", (_, envelope) => expect(refusalOf(verifying(envelope))).toEqual(refusals("signature")))

  test("that is no signature at all, or in DER", () => {
    const { head, chain, statement } = partsOf(signed())
    expect(refusalOf(verifying(assembled(head, chain, statement, Buffer.alloc(0))))).toEqual(refusals("signature"))
    const envelope = assembled(head, chain, statement, Buffer.alloc(72))
    const der = signWith("sha256", signedText(envelope, 72), host.key)
    expect(refusalOf(verifying(assembled(head, chain, statement, der)))).toEqual(refusals("signature"))
  })

  test("of the state alone, without what this is for in front", () => {
    const plain = (text: Buffer) => signWith("sha256", text.subarray(98), { key: host.key, dsaEncoding: "ieee-p1363" })
    expect(refusalOf(verifying(made(host, plain, 64)))).toEqual(refusals("signature"))
  })
})

describe("a host is refused", () => {
  const from = (own: Issued, ...others: readonly Issued[]) =>
    resigned(Buffer.concat([own, ...others].map(({ der }) => der)), own)
  const otherCa = issue({ name: nameOf("CA"), extensions: caExtensions() })
  const between = issue({ name: nameOf("Between"), issuer: ca, extensions: caExtensions(0) })
  const below = issue({ name: nameOf("Below"), issuer: between, extensions: caExtensions() })
  const day = 86_400_000
  const stranger = issueHost({ name: nameOf("stranger") })
  const ipOnly = extension("2.5.29.30", sequence(), false)

  test.each<[string, () => Buffer, rule: string]>([
    ["of another authority of the same name", () => from(issueHost({ issuer: otherCa })), "issuer"],
    ["with that authority's certificate behind it", () => from(issueHost({ issuer: otherCa }), otherCa), "issuer"],
    ["that has issued its own", () => from(issue({ name: nameOf("a.example"), extensions: hostExtensions })), "issuer"],
    ["that another host has issued", () => from(issueHost({ issuer: stranger }), stranger), "authority"],
    [
      "that a certificate with the authority's name and no use has issued",
      () => from(issueHost({ issuer: { ...stranger, name: ca.name } }), issueHost({ ...stranger, name: ca.name })),
      "authority",
    ],
    [
      "that somebody else has issued in the name of an authority in between",
      () => from(issueHost({ issuer: { name: between.name, key: stranger.key } }), between),
      "issuer",
    ],
    [
      "in whose chain somebody else has issued in the name of an authority in between",
      () => {
        const forged = issue({ ...between, issuer: { name: ca.name, key: stranger.key }, extensions: caExtensions() })
        return from(issueHost({ issuer: forged }), forged, ca)
      },
      "issuer",
    ],
    [
      "that the authority has signed, but in another name",
      () => from(issueHost({ issuer: { name: nameOf("Other"), key: ca.key } })),
      "issuer",
    ],
    [
      "that is an authority, and may sign anything",
      () => from(issueHost({ extensions: [authority(), keyUsage(0x86)] })),
      "use",
    ],
    ["whose issuer stands in front", () => resigned(Buffer.concat([between.der, host.der]), host), "use"],
    ["that is an authority", () => from(issueHost({ extensions: caExtensions() })), "use"],
    ["that may not sign", () => from(issueHost({ extensions: [keyUsage(0x20)] })), "use"],
    ["that is a server alone", () => from(issueHost({ extensions: [purposes(tlsServer)] })), "use"],
    ["that may be anything but a client", () => from(issueHost({ extensions: [purposes("2.5.29.37.0")] })), "use"],
    ["that is not listed", () => from(stranger), "subject"],
    ["that is no longer valid", () => from(issueHost({ to: now - 1000 })), "validity"],
    ["that is not yet valid", () => from(issueHost({ from: now + 1000 })), "validity"],
    ["that ended in the year 49", () => from(issueHost({ to: "00490101000000Z" })), "validity"],
    ["that ends at no time", () => from(issueHost({ to: "2049" })), "validity"],
    [
      "of an authority that is no longer valid",
      () => {
        const old = issue({ name: nameOf("Old"), issuer: ca, extensions: caExtensions(), to: now - day })
        return from(issueHost({ issuer: old }), old)
      },
      "validity",
    ],
    [
      "of an authority that may not issue",
      () => {
        const idle = issue({ name: nameOf("Idle"), issuer: ca, extensions: [authority(), keyUsage(0x80)] })
        return from(issueHost({ issuer: idle }), idle)
      },
      "authority",
    ],
    [
      "of a certificate that may sign others, and is no authority's",
      () => {
        const none = issue({ name: nameOf("None"), issuer: ca, extensions: [keyUsage(0x84)] })
        return from(issueHost({ issuer: none }), none)
      },
      "authority",
    ],
    [
      "of an authority for servers alone",
      () => {
        const web = issue({ name: nameOf("Web"), issuer: ca, extensions: [...caExtensions(), purposes(tlsServer)] })
        return from(issueHost({ issuer: web }), web)
      },
      "use",
    ],
    ["deeper than a path length allows", () => from(issueHost({ issuer: below }), below, between), "authority"],
    ["without one of the authorities in between", () => from(issueHost({ issuer: below }), below), "issuer"],
    ["with more than four certificates", () => from(host, ca, ca, ca, ca), "chain"],
    ["with no certificate", () => resigned(Buffer.alloc(0), host), "chain"],
    ["with something else for a certificate", () => resigned(Buffer.of(5, 0), host), "chain"],
    ["with bytes behind its certificates", () => resigned(Buffer.concat([host.der, Buffer.of(0)]), host), "chain"],
    ["with PEM", () => resigned(pemOf(host.der), host), "chain"],
    [
      "with another certificate in PEM inside, which OpenSSL would find first",
      () => {
        const inside = extension("1.2.3", Buffer.concat([Buffer.from("\n"), host.pem]), false)
        return resigned(issueHost({ extensions: [...hostExtensions, inside] }).der, host)
      },
      "certificate",
    ],
    ["with an empty certificate", () => resigned(sequence(), host), "certificate"],
    ["with certificates of more than 16 KiB", () => from(host, host, { ...ca, der: Buffer.alloc(0x4000) }), "form"],
    ["of version 1", () => from(issueHost({ version: 1, extensions: [] })), "certificate"],
    ["of version 1 with extensions", () => from(issueHost({ version: 1 })), "certificate"],
    ["of version 2", () => from(issueHost({ version: 2 })), "certificate"],
    ["without extensions", () => from(issueHost({ extensions: [] })), "certificate"],
    [
      "with a critical extension that nobody knows",
      () => from(issueHost({ extensions: [...hostExtensions, extension("1.2.3.4", Buffer.of(5, 0))] })),
      "certificate",
    ],
    ["with name constraints", () => from(issueHost({ extensions: [...hostExtensions, ipOnly] })), "certificate"],
    [
      "with an extension twice",
      () => from(issueHost({ extensions: [...hostExtensions, purposes(tlsClient)] })),
      "certificate",
    ],
    ["signed with SHA-1", () => from(issueHost({ signature: "ec-sha1" })), "algorithm"],
  ])("%s", (_, made, rule) => expect(refusalOf(verifying(made()))).toEqual(refusals(rule)))

  const rsaCa = issue({ name: nameOf("CA"), key: "rsa", extensions: caExtensions() })

  test.each(["rsa-sha1", "rsa-md5"])("signed with %s", (signature) => {
    const envelope = from(issueHost({ issuer: rsaCa, signature }))
    const own = rightOf(verifier(rsaCa.pem, ["O=Example,CN=a.example"]))
    expect(refusalOf(verifying(envelope, { verifier: own }))).toEqual(refusals("algorithm"))
  })

  test.each(["rsa1024", "rsa2040", "rsaExponent3", "rsaPss", "p521", "k256", "ed448"] as const)(
    "with a key of the kind %s, and cannot sign with it",
    (key) => {
      const weak = issueHost({ key })
      expect(refusalOf(verifying(resigned(weak.der, host)))).toEqual(refusals("algorithm"))
      expect(refusalOf(signer(weak.pem, weak.keyPem))).toEqual(refusals("algorithm"))
    },
  )

  test("with a certificate that is cut anywhere, or has bytes behind or inside it", () => {
    for (let size = 0; size < host.der.length; size++)
      expect(refusalOf(verifying(resigned(host.der.subarray(0, size), host)))).toEqual(refusals("chain"))
    // As many bytes as the certificate says, of which some are not its.
    const [, , , ...inside] = host.der.subarray(1)
    const longer = sequence(Buffer.from(inside), Buffer.of(5, 0))
    expect(refusalOf(verifying(resigned(longer, host)))).toEqual(refusals("certificate"))
  })

  test("with a certificate of which a bit was altered, anywhere", () => {
    for (const [place, byte] of host.der.entries()) {
      const altered = Buffer.from(host.der)
      altered[place] = byte ^ (1 << (place % 8))
      expect(refusalOf(verifying(resigned(altered, host)))[0]).toBe("not-sealed")
    }
  })

  test("with a certificate in BER: a length in more bytes than it takes", () => {
    const { der } = host
    const inside = der.subarray(4)
    const long = Buffer.concat([Buffer.of(0x30, 0x83, 0), der.subarray(2, 4), inside])
    const indefinite = Buffer.concat([Buffer.of(0x30, 0x80), inside, Buffer.of(0, 0)])
    for (const ber of [long, indefinite]) expect(refusalOf(verifying(resigned(ber, host)))).toEqual(refusals("chain"))
  })

  test("without the key that its certificate is for, whoever's it is", () => {
    expect(refusalOf(verifying(resigned(host.der, stranger)))).toEqual(refusals("signature"))
    expect(refusalOf(verifying(from({ ...stranger, der: host.der }, stranger)))).toEqual(refusals("signature"))
  })
})

describe("a subject is the whole name", () => {
  const named = (name: IssueOptions["name"], subject: string) =>
    refusalOf(
      verifying(signed({ signer: signerOf(issueHost({ name })) }), {
        verifier: rightOf(verifier(ca.pem, [subject])),
      }),
    )

  test.each<[IssueOptions["name"], string]>([
    [[["CN", "a,O=Example"]], "CN=a\\,O=Example"],
    [[["CN", "a\\"]], "CN=a\\\\"],
    [[["CN", "a\0.example"]], "CN=a\\00.example"],
    [[["CN", "a\nO=Example"]], "CN=a\\0AO=Example"],
    [[["CN", "a + O=b"]], "CN=a \\+ O=b"],
    [[["CN", "größe"]], "CN=größe"],
    [[["1.2.3.4", "a"]], "1.2.3.4=a"],
  ])("%j is %s", (name, subject) => expect(named(name, subject)).toEqual(["accepted"]))

  test.each<[IssueOptions["name"], string]>([
    [[["CN", "a,O=Example"]], "CN=a,O=Example"],
    [[["CN", "a\nO=Example"]], "CN=a,O=Example"],
    [[["CN", "a\0.evil"]], "CN=a"],
    [
      [
        ["CN", "a"],
        ["O", "Example"],
      ],
      "O=Example,CN=a",
    ],
    [
      [
        ["O", "Example"],
        ["CN", "a"],
      ],
      "CN=a",
    ],
    [[["CN", "a"]], "O=Example,CN=a"],
    [
      [
        ["CN", "a"],
        ["CN", "b"],
      ],
      "CN=b",
    ],
    [[["CN", "A"]], "CN=a"],
    [[["CN", "ab"]], "CN=a*"],
    [[["OU", "a"]], "CN=a"],
    [[["CN", "CN=a"]], "CN=a"],
    [[["CN", " a"]], "CN=a"],
    [[], "CN=a"],
  ])("%j is not %s", (name, subject) => expect(named(name, subject)).toEqual(refusals("subject")))
})

describe("a chain is taken", () => {
  const root = issue({ name: nameOf("Root"), extensions: caExtensions(1) })
  const between = issue({ name: nameOf("Between"), issuer: root, extensions: caExtensions(0) })
  const lower = issueHost({ issuer: between })
  const subjects = ["O=Example,CN=a.example"]
  const with_ = (anchors: readonly Issued[], own: Issued, ...others: readonly Issued[]) =>
    refusalOf(
      verifying(signed({ signer: signerOf(own, ...others) }), {
        verifier: rightOf(verifier(pemOf(...anchors.map(({ der }) => der)), subjects)),
      }),
    )

  test("with an authority in between", () => expect(with_([root], lower, between)).toEqual(["accepted"]))

  test("that ends at an authority of the CA file, whoever has issued that", () => {
    expect(with_([between], lower)).toEqual(["accepted"])
    expect(with_([between, root], lower, between, root)).toEqual(["accepted"])
  })

  test("of either of two authorities with one name: one takes the place of the other", () => {
    const next = issue({ name: root.name, extensions: caExtensions() })
    expect(with_([root, next], issueHost({ issuer: next }))).toEqual(["accepted"])
    expect(with_([next, root], issueHost({ issuer: root }))).toEqual(["accepted"])
  })

  test("of an authority that was renewed with its key, and has expired in its old form", () => {
    const renewed = (to: number) => issue({ name: root.name, key: root.key, extensions: caExtensions(), to })
    const old = renewed(now - 1000)
    expect(with_([old, renewed(now + 1000)], issueHost({ issuer: old }))).toEqual(["accepted"])
    expect(with_([old], issueHost({ issuer: old }))).toEqual(refusals("issuer"))
  })

  test("not without the authority in between", () => expect(with_([root], lower)).toEqual(refusals("issuer")))

  test("that lists no usages and no purposes", () => {
    const plain = issueHost({ extensions: [extension("2.5.29.14", Buffer.of(4, 1, 7), false)] })
    expect(with_([ca], plain)).toEqual(["accepted"])
  })

  test("of RSA keys throughout", () => {
    const top = issue({ name: nameOf("CA"), key: "rsa", extensions: caExtensions() })
    expect(with_([top], issueHost({ key: "rsa", issuer: top }))).toEqual(["accepted"])
  })
})

describe("extensions that cannot be read are refused", () => {
  const bits = (...bytes: readonly number[]) => Buffer.of(3, bytes.length, ...bytes)

  test.each<[string, Uint8Array]>([
    ["an authority that is false in so many words", extension("2.5.29.19", sequence(Buffer.of(1, 1, 0)))],
    ["an authority by another truth", extension("2.5.29.19", sequence(Buffer.of(1, 1, 1)))],
    ["a path length below zero", extension("2.5.29.19", sequence(Buffer.of(1, 1, 255), Buffer.of(2, 1, 128)))],
    ["a path length of two bytes", extension("2.5.29.19", sequence(Buffer.of(1, 1, 255), Buffer.of(2, 2, 1, 0)))],
    ["constraints that are no sequence", extension("2.5.29.19", Buffer.of(5, 0))],
    ["more than two constraints", extension("2.5.29.19", sequence(...Array(3).fill(Buffer.of(1, 1, 255))))],
    ["usages that are no bits", extension("2.5.29.15", Buffer.of(4, 1, 128))],
    ["usages of which more than a byte is unused", extension("2.5.29.15", bits(8, 128))],
    ["usages without bits", extension("2.5.29.15", bits())],
    ["purposes that are no sequence", extension("2.5.29.37", oid(tlsClient))],
    ["an extension without a value", sequence(oid("1.2.3"))],
    ["an extension that is critical in other words", sequence(oid("2.5.29.17"), Buffer.of(1, 1, 1), Buffer.of(4, 0))],
    ["an extension with too much", sequence(oid("1.2.3"), Buffer.of(1, 1, 255), Buffer.of(4, 0), Buffer.of(4, 0))],
    ["an extension without an identifier", sequence(Buffer.of(6, 0), Buffer.of(4, 0))],
    ["an extension that is no sequence", Buffer.of(5, 0)],
    [
      "a length of two bytes where one would do",
      Buffer.concat([Buffer.of(0x30, 0x81, 6), oid("1.2.3"), Buffer.of(4, 0)]),
    ],
    ["an element of a tag of two bytes", Buffer.of(0x1f, 1, 0)],
    ["an element whose length is cut", Buffer.of(0x30, 0x82, 1)],
  ])("%s", (_, wrong) => {
    const der = issueHost({ extensions: [keyUsage(0x80), wrong].filter((each) => each !== undefined) }).der
    const rule = refusalOf(verifying(resigned(der, host)))[1]
    expect(["seal/certificate", "seal/chain"]).toContain(rule)
  })
})

describe("nothing is signed or verified", () => {
  test.each<[string, unknown, unknown, rule: string]>([
    ["without a certificate", Buffer.from("none"), host.keyPem, "seal/certificate-file"],
    ["with five certificates", pemOf(...Array(5).fill(host.der)), host.keyPem, "seal/certificate-file"],
    ["with what is no certificate", pemOf(Buffer.of(1, 2, 3)), host.keyPem, "seal/certificate"],
    ["with another key", host.pem, issueHost().keyPem, "seal/private-key"],
    ["with the authority's certificate in front", pemOf(ca.der, host.der), host.keyPem, "seal/private-key"],
    ["with no key", host.pem, Buffer.from("none"), "seal/private-key"],
    ["with a certificate for a key", host.pem, host.pem, "seal/private-key"],
    ["with a key that needs a passphrase", host.pem, lockedKey(), "seal/private-key"],
    ["with texts", "certificate", "key", "layout/argument"],
  ])("%s", (_, certificate, key, rule) => expect(refusalOf(signer(certificate, key))[1]).toBe(rule))

  test("with certificates of more than 16 KiB", () => {
    const large = issueHost({ extensions: [...hostExtensions, extension("1.2.3", Buffer.alloc(0x4000), false)] })
    expect(refusalOf(signer(large.pem, large.keyPem))[1]).toBe("seal/certificate-file")
  })

  test.each<[string, unknown, readonly string[], rule: string]>([
    ["without an authority", Buffer.from("none"), ["CN=a"], "seal/ca-file"],
    ["with too many authorities", pemOf(...Array(65).fill(ca.der)), ["CN=a"], "seal/ca-file"],
    ["with a host for an authority", host.pem, ["CN=a"], "seal/ca-file"],
    ["with what is no certificate", pemOf(Buffer.of(1, 2, 3)), ["CN=a"], "seal/certificate"],
    ["without a subject", ca.pem, [], "seal/subjects"],
    ["with too many subjects", ca.pem, Array(1025).fill("CN=a"), "seal/subjects"],
    ["with a subject that is none", ca.pem, ["CN=a", "a"], "seal/subjects"],
    ["with a text", "ca", ["CN=a"], "layout/argument"],
  ])("%s", (_, authorities, subjects, rule) => expect(refusalOf(verifier(authorities, subjects))[1]).toBe(rule))

  test("for what is no machine, at no time, without bytes", () => {
    expect(refusalOf(sign(state, { ...binding, vm: "" }, { signer: own, now }))[1]).toBe("seal/binding")
    expect(refusalOf(sign(state, binding, { signer: own, now: Number.NaN }))[1]).toBe("seal/times")
    expect(refusalOf(sign(state, binding, { signer: { ...own, certificates: [] }, now }))[1]).toBe("seal/chain")
    expect(refusalOf(verifying(signed(), {}, { ...binding, vm: "" }))[1]).toBe("seal/binding")
    expect(refusalOf(verifying(signed(), { now: Number.NaN }))[1]).toBe("seal/times")
    expect(refusalOf(verifying("MGSX"))[1]).toBe("layout/argument")
  })

  test("at a time when its certificates are not valid", () => {
    const past = signerOf(issueHost({ to: now - 1000 }))
    expect(refusalOf(sign(state, binding, { signer: past, now }))).toEqual(refusals("validity"))
  })
})

function lockedKey(): Buffer {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  return Buffer.from(privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" }))
}
