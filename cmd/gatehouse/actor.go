package main

import (
	"os"
	"os/user"
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// actor is the operating system's user who runs the command, for the audit log. The name is that of
// the user id: user.Current may take it from $USER, which anyone can set. In a container the user may
// have no name.
func (e *environment) actor() audit.Actor {
	uid := strconv.Itoa(os.Getuid())
	id := "uid " + uid
	if u, err := user.LookupId(uid); err == nil && u.Username != "" {
		id = u.Username
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return audit.Actor{Kind: audit.OperatingSystemUser, ID: id, Host: host}
}

// by is an actor as tables show it: what it is and which one, and the client through which a user acted.
// An operating system's user, a job and a client may have the same name.
func by(a audit.Actor) string {
	switch a.Kind {
	case audit.OperatingSystemUser:
		return "operator " + a.ID
	case audit.UserActor:
		if a.ClientID != "" {
			return "user " + a.ID + " through " + a.ClientID
		}
		return "user " + a.ID
	default:
		return strings.TrimSpace(string(a.Kind) + " " + a.ID)
	}
}
