package console

import (
	"net/url"
	"time"
)

// redelivery is the form that sends again what failed since a time.
type redelivery struct {
	// Action is where it goes, and Token that of the page.
	Action, Token string
	// Since is the field with the time of the first that is sent again, and NoSince: it is no time.
	Since   string
	NoSince bool
}

// The fields of the form: one delivery, or the time since which all that failed are sent.
const (
	deliveryField = "delivery"
	sinceField    = "since"
)

// on is the form on a page. It proposes what failed within a day, unless something was typed.
func (f redelivery) on(s shell, action string, now time.Time) redelivery {
	const day = hoursOfDay * time.Hour
	f.Action, f.Token = action, s.Token
	if !f.NoSince {
		f.Since = s.Local(now.Add(-day)).Format(localTime)
	}
	return f
}

// noTime is the form with what was typed, which is no time.
func noTime(form url.Values) redelivery {
	return redelivery{Since: trimmed(form, sinceField), NoSince: true}
}

// sentSince is the time that was typed.
func sentSince(v *viewer, form url.Values) (since time.Time, ok bool) {
	since, _, wrong := readLocal(trimmed(form, sinceField), v.session.User.Profile.Location())
	return since, !wrong && !since.IsZero()
}
