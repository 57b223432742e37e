/** A folder depends only downwards: cli -> relay -> session | seal | capture -> spice | qemu -> layout | data | net -> violation. */
const ground = ["violation"]
const layers = {
  violation: ground,
  net: ["net", ...ground],
  layout: ["layout", ...ground],
  data: ["data", ...ground],
  spice: ["spice", "layout", ...ground],
  qemu: ["qemu", "data", "net", ...ground],
  session: ["session", "spice", "layout", ...ground],
  seal: ["seal", "spice", "layout", "net", ...ground],
  capture: ["capture", "seal", "session", "spice", "layout", ...ground],
  report: ["report", "spice", "qemu", "layout", "data", ...ground],
  testing: ["testing", "report", "session", "spice", "qemu", "net", "layout", "data", ...ground],
  fuzz: ["fuzz", "corpus.ts", "report", "testing", "session", "spice", "qemu", "layout", "data", ...ground],
  relay: ["relay", "report", "capture", "seal", "session", "spice", "layout", "data", "net", ...ground],
}

const downwards = Object.entries(layers).map(([layer, allowed]) => ({
  name: `${layer}-depends-downwards`,
  severity: "error",
  from: { path: `^src/${layer}/` },
  to: { path: "^src/", pathNot: allowed.map((part) => `^src/${part}(/|$)`) },
}))

/** The library's runtime dependencies; everything else belongs to the command line and the relay. */
const library = ["io-ts", "fp-ts"]

/** Packages that only those install who use the part that takes them: optional peers. */
const optional = { testing: ["fast-check"], fuzz: ["esbuild"] }

const optionalPeers = Object.entries(optional).map(([layer, names]) => ({
  name: `only-${layer}-takes-${names.join("-and-")}`,
  severity: "error",
  from: { path: "^src", pathNot: `^src/${layer}/` },
  to: { path: names.map((name) => `^node_modules/${name}/`) },
}))

export default {
  forbidden: [
    ...downwards,
    ...optionalPeers,
    { name: "no-cycles", severity: "error", from: { path: "^src" }, to: { circular: true } },
    {
      name: "library-keeps-to-io-ts-and-fp-ts",
      severity: "error",
      from: { path: "^src/(violation|layout|data|spice|session|capture)/|^src/index.ts$" },
      to: {
        dependencyTypes: ["npm", "npm-dev", "npm-no-pkg", "npm-unknown", "core"],
        pathNot: library.map((name) => `^node_modules/${name}/`),
      },
    },
    {
      name: "seal-adds-cryptography",
      severity: "error",
      from: { path: "^src/seal/" },
      to: {
        dependencyTypes: ["npm", "npm-dev", "npm-no-pkg", "npm-unknown", "core"],
        pathNot: [...library.map((name) => `^node_modules/${name}/`), "^(node:)?crypto$"],
      },
    },
    {
      name: "testing-adds-fast-check",
      severity: "error",
      from: { path: "^src/testing/" },
      to: {
        dependencyTypes: ["npm", "npm-dev", "npm-no-pkg", "npm-unknown", "core"],
        pathNot: [...library, ...optional.testing].map((name) => `^node_modules/${name}/`),
      },
    },
    {
      name: "qemu-adds-cidr-matching",
      severity: "error",
      from: { path: "^src/(qemu|net)/" },
      to: {
        dependencyTypes: ["npm", "npm-dev", "npm-no-pkg", "npm-unknown", "core"],
        pathNot: [...library, "ipaddr.js"].map((name) => `^node_modules/${name}/`),
      },
    },
    {
      name: "published-code-needs-no-development-package",
      severity: "error",
      from: { path: "^src" },
      to: {
        dependencyTypes: ["npm-dev"],
        pathNot: Object.values(optional).flatMap((names) => names.map((name) => `^node_modules/${name}/`)),
      },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
  },
}
