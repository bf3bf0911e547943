package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/breach"
	"github.com/gatehouse-id/gatehouse/provider/event"
)

// breachedService tells whether the list of breached passwords is a service, or meant to be one.
func (c *config) breachedService() bool { return strings.Contains(c.BreachedPasswords, "://") }

// validateBreached judges the address of a service. A file is looked at when it is opened.
func (c *config) validateBreached() error {
	if !c.breachedService() {
		return nil
	}
	if _, err := breach.NewRange(c.BreachedPasswords, nil); err != nil {
		return fmt.Errorf("%s %q is neither a file nor %w", c.named("breached_passwords"), c.BreachedPasswords, err)
	}
	return nil
}

// breached opens the list of breached passwords; nil: there is none. The passwords of --dev and --conformance are public.
func (c *config) breached(events *event.Bus) (*breach.Passwords, error) {
	switch {
	case c.BreachedPasswords == "" || c.publicSecrets():
		return nil, nil //nolint:nilnil // there is no list
	case c.breachedService():
		service, err := c.breachedRange()
		if err != nil {
			return nil, err
		}
		return breach.NewPasswords(service, events), nil
	default:
		file, err := breach.OpenFile(c.BreachedPasswords)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.named("breached_passwords"), err)
		}
		return breach.NewPasswords(file, events), nil
	}
}

// breachedRange is the service. Requests to it are not traced: their addresses have digits of hashes.
func (c *config) breachedRange() (*breach.Range, error) {
	fetch, err := c.outbound(nil)
	if err != nil {
		return nil, err
	}
	service, err := breach.NewRange(c.BreachedPasswords, fetch)
	if err != nil {
		return nil, fmt.Errorf("%s must be %w", c.named("breached_passwords"), err)
	}
	return service, nil
}

// onlyLookups has a listener of a verb hear that a password could not be looked up. The rest is what the
// verb was told to do.
func onlyLookups(hear event.Listener) event.Listener {
	return func(ctx context.Context, e event.Event) {
		if _, ok := e.(event.PasswordLookedUp); ok {
			hear(ctx, e)
		}
	}
}

// examineBreached looks at the list as a server does.
func (c *config) examineBreached(ctx context.Context) []finding {
	const check = "breached passwords"
	switch {
	case c.BreachedPasswords == "" || c.validateBreached() != nil:
		return nil
	case c.breachedService():
		service, err := c.breachedRange()
		if err != nil {
			return []finding{{check, wrong, explainError(err)}}
		}
		if err := service.Probe(ctx); err != nil {
			return []finding{{check, warning, c.named("breached_passwords") + ": " + explainError(err) + ": until it responds, breached passwords are accepted"}}
		}
		return []finding{{check, fine, "the service responds"}}
	default:
		file, err := breach.OpenFile(c.BreachedPasswords)
		if err != nil {
			return []finding{{check, wrong, c.named("breached_passwords") + ": " + explainError(err)}}
		}
		if err := file.Close(); err != nil {
			return []finding{{check, wrong, c.named("breached_passwords") + ": " + explainError(err)}}
		}
		return []finding{{check, fine, "the file is in order"}}
	}
}
