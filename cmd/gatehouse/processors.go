package main

import (
	"runtime"
	"runtime/debug"
)

// collectAt is how much garbage, in percent of what is in use, is let grow before it is
// collected. The server keeps some 5 MB in use, so that Go's own 100 would collect a hundred
// times a second under load and save a few megabytes by it.
const collectAt = 400

// tuneCollector leaves an operator's own setting alone.
func (e *environment) tuneCollector() {
	if e.variable("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
}

// addProcessors has Go run more threads than there are cores: as many more as there can be slow hashes. When a
// hash keeps each of Go's processors busy, a request that arrives waits until one of them is taken away from its
// hash, which takes 10 ms or more. The kernel gives it a core at once. An operator's own setting is left alone. Go
// does not follow a limit of the container that changes later.
func (e *environment) addProcessors() {
	if e.variable("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + hashingAtOnce)
	}
}
