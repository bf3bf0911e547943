package keycloak

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	registered "github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/imports"
	"github.com/gatehouse-id/gatehouse/provider/password"
)

// credential is a CredentialRepresentation: two documents in texts.
type credential struct {
	Type           string `json:"type"`
	SecretData     string `json:"secretData"`
	CredentialData string `json:"credentialData"`
	Value          string `json:"value"` // a password in clear, in files that were written by hand
}

type secretData struct {
	Value string `json:"value"`
	Salt  string `json:"salt"`
}

type credentialData struct {
	HashIterations       int                 `json:"hashIterations"`
	Algorithm            string              `json:"algorithm"`
	AdditionalParameters map[string][]string `json:"additionalParameters"`
}

// passwordOf returns the password's hash. Other credentials are left out with a note.
func passwordOf(credentials []credential) (hash string, notes []string, fault *imports.Fault) {
	const field = "/password_hash"
	var others []string
	for _, c := range credentials {
		switch {
		case c.Type == "password-history":
		case c.Type != "password":
			if !slices.Contains(others, c.Type) {
				others = append(others, c.Type)
			}
		case hash != "" || fault != nil:
			return "", nil, &imports.Fault{Field: field, Reason: "the user has more than one password"}
		case c.SecretData == "" && registered.Masked(c.Value):
			fault = &imports.Fault{Field: field, Reason: errMasked.Error()}
		case c.SecretData == "" && c.Value != "":
			fault = &imports.Fault{Field: field, Reason: "the password is in clear, and is not taken: export the realm from Keycloak"}
		default:
			var err error
			if hash, err = c.hash(); err != nil {
				fault = &imports.Fault{Field: field, Reason: err.Error()}
			}
		}
	}
	if others != nil {
		notes = append(notes, "left out, so that the password alone suffices: the second factors or keys of type "+strings.Join(others, ", "))
	}
	return hash, notes, fault
}

// refusedHash stands in the line of a user whose password was refused. It is no hash, so that importing
// the line as it is does not make a user without a password. Passwords in clear are not in it.
func refusedHash(credentials []credential) string {
	kept := []credential{}
	for _, c := range credentials {
		if c.Type == "password" {
			c.Value = ""
			kept = append(kept, c)
		}
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return "refused"
	}
	return string(text)
}

// errMasked: what is masked is lost.
var errMasked = errors.New("is masked in the export: export again by kc.sh, or have the user set a new password")

func (c *credential) hash() (string, error) {
	var secret secretData
	var data credentialData
	if registered.Masked(c.SecretData) {
		return "", errMasked
	}
	if json.Unmarshal([]byte(c.SecretData), &secret) != nil || json.Unmarshal([]byte(c.CredentialData), &data) != nil {
		return "", errors.New("is malformed: secretData and credentialData must be JSON objects in texts")
	}
	if registered.Masked(secret.Value) {
		return "", errMasked
	}
	salt, err := base64.StdEncoding.DecodeString(secret.Salt)
	if err != nil {
		return "", errors.New("is malformed: the salt of secretData must be in base64")
	}
	sum, err := base64.StdEncoding.DecodeString(secret.Value)
	if err != nil {
		return "", errors.New("is malformed: the value of secretData must be in base64")
	}
	digests := map[string]string{"pbkdf2": "sha1", "pbkdf2-sha256": "sha256", "pbkdf2-sha512": "sha512"}
	var hash string
	switch digest := digests[data.Algorithm]; {
	case digest != "":
		hash, err = password.AdoptPBKDF2(digest, strconv.Itoa(data.HashIterations), salt, sum)
	case data.Algorithm == "argon2" && data.parameter("type") == "id":
		if version := data.parameter("version"); version != "1.3" {
			return "", fmt.Errorf("is by version %.10q of argon2id, and 1.3 is taken", version)
		}
		for _, name := range []string{"memory", "parallelism"} {
			if _, err := strconv.ParseUint(data.parameter(name), 10, 32); err != nil {
				return "", fmt.Errorf("has wrong parameters: %s must be a number", name)
			}
		}
		b64 := base64.RawStdEncoding.EncodeToString
		hash, err = password.Adopt(fmt.Sprintf("$argon2id$v=19$m=%s,t=%d,p=%s$%s$%s", data.parameter("memory"), data.HashIterations, data.parameter("parallelism"), b64(salt), b64(sum)))
	default:
		return "", fmt.Errorf("is by %.40q, which is not known here", strings.TrimSpace(data.Algorithm+" "+data.parameter("type")))
	}
	var unfit *password.Unfit
	if errors.As(err, &unfit) {
		return "", errors.New(unfit.Reason)
	}
	return hash, err
}

func (d *credentialData) parameter(name string) string {
	if len(d.AdditionalParameters[name]) != 1 {
		return ""
	}
	return d.AdditionalParameters[name][0]
}
