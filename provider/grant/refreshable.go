package grant

import (
	"errors"
	"time"
)

// Refreshable is an issuance with everything that decides whether its refresh token may be used.
type Refreshable struct {
	Token *Token
	Grant *Grant
	// UserEnabled: the user exists and is not disabled.
	UserEnabled bool
	// MayUse: the user is among those who may use the client.
	MayUse bool
	// The session in which the user agreed to the grant; nil: it was deleted, or there was none.
	SessionSeenAt, SessionExpiresAt, SessionEndedAt *time.Time
}

// The refusals of a refresh. All but the last two are invalid_grant (RFC 6749 section 5.2).
var (
	ErrRefreshUnknown = errors.New("no such refresh token")
	ErrRefreshClient  = errors.New("the refresh token was issued to another client")
	ErrRefreshExpired = errors.New("the refresh token has expired")
	ErrRefreshEnded   = errors.New("the grant or the session of the refresh token has ended")
	ErrRefreshUser    = errors.New("the user is disabled or may no longer use the client")
	ErrRefreshSpent   = errors.New("the refresh token was spent already, for something else")
	ErrRefreshReused  = errors.New("the refresh token was spent already")
	// ErrScope and ErrAudience are refusals of the exchange of a code, too: invalid_scope and
	// invalid_target.
	ErrScope    = errors.New("the scope was not granted, or the client may no longer request it")
	ErrAudience = errors.New("the audience was not granted, or the client may no longer request it")
)

// usable tells why no client may use the token; nil: it may be used. It does not check whether the
// token was used already.
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

// sessionLive: without offline_access a grant lasts as long as the session (OpenID Connect Core
// section 11).
func (r *Refreshable) sessionLive(now time.Time, idle time.Duration) bool {
	return r.SessionEndedAt == nil && r.SessionExpiresAt != nil && now.Before(*r.SessionExpiresAt) &&
		r.SessionSeenAt != nil && now.Before(r.SessionSeenAt.Add(idle))
}
