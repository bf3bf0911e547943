package session

import "github.com/gatehouse-id/gatehouse/provider"

// Party is a client that took part in a session that ended: in it was made a grant to the client with the
// scope openid, by which ID tokens are issued, and which may have ended before.
type Party struct {
	ClientID string
	// SID is what the ID tokens of the client call the session. It is another id than that of the
	// session if that was replaced meanwhile, by another sign-in of the same user or another factor.
	SID provider.ID
	// Elsewhere: the browser that is at the page after the end has not shown that it had the session.
	Elsewhere bool
}
