package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

// What is offered of request objects.
const (
	objectsByValue     = "request"
	objectsByReference = "request_uri"
	objectsEncrypted   = "encrypted"
)

func (c *config) validateRequestObjects() error {
	kinds := []string{objectsByValue, objectsByReference, objectsEncrypted}
	for _, kind := range c.RequestObjects {
		if !slices.Contains(kinds, kind) {
			return fmt.Errorf("%s %q must be one or more of %s", c.named("request_objects"), kind, strings.Join(kinds, ", "))
		}
	}
	if s := c.requestObjects(); s.Encrypted && !s.ByValue && !s.ByReference {
		return fmt.Errorf("%s: encrypted needs request or request_uri beside it", c.named("request_objects"))
	}
	return nil
}

// requestObjects is what is offered of request objects.
func (c *config) requestObjects() oauth.RequestObjectSettings {
	return oauth.RequestObjectSettings{
		Issuer:  c.Issuer,
		ByValue: slices.Contains(c.RequestObjects, objectsByValue), ByReference: slices.Contains(c.RequestObjects, objectsByReference),
		Encrypted: slices.Contains(c.RequestObjects, objectsEncrypted),
	}
}

// keyAlgorithms are those that always have a key.
func (c *config) keyAlgorithms() []keys.Algorithm {
	if c.requestObjects().Encrypted {
		return append(signingAlgorithms(), keys.EncryptionAlgorithms()...)
	}
	return signingAlgorithms()
}
