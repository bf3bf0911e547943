package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/fault"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// applicant is a person who registered and has not confirmed yet. It is stored sealed.
type applicant struct {
	Username string `json:"username"`
	// Derived: the user name was made of the email address, and nobody chose it.
	Derived bool    `json:"derived,omitempty"`
	Email   string  `json:"email,omitempty"`
	Phone   string  `json:"phone,omitempty"`
	Hash    string  `json:"hash"`
	Profile Profile `json:"profile"`
	Locale  string  `json:"locale,omitempty"`
	// Taken: another user has the contact, and the applicant is not told.
	Taken bool `json:"taken,omitempty"`
}

// Register takes an application and sends a code to its contact. The id is the one of the user to be. An
// application of the same contact that was never confirmed is replaced, so that nobody can occupy another
// person's address. It returns Wrong, ErrRegistrationOff, ErrUninvited or
// notify.ErrTooMany.
//
// Where contacts are private, the answer is the same and takes as long when another user has the contact:
// the same work is done, and the message says something else.
func (s *SelfService) Register(ctx context.Context, a Application, locale string) (provider.ID, error) {
	if err := s.policy.refusal(); err != nil {
		return provider.ID{}, err
	}
	u := a.user()
	derived := u.Username == "" && u.Email != ""
	taken, wrong, err := s.check(ctx, u)
	if err != nil {
		return provider.ID{}, err
	}
	canonical, problem := passwordOf(u, a.Password)
	wrong.add(problem)
	if err := wrong.orNil(); err != nil {
		return provider.ID{}, err
	}
	hash, err := s.registry.hashChosen(ctx, canonical)
	if err != nil {
		return provider.ID{}, err
	}
	details, err := json.Marshal(applicant{u.Username, derived, u.Email, u.Phone, hash, u.Profile, locale, taken != nil})
	if err != nil {
		return provider.ID{}, fmt.Errorf("account: %w", err)
	}
	channel, address := contact(u)
	var id provider.ID
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		v, err := s.codes.Open(ctx, verification.Verification{Purpose: verification.Registration, Address: address}, details)
		if err != nil {
			return err
		}
		id = v.ID
		m := notify.Message{Channel: channel, To: address, Kind: notify.ConfirmRegistration, Locale: locale, Verification: v.ID, Data: notify.Data{Username: u.Username, Valid: verification.Registration.Lifetime()}}
		if taken != nil {
			tellOwner(&m, taken)
		}
		return s.outbox.Add(ctx, m)
	})
	return id, err
}

// check puts the data of an application into canonical form and finds everything that is wrong with it.
// Taken is another user who has the contact to which the code goes, where the applicant is not told.
func (s *SelfService) check(ctx context.Context, u *User) (taken *User, wrong Wrong, err error) {
	typed := u.Username
	if typed == "" && u.Email != "" {
		if u.Username, err = s.freeName(ctx, u.Email); err != nil {
			return nil, nil, err
		}
	}
	found, err := s.registry.wrong(ctx, u, &User{})
	if err != nil {
		return nil, nil, err
	}
	wrong = append(wrong, s.policy.admits(u.Email, u.Phone)...)
	unreachable := len(wrong) > 0 || errors.Is(found, ErrPhone)
	for _, problem := range found {
		switch {
		case errors.Is(problem, ErrEmailTaken) && s.policy.Private: // emailOwner finds who
		case problem.Claim == "username" && typed == "" && (u.Email != "" || unreachable): // what is wrong is the contact
		default:
			wrong.add(problem)
		}
	}
	if s.policy.Private {
		if taken, err = s.emailOwner(ctx, u.Email); err != nil {
			return nil, nil, err
		}
	}
	owner, err := s.phoneOwner(ctx, u.Phone)
	switch {
	case err != nil:
		return nil, nil, err
	case owner == nil:
	case !s.policy.Private:
		wrong.add(invalid("phone", ErrPhoneTaken, fault.PhoneTaken))
	case u.Email == "":
		taken = owner
	} // beside an email address the number is not proved, and says nothing of its owner
	return taken, wrong, nil
}

// emailOwner is a user who has that address; nil: nobody has. It is asked whether the address is taken or not,
// so that both take as long.
func (s *SelfService) emailOwner(ctx context.Context, address string) (*User, error) {
	if address == "" {
		return nil, nil //nolint:nilnil // nobody
	}
	owner, err := s.people.UserByLogin(ctx, takenForms(address)...)
	if errors.Is(err, provider.ErrNotFound) {
		return nil, nil //nolint:nilnil // nobody
	}
	return owner, err
}

// phoneOwner is a user who proved to have that number; nil: nobody did.
func (s *SelfService) phoneOwner(ctx context.Context, number string) (*User, error) {
	if number == "" {
		return nil, nil //nolint:nilnil // nobody
	}
	owners, err := s.people.UsersByPhone(ctx, number)
	if len(owners) == 0 {
		return nil, err
	}
	return owners[0], nil
}

// tellOwner makes of a message with a code one to the user who has the address already.
func tellOwner(m *notify.Message, owner *User) {
	m.Kind, m.Verification, m.UserID, m.Locale, m.Data.Username = notify.AddressTaken, provider.ID{}, owner.ID, owner.Profile.Locale, owner.Username
}
