package browser

import "net/http"

// ServeLanding serves the page at the root. A sign-in outside a flow ends here, so it says who is
// signed in.
func (b *Browser) ServeLanding(w http.ResponseWriter, r *http.Request) error {
	s, err := b.Web.Current(r)
	if err != nil {
		return err
	}
	page := b.Landing
	page.Logout = b.LogoutPath
	if s != nil {
		page.Username, page.Console = s.User.Username, s.User.EntersConsole()
		if s.User.DeleteAt != nil {
			page.DeleteAt = s.User.DeleteAt.In(s.User.Profile.Location())
		}
	}
	page.Ready = s != nil && r.URL.Query().Has("ready")
	if b.Registration {
		page.Register = "/register"
	}
	if b.Recovery {
		page.Recover = "/recover"
	}
	return b.Pages.For(r).Landing(w, page)
}
