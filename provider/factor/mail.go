package factor

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// mailCodes opens verifications and checks their codes.
type mailCodes interface {
	Open(ctx context.Context, v verification.Verification, details []byte) (*verification.Verification, error)
	Recent(ctx context.Context, user provider.ID, p verification.Purpose) ([]*verification.Verification, error)
	Details(v *verification.Verification) ([]byte, error)
	Check(ctx context.Context, id provider.ID, code string, purposes ...verification.Purpose) (*verification.Verification, error)
	Use(ctx context.Context, v *verification.Verification) error
}

// outbox stores messages that are to be sent, in the transaction of ctx.
type outbox interface {
	Add(ctx context.Context, m notify.Message) error
}

// transactions run what belongs together.
type transactions interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
}

// ByMail is what codes are sent with.
type ByMail struct {
	Transactions transactions
	Codes        mailCodes
	Outbox       outbox
}

// OfferMail lets users have codes by mail as a second factor. It comes before requests are served. The store must
// offer it as well, or nobody has the factor.
func (r *Registry) OfferMail(by ByMail) { r.byMail = &by }

// MailTo is the address to which a user can have codes sent; empty: the operator does not offer it, or the user has no
// verified address.
func (r *Registry) MailTo(u *account.User) string {
	if r.byMail == nil || !u.EmailVerified {
		return ""
	}
	return u.Email
}

// MailRequest asks for a code by mail.
type MailRequest struct {
	// User is who the password, or the session, said it is.
	User *account.User
	// Browser tells the browser of the request from all others: the code is worth nothing in those, where somebody may
	// have asked for it to be told on the telephone.
	Browser []byte
	// Devices are the accounts that this browser has signed in to before. Codes for a browser that the user knows have a limit of
	// their own: who knows the password alone must not use up those of the owner.
	Devices []account.Device
	// Device is what the browser says about itself, and Network the network of the request; the mail names both.
	Device, Network string
	// Locale is the language of the mail (BCP 47); empty: that of the profile.
	Locale string
}

// purposeFor is what a code is for that the user asks for: the sign-in, or the set-up before it.
func purposeFor(u *account.User) verification.Purpose {
	if slices.Contains(u.Factors, Mail) {
		return verification.SecondFactor
	}
	return verification.SecondFactorSetUp
}

// SendMail sends a code to the verified address of a user: for CheckMail, or for SetUpMail where the user does not have
// the factor yet. It takes the place of the code before in the same browser. It returns ErrNoFactor where none can be sent, or
// *notify.TooMany.
func (r *Registry) SendMail(ctx context.Context, m MailRequest) error {
	to, purpose := r.MailTo(m.User), purposeFor(m.User)
	if to == "" || len(m.Browser) == 0 {
		return ErrNoFactor
	}
	locale := m.Locale
	if locale == "" {
		locale = m.User.Profile.Locale
	}
	err := r.byMail.Transactions.InTx(ctx, func(ctx context.Context) error {
		v, err := r.byMail.Codes.Open(ctx, verification.Verification{Purpose: purpose, UserID: m.User.ID, Address: to, Generation: m.User.Generation}, m.Browser)
		if err != nil {
			return err
		}
		return r.byMail.Outbox.Add(ctx, notify.Message{
			Channel: notify.Mail, To: to, Kind: notify.SecondFactorCode, UserID: m.User.ID, Known: deviceOf(m.User, m.Devices) != "", Locale: locale, Verification: v.ID,
			Data: notify.Data{Username: m.User.Username, Device: m.Device, Network: m.Network, Zone: m.User.Profile.Zoneinfo, At: r.clock.Now(ctx), Valid: purpose.Lifetime()},
		})
	})
	if errors.Is(err, notify.ErrAddress) { // of an older version
		return ErrNoFactor
	}
	if err != nil {
		return fmt.Errorf("factor: send a code by mail: %w", err)
	}
	return nil
}

// MailSent tells whether a code was sent for this browser that can still be typed.
func (r *Registry) MailSent(ctx context.Context, u *account.User, browser []byte) (bool, error) {
	_, err := r.sent(ctx, u, browser, purposeFor(u))
	if errors.Is(err, ErrCode) {
		return false, nil
	}
	return err == nil, err
}

// sent is the verification of the newest code for a user in a browser, or ErrCode: there is none, or it was sent to an
// address that the user does not have any more. Those that others ask for in other browsers, who know the password, do not
// end it.
func (r *Registry) sent(ctx context.Context, u *account.User, browser []byte, purpose verification.Purpose) (*verification.Verification, error) {
	to := r.MailTo(u)
	if to == "" || len(browser) == 0 {
		return nil, ErrCode
	}
	recent, err := r.byMail.Codes.Recent(ctx, u.ID, purpose)
	if err != nil {
		return nil, fmt.Errorf("factor: read codes by mail: %w", err)
	}
	for _, v := range slices.Backward(recent) {
		of, err := r.byMail.Codes.Details(v)
		if err != nil {
			return nil, fmt.Errorf("factor: browser of code %s: %w", v.ID, err)
		}
		if subtle.ConstantTimeCompare(of, browser) != 1 {
			continue
		}
		// Not an older one that is open: who asks again has given the code before up.
		if v.UsedAt != nil || v.Tries >= verification.MaxTries || v.Generation != u.Generation || v.Address != to {
			return nil, ErrCode
		}
		return v, nil
	}
	return nil, ErrCode
}

// typedMail compares a code with the one that was sent. It returns ErrCode; else the caller uses the verification.
func (r *Registry) typedMail(ctx context.Context, u *account.User, browser []byte, purpose verification.Purpose, code string) (*verification.Verification, error) {
	v, err := r.sent(ctx, u, browser, purpose)
	if err != nil {
		return nil, err
	}
	v, err = r.byMail.Codes.Check(ctx, v.ID, code, purpose)
	return v, mailFault(err)
}

func (r *Registry) useMail(ctx context.Context, v *verification.Verification) error {
	return mailFault(r.byMail.Codes.Use(ctx, v))
}

// mailFault is ErrCode for a code that is wrong, used, expired or was tried too often: one error, as for others.
func mailFault(err error) error {
	if errors.Is(err, verification.ErrCode) || errors.Is(err, verification.ErrClosed) {
		return ErrCode
	}
	return err
}

// CheckMail accepts once the code that was sent last, in the browser that asked for it. Its errors are those of
// CheckTOTP, with which it shares the limits; a code can be tried five times besides.
func (r *Registry) CheckMail(ctx context.Context, a Attempt) error {
	code := typed(a.Code)
	return r.attempt(ctx, a, Mail, code, func() error {
		if r.byMail == nil || !slices.Contains(a.User.Factors, Mail) {
			return ErrCode
		}
		v, err := r.typedMail(ctx, a.User, a.Browser, verification.SecondFactor, code)
		if err != nil {
			return err
		}
		return r.byMail.Transactions.InTx(ctx, func(ctx context.Context) error {
			if err := r.useMail(ctx, v); err != nil {
				return err
			}
			err := r.store.UseMailFactor(ctx, a.User.ID, v.Address)
			if errors.Is(err, provider.ErrNotFound) {
				return ErrCode
			}
			return err
		})
	})
}
