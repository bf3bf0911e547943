package proc

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Memory is the resident memory of a process in bytes.
type Memory struct {
	Resident int64 // current
	Peak     int64 // maximum so far
}

// MemoryOf returns the memory of a process.
func MemoryOf(pid int) (Memory, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return Memory{}, fmt.Errorf("proc: %w", err)
	}
	return parseStatus(string(text))
}

func parseStatus(text string) (Memory, error) {
	resident, err := kilobytes(text, "VmRSS")
	if err != nil {
		return Memory{}, err
	}
	peak, err := kilobytes(text, "VmHWM")
	return Memory{Resident: resident, Peak: peak}, err
}

// kilobytes reads a line such as "VmRSS:	   31236 kB".
func kilobytes(text, name string) (int64, error) {
	for line := range strings.Lines(text) {
		value, ok := strings.CutPrefix(line, name+":")
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("proc: %s: %w", name, errFormat)
		}
		return n << 10, nil
	}
	return 0, fmt.Errorf("proc: no %s: %w", name, errFormat)
}
