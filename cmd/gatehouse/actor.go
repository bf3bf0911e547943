package main

import (
	"os"
	"os/user"
	"strconv"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// actor is the operating system's user who runs the command, for the audit log. In a container the
// user may have no name.
func (e *environment) actor() audit.Actor {
	id := "uid " + strconv.Itoa(os.Getuid())
	if u, err := user.Current(); err == nil && u.Username != "" {
		id = u.Username
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return audit.Actor{Kind: audit.OperatingSystemUser, ID: id, Host: host}
}
