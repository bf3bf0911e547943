package verification

import (
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Purpose is what follows from a proof. A code of one purpose is worth nothing for another.
type Purpose string

// The purposes. They are stored.
const (
	// Registration activates an account.
	Registration Purpose = "registration"
	// Invitation lets a person register whom an administrator invited.
	Invitation Purpose = "invitation"
	// Recovery lets a person who forgot the password choose another one.
	Recovery Purpose = "recovery"
	// NewEmail and NewPhone replace a contact of a user.
	NewEmail Purpose = "new_email"
	NewPhone Purpose = "new_phone"
	// UndoEmail and UndoPhone give a user the former contact back.
	UndoEmail Purpose = "undo_email"
	UndoPhone Purpose = "undo_phone"
	// UndoFactor takes an account back to before a change of its second factors.
	UndoFactor Purpose = "undo_factor"
	// SecondFactor takes part in a sign-in beside the password, and SecondFactorSetUp makes that possible. Neither has
	// a link: the code is worth something in the browser alone that asked for it.
	SecondFactor      Purpose = "second_factor"
	SecondFactorSetUp Purpose = "second_factor_set_up"
)

// ofFactor tells whether the purpose is one of a second factor.
func (p Purpose) ofFactor() bool { return p == SecondFactor || p == SecondFactorSetUp }

// Lifetime is how long a verification is open.
func (p Purpose) Lifetime() time.Duration {
	switch p {
	case Registration:
		return 24 * time.Hour
	case Invitation:
		return 7 * 24 * time.Hour
	case UndoEmail, UndoPhone, UndoFactor:
		return 72 * time.Hour
	case SecondFactor, SecondFactorSetUp:
		return 10 * time.Minute
	default:
		return time.Hour
	}
}

// MaxTries is how many codes may be tried. With 8 digits, one in 20 million verifications is guessed; those of a
// second factor have 6, like the codes of an app, and its limits besides.
const MaxTries = 5

// Verification is one open request.
type Verification struct {
	ID      provider.ID
	Purpose Purpose
	// UserID is the user whom it is about; zero: nobody yet, or nobody at all.
	UserID provider.ID
	// Address is the email address or phone number to which the code is sent.
	Address string
	// Generation is the user's when it was requested: another password closes what was open before.
	Generation int64
	// Details belong to the purpose. They are sealed.
	Details []byte
	// KeyID is that of the data key of the code.
	KeyID     byte
	Tries     int
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    *time.Time
}

// open tells whether the code may still be used.
func (v *Verification) open(now time.Time) bool {
	return v.UsedAt == nil && now.Before(v.ExpiresAt) && v.Tries < MaxTries
}
