package client

// Trust says who vouches for a client. An empty one is Operator.
type Trust string

// Operator: somebody who manages this server registered it. Unverified: it registered itself (RFC
// 7591), and nobody has checked that it is what it says; its users are told so, and asked for consent
// each time. Verified: it registered itself, and an operator vouches for it.
const (
	Operator   Trust = "operator"
	Unverified Trust = "unverified"
	Verified   Trust = "verified"
)

// Trusts are all of them.
func Trusts() []Trust { return []Trust{Operator, Unverified, Verified} }

func trustNames() []string { return []string{string(Operator), string(Unverified), string(Verified)} }

// SelfRegistered tells whether it registered itself.
func (c *Client) SelfRegistered() bool { return c.Trust == Unverified || c.Trust == Verified }
