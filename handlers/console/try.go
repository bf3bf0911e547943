package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

const tryPath = Path + "/try"

// foresight tells what an authorization request would come to, and changes nothing.
type foresight interface {
	Foresee(ctx context.Context, form url.Values, u *account.User, methods []string) (oauth.Outlook, error)
}

// tryPage tells what would happen if a user signed in to a client with some scopes.
type tryPage struct {
	shell

	Fields []formField
	// Client and User are those that were found; nil: none was asked for.
	Client *client.Client
	User   *account.User
	// Outlook is what would happen; nil: nothing was asked.
	Outlook *oauth.Outlook
	// Decision is the key of its text.
	Decision string
	Claims   []claimRow
}

// Leads tells whether the client gets something in the end, once the user has done what is asked for.
func (p tryPage) Leads() bool {
	return !slices.Contains([]string{decidedDisabled, decidedRefused, decidedKeep}, p.Decision)
}

// claimRow is a claim that the client gets.
type claimRow struct {
	Name, Value string
	// Scopes are those that release it.
	Scopes            []string
	UserInfo, IDToken bool
}

func (c *Console) serveTry(w http.ResponseWriter, r *http.Request, v *viewer) error {
	query := r.URL.Query()
	page := tryPage{shell: c.shell(w, r, v, tryPath), Fields: []formField{
		{Name: "client", Label: "try.client", Kind: "text", Value: trimmed(query, "client"), Note: true},
		{Name: "user", Label: "group.user", Kind: "text", Value: trimmed(query, "user"), Note: true},
		{Name: "scope", Label: "try.scope", Kind: "text", Value: trimmed(query, "scope"), Note: true},
	}}
	status := http.StatusOK
	if page.Fields[0].Value != "" || page.Fields[1].Value != "" {
		found, err := c.foresee(r, &page)
		if err != nil {
			return err
		}
		if found != nil {
			status = http.StatusUnprocessableEntity
			found.place(page.Fields)
		}
	}
	return c.pages.For(r).Write(w, status, "try", page, r.URL.RequestURI())
}

// foresee fills in what would happen, or returns what is wrong with the fields.
func (c *Console) foresee(r *http.Request, page *tryPage) (problems, error) {
	ctx, texts, wrong := r.Context(), c.pages.For(r), problems{}
	var err error
	if page.Client, err = c.Clients.Client(ctx, page.Fields[0].Value); errors.Is(err, provider.ErrNotFound) {
		wrong["client"] = texts.Text("try.no_client")
	} else if err != nil {
		return nil, err
	}
	if page.User, err = c.userNamed(ctx, page.Fields[1].Value); err != nil {
		return nil, err
	}
	if page.User == nil {
		wrong["user"] = texts.Text("group.no_user")
	}
	if len(wrong) > 0 {
		return wrong, nil
	}
	o, err := c.Foresight.Foresee(ctx, requestOf(page.Client, page.Fields[2].Value), page.User, methodsOf(page.User))
	if err != nil {
		return nil, err
	}
	page.Outlook = &o
	if page.Decision, err = decisionOf(&o, page.User); err != nil {
		return nil, err
	}
	if page.Leads() {
		page.Claims, err = claimRows(&o)
	}
	return nil, err
}

// requestOf is the request that the client would send: for a code, unless it is registered for
// something else alone.
func requestOf(c *client.Client, scope string) url.Values {
	kind := client.ResponseCode
	if !c.MayRespond(kind) {
		kind = c.Responses()[0]
	}
	form := url.Values{
		"client_id": {c.ID}, "response_type": {kind}, "state": {"state"}, "nonce": {"nonce"},
		"code_challenge": {strings.Repeat("A", 43)}, "code_challenge_method": {"S256"}, // of a verifier that nobody has
	}
	if len(c.RedirectURIs) > 0 {
		form.Set("redirect_uri", c.RedirectURIs[0])
	}
	if scope != "" {
		form.Set("scope", scope)
	}
	return form
}

// methodsOf are those of a user who signs in with the strongest factor that the user has.
func methodsOf(u *account.User) []string {
	switch factor.Class(u) {
	case acr.HardwareProtected:
		return []string{acr.MethodHardware, acr.MethodPresence, acr.MethodMultiple}
	case acr.PhishingResistant:
		return []string{acr.MethodKey, acr.MethodPresence, acr.MethodMultiple}
	case acr.TwoFactors:
		return []string{acr.MethodPassword, acr.MethodCode, acr.MethodMultiple}
	default:
		return []string{acr.MethodPassword}
	}
}

// The decisions after which the client gets nothing.
const (
	decidedDisabled = "disabled"
	decidedRefused  = "refused"
	decidedKeep     = "keep"
)

// decisionOf is the key of the text about what would happen. Every step has one.
func decisionOf(o *oauth.Outlook, u *account.User) (key string, err error) {
	if u.Disabled { // who has no session
		return decidedDisabled, nil
	}
	if o.Refused != nil {
		return decidedRefused, nil
	}
	switch o.Step {
	case oauth.SignIn:
		return "sign_in", nil
	case oauth.Prove:
		return "prove", nil
	case oauth.SetUp:
		return "set_up", nil
	case oauth.Keep:
		return decidedKeep, nil
	case oauth.Consent:
		return "consent", nil
	case oauth.Approve:
		return "approve", nil
	default:
		return "", fmt.Errorf("console: step %d has no text", o.Step)
	}
}

// claimRows are the claims in the order of the consent page, after the subject.
func claimRows(o *oauth.Outlook) ([]claimRow, error) {
	var rows []claimRow
	all := maps.Clone(o.IDToken)
	maps.Copy(all, o.UserInfo)
	for _, name := range append([]string{"sub"}, consent.Claims()...) {
		value, ok := all[name]
		if !ok {
			continue
		}
		text, isText := value.(string)
		if !isText {
			encoded, err := json.Marshal(value)
			if err != nil {
				return nil, fmt.Errorf("claim %s: %w", name, err)
			}
			text = string(encoded)
		}
		_, inUserInfo := o.UserInfo[name]
		_, inIDToken := o.IDToken[name]
		scopes := slices.Clone(o.Releases[name])
		if name == "sub" {
			scopes, inIDToken = []string{"openid"}, true
		}
		rows = append(rows, claimRow{name, text, scopes, inUserInfo, inIDToken})
	}
	return rows, nil
}
