package console

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// texts are the values of a form by the names of its fields.
type texts map[string]string

// revision is what a form was made from. Two administrators may change one thing at once: the second one's form is
// merged with what the first one stored, and shown again.
type revision struct {
	// Version is that of what was stored then, and Base has its values.
	Version, Base string
	// Stale: somebody else has changed it since; Merged: their values are in the form.
	Stale, Merged bool
}

// revisionOf is that of a form with the values that are stored.
func revisionOf(version string, stored texts) revision {
	base, _ := json.Marshal(stored) // texts always marshal
	return revision{Version: version, Base: string(base)}
}

// sentRevision is that of a form that was sent.
func sentRevision(sent url.Values) revision {
	return revision{Version: sent.Get("version"), Base: sent.Get("base")}
}

// base are the values that the form was made from; nil: it does not say.
func (r revision) base() (values texts) {
	if json.Unmarshal([]byte(r.Base), &values) != nil {
		return nil
	}
	return values
}

// merge brings what was stored in the meantime into a form that was made from base. What the viewer has not changed
// takes the stored value. What both changed is a conflict, by its stored value: the viewer's stays. In fields that are
// sets of words, both changes are made, so that saving again gives nothing back that was taken away. It tells whether
// anything was taken.
func (t texts) merge(base, stored texts, sets ...string) (conflicts texts, taken bool) {
	conflicts = texts{}
	for name := range union(t, stored) {
		was, now, mine := base[name], stored[name], t[name]
		switch {
		case now == mine || base != nil && now == was:
			continue
		case base != nil && mine == was:
			t[name], taken = now, true
			continue
		case base != nil && slices.Contains(sets, name):
			t[name] = mergeWords(was, now, mine)
		}
		conflicts[name] = now
	}
	return conflicts, taken
}

// union has the names of both.
func union(a, b texts) texts {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// mergeWords has what either added, and nothing that either took away.
func mergeWords(base, stored, typed string) string {
	was, now, mine := strings.Fields(base), strings.Fields(stored), strings.Fields(typed)
	merged := slices.DeleteFunc(mine, func(word string) bool { return slices.Contains(was, word) && !slices.Contains(now, word) })
	for _, word := range now {
		if !slices.Contains(was, word) && !slices.Contains(merged, word) {
			merged = append(merged, word)
		}
	}
	return strings.Join(merged, " ")
}

// differing are the values that are not the same in the other ones.
func (t texts) differing(other texts) texts {
	differing := texts{}
	for name, value := range t {
		if value != other[name] {
			differing[name] = value
		}
	}
	return differing
}
