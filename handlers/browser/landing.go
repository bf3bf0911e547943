package browser

import "net/http"

// ServeLanding serves the page at the root. A sign-in outside a flow ends here, so it says who is
// signed in.
func (b *Browser) ServeLanding(w http.ResponseWriter, r *http.Request) error {
	username, err := b.signedInAs(r)
	if err != nil {
		return err
	}
	page := b.Landing
	page.Username, page.Logout = username, b.LogoutPath
	page.Ready = username != "" && r.URL.Query().Has("ready")
	if b.Registration {
		page.Register = "/register"
	}
	if b.Recovery {
		page.Recover = "/recover"
	}
	return b.Pages.For(r).Landing(w, page)
}

// signedInAs is the name of the user who is signed in, or empty.
func (b *Browser) signedInAs(r *http.Request) (string, error) {
	s, err := b.Web.Current(r)
	if s == nil {
		return "", err
	}
	return s.User.Username, nil
}
