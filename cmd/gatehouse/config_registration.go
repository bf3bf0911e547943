package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

// Who may register an account.
const (
	registrationOpen       = "open"
	registrationInvitation = "invitation"
	registrationOff        = "off"
)

func (c *config) validateRegistration() error {
	var faults []error
	if c.Registration != registrationOpen && c.Registration != registrationInvitation && c.Registration != registrationOff {
		faults = append(faults, fmt.Errorf("%s %q must be %s, %s or %s", c.named("registration"), c.Registration, registrationOpen, registrationInvitation, registrationOff))
	}
	for _, domain := range c.RegistrationDomains {
		if !account.ValidDomain(domain) {
			faults = append(faults, fmt.Errorf("%s %q must be a domain such as example.com", c.named("registration_domains"), domain))
		}
	}
	return errors.Join(faults...)
}

// registration is who may register, and to which contacts messages can be sent.
func (c *config) registration() account.Policy {
	p := account.Policy{Open: c.Registration == registrationOpen, Invitations: c.Registration != registrationOff, Private: c.PrivateContacts, Mail: c.sendsMail(), SMS: c.sendsSMS()}
	for _, domain := range c.RegistrationDomains {
		p.Domains = append(p.Domains, account.CanonicalDomain(strings.TrimSpace(domain)))
	}
	return p
}

// With --dev messages are displayed where they cannot be sent.
func (c *config) sendsMail() bool { return c.Dev || c.SMTPURL != "" }
func (c *config) sendsSMS() bool  { return c.Dev || c.SMSWebhookURL != "" }
