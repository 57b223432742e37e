import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { place } from "../cli/harness.js"

/** Certificates that openssl makes for one test file. */

export interface Signed {
  readonly certificate: string
  readonly key: string
}

export interface Authority extends Signed {
  /** Signs a certificate for a subject such as /O=Example/CN=host, the names and addresses it is for, and a kind of key. */
  readonly sign: (name: string, subject: string, names?: string, kind?: readonly string[]) => Signed
}

const elliptic = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]

const openssl = (...parameters: readonly string[]): void => {
  execFileSync("openssl", parameters, { stdio: ["ignore", "ignore", "pipe"] })
}

export const authority = (folder: string, name: string): Authority => {
  const own = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) }
  const self = ["-x509", "-days", "2", "-subj", `/CN=${name}`, "-keyout", own.key, "-out", own.certificate]
  openssl("req", "-newkey", ...elliptic, "-nodes", ...self)
  return {
    ...own,
    sign: (leaf, subject, names = "IP:127.0.0.1", kind = elliptic) => {
      const [certificate, key, request] = ["pem", "key", "csr"].map((end) => join(folder, `${leaf}.${end}`)) as [
        string,
        string,
        string,
      ]
      const extensions = place(join(folder, `${leaf}.ext`), `subjectAltName=${names}\n`)
      openssl("req", "-new", "-newkey", ...kind, "-nodes", "-subj", subject, "-keyout", key, "-out", request)
      openssl(
        ...["x509", "-req", "-in", request, "-CA", own.certificate, "-CAkey", own.key, "-CAcreateserial"],
        ...["-days", "2", "-extfile", extensions, "-out", certificate],
      )
      return { certificate, key }
    },
  }
}
