package pages

import "net/http"

// Outbox are the messages of a development server, the newest first.
type Outbox struct {
	// Document is the path of the same as JSON.
	Document string
	Messages []OutboxMessage
}

// OutboxMessage is a mail or an SMS, which has no subject.
type OutboxMessage struct {
	ID                string
	SMS               bool
	To, Kind, Subject string
	Text, Code, Link  string
	// HTML is the path of what a mail program shows, or empty.
	HTML string
	// Expired: its code or link cannot be used any more, and it has no text.
	Expired bool
	At      string
}

// Outbox writes the page with the messages of a development server.
func (s *Set) Outbox(w http.ResponseWriter, page Outbox) error {
	return s.writeFraming(w, http.StatusOK, "outbox", page)
}
