package console

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// viewer is the administrator or auditor of a request.
type viewer struct {
	session *session.Session
	// actor has the management scopes of the viewer's roles.
	actor audit.Actor
}

// may tells whether the viewer has a management scope. Pages offer nothing else; the gate refuses it anyway.
func (v *viewer) may(scope string) bool { return v.actor.May(scope) }

// zone is the time zone of the viewer.
func (v *viewer) zone() *time.Location { return v.session.User.Profile.Location() }

// serve answers a request of a viewer.
type serve func(w http.ResponseWriter, r *http.Request, v *viewer) error

// admitted lets administrators and auditors through. Who is not signed in does that first, and comes back; a form is
// kept, and sent again by whom it was shown to.
func (c *Console) admitted(next serve) route.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := c.fromNetwork(r); err != nil {
			return err
		}
		if err := readable(r); err != nil {
			return err
		}
		s, err := c.Web.Current(r)
		if err != nil {
			return err
		}
		if s == nil {
			return c.toProve(w, r, nil, "ended", loginPath)
		}
		scopes := s.User.ManagementScopes()
		if len(scopes) == 0 {
			return refusal.New(refusal.AccessDenied, refusal.CheckManagementUser, "You are signed in as "+s.User.Username+", who does not administer this server.")
		}
		if s.User.DeleteAt != nil {
			wire.SeeOther(w, "/account/delete", nil)
			return nil
		}
		// The session may be older than the policy, or than the role.
		switch err := c.Factors.Suffice(r.Context(), s.User, s.Proofs.Methods); {
		case errors.Is(err, factor.ErrProve):
			return c.toProve(w, r, s.User, "factor", "/factor")
		case errors.Is(err, factor.ErrSetUp):
			return c.toProve(w, r, s.User, "set_up", "/set-up")
		case err != nil:
			return err
		}
		actor := audit.Self(r.Context(), s.User.ID)
		actor.Scopes = scopes
		r = r.WithContext(context.WithValue(r.Context(), viewerKey{}, s.User.ID))
		err = next(w, r, &viewer{s, actor})
		if errors.Is(err, websession.ErrOtherUser) { // who was signed in when the page was shown
			return c.done(w, r, Path, said{Done: "other_user"})
		}
		return err
	}
}

// viewerKey is the key of the user of a request, to whom the next page says what was done.
type viewerKey struct{}

// viewing is the user of a request.
func viewing(r *http.Request) provider.ID {
	id, _ := r.Context().Value(viewerKey{}).(provider.ID)
	return id
}

// OnlyFrom is a page outside the console that is closed to the same networks, as it leads into it.
func (c *Console) OnlyFrom(next route.HandlerFunc) route.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := c.fromNetwork(r); err != nil {
			return err
		}
		return next(w, r)
	}
}

// fromNetwork refuses requests from other networks than those of administrators: a stolen session is of no use there.
func (c *Console) fromNetwork(r *http.Request) error {
	address := canonical.From(r.Context()).ClientAddress.Unmap()
	if len(c.Networks) == 0 || slices.ContainsFunc(c.Networks, func(n netip.Prefix) bool { return n.Contains(address) }) {
		return nil
	}
	return refusal.New(refusal.AccessDenied, refusal.CheckNetwork, "The console does not take requests from this network.").
		Compare(refusal.FieldAddress, "", address.String())
}

// readable refuses addresses with bytes that are no text: Postgres would, with an error of ours.
func readable(r *http.Request) error {
	for _, value := range mux.Vars(r) {
		if !wire.Readable(value) {
			return noPage(r)
		}
	}
	_, err := wire.Query(r)
	return err
}

// here is the page to come back to: of a download that with its link, since the browser would stay on the sign-in page.
func here(r *http.Request) string {
	if r.Method != http.MethodGet {
		return Path
	}
	if r.URL.Path == auditPath+exportSuffix {
		return wire.HereWith(auditPath, r.URL.Query())
	}
	return wire.Here(r)
}
