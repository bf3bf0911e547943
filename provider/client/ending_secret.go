package client

import "time"

// EndingSecret is when the last secret of a client ends: without another one, the client cannot authenticate then.
type EndingSecret struct {
	ClientID, Name string
	At             time.Time
}
