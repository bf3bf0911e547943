package imports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// Management says which clients of a source may manage this server. What a file says does not suffice:
// a scope of another system may have the name of one of ours, and someone else may have made the file.
type Management struct {
	// Allowed are the ids of the clients that the operator named.
	Allowed []string
	// LeaveOut is for systems whose scopes mean something else: such clients are imported without those
	// scopes. Otherwise they are refused.
	LeaveOut bool
}

// admit leaves out what the client may not have, and returns a note about it, or says why the client is
// refused.
func (m Management) admit(c *client.Imported, flags string) (note string, fault *Fault) {
	scopes := slices.DeleteFunc(slices.Concat(c.Scopes, c.DefaultScopes), func(s string) bool { return !audit.Reserved(s) })
	slices.Sort(scopes)
	scopes = slices.Compact(scopes)
	const name = "name it by --allow-management if it is to"
	switch {
	case slices.Contains(m.Allowed, c.ID):
		return power(c, scopes), nil
	case c.Administers():
		return "", &Fault{"/client_type", "backend lets administrators manage this server through the client: " + name}
	case len(scopes) == 0:
		return "", nil
	case !m.LeaveOut:
		return "", &Fault{"/scopes", "would let the client manage this server, by " + listed(scopes) + ": " + name}
	}
	c.Scopes = slices.DeleteFunc(slices.Clone(c.Scopes), audit.Reserved)
	c.DefaultScopes = slices.DeleteFunc(slices.Clone(c.DefaultScopes), audit.Reserved)
	note = "left out, as the client could manage this server by it, and --allow-management does not name it: " + listed(scopes)
	command := ""
	for _, s := range audit.Scopes(scopes) { // others with such a name are of no client
		command += " --add-scope " + refusal.Quote(s)
	}
	if command != "" {
		note += "; it gets it by: gatehouse client update " + refusal.Quote(c.ID) + command + flags
	}
	return note, nil
}

// power says what a client that the operator named may do.
func power(c *client.Imported, scopes []string) string {
	switch {
	case c.Administers():
		return "may manage this server: administrators who sign in to it have every management scope"
	case len(scopes) > 0:
		return "may manage this server: " + listed(scopes)
	default:
		return ""
	}
}

// maxScopes is how many scopes a note lists: a file may have made up any number.
const maxScopes = 30

func listed(scopes []string) string {
	shown := make([]string, 0, maxScopes)
	for _, s := range scopes[:min(len(scopes), maxScopes)] {
		shown = append(shown, s[:min(len(s), 100)])
	}
	text := strings.Join(shown, " ")
	if more := len(scopes) - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
