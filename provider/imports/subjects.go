package imports

import (
	"context"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// userIDs returns the ids of those of the users who exist, by subject.
type userIDs interface {
	UserIDs(ctx context.Context, subjects []string) (map[string]provider.ID, error)
}

// Subjects is the sink of users of whom nothing but the subject is known. Those who exist are present,
// whatever else is known of them here.
type Subjects struct {
	users userIDs
	make  Sink
}

// NewSubjects makes the sink. The sink of users makes those who do not exist.
func NewSubjects(users userIDs, sink Sink) *Subjects { return &Subjects{users, sink} }

// Write is part of Sink.
func (s *Subjects) Write(ctx context.Context, batch []Item) ([]Outcome, error) {
	subjects := make([]string, len(batch))
	for i, item := range batch {
		u, ok := item.Value.(*account.User)
		if !ok {
			return nil, fmt.Errorf("imports: entry %d is %T, not a user", item.Line, item.Value)
		}
		subjects[i] = u.Subject
	}
	known, err := s.users.UserIDs(ctx, subjects)
	if err != nil {
		return nil, fmt.Errorf("look for users: %w", err)
	}
	outcomes := make([]Outcome, len(batch))
	var missing []Item
	var at []int
	for i, item := range batch {
		if _, exists := known[subjects[i]]; exists {
			outcomes[i] = Outcome{State: Present}
			continue
		}
		missing, at = append(missing, item), append(at, i)
	}
	if len(missing) == 0 {
		return outcomes, nil
	}
	made, err := s.make.Write(ctx, missing)
	for i, outcome := range made {
		outcomes[at[i]] = outcome
	}
	return outcomes, err
}

// Noting is a sink that remembers the names of what was not refused: in a dry run they are not in the
// database.
type Noting struct {
	Sink

	names map[string]bool
}

// NewNoting makes the sink over another.
func NewNoting(s Sink) *Noting { return &Noting{s, map[string]bool{}} }

// Write is part of Sink.
func (n *Noting) Write(ctx context.Context, batch []Item) ([]Outcome, error) {
	outcomes, err := n.Sink.Write(ctx, batch)
	for i, outcome := range outcomes {
		if outcome.State != Refused {
			n.names[batch[i].Name] = true
		}
	}
	return outcomes, err
}

// Has tells whether an item with that name was not refused.
func (n *Noting) Has(name string) bool { return n.names[name] }
