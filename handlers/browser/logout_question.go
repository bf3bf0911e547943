package browser

import (
	"encoding/base64"
	"encoding/json"
	"maps"
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

// askLogout shows the page that asks. Its answer keeps the languages that the application asked for.
func (b *Browser) askLogout(w http.ResponseWriter, in pages.Localized, s *session.Session, request oauth.LogoutRequest, locales string) error {
	params := url.Values{"ui_locales": {locales}}
	maps.Copy(params, request.Asked)
	plain, err := json.Marshal(question{s.ID, params.Encode()})
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
	return in.Logout(w, page)
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
