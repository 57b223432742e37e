import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { sign, signer, verifier } from "../../src/seal/index.js"
import { temporaryFolder } from "../cli/harness.js"
import { verifying } from "./hosts.js"
import { binding, refusalOf, rightOf, state } from "./scene.js"

/** Certificates as OpenSSL's command line makes them, with what libvirt's documents ask for: server and client. */

const usages = `basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature,keyEncipherment
extendedKeyUsage=serverAuth,clientAuth
subjectAltName=DNS:a.example,IP:192.0.2.1
`

const keys: Readonly<Record<string, readonly string[]>> = {
  RSA: ["rsa:2048"],
  "P-256": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
  "P-384": ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
  Ed25519: ["ed25519"],
}

test.each(Object.keys(keys))("a host with OpenSSL's certificate for a key of the kind %s is believed", (kind) => {
  const folder = temporaryFolder()
  const at = (name: string): string => join(folder, name)
  const openssl = (...parameters: readonly string[]) =>
    execFileSync("openssl", parameters, { cwd: folder, stdio: "pipe" })
  const key = keys[kind] ?? []
  openssl("req", "-x509", "-newkey", ...key, "-nodes", "-keyout", "cakey.pem", "-out", "cacert.pem", "-subj", "/CN=CA")
  openssl("req", "-newkey", ...key, "-nodes", "-keyout", "key.pem", "-out", "request", "-subj", "/C=GB/O=Example/CN=a")
  writeFileSync(at("usages"), usages)
  const issuer = ["-CA", "cacert.pem", "-CAkey", "cakey.pem", "-CAcreateserial"]
  openssl("x509", "-req", "-in", "request", ...issuer, "-extfile", "usages", "-days", "2", "-out", "cert.pem")
  const own = rightOf(signer(readFileSync(at("cert.pem")), readFileSync(at("key.pem"))))
  const trusted = rightOf(verifier(readFileSync(at("cacert.pem")), ["C=GB,O=Example,CN=a"]))
  const now = Date.now()
  const envelope = rightOf(sign(state, binding, { signer: own, now }))
  expect(refusalOf(verifying(envelope, { verifier: trusted, now }))).toEqual(["accepted"])
})
