package browser

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/origin"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// ServeSetUpPage has a person set up a second factor.
func (b *Browser) ServeSetUpPage(w http.ResponseWriter, r *http.Request) error {
	query, err := wire.Query(r)
	if err != nil {
		return err
	}
	return b.setUpPage(w, r, wayOf(query))
}

func (b *Browser) setUpPage(w http.ResponseWriter, r *http.Request, to way) error {
	f, err := b.at(r, to)
	if err != nil {
		return err
	}
	c, err := b.settingUp(w, r, to, enrolment{})
	if c == nil {
		return err
	}
	return b.showSetUp(w, r, f, to, c, pages.SetUp{}, http.StatusOK)
}

// settingUp is the person who may set up a factor. If there is none, it has responded or returns the error.
//
// Who has factors gives the strongest first: a thief of the password, or of a code, must not add one. And who is signed in
// has just signed in, when the page was shown: so must nobody who finds the browser.
func (b *Browser) settingUp(w http.ResponseWriter, r *http.Request, to way, shown enrolment) (*candidate, error) {
	c, err := b.candidate(r)
	if err != nil {
		return nil, err
	}
	now := b.Clock.Now(r.Context())
	if c != nil && shown.lasts(c.user, now) {
		c.enrolment = shown
	}
	old := c != nil && c.session != nil && !session.Fresh(c.session, now) && c.enrolment == enrolment{}
	switch {
	case c != nil && c.session != nil && c.user.DeleteAt != nil: // the account is kept first
		wire.SeeOther(w, toKeep(to.flow), nil)
		return nil, nil //nolint:nilnil // it has responded
	case old && to.flow == "":
		wire.SeeOther(w, "/login", url.Values{"next": {to.next}, "login_hint": {c.user.Username}})
		return nil, nil //nolint:nilnil // it has responded
	case c == nil, old:
		return nil, b.startOver(w, r, to)
	case !factor.MayChange(c.user, c.methods()):
		return nil, b.lead(w, r, oauth.Flow{}, to, factorPath, c)
	default:
		return c, nil
	}
}

// showSetUp shows the page, of which some is filled in: the secret of an authenticator app whose code was wrong.
func (b *Browser) showSetUp(w http.ResponseWriter, r *http.Request, f oauth.Flow, to way, c *candidate, page pages.SetUp, status int) error {
	page.Flow, page.Next, page.Username = to.flow, to.next, c.user.Username
	page.Token = b.Web.FormToken(w, r)
	page.Further, page.Wanted = len(c.user.Factors) > 0, c.session != nil && f.Request == nil
	page.EndsMail = factor.Ended(c.user.Factors) != ""
	if f.Request != nil {
		page.Application, page.Asked = application(f.Request.Client), asked(demanded(f))
	}
	// What the application demands is demanded now.
	later := c.session != nil && acr.Satisfies(c.session.Proofs.ACR(), demanded(f))
	if later && b.Factors.Of(r.Context(), c.user, c.methods()) == factor.Remind {
		page.Due = b.Factors.Due(r.Context(), c.user)
	}
	// Shown again it lasts no longer.
	since := c.enrolment
	if since == (enrolment{}) {
		since = enrolmentOf(c.user, b.Clock.Now(r.Context()))
	}
	options, ceremony, err := b.Passkeys.Creation(r.Context(), c.user)
	var refused *passkey.Refused
	if errors.As(err, &refused) { // there are as many as there can be
		err = nil
	} else if err == nil {
		page.Passkey, err = b.ceremony(w, r, options, creation{since, ceremony})
	}
	if err != nil {
		return err
	}
	if acr.Satisfies(acr.TwoFactors, demanded(f)) && !slices.Contains(c.user.Factors, factor.TOTP) {
		if err := b.proposeApp(w, r, c.user, since, &page); err != nil {
			return err
		}
	}
	if b.maySetUpMail(f, c.user) {
		code, err := b.mailCode(r, c.user)
		if err != nil {
			return err
		}
		page.Mail = &code
	}
	if page.Passkey != nil {
		page.Passkey.Only = !page.Choice()
	}
	return b.inFlow(r, f).SetUp(w, status, page)
}

// asked is what the page says of a class that the application demands.
func asked(class string) pages.AskedFactor {
	switch class {
	case acr.TwoFactors:
		return pages.AskedSecond
	case acr.PhishingResistant:
		return pages.AskedPasskey
	case acr.HardwareProtected:
		return pages.AskedHardware
	default:
		return ""
	}
}

// ServeSetUp receives a new factor.
func (b *Browser) ServeSetUp(w http.ResponseWriter, r *http.Request) error {
	form, err := b.readOwnForm(r)
	if err != nil {
		return err
	}
	to := wayOf(form)
	f, err := b.at(r, to)
	if err != nil {
		return err
	}
	switch form.Get("action") {
	case "cancel":
		b.Web.DropProof(w, r)
		if f.Request == nil {
			return b.goOn(w, r, to, nil)
		}
		return b.declined(r, f)
	case "later", "done":
		s, err := b.Web.Current(r)
		if err != nil {
			return err
		}
		return b.goOn(w, r, to, s)
	}
	c, err := b.settingUp(w, r, to, b.enrolment(r, form))
	if c == nil {
		return err
	}
	added, err := b.added(r, c, form)
	var problem *setUpProblem
	switch {
	case errors.As(err, &problem):
		canonical.From(r.Context()).Outcome("factor_refused")
		page := pages.SetUp{Problem: problem.shown, Proposal: form.Get("proposal"), Name: form.Get("name")}
		if page.OfPasskey() { // the device has it already
			if page.Missing, err = b.Passkeys.Missing(r.Context(), []byte(form.Get("response"))); err != nil {
				return err
			}
		}
		return b.showSetUp(w, r, f, to, c, page, http.StatusUnprocessableEntity)
	case errors.Is(err, factor.ErrExists):
		canonical.From(r.Context()).Outcome("factor_exists")
		if to == (way{}) {
			to.next = ownFactorsPath
		}
		return b.goOn(w, r, to, c.session)
	case errors.Is(err, provider.ErrStale):
		return b.startOver(w, r, to)
	case err != nil:
		return err
	}
	canonical.From(r.Context()).Outcome("factor_added")
	b.Web.DropProposal(w, r) // it was for the account as it was before
	return b.withFactor(w, r, f, to, c, added)
}

