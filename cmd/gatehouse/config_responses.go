package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

func (c *config) validateResponses() error {
	var faults []error
	for _, text := range c.ResponseTypes {
		if client.ResponseType(strings.TrimSpace(text)) == "" {
			faults = append(faults, fmt.Errorf("%s %q must be one of %s: put commas between response types, and spaces between the words of one", c.named("response_types"), text, strings.Join(client.ResponseTypes(), ", ")))
		}
	}
	return errors.Join(faults...)
}

// responseTypes are those that are offered beside code, in the order of all of them.
func (c *config) responseTypes() []string {
	return slices.DeleteFunc(client.ResponseTypes(), func(kind string) bool {
		return kind == client.ResponseCode || !slices.ContainsFunc(c.ResponseTypes, func(text string) bool { return client.ResponseType(strings.TrimSpace(text)) == kind })
	})
}

// examineResponses warns of access tokens in browsers, whoever turned them on.
func (c *config) examineResponses() []finding {
	var risky []string
	for _, kind := range c.responseTypes() {
		if client.Returns(kind, client.ResponseToken) {
			risky = append(risky, kind)
		}
	}
	if len(risky) == 0 {
		return nil
	}
	return []finding{{"settings", warning, fmt.Sprintf("%s has %s: access tokens in a browser can be read there, and used by whoever has them (RFC 9700 section 2.1.2). Where applications can, let them use code with PKCE, or \"code id_token\"",
		c.named("response_types"), strings.Join(risky, ", "))}}
}
