// Package statistics owns the figures of the console: how many sign-ins, tokens, refusals and requests there were in
// each hour. A Counter counts in the memory of a process and adds what it has to the database each minute, so that a
// request costs no statement, and a figure is read from at most a few thousand rows whatever the traffic was.
//
// What a process counted in its last minute is lost when it crashes. Nothing is decided by these figures; monitoring
// has its own (package metrics).
package statistics
