package ownaccount

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// contact is what a page is about.
type contact int

const (
	emailContact contact = iota
	phoneContact
)

// offered tells whether messages can be sent to such a contact.
func (o *OwnAccount) offered(c contact) bool {
	if c == phoneContact {
		return o.Policy.SMS
	}
	return o.Policy.Mail
}

func (o *OwnAccount) contactPage(w http.ResponseWriter, r *http.Request, s *session.Session, c contact) pages.OwnContact {
	if c == phoneContact {
		return pages.OwnContact{Own: o.own(w, r, s, phonePath), Phone: true, Present: s.User.Phone}
	}
	return pages.OwnContact{Own: o.own(w, r, s, emailPath), Present: s.User.Email}
}

func (o *OwnAccount) serveContactPage(c contact) serve {
	return func(w http.ResponseWriter, r *http.Request, s *session.Session) error {
		if !o.offered(c) {
			return noPage(r)
		}
		return o.Pages.For(r).OwnContact(w, http.StatusOK, o.contactPage(w, r, s, c))
	}
}

// serveContact sends a code to a new contact, or removes the present one.
func (o *OwnAccount) serveContact(c contact) serve {
	return func(w http.ResponseWriter, r *http.Request, s *session.Session) error {
		if !o.offered(c) {
			return noPage(r)
		}
		form, err := o.readForm(r, s)
		if err != nil {
			return err
		}
		in := o.Pages.For(r)
		page := o.contactPage(w, r, s, c)
		page.Typed = form.Get("contact")
		remove := form.Get("action") == "remove"
		var id provider.ID
		if remove {
			err = o.remove(r.Context(), s, c)
		} else {
			id, err = o.request(r.Context(), s, c, page.Typed, in.Language())
		}
		problem := &page.Problem
		if remove {
			problem = &page.Removal
		}
		var wrong account.Wrong
		var many *notify.TooMany
		status := http.StatusUnprocessableEntity
		switch {
		case errors.Is(err, account.ErrSignIn):
			proveAgain(w, page.Current, s)
			return nil
		case errors.As(err, &many):
			*problem, page.Wait, status = waiting(w, many), pages.WaitFor(many.RetryAfter), http.StatusTooManyRequests
		case errors.As(err, &wrong):
			*problem = contactProblem(wrong[0])
		case err != nil:
			return err
		case remove:
			return o.done(w, r, s, securityPath, pages.OwnSaid{Done: pages.OwnContactRemoved})
		default:
			wire.SeeOther(w, "/verify", url.Values{"id": {id.String()}})
			return nil
		}
		canonical.From(r.Context()).Outcome("invalid")
		return in.OwnContact(w, status, page)
	}
}

func (o *OwnAccount) request(ctx context.Context, s *session.Session, c contact, typed, locale string) (provider.ID, error) {
	if c == phoneContact {
		return o.Recovery.RequestPhone(ctx, s.User.ID, account.TypedPhone(typed), locale)
	}
	return o.Recovery.RequestEmail(ctx, s.User.ID, strings.TrimSpace(typed), locale)
}

func (o *OwnAccount) remove(ctx context.Context, s *session.Session, c contact) (err error) {
	if c == phoneContact {
		_, err = o.Recovery.RemovePhone(ctx, s.User)
	} else {
		_, err = o.Recovery.RemoveEmail(ctx, s.User)
	}
	return err
}

// waiting tells programs how long to wait, and people for what.
func waiting(w http.ResponseWriter, many *notify.TooMany) pages.AccountProblem {
	w.Header().Set("Retry-After", strconv.Itoa(int(many.RetryAfter/time.Second)))
	if many.Scope == notify.OfSMS {
		return pages.TooManySMS
	}
	return pages.TooManyMessages
}

func contactProblem(fault *account.Invalid) pages.AccountProblem {
	for kind, problem := range map[error]pages.AccountProblem{
		account.ErrEmail: pages.EmailInvalid, account.ErrEmailTaken: pages.EmailTaken, account.ErrDomain: pages.EmailDomain,
		account.ErrPhone: pages.PhoneInvalid, account.ErrPhoneTaken: pages.PhoneTaken, account.ErrChannel: pages.ContactUnreachable,
		account.ErrUnchanged: pages.ContactUnchanged, account.ErrLastContact: pages.ContactLast,
		account.ErrLastFactor: pages.ContactFactor,
	} {
		if errors.Is(fault, kind) {
			return problem
		}
	}
	return pages.FieldInvalid
}
