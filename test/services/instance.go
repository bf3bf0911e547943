package services

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// instance is a server process with its own directory.
type instance struct {
	dir      string
	process  *exec.Cmd
	lifeline io.Closer
	who      *syscall.Credential
}

// supervisorScript starts the server and stops it at the end of its own standard input. The
// test process holds that open, so the server stops however the test process ends. The server
// shares the script's process group, so that one signal reaches all of its processes.
const supervisorScript = `"$@" >server.log 2>&1 </dev/null & pid=$!
cat >/dev/null
kill -INT $pid 2>/dev/null; wait $pid; cd /; rm -rf "$DIR"`

// newInstance creates the directory, owned by the account that servers run as: Postgres
// refuses to run as root.
func newInstance(name string) (*instance, error) {
	dir, err := os.MkdirTemp("", "gatehouse-"+name+"-")
	if err != nil {
		return nil, err
	}
	i := &instance{dir: dir}
	if os.Geteuid() == 0 {
		if i.who, err = unprivileged(); err != nil {
			return nil, err
		}
		if err := os.Chown(dir, int(i.who.Uid), int(i.who.Gid)); err != nil {
			return nil, err
		}
	}
	return i, nil
}

func unprivileged() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, fmt.Errorf("services: no account named postgres or nobody exists")
}

// once runs a command in the directory of the instance and waits for it.
func (i *instance) once(name string, args ...string) error {
	cmd := i.command(name, args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("services: %s: %w\n%s", filepath.Base(name), err, out)
	}
	return nil
}

func (i *instance) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...) //nolint:gosec,noctx // fixed commands; stop ends the process
	cmd.Dir = i.dir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=" + i.dir, "DIR=" + i.dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: i.who}
	return cmd
}

// start starts the server, which runs until stop or the end of this process.
func (i *instance) start(name string, args ...string) error {
	i.process = i.command("/bin/sh", append([]string{"-c", supervisorScript, "supervisor", name}, args...)...)
	lifeline, err := i.process.StdinPipe()
	if err != nil {
		return err
	}
	i.lifeline = lifeline
	return i.process.Start()
}

func (i *instance) stop() {
	_ = i.lifeline.Close()
	_ = i.process.Wait()
}

// signal sends s to the server and all of its child processes, but not to the supervisor.
func (i *instance) signal(s syscall.Signal) error {
	return send(i.pids(), s)
}

// send sends s to processes. One that has ended meanwhile needs none.
func send(pids []int, s syscall.Signal) error {
	for _, pid := range pids {
		if err := syscall.Kill(pid, s); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("services: signal %d: %w", pid, err)
		}
	}
	return nil
}

// pids lists the descendants of the supervisor's shell, except its cat. They are found by their
// parents and not by their process group: each backend of Postgres has a session of its own.
func (i *instance) pids() []int {
	running := processes()
	supervisor := i.process.Process.Pid
	var pids []int
	for pid, p := range running {
		for parent := p.parent; parent > 1; parent = running[parent].parent {
			if parent == supervisor && p.name != "cat" {
				pids = append(pids, pid)
				break
			}
		}
	}
	return pids
}

type process struct {
	parent int
	name   string
}

// processes lists what runs on the machine, without processes that have ended.
func processes() map[int]process {
	running := map[int]process{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		content, err := os.ReadFile(path) //nolint:gosec // from /proc
		if err != nil {
			continue
		}
		// pid (name) state ppid ...; the name may contain spaces.
		head, rest, ok := strings.Cut(string(content), ") ")
		pid, name, named := strings.Cut(head, " (")
		fields := strings.Fields(rest)
		if !ok || !named || len(fields) < 2 || fields[0] == "Z" {
			continue
		}
		n, err := strconv.Atoi(pid)
		parent, parentErr := strconv.Atoi(fields[1])
		if err == nil && parentErr == nil {
			running[n] = process{parent, name}
		}
	}
	return running
}

func (i *instance) log() string {
	content, _ := os.ReadFile(filepath.Join(i.dir, "server.log"))
	return string(content)
}

// eventually repeats try until it succeeds, for up to 30 seconds.
func eventually(try func() error) error {
	var err error
	for range 600 {
		if err = try(); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}
