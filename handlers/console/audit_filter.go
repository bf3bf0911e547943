package console

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// auditFilter is what records are listed by, as it was typed.
type auditFilter struct {
	Action, Actor, User, Client, Target string
	// Since and Until are times in the zone of the viewer. Until belongs to what is listed, as exactly as it is typed: all
	// of a day, of a minute or of a second.
	Since, Until string
	// NoUser: there is no such user. NoSince and NoUntil: the text is no time; Reversed: none is between them.
	NoUser, NoSince, NoUntil, Reversed bool
	// Wrong: one of these, so that nothing is selected.
	Wrong    bool
	Filtered bool

	selects audit.Filter
}

// localTime is how browsers write the value of a field of the type datetime-local (HTML section 4.10.5.1.11).
const localTime = "2006-01-02T15:04"

// auditFilter reads the filter of a request, with times in a zone.
func (c *Console) auditFilter(r *http.Request, zone *time.Location) (auditFilter, error) {
	query := r.URL.Query()
	f := auditFilter{
		Action: trimmed(query, "action"), Actor: trimmed(query, "actor"), User: trimmed(query, "user"), Client: trimmed(query, "client"), Target: trimmed(query, "target"),
		Since: trimmed(query, "since"), Until: trimmed(query, "until"),
	}
	if !slices.Contains(audit.Actions(), audit.Action(f.Action)) {
		f.Action = ""
	}
	f.selects = audit.Filter{Action: audit.Action(f.Action), ActorID: f.Actor, ClientID: f.Client, TargetID: f.Target}
	f.selects.Since, _, f.NoSince = readLocal(f.Since, zone)
	_, f.selects.Until, f.NoUntil = readLocal(f.Until, zone)
	f.Reversed = !f.selects.Since.IsZero() && !f.selects.Until.IsZero() && !f.selects.Since.Before(f.selects.Until)
	f.Filtered = slices.ContainsFunc(f.values(), func(text string) bool { return text != "" })
	if f.User != "" {
		u, err := c.userNamed(r.Context(), f.User)
		switch {
		case err != nil:
			return f, err
		case u != nil:
			f.selects.UserID = u.ID.String()
		default:
			// Those who were deleted are in the log, too, by their id.
			f.selects.UserID, f.NoUser = f.User, !isID(f.User)
		}
	}
	f.Wrong = f.NoUser || f.NoSince || f.NoUntil || f.Reversed
	if f.Actor != "" && !isID(f.Actor) {
		u, err := c.userNamed(r.Context(), f.Actor)
		if err != nil {
			return f, err
		}
		if u != nil {
			f.selects.ActorID = u.ID.String()
		}
	}
	return f, nil
}

// readLocal reads a day, a minute or a second in a zone: when it begins, and when it has ended. Of the empty text, both
// are the zero time.
func readLocal(text string, zone *time.Location) (begins, ended time.Time, wrong bool) {
	if text == "" {
		return begins, ended, false
	}
	for form, length := range map[string]time.Duration{localTime: time.Minute, localTime + ":05": time.Second} {
		if at, err := time.ParseInLocation(form, text, zone); err == nil {
			return at, at.Add(length), false
		}
	}
	day, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return begins, ended, true
	}
	return day, day.AddDate(0, 0, 1), false
}

func isID(text string) bool {
	_, err := provider.ParseID(text)
	return err == nil
}

func (f *auditFilter) values() []string {
	return []string{f.Action, f.Actor, f.User, f.Client, f.Target, f.Since, f.Until}
}

// path is a page with the filter, which continues after the record with an id.
func (f *auditFilter) path(page, after string) string {
	query := f.query()
	query.Set("after", after)
	return wire.Path(page, query)
}

// exportPath is the path of an export of what the filter selects.
func (f *auditFilter) exportPath(format string) string {
	query := f.query()
	query.Set("format", format)
	return wire.Path(auditPath+exportSuffix, query)
}

func (f *auditFilter) query() url.Values {
	return url.Values{
		"action": {f.Action}, "actor": {f.Actor}, "user": {f.User}, "client": {f.Client}, "target": {f.Target}, "since": {f.Since}, "until": {f.Until},
	}
}
