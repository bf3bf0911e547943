package api

import (
	"time"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

// User is a user as JSON has it, with the names of the standard claims (OpenID Connect Core section
// 5.1).
type User struct {
	ID            string `json:"id" required:"false" readOnly:"true" format:"uuid" doc:"For administrators"`
	Subject       string `json:"sub" required:"false" readOnly:"true" doc:"What applications know the user by"`
	Username      string `json:"username" example:"alice" doc:"Compared without regard to case. No two users have names that look the same, such as bob and b0b, or the same letters of another alphabet"`
	Email         string `json:"email" required:"false" example:"alice@example.com" doc:"In lower case, with the domain in ASCII (A-labels), however it was sent"`
	EmailVerified bool   `json:"email_verified" required:"false" doc:"Whether the address is known to reach the user. Another address is not, unless the same request says so"`
	Phone         string `json:"phone_number" required:"false" example:"+442071838750" doc:"In the form E.164"`
	PhoneVerified bool   `json:"phone_number_verified" required:"false" doc:"Whether the number is known to reach the user. Another number is not, unless the same request says so"`

	account.Profile

	Roles     []string   `json:"roles" required:"false" nullable:"false" maxItems:"100" doc:"admin administers this provider; others mean something to applications"`
	Disabled  bool       `json:"disabled" required:"false" doc:"Whether the user is kept from signing in; what was issued has ended"`
	Factors   []string   `json:"factors" required:"false" nullable:"false" readOnly:"true" example:"[\"totp\"]" doc:"Kinds of the second factors: totp, passkey, and hardware_key for a passkey in attested hardware"`
	DeleteAt  *time.Time `json:"delete_at,omitempty" readOnly:"true" doc:"When the account is to be deleted"`
	CreatedAt *time.Time `json:"created_at,omitempty" readOnly:"true"`
	UpdatedAt *time.Time `json:"updated_at,omitempty" readOnly:"true"`
}

func viewOf(u *account.User) User {
	return User{
		u.ID.String(), u.Subject, u.Username, u.Email, u.EmailVerified, u.Phone, u.PhoneVerified, u.Profile,
		orEmpty(u.Roles), u.Disabled, orEmpty(u.Factors), u.DeleteAt, &u.CreatedAt, &u.UpdatedAt,
	}
}

// userVersion is the ETag of a user. Factors and a deletion have times of their own.
func userVersion(u *account.User) string {
	return fingerprint(struct {
		UpdatedAt time.Time
		Factors   []string
		DeleteAt  *time.Time
	}{u.UpdatedAt.UTC(), orEmpty(u.Factors), u.DeleteAt})
}

// fill replaces what is known about a user.
func (v *User) fill(u *account.User) {
	u.Username, u.Roles, u.Disabled = v.Username, v.Roles, v.Disabled
	u.Email, u.EmailVerified = v.Email, v.EmailVerified
	u.Phone, u.PhoneVerified = v.Phone, v.PhoneVerified
	u.Profile = v.Profile
	if u.Profile.Address != nil && *u.Profile.Address == (account.Address{}) {
		u.Profile.Address = nil
	}
}
