// Command load measures what each flow costs, on this machine and beside bare net/http:
//
//	go run ./test/load                      # or make bench
//	go run ./test/load --database sqlite --flows introspection,discovery --json
//	go run ./test/load --growth             # and 100,000 tokens on each database
//
// It starts the real binary on a private Postgres with default durability (or on an SQLite
// file), drives one flow at a time over a few keep-alive connections, and reads the
// processor time of server and database from /proc. It runs on Linux only and talks to
// loopback only. Databases live in the temporary directory: TMPDIR names a real disk where
// that one is in memory, or a commit costs nothing.
//
// Processor time for 1,000 requests is the figure to compare: it moves least between
// tries. Rates share the machine with the generator and with whatever else runs. Each run
// takes all flows in turn, so that a noisy minute hits all of them, and medians of the runs
// are shown. A goal that is missed is marked and does not fail the run; a wrong answer does.
//
//	for each run:   for each flow:   prepare -> warm up -> | measure |
//	then for each flow:              prepare -> count statements (its own pass: counting costs)
//	then, if asked:                  growth of both databases, start, idle memory
//
// What limits, metrics and the log cost is told by two more servers on the same database: one
// without them, and one that counts in Redis (flows that end in -unchained and -redis).
//
// A flow is one file that implements flow, one line in flows, and its goal in goals.
//
// It does not judge whether answers follow the standards; test/e2e does.
package main
