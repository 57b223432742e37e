import type { Rule } from "../violation/violation.js"
import { rulesUnder } from "./rule.js"

const rule = rulesUnder("completion")

const spice = "spice-server 0.15.2, reds.cpp: spice_server_migrate_end"
const measured = "measured on QEMU 7.2.22 with spice-server 0.15.1"

/** What can be wrong with the order in which a manager, a source and a target do their parts. */
export const completionRules = {
  log: rule(
    "log",
    "limit-exceeded",
    "A log must be UTF-8, of no more bytes than the limit.",
    "It is not read.",
    "our own rule (docs/command-line.md)",
  ),
  line: rule(
    "line",
    "malformed-json",
    "A line with an object must be one QMP message, behind nothing but its time.",
    "What it said is not known, so it may have been anything.",
    "QEMU, docs/interop/qmp-spec.rst",
  ),
  migrate: rule(
    "migrate",
    "inconsistent",
    "The source's log must show a migrate.",
    "It is another machine's log, or it begins too late: nothing can be said about it.",
    "QEMU, docs/interop/qmp-spec.rst",
  ),
  announced: rule(
    "announced",
    "out-of-order",
    "client_migrate_info must have succeeded before migrate, and again after a migration that did not complete.",
    "spice-server disconnects every client when the migration completes, and none follows the machine.",
    spice,
  ),
  targetListens: rule(
    "target-listens",
    "out-of-order",
    "The target must listen before migrate: its migrate-incoming must have succeeded.",
    "QEMU reports success and fails to connect a moment later; clients have been told of the target by then.",
    measured,
  ),
  sourceQuit: rule(
    "source-quit",
    "out-of-order",
    "The source must not quit before SPICE_MIGRATE_COMPLETED.",
    "Clients have not yet fetched their migration data: they lose the session, or resume it without its state.",
    measured,
  ),
  sourceKept: rule(
    "source-kept",
    "out-of-order",
    "The source must not quit after a migration that failed or was cancelled.",
    "The machine lives nowhere else: it is lost.",
    "QEMU 11.1, migration/migration.c",
  ),
  completed: rule(
    "completed",
    "truncated",
    "The source's log must go on until the migration has ended and, if it completed, until SPICE_MIGRATE_COMPLETED.",
    "The source may have been ended while clients still needed it.",
    spice,
  ),
  timeout: rule(
    "time-out",
    "out-of-order",
    "SPICE_MIGRATE_COMPLETED must follow the migration's completion within 10 seconds.",
    "spice-server has given up on a client by then, and has disconnected it.",
    "spice-server 0.15.2, reds-private.h: MIGRATE_TIMEOUT",
  ),
  oneMachine: rule(
    "one-machine",
    "out-of-order",
    "Source and target must not run at once.",
    "Both write to the machine's disks, and destroy what is on them.",
    "QEMU 11.1, migration/migration.c",
  ),
  targetResumes: rule(
    "target-resumes",
    "truncated",
    "The target must RESUME a machine that ran before its migration completed.",
    "The machine stands still on both hosts.",
    "QEMU 11.1, migration/migration.c: process_incoming_migration_bh",
  ),
  sourceResumes: rule(
    "source-resumes",
    "truncated",
    "The source must RESUME a machine that ran before its migration failed or was cancelled.",
    "The machine stands still on both hosts.",
    "QEMU 11.1, migration/migration.c: migration_iteration_finish",
  ),
} as const satisfies Record<string, Required<Rule>>
