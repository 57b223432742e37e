export default {
  testRunner: "vitest",
  vitest: { configFile: "vitest.mutation.config.ts" },
  coverageAnalysis: "perTest",
  mutate: [
    "src/layout/**/*.ts",
    "src/data/**/*.ts",
    "src/violation/**/*.ts",
    "src/spice/**/*.ts",
    "!src/spice/emitted/**",
    "src/session/**/*.ts",
  ],
  // What no test reads, and takes long to copy.
  ignorePatterns: ["/.lab", "/.fuzz", "/.site", "/c/build", "/coverage", "/dist", "/docs/reference"],
  // A run of some files keeps what others found of the rest, and looks again only at what has changed.
  incremental: true,
  incrementalFile: "reports/mutation-incremental.json",
  thresholds: { high: 97, low: 90, break: 90 },
  reporters: ["clear-text", "progress", "json"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: "reports/mutation.json" },
  disableTypeChecks: false,
  concurrency: 2,
  timeoutMS: 20000,
  tempDirName: ".stryker-tmp",
}
