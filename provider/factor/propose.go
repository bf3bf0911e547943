package factor

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

// Proposal is a secret that a user may set up. It is worth nothing until SetUpTOTP, and stored nowhere: a page
// carries it sealed.
type Proposal struct {
	// Secret is the form that can be typed: base32 without padding (RFC 4648 section 6).
	Secret string
	// URL is what a QR code contains ("Key URI Format" of Google Authenticator). It has the secret.
	URL string
}

// Propose makes a new secret for a user. It fails without the name of the server.
func (r *Registry) Propose(u *account.User) (Proposal, error) {
	if r.name == "" {
		return Proposal{}, errors.New("factor: the server has no name that an app could show beside the codes")
	}
	secret := make([]byte, secretSize)
	if _, err := io.ReadFull(r.random, secret); err != nil {
		return Proposal{}, fmt.Errorf("factor: no randomness: %w", err)
	}
	return r.ProposalOf(u, base32Text().EncodeToString(secret)), nil
}

// ProposalOf is the proposal with a secret that was proposed before: a page that is shown again because a
// code was wrong must not show another one.
func (r *Registry) ProposalOf(u *account.User, secret string) Proposal {
	name := strings.ReplaceAll(r.name, ":", "") // a colon ends the name in the label
	query := url.Values{
		"secret": {secret}, "issuer": {name}, "algorithm": {"SHA1"}, "digits": {strconv.Itoa(digits)}, "period": {strconv.Itoa(period)},
	}
	label := url.PathEscape(name) + ":" + url.PathEscape(u.Username)
	parameters := strings.ReplaceAll(query.Encode(), "+", "%20") // apps show a plus sign as such
	return Proposal{secret, "otpauth://totp/" + label + "?" + parameters}
}
