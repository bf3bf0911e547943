package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/factor"
)

// secondFactorEveryone stands for all users where roles can be named.
const secondFactorEveryone = "everyone"

// Bounds of what an operator can grant.
const (
	maxFactorGrace    = 90 * 24 * time.Hour
	maxRememberFactor = 180 * 24 * time.Hour
)

func (c *config) validateSecondFactor() error {
	var faults []error
	for _, who := range c.SecondFactorFor {
		if who = strings.TrimSpace(who); !provider.ValidRole(who) {
			faults = append(faults, fmt.Errorf("%s %q must be %s, or roles such as admin", c.named("second_factor_for"), who, secondFactorEveryone))
		}
	}
	if c.SecondFactorGrace < 0 || c.SecondFactorGrace > maxFactorGrace {
		faults = append(faults, fmt.Errorf("%s must be 0 to 90 days (2160h)", c.named("second_factor_grace")))
	}
	if c.RememberSecondFactor < 0 || c.RememberSecondFactor > maxRememberFactor {
		faults = append(faults, fmt.Errorf("%s must be 0 to 180 days (4320h)", c.named("remember_second_factor")))
	}
	if c.SecondFactorMail && !c.sendsMail() {
		faults = append(faults, fmt.Errorf("%s needs %s: no code could be sent", c.named("second_factor_mail"), c.named("smtp_url")))
	}
	return errors.Join(faults...)
}

// secondFactor is who must have a second factor.
func (c *config) secondFactor() factor.Policy {
	p := factor.Policy{Grace: c.SecondFactorGrace, Remember: c.RememberSecondFactor}
	for _, who := range c.SecondFactorFor {
		p.Roles = append(p.Roles, strings.TrimSpace(who))
	}
	// Who demands it of those who may change everything demands it of those who see all of it.
	if slices.Contains(p.Roles, account.RoleAdmin) && !slices.Contains(p.Roles, account.RoleAuditor) {
		p.Roles = append(p.Roles, account.RoleAuditor)
	}
	p.Everyone = slices.Contains(p.Roles, secondFactorEveryone)
	return p
}

// offeredACR is the strongest class that users can reach: without the word of its maker a passkey could be in
// software.
func (c *config) offeredACR() string {
	if c.PasskeyAttestation == attestationDirect {
		return acr.HardwareProtected
	}
	return acr.PhishingResistant
}
