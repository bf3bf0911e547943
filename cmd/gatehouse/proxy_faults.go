package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

// nameProxyFlags has faults of settings that were not given name the flag as well as the variable.
func (c *config) nameProxyFlags(flags *pflag.FlagSet) {
	name := func(key, flag string) {
		if c.origin[key] == "" {
			c.origin[key] = fmt.Sprintf("--%s (%s)", flag, c.named(key))
		}
	}
	name("issuer", "issuer")
	name("proxy_client_secret", "client-secret-file")
	flags.VisitAll(func(f *pflag.Flag) {
		for _, key := range f.Annotations[settingOfFlag] {
			name(key, f.Name)
		}
	})
}

// faultOfRoutes names the settings that the routes are of.
func (c *config) faultOfRoutes(err error) error {
	var names []string
	for _, of := range []struct {
		key   string
		given []string
	}{{"proxy_require", c.ProxyRequire}, {"proxy_routes", c.ProxyRoutes}, {"proxy_public", c.ProxyPublic}} {
		if len(of.given) > 0 {
			names = append(names, c.named(of.key))
		}
	}
	return fmt.Errorf("%s: %w", strings.Join(names, ", "), err)
}

// faultOfVerifier names the settings of the proxy in place of the options of the package.
func (c *config) faultOfVerifier(err error) error {
	text := strings.TrimPrefix(err.Error(), "resource: ")
	text = strings.TrimSuffix(text, " (Options.AllowHTTP accepts http)")
	for option, key := range map[string]string{"issuer ": "issuer", "Resource ": "proxy_resource"} {
		if rest, ok := strings.CutPrefix(text, option); ok {
			return fmt.Errorf("%s %s", c.named(key), rest)
		}
	}
	return errors.New(text)
}
