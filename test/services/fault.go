package services

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Kill ends the server as a crash would, and returns when it is gone.
func (i *instance) Kill() error {
	if err := i.signal(syscall.SIGKILL); err != nil {
		return err
	}
	return eventually(func() error {
		if left := i.pids(); len(left) > 0 {
			return fmt.Errorf("services: processes %v survive", left)
		}
		return nil
	})
}

// Freeze stops every process of the server where it stands, as a machine that hangs does.
func (i *instance) Freeze() error { return i.signal(syscall.SIGSTOP) }

// Thaw lets a frozen server go on.
func (i *instance) Thaw() error { return i.signal(syscall.SIGCONT) }

// CPU is the processor time that the server has used, by all of its processes.
func (i *instance) CPU() time.Duration {
	var ticks int64
	for _, pid := range i.pids() {
		content, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil {
			continue
		}
		_, rest, _ := strings.Cut(string(content), ") ")
		fields := strings.Fields(rest)
		// utime, stime, and those of children that ended: fields 14 to 17 of proc(5).
		for _, at := range []int{11, 12, 13, 14} {
			n, _ := strconv.ParseInt(fields[at], 10, 64) // the kernel writes numbers
			ticks += n
		}
	}
	const perSecond = 100 // USER_HZ is 100 wherever Go runs on Linux
	return time.Duration(ticks) * time.Second / perSecond
}
