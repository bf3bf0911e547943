package dex

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxConfig bounds a configuration in bytes.
const maxConfig = 8 << 20

// config is the part of Dex's configuration that is imported.
type config struct {
	Issuer          string     `yaml:"issuer"`
	StaticClients   []Client   `yaml:"staticClients"`
	StaticPasswords []Password `yaml:"staticPasswords"`
}

// Client is a client, by the names of Dex's configuration.
type Client struct {
	ID                     string   `yaml:"id"`
	IDEnv                  string   `yaml:"idEnv"`
	Secret                 string   `yaml:"secret"`
	SecretEnv              string   `yaml:"secretEnv"`
	RedirectURIs           []string `yaml:"redirectURIs"`
	PostLogoutRedirectURIs []string `yaml:"postLogoutRedirectURIs"`
	TrustedPeers           []string `yaml:"trustedPeers"`
	Public                 bool     `yaml:"public"`
	Name                   string   `yaml:"name"`
	LogoURL                string   `yaml:"logoURL"`
	AllowedConnectors      []string `yaml:"allowedConnectors"`
	MFAChain               []string `yaml:"mfaChain"`
}

// Password is a user of Dex's own, by the names of its configuration.
type Password struct {
	Email             string   `yaml:"email"`
	Hash              string   `yaml:"hash"`
	HashFromEnv       string   `yaml:"hashFromEnv"`
	Username          string   `yaml:"username"`
	Name              string   `yaml:"name"`
	PreferredUsername string   `yaml:"preferredUsername"`
	EmailVerified     *bool    `yaml:"emailVerified"`
	UserID            string   `yaml:"userID"`
	Groups            []string `yaml:"groups"`
}

// errFormat: the file is not a configuration.
var errFormat = errors.New("not a configuration of Dex: YAML with staticClients or staticPasswords")

// ReadConfig reads a configuration. Its other parts are not looked at.
func ReadConfig(r io.Reader) ([]Client, []Password, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxConfig+1))
	if err != nil {
		return nil, nil, err
	}
	if len(text) > maxConfig {
		return nil, nil, fmt.Errorf("more than %d bytes", maxConfig)
	}
	var c config
	if err := yaml.Unmarshal(text, &c); err != nil {
		return nil, nil, errFormat // its own message may quote a secret
	}
	if len(c.StaticClients)+len(c.StaticPasswords) == 0 {
		return nil, nil, errFormat
	}
	for i, p := range c.StaticPasswords {
		c.StaticPasswords[i].Hash = plainHash(p.Hash)
	}
	return c.StaticClients, c.StaticPasswords, nil
}

// plainHash: Dex also takes the base64 form of a hash.
func plainHash(hash string) string {
	if strings.HasPrefix(hash, "$") {
		return hash
	}
	if plain, err := base64.StdEncoding.DecodeString(hash); err == nil {
		return string(plain)
	}
	return hash
}
