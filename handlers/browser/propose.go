package browser

import (
	"encoding/json"
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// proposal is the secret of an authenticator app as the page carries it.
type proposal struct {
	Enrolment enrolment `json:"e"`
	Secret    string    `json:"s"`
}

// proposeApp adds a secret for an authenticator app: the one of the form, the one that this browser was shown before, or a
// new one.
func (b *Browser) proposeApp(w http.ResponseWriter, r *http.Request, u *account.User, since enrolment, page *pages.SetUp) error {
	secret, err := b.secret(r, u, since, page.Proposal)
	if err != nil {
		return err
	}
	plain, err := json.Marshal(proposal{since, secret}) //nolint:gosec // it is sealed
	if err != nil {
		return err
	}
	shown := b.Apps.ProposalOf(u, secret)
	page.Proposal = b.Web.KeepProposal(w, r, plain, enrolmentLifetime)
	page.Secret, page.URL = shown.Secret, shown.URL
	return nil
}

func (b *Browser) secret(r *http.Request, u *account.User, since enrolment, ofForm string) (string, error) {
	if p := b.openProposal(r, ofForm); p.Enrolment == since {
		return p.Secret, nil
	}
	// Another one would make worthless what the person has scanned, who loads the page again or changes its language.
	if p := b.openProposal(r, b.Web.KeptProposal(r)); p.Enrolment.lasts(u, b.Clock.Now(r.Context())) {
		return p.Secret, nil
	}
	p, err := b.Apps.Propose(u)
	return p.Secret, err
}

// openProposal is zero for a text that was not sealed for this browser.
func (b *Browser) openProposal(r *http.Request, text string) (p proposal) {
	plain, err := b.Web.Open(r, websession.Proposal, text)
	if err != nil || json.Unmarshal(plain, &p) != nil {
		return proposal{}
	}
	return p
}
