package keycloak

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

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

func (c *credential) hash() (string, error) {
	var secret secretData
	var data credentialData
	if json.Unmarshal([]byte(c.SecretData), &secret) != nil || json.Unmarshal([]byte(c.CredentialData), &data) != nil {
		return "", fmt.Errorf("the password's hash is malformed")
	}
	salt, err := base64.StdEncoding.DecodeString(secret.Salt)
	if err != nil {
		return "", fmt.Errorf("the password's salt is malformed")
	}
	sum, err := base64.StdEncoding.DecodeString(secret.Value)
	if err != nil {
		return "", fmt.Errorf("the password's hash is malformed")
	}
	digests := map[string]string{"pbkdf2": "sha1", "pbkdf2-sha256": "sha256", "pbkdf2-sha512": "sha512"}
	var hash string
	switch digest := digests[data.Algorithm]; {
	case digest != "":
		hash, err = password.AdoptPBKDF2(digest, strconv.Itoa(data.HashIterations), salt, sum)
	case data.Algorithm == "argon2" && data.parameter("type") == "id" && data.parameter("version") == "1.3":
		b64 := base64.RawStdEncoding.EncodeToString
		hash, err = password.Adopt(fmt.Sprintf("$argon2id$v=19$m=%s,t=%d,p=%s$%s$%s", data.parameter("memory"), data.HashIterations, data.parameter("parallelism"), b64(salt), b64(sum)))
	default:
		return "", fmt.Errorf("the algorithm %.40q of the password's hash is not known here", data.Algorithm+" "+data.parameter("type"))
	}
	if err != nil {
		return "", fmt.Errorf("the password's hash is malformed, or costs more than a server can bear")
	}
	return hash, nil
}

func (d *credentialData) parameter(name string) string {
	if len(d.AdditionalParameters[name]) != 1 {
		return ""
	}
	return d.AdditionalParameters[name][0]
}
