package main

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Slow hashes must not keep all of Go's processors busy.
func TestHashesLeaveProcessors(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	(&environment{terminal: terminal{Environ: []string{"GOMAXPROCS=3"}}}).addProcessors()
	assert.Equal(t, before, runtime.GOMAXPROCS(0), "the operator's own setting")
	(&environment{}).addProcessors()
	assert.Equal(t, before+hashingAtOnce, runtime.GOMAXPROCS(0))
}
