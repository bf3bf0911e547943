package ownaccount

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// dataFactors are the second factors of a user, without what proves them.
type dataFactors struct {
	App           *dataFactor   `json:"authenticator_app,omitempty"`
	Mail          *dataFactor   `json:"codes_by_mail,omitempty"`
	Passkeys      []dataPasskey `json:"passkeys"`
	RecoveryCodes int           `json:"recovery_codes"`
	CodesMadeAt   *time.Time    `json:"recovery_codes_made_at,omitempty"`
}

type dataFactor struct {
	CreatedAt time.Time  `json:"created_at"`
	UsedAt    *time.Time `json:"used_at,omitempty"`
}

type dataPasskey struct {
	dataFactor

	ID         string   `json:"id"`
	Name       string   `json:"name"`
	BackedUp   bool     `json:"backed_up"`
	Hardware   bool     `json:"hardware"`
	SecondOnly bool     `json:"second_only"`
	Transports []string `json:"transports"`
}

func (o *OwnAccount) factorData(ctx context.Context, user provider.ID) (dataFactors, error) {
	d := dataFactors{Passkeys: []dataPasskey{}}
	of, err := o.Factors.Of(ctx, user)
	if err != nil {
		return d, err
	}
	list, err := o.Passkeys.Of(ctx, user)
	if err != nil {
		return d, err
	}
	if of.TOTP != nil {
		d.App = &dataFactor{of.TOTP.CreatedAt, of.TOTP.UsedAt}
	}
	if of.Mail != nil {
		d.Mail = &dataFactor{of.Mail.CreatedAt, of.Mail.UsedAt}
	}
	if d.RecoveryCodes = of.RecoveryCodes; !of.RecoveryCodesMade.IsZero() {
		d.CodesMadeAt = &of.RecoveryCodesMade
	}
	for _, p := range list {
		d.Passkeys = append(d.Passkeys, dataPasskey{dataFactor{p.CreatedAt, p.UsedAt}, p.ID.String(), p.Name, p.BackedUp, p.Hardware, !p.Verifies, orEmpty(p.Transports)})
	}
	return d, nil
}
