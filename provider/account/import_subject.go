package account

import (
	"context"
	"fmt"
)

// Why a subject that the other system gave is not taken.
const (
	// The applications that knew the deleted user would take the new one for it.
	endedSubject = "is that of a user who was deleted, and is never given to another one (OpenID Connect Core section 5.7)"
	// The sub of a token of the client's own is its id.
	subjectOfClient = "is the id of a client: a token of the client could be taken for one of the user (RFC 9700 section 4.15)"
)

// given finds which of the ids and subjects that the other system gave are not free, although no user
// has them, and why.
func (i *Import) given(ctx context.Context, candidates []*candidate, refused []error) (map[string]string, error) {
	var subjects []string
	for n, c := range candidates {
		if refused[n] != nil {
			continue
		}
		for _, k := range c.subjects() {
			subjects = append(subjects, k.text)
		}
	}
	why := map[string]string{}
	if len(subjects) == 0 {
		return why, nil
	}
	clients, err := i.store.SubjectsOfClients(ctx, subjects)
	if err != nil {
		return nil, fmt.Errorf("look for clients: %w", err)
	}
	for _, id := range clients {
		why[id] = subjectOfClient
	}
	ended, err := i.store.EndedSubjects(ctx, subjects)
	if err != nil {
		return nil, fmt.Errorf("look for deleted users: %w", err)
	}
	for _, subject := range ended {
		why[subject] = endedSubject
	}
	return why, nil
}

// subjects are what the other system gave of the candidate that must never have been another's.
func (c *candidate) subjects() (keys []key) {
	if c.givenID {
		keys = append(keys, key{c.user.ID.String(), "id", "id"})
	}
	if c.givenSubject {
		keys = append(keys, key{c.user.Subject, "sub", "subject"})
	}
	return keys
}

// free tells why an id or a subject that the other system gave is not free.
func (c *candidate) free(why map[string]string) error {
	for _, k := range c.subjects() {
		if reason := why[k.text]; reason != "" {
			return &Conflict{k.field, reason}
		}
	}
	return nil
}
