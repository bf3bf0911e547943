package audit

import (
	"slices"
	"strings"
)

// ActorKind says what an actor is.
type ActorKind string

// The kinds of actors.
const (
	// OperatingSystemUser uses the command line of a machine that can reach the database.
	OperatingSystemUser ActorKind = "operating_system_user"
	// Job is the server itself: a background job, or the start of a server.
	Job ActorKind = "job"
	// ClientActor is a client that uses the management API on its own behalf.
	ClientActor ActorKind = "client"
	// UserActor is a user who uses the management API through a client.
	UserActor ActorKind = "user"
)

// Actor is who carries out an administrative act. The zero value may do nothing.
type Actor struct {
	Kind ActorKind
	// ID is the name of the operating system's user or of the job, or the id of the client or user.
	ID string
	// Host is the machine on which the command line ran.
	Host string
	// ClientID is the client through which a client or user acts; Address, UserAgent and RequestID
	// are those of its request.
	ClientID, Address, UserAgent, RequestID string
	// Scopes are the management scopes that a client or user has.
	Scopes []string
}

// BackgroundJob is the server itself as an actor.
func BackgroundJob(name string) Actor { return Actor{Kind: Job, ID: name} }

// May tells whether the actor has a management scope. Those who have the secret and the database of
// the provider may do everything.
func (a Actor) May(scope string) bool {
	switch a.Kind {
	case OperatingSystemUser, Job:
		return a.ID != ""
	case ClientActor, UserActor:
		return a.ID != "" && slices.Contains(a.Scopes, scope)
	default:
		return false
	}
}

// maxText bounds what a request says about itself: its caller chose the length.
const maxText = 512

// storable cuts what a request says about itself to a length and to characters that every database
// stores: an act must not fail because of the bytes of a header.
func (a Actor) storable() Actor {
	for _, text := range []*string{&a.ID, &a.Host, &a.ClientID, &a.Address, &a.UserAgent, &a.RequestID} {
		*text = strings.ReplaceAll(strings.ToValidUTF8((*text)[:min(len(*text), maxText)], ""), "\x00", "")
	}
	return a
}
