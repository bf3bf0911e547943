package grant

import (
	"errors"
	"time"
)

// Refreshable is an issuance with all that says whether its refresh token may be used.
type Refreshable struct {
	Token *Token
	Grant *Grant
	// UserEnabled: the user is there and not disabled.
	UserEnabled bool
	// MayUse: the user is among those who may use the client.
	MayUse bool
	// The session in which the grant was agreed to; nil: it is gone, or there was none.
	SessionSeenAt, SessionExpiresAt, SessionEndedAt *time.Time
}

// What a refresh refuses. To the client all but two are invalid_grant.
var (
	ErrRefreshUnknown = errors.New("no such refresh token")
	ErrRefreshClient  = errors.New("the refresh token was issued to another client")
	ErrRefreshExpired = errors.New("the refresh token has expired")
	ErrRefreshEnded   = errors.New("what the refresh token was issued under has ended")
	ErrRefreshUser    = errors.New("the user is disabled or may not use the client any more")
	ErrRefreshSpent   = errors.New("the refresh token was spent already, for something else")
	ErrRefreshReused  = errors.New("the refresh token was spent already")
	// ErrScope and ErrAudience are what the exchange of a code refuses, too: invalid_scope and
	// invalid_target.
	ErrScope    = errors.New("the scope was not granted, or the client may not ask for it any more")
	ErrAudience = errors.New("the audience was not granted, or the client may not reach it any more")
)

// usable tells why the token may not be used whoever brings it; nil: it may. Whether it was
// spent is another question.
func (r *Refreshable) usable(now time.Time, sessionIdle time.Duration) error {
	switch {
	case !r.Grant.Live(now):
		return ErrRefreshEnded
	case !r.UserEnabled || !r.MayUse:
		return ErrRefreshUser
	case !r.Grant.Offline && !r.sessionLive(now, sessionIdle):
		return ErrRefreshEnded
	case r.Token.RefreshExpiresAt == nil:
		return ErrRefreshExpired
	case !now.Before(*r.Token.RefreshExpiresAt):
		return &Expired{ErrRefreshExpired, *r.Token.RefreshExpiresAt, now}
	}
	return nil
}

// sessionLive: without offline_access a grant is for as long as the person is there (OpenID
// Connect Core section 11).
func (r *Refreshable) sessionLive(now time.Time, idle time.Duration) bool {
	return r.SessionEndedAt == nil && r.SessionExpiresAt != nil && now.Before(*r.SessionExpiresAt) &&
		r.SessionSeenAt != nil && now.Before(r.SessionSeenAt.Add(idle))
}
