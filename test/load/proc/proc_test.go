package proc

import (
	"io/fs"
	"math"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseStat(t *testing.T) {
	t.Parallel()
	const fields = " S 42 1 1 0 -1 4194304 100 200 0 0 250 50 1000 7 20 0 12 0 9 8 7"
	for _, name := range []string{"(gatehouse)", "(postgres: a b)", "(evil) S 1 1 1 (x)"} {
		got, err := parseStat("7 " + name + fields + "\n")
		require.NoError(t, err, name)
		assert.Equal(t, stat{parent: 42, own: 3 * time.Second, reaped: 10070 * time.Millisecond}, got, name)
	}
	for _, bad := range []string{"", "7 gatehouse S 1", "7 (gatehouse) S 1 2", "7 (x) S 42 1 1 0 -1 4194304 100 200 0 0 25x 50 1000 7 20 0"} {
		_, err := parseStat(bad)
		assert.ErrorIs(t, err, errFormat, bad)
	}
}

func TestParseStatus(t *testing.T) {
	t.Parallel()
	got, err := parseStatus("Name:\tx\nVmPeak:\t 9999 kB\nVmHWM:\t   41000 kB\nVmRSS:\t   31236 kB\nThreads:\t7\n")
	require.NoError(t, err)
	assert.Equal(t, Memory{Resident: 31236 << 10, Peak: 41000 << 10}, got)
	for _, bad := range []string{"", "VmRSS:\t1 kB\n", "VmHWM: 1 kB\nVmRSS:\tmany kB\n"} {
		_, err := parseStatus(bad)
		assert.ErrorIs(t, err, errFormat, bad)
	}
}

func TestCPUGrowsWithWork(t *testing.T) {
	before, err := CPU(os.Getpid())
	require.NoError(t, err)
	own, err := Self()
	require.NoError(t, err)
	burn(200 * time.Millisecond)
	after, err := CPU(os.Getpid())
	require.NoError(t, err)
	ownAfter, err := Self()
	require.NoError(t, err)
	assert.Greater(t, ownAfter-own, 10*time.Millisecond)
	assert.Greater(t, after-before, 10*time.Millisecond, "at least one tick, as the machine may be busy")
}

func TestCPUOfFamilyCountsRunningAndEndedChildren(t *testing.T) {
	// The shell is the parent; its child counts while it runs and after it ended.
	family := exec.CommandContext(t.Context(), "sh", "-c", "sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; sleep 1'; sleep 5")
	require.NoError(t, family.Start())
	t.Cleanup(func() { _ = family.Process.Kill(); _ = family.Wait() })
	counted := func() bool {
		total, err := CPUOfFamily(family.Process.Pid)
		return err == nil && total >= 100*time.Millisecond
	}
	require.Eventually(t, counted, 5*time.Second, 20*time.Millisecond, "running child")
	ended := func() bool {
		s, err := readStat(family.Process.Pid)
		return err == nil && s.reaped > 0
	}
	require.Eventually(t, ended, 5*time.Second, 20*time.Millisecond, "ended child")
	assert.True(t, counted(), "ended child")
}

func TestMemoryOfIsPlausible(t *testing.T) {
	t.Parallel()
	got, err := MemoryOf(os.Getpid())
	require.NoError(t, err)
	assert.Greater(t, got.Resident, int64(1<<20))
	assert.GreaterOrEqual(t, got.Peak, got.Resident)
}

func TestEndedProcess(t *testing.T) {
	t.Parallel()
	_, err := CPU(math.MaxInt32)
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = MemoryOf(math.MaxInt32)
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

func burn(d time.Duration) {
	x := 1.0
	for start := time.Now(); time.Since(start) < d; {
		x = math.Sqrt(x + 1)
	}
	_ = x
}
