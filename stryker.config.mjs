export default {
  testRunner: "vitest",
  vitest: { configFile: "vitest.mutation.config.ts" },
  coverageAnalysis: "perTest",
  mutate: ["src/schema/**/*.ts", "src/spice/**/*.ts", "!src/spice/emitted/**"],
  thresholds: { high: 95, low: 90, break: 90 },
  reporters: ["clear-text", "progress", "json"],
  clearTextReporter: { allowColor: false, logTests: false },
  jsonReporter: { fileName: "reports/mutation.json" },
  disableTypeChecks: false,
  concurrency: 2,
  timeoutMS: 20000,
  tempDirName: ".stryker-tmp",
}
