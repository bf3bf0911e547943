package services

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Kill sends SIGKILL to all processes of the server and returns when they have ended.
func (i *instance) Kill() error {
	pids := i.pids() // now: without their parent they cannot be found
	if err := send(pids, syscall.SIGKILL); err != nil {
		return err
	}
	return eventually(func() error {
		running := processes()
		for _, pid := range pids {
			if _, left := running[pid]; left {
				return fmt.Errorf("services: process %d is still running", pid)
			}
		}
		return nil
	})
}

// Freeze sends SIGSTOP to all processes of the server, to simulate a machine that hangs.
func (i *instance) Freeze() error { return i.signal(syscall.SIGSTOP) }

// Thaw resumes a frozen server.
func (i *instance) Thaw() error { return i.signal(syscall.SIGCONT) }

// CPU returns the processor time that all processes of the server have used.
func (i *instance) CPU() time.Duration {
	var ticks int64
	for _, pid := range i.pids() {
		content, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil {
			continue
		}
		_, rest, _ := strings.Cut(string(content), ") ")
		fields := strings.Fields(rest)
		// utime, stime, cutime and cstime: fields 14 to 17 of proc(5).
		for _, at := range []int{11, 12, 13, 14} {
			n, _ := strconv.ParseInt(fields[at], 10, 64) // the kernel writes numbers
			ticks += n
		}
	}
	const perSecond = 100 // USER_HZ is 100 wherever Go runs on Linux
	return time.Duration(ticks) * time.Second / perSecond
}
