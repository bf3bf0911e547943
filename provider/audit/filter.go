package audit

import (
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Filter selects records; the zero value selects all.
type Filter struct {
	// ClientID and UserID select what concerned a client or a user.
	ClientID, UserID string
	// ActorID selects the acts of one actor, Action those of one kind.
	ActorID string
	Action  Action
	// Actions selects those of several kinds; none: all.
	Actions []Action
	// TargetID selects the acts on one thing.
	TargetID string
	// Since is the earliest time, and Until the first that is too late.
	Since, Until time.Time
	// Before continues after the record with that id: records are listed the newest first.
	Before provider.ID
}
