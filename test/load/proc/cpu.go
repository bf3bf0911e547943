package proc

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// tick is the unit of times in /proc: USER_HZ is 100 on Linux, whatever the kernel's own tick
// rate is.
const tick = 10 * time.Millisecond

// CPU returns the processor time of a process without its children, to 10 ms.
func CPU(pid int) (time.Duration, error) {
	s, err := readStat(pid)
	return s.own, err
}

// Self returns the processor time of this process, to 1 us.
func Self() (time.Duration, error) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0, fmt.Errorf("proc: %w", err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()), nil
}

// CPUOfFamily returns the processor time of a process and its children, including those that
// have ended. Postgres has a child process for each connection.
func CPUOfFamily(pid int) (time.Duration, error) {
	parent, err := readStat(pid)
	if err != nil {
		return 0, err
	}
	paths, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
	}
	total := parent.own + parent.reaped
	for _, path := range paths {
		child, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil {
			continue
		}
		s, err := readStat(child)
		if errors.Is(err, fs.ErrNotExist) {
			continue // ended meanwhile
		}
		if err != nil {
			return 0, err
		}
		if s.parent == pid {
			total += s.own + s.reaped
		}
	}
	return total, nil
}

// stat is the part of /proc/PID/stat that is used here.
type stat struct {
	parent int
	own    time.Duration
	reaped time.Duration // of children that ended and were waited for
}

func readStat(pid int) (stat, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return stat{}, fmt.Errorf("proc: %d: %w", pid, fs.ErrNotExist)
	}
	if err != nil {
		return stat{}, fmt.Errorf("proc: %w", err)
	}
	s, err := parseStat(string(text))
	if err != nil {
		return stat{}, fmt.Errorf("proc: %d: %w", pid, err)
	}
	return s, nil
}

var errFormat = errors.New("not in the format of proc(5)")

// parseStat counts fields from the last parenthesis: the second field is the name of the
// program, which may contain spaces and parentheses.
func parseStat(text string) (stat, error) {
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	ok := len(fields) >= 15
	if !ok {
		return stat{}, errFormat
	}
	number := func(field int) int {
		n, err := strconv.Atoi(fields[field-3]) // field 3 is the first after the name
		ok = ok && err == nil
		return n
	}
	s := stat{
		parent: number(4),
		own:    time.Duration(number(14)+number(15)) * tick,
		reaped: time.Duration(number(16)+number(17)) * tick,
	}
	if !ok {
		return stat{}, errFormat
	}
	return s, nil
}
