package statistics

import (
	"time"
)

// Series is what is counted.
type Series string

// The series, with what their labels are.
const (
	// SignIns are successful sign-ins, by what was given: see Method.
	SignIns Series = "sign_ins"
	// RefusedSignIns are by the reason of event.SignInRefused, passkey for one that was refused, and second_factor for
	// another factor.
	RefusedSignIns Series = "refused_sign_ins"
	// Tokens are issued access tokens, by grant type.
	Tokens Series = "tokens"
	// Refusals are requests that were answered with an error, by its check.
	Refusals Series = "refusals"
	// Requests are by how long they took at most, in milliseconds: one of Bounds, or "more".
	Requests Series = "requests"
)

// OfClients are the series that are counted for each client too. A sign-in of a client is an authorization that a user
// approved, or that needed no approval, whether the user was signed in already or not, and a password that it sent itself.
func OfClients() []Series { return []Series{SignIns, RefusedSignIns, Tokens, Refusals} }

// Uncounted is a series without a client, of what was not counted for clients because there were too many at once. Its
// label is the series in which figures of clients are missing.
const Uncounted Series = "uncounted"

// Other is the label of what has none of its own: labels are bounded, whatever a request says.
const Other = "other"

// Kept is how long figures are kept: a month, and the one before to compare it with.
const Kept = 63 * 24 * time.Hour

// KeptOfClients is how long the figures of clients are kept.
const KeptOfClients = 30 * 24 * time.Hour

// Hour is the number of an hour since 1970 (UTC).
type Hour int64

// HourOf is the hour of a time.
func HourOf(at time.Time) Hour { return Hour(at.Unix() / int64(time.Hour/time.Second)) }

// Time is when the hour begins.
func (h Hour) Time() time.Time {
	return time.Unix(int64(h)*int64(time.Hour/time.Second), 0).UTC()
}

// Figure is how often something happened in an hour, or in several from that one on.
type Figure struct {
	Hour   Hour
	Series Series
	Label  string
	Count  int64
}

// ClientFigure is a figure of a client. ClientID is empty in the series Uncounted.
type ClientFigure struct {
	ClientID string
	Figure
}

// Bounds are those of Requests, in milliseconds.
func Bounds() []int { return []int{1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500} }
