package logout

import (
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/delivery"
)

// State is how far a delivery is.
type State string

// The states.
const (
	Pending   State = "pending"
	Delivered State = "delivered"
	Failed    State = "failed"
)

// States lists them.
func States() []State { return []State{Pending, Delivered, Failed} }

// Outcome is what became of an attempt.
type Outcome = delivery.Outcome

// Delivery is the end of a session on its way to a client.
type Delivery struct {
	// ID is the jti of the logout token, whenever it is signed.
	ID       provider.ID
	ClientID string
	// SID is what the client's ID tokens call the session.
	SID, UserID provider.ID
	// Subject is that of the user; empty means the user's id.
	Subject string
	State   State
	// Tries counts the attempts.
	Tries             int
	CreatedAt, NextAt time.Time
	// TriedAt, Took, Status and Fault are about the last attempt: no TriedAt, there was none; Status
	// zero, there was no response; Fault is a class of errors, such as timeout, or empty.
	TriedAt *time.Time
	Took    time.Duration
	Status  int
	Fault   string
}

// pauses are those before each repetition. Together they take as long as a session lasts without use by
// default: later there is mostly nothing left to end.
func pauses() []time.Duration {
	return []time.Duration{
		5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour,
	}
}
