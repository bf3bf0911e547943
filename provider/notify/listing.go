package notify

import "github.com/gatehouse-id/gatehouse/provider"

// Filter selects stored messages that are not silent; the zero value selects all of those.
type Filter struct {
	Channel Channel
	State   State
	// Before continues after the message with that id: messages are listed the newest first.
	Before provider.ID
}

// States are those by which messages are listed.
func States() []State { return []State{Waiting, Sent, Failed, Dropped} }
