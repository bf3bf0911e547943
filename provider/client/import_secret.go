package client

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/fault"
	passwordhash "github.com/gatehouse-id/gatehouse/provider/password"
)

// AdoptHash returns the form in which the hash of a secret is stored. It takes what password.Adopt
// takes, and $sha256$ with the digest in base64, which is for secrets that nobody can guess.
func AdoptHash(hash string) (string, error) {
	if encoded, fast := strings.CutPrefix(hash, fastPrefix); fast {
		sum, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(encoded, "="))
		if err != nil || len(sum) != sha256.Size {
			return "", &Invalid{[]Problem{{Field: "client_secret_hash", Fault: fault.Plain("must have the 32 bytes of a SHA-256 digest in base64 after $sha256$")}}}
		}
		return fastPrefix + base64.RawStdEncoding.EncodeToString(sum), nil
	}
	adopted, err := passwordhash.Adopt(hash)
	var unfit *passwordhash.Unfit
	switch {
	case err == nil:
		return adopted, nil
	case !errors.As(err, &unfit):
		return "", err
	case unfit.Unknown:
		return "", &Invalid{[]Problem{{Field: "client_secret_hash", Fault: fault.Plain(unfit.Reason + "; or $sha256$ with the digest in base64")}}}
	default:
		return "", &Invalid{[]Problem{{Field: "client_secret_hash", Fault: fault.Plain(unfit.Reason)}}}
	}
}

// outdated: the stored form is that of another system.
func outdated(hash string) bool {
	return !strings.HasPrefix(hash, fastPrefix) && !strings.HasPrefix(hash, sealedPrefix) && passwordhash.Outdated(hash)
}

// Masked tells whether a text stands for a secret that is elsewhere: ********** in exports for people to
// read, and ${vault.key} or ${VARIABLE} in configurations. As a secret it would be one that everyone knows.
func Masked(secret string) bool {
	return secret != "" && (strings.Trim(secret, "*") == "" || strings.HasPrefix(secret, "${") && strings.HasSuffix(secret, "}"))
}

// validateSecret checks whether there is a secret where the client needs one, and none elsewhere.
func (i *Imported) validateSecret(c *Client) error {
	var bad Invalid
	switch {
	case !c.HasSecret():
		if i.Secret != "" || i.SecretHash != "" {
			bad.add("client_secret", fault.New(fault.NoSecret, "method", c.AuthMethod))
		}
	case i.Secret != "" && i.SecretHash != "":
		bad.add("client_secret_hash", fault.Plain("is given beside client_secret: give one of them"))
	case i.Secret == "" && i.SecretHash == "":
		bad.add("client_secret", fault.Plain("is missing: a client with token_endpoint_auth_method "+string(c.AuthMethod)+" needs it, or client_secret_hash; a public client has the method none"))
	case i.SecretHash != "" && c.AuthMethod == SecretJWT:
		bad.add("client_secret_hash", fault.Plain("does not suffice for client_secret_jwt: the secret itself is the key"))
	case i.SecretHash != "":
		if _, err := AdoptHash(i.SecretHash); err != nil {
			return err
		}
	case Masked(i.Secret):
		bad.add("client_secret", fault.Plain("is a mask or a placeholder, which everyone knows: rotate the secret in the other system, or give a new one in the line"))
	case secretFault(i.Secret) != nil:
		bad.add("client_secret", secretFault(i.Secret))
	}
	if c.HasSecret() && strings.Contains(c.ID, ":") {
		bad.add("client_id", fault.New(fault.ClientIDColon))
	}
	return bad.orNil()
}

// secretOf gives the client to be stored its secret.
func (r *Registry) secretOf(ctx context.Context, i *Imported, c *Client) error {
	switch {
	case !c.HasSecret():
		return nil
	case i.Secret != "":
		kept, _, err := r.newSecret(ctx, c, i.Secret)
		if err != nil {
			return err
		}
		c.Secrets = []Secret{kept}
		return nil
	default:
		hash, err := AdoptHash(i.SecretHash)
		if err != nil {
			return err
		}
		now := r.clock.Now(ctx)
		c.Secrets = []Secret{{ID: provider.NewID(now, r.random), Hash: hash, CreatedAt: now}}
		return nil
	}
}
