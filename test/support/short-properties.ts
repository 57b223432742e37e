import fc from "fast-check"

/** For mutation testing, where each of thousands of mutants runs the tests: no property takes longer than a second. */
fc.configureGlobal({ interruptAfterTimeLimit: 1000, endOnFailure: true })
