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

// tick is the unit of times in /proc: Linux shows user space 100 of them a second
// whatever the kernel counts with.
const tick = 10 * time.Millisecond

// CPU is the processor time that a process has spent, to 10 ms, without its children.
func CPU(pid int) (time.Duration, error) {
	s, err := readStat(pid)
	return s.own, err
}

// CPUOfFamily is the processor time of a process and its children, those that ended
// included. Postgres is such a family: a postmaster and one process for each connection.
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
			continue // ended since the list was made
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
// program, which may itself hold spaces and parentheses.
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
