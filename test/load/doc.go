// Command load measures the cost of each flow on this machine, compared with bare net/http:
//
//	go run ./test/load                      # or make bench
//	go run ./test/load --database sqlite --flows introspection,discovery --json
//	go run ./test/load --growth             # also 100,000 tokens on each database
//
// It starts the real binary on a private Postgres with default durability (or on an SQLite
// file), drives one flow at a time over a few keep-alive connections, and reads the
// processor time of server and database from /proc. It runs on Linux only and talks to
// loopback only. Databases are in the temporary directory. If that is in memory, commits cost
// nothing: set TMPDIR to a directory on a disk.
//
// Compare the processor time for 1,000 requests: it varies least between runs. Request rates
// depend on the load of the generator and of other processes. Each run measures all flows in
// turn, so that a noisy minute affects all of them, and the table shows the medians of the
// runs. A missed goal is marked and does not fail the run; a wrong response does.
//
//	for each run:   for each flow:   prepare -> warm up -> | measure |
//	then for each flow:              prepare -> count statements (its own pass: counting takes time)
//	then, if asked:                  growth of both databases, sign-ins beside introspections, start, idle memory
//
// Two further servers on the same database show the cost of rate limits, metrics and the log:
// one without them, and one that counts in Redis (flows that end in -unchained and -redis).
//
// One scenario mixes requests (--flows sign-ins): 20 users a second sign in by the page while 200 tokens a
// second are introspected. Requests begin at fixed times, whatever the server does.
//
// To add a flow, implement flow in a new file, add a line to flows and a goal to cpuGoal.
//
// It does not check conformance to the standards; test/e2e does.
package main
