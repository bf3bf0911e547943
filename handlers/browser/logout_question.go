package browser

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// question is the sealed state of the page that asks whether to sign out: the session, and where the
// application wants the browser afterwards.
type question struct {
	SessionID provider.ID `json:"s"`
	Params    string      `json:"q"`
}

// questionContext keeps questions apart from flows, which are sealed for the value of a cookie: no
// cookie contains a NUL.
const questionContext = "\x00logout"

// askLogout shows the page that asks.
func (b *Browser) askLogout(w http.ResponseWriter, s *session.Session, request oauth.LogoutRequest) error {
	plain, err := json.Marshal(question{s.ID, request.Asked.Encode()})
	if err != nil {
		return err
	}
	page := pages.Logout{
		Action: b.LogoutPath, Username: s.User.Username,
		Confirm: base64.RawURLEncoding.EncodeToString(b.Seal.SealFor([]byte(questionContext), plain)),
	}
	if request.Client != nil {
		page.Client = request.Client.Name
	}
	return b.Pages.Logout(w, page)
}

// openQuestion reads the state of the page: the session that it asked about, and the parameters,
// which are checked again. If it does not open, both are zero.
func (b *Browser) openQuestion(text string) (provider.ID, url.Values) {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return provider.ID{}, nil
	}
	plain, err := b.Seal.OpenFor([]byte(questionContext), sealed)
	if err != nil {
		return provider.ID{}, nil
	}
	var q question
	if err := json.Unmarshal(plain, &q); err != nil {
		return provider.ID{}, nil
	}
	form, err := url.ParseQuery(q.Params)
	if err != nil {
		return provider.ID{}, nil
	}
	return q.SessionID, form
}
