package webhook

import (
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// State is how far a delivery is.
type State string

// The states.
const (
	Pending   State = "pending"
	Delivered State = "delivered"
	Failed    State = "failed"
)

// Delivery is an event on its way to an endpoint.
type Delivery struct {
	ID, EventID, EndpointID provider.ID
	Type                    string
	Body                    []byte
	State                   State
	// Tries counts the attempts since the delivery was last made pending.
	Tries             int
	CreatedAt, NextAt time.Time
	Attempts          []Attempt
}

// Attempt is one request to a receiver.
type Attempt struct {
	ID     provider.ID
	At     time.Time
	Took   time.Duration
	Status int    // zero: there was no response
	Error  string // a class of errors, such as timeout; empty after a success
}

func (a Attempt) succeeded() bool { return a.Error == "" }

// Standing is how an endpoint does.
type Standing struct {
	Disabled bool
	// FailingSince is the first failure after the last success, if any.
	FailingSince *time.Time
	// DueSince is when the oldest delivery that nobody has begun to send became due, if any.
	DueSince *time.Time
}