// withFactor gives a person a session by the factor that was just set up, and shows the recovery codes that were made
// with it. The user is as that change left it, so that another change in between makes the session stale.
func (b *Browser) withFactor(w http.ResponseWriter, r *http.Request, f oauth.Flow, to way, c *candidate, added addedFactor) error {
	methods := added.methods
	if c.session != nil {
		// To make a key is no sign-in with it: the time of that stays.
		methods = slices.DeleteFunc(slices.Clone(methods), func(method string) bool { return method == acr.MethodMultiple })
	}
	s, err := b.prove(w, r, c, methods)
	if errors.Is(err, provider.ErrStale) {
		return b.startOver(w, r, to)
	}
	if err != nil {
		return err
	}
	said := pages.OwnSaid{Done: pages.OwnFactorAdded, Factor: &added.factor}
	switch {
	case len(added.recoveryCodes) > 0:
		return b.leadToCodes(w, r, f, to, s, codesMade{added.recoveryCodes, said})
	case to == way{next: ownFactorsPath} && s.User.DeleteAt == nil:
		wire.SeeOther(w, to.next, url.Values{saidField: {b.sealSaid(w, r, s, to.next, said)}})
		return nil
	default:
		return b.goOn(w, r, to, s)
	}
}

// addedFactor is a factor that was just set up: the methods of authentication that this proves, the recovery
// codes that were made with it, and what it is called.
type addedFactor struct {
	methods, recoveryCodes []string
	factor                 pages.NamedFactor
}

// setUpProblem is what a person can correct.
type setUpProblem struct {
	shown pages.FactorProblem
	cause error
}

func (p *setUpProblem) Error() string { return "set up: " + string(p.shown) }

func (p *setUpProblem) Unwrap() error { return p.cause }

// added sets up the factor of the form. It returns factor.ErrExists for an authenticator app of a user who has set one up
// in another tab.
func (b *Browser) added(r *http.Request, c *candidate, form url.Values) (addedFactor, error) {
	switch {
	case pages.FactorUse(form.Get("use")) == pages.UsePasskey:
		return b.addedPasskey(r, c, form)
	case pages.FactorUse(form.Get("use")) == pages.UseMail:
		return b.addedMail(r, c.user, form)
	case slices.Contains(c.user.Factors, factor.TOTP):
		return addedFactor{}, factor.ErrExists
	case c.enrolment == enrolment{}:
		return addedFactor{}, &setUpProblem{pages.WrongCode, websession.ErrForeign}
	}
	codes, err := b.Apps.SetUpTOTP(r.Context(), c.user, b.openProposal(r, form.Get("proposal")).Secret, form.Get("code"), c.acting())
	if errors.Is(err, factor.ErrCode) {
		return addedFactor{}, &setUpProblem{pages.WrongCode, err}
	}
	return addedFactor{[]string{acr.MethodCode}, codes, pages.NamedFactor{Use: pages.UseApp}}, err
}

func (b *Browser) addedPasskey(r *http.Request, by *candidate, form url.Values) (addedFactor, error) {
	c, err := b.openCreation(r, form)
	if err != nil {
		return addedFactor{}, &setUpProblem{pages.PasskeyFailed, err}
	}
	p, codes, err := b.Passkeys.Create(r.Context(), by.user, c.Ceremony, []byte(form.Get("response")), passkeyName(r, form), by.acting())
	var refused *passkey.Refused
	var name *passkey.NameFault
	switch {
	case errors.As(err, &refused) && refused.Reason == passkey.Exists:
		return addedFactor{}, &setUpProblem{pages.PasskeyExists, err}
	case errors.As(err, &refused) && (refused.Reason == passkey.Unattested || refused.Reason == passkey.WrongModel):
		return addedFactor{}, &setUpProblem{pages.PasskeyModel, err}
	case errors.As(err, &refused):
		return addedFactor{}, &setUpProblem{pages.PasskeyFailed, err}
	case errors.As(err, &name):
		return addedFactor{}, &setUpProblem{pages.PasskeyName, err}
	case err != nil:
		return addedFactor{}, err
	}
	shown, key := p.Shown()
	return addedFactor{p.Methods(p.Verifies), codes, pages.NamedFactor{Name: shown, Use: pages.UsePasskey, Key: key}}, nil
}

// passkeyName is the name of the form or, for a passkey that is kept where the browser runs, what that is: those without a name
// could not be told apart.
func passkeyName(r *http.Request, form url.Values) string {
	var response struct {
		Attachment string `json:"authenticatorAttachment"` // WebAuthn section 5.4.5
	}
	typed := form.Get("name")
	if strings.TrimSpace(typed) != "" || json.Unmarshal([]byte(form.Get("response")), &response) != nil || response.Attachment != "platform" {
		return typed
	}
	return origin.Device(r.UserAgent())
}
