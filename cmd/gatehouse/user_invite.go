package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

type invitationView struct {
	ID        string    `json:"id"`
	Email     string    `json:"email,omitempty"`
	Phone     string    `json:"phone_number,omitempty"`
	Roles     []string  `json:"roles"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
	State     string    `json:"message_state,omitempty"`
	Fault     string    `json:"message_fault,omitempty"`
}

func invitationViewOf(inv *account.Invitation) invitationView {
	return invitationView{inv.ID.String(), inv.Email, inv.Phone, orEmpty(inv.Roles), inv.CreatedAt, inv.ExpiresAt, string(inv.Delivery.State), inv.Delivery.Fault}
}

func newUserInvite(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "invite ADDRESS",
		Short: "Invite a person to register",
		Long: `Sends a link to an email address or a phone number, with which one person can register, within
seven days. The contact is verified by it. Inviting again sends a new link in place of the first,
and keeps its roles and language unless others are given; --role "" takes the roles away.

With GATEHOUSE_REGISTRATION=invitation nobody registers in another way. The server sends the message;
GATEHOUSE_SMTP_URL or GATEHOUSE_SMS_WEBHOOK_URL must be set here as it is there.`,
		Example: `  gatehouse user invite ada@example.com
  gatehouse user invite ada@example.com --role editor --locale de
  gatehouse user invite +442071838750 --json`,
		Args: cobra.ExactArgs(1),
	}
	inv := &account.Invitation{}
	cmd.Flags().StringSliceVar(&inv.Roles, "role", nil, "role that the user will have; repeat for more")
	cmd.Flags().StringVar(&inv.Locale, "locale", "", "language of the message, such as de")
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		switch {
		case strings.Contains(args[0], "@"):
			inv.Email = args[0]
		case strings.HasPrefix(args[0], "+"):
			inv.Phone = args[0]
		default:
			return fmt.Errorf("%q is neither an email address nor a phone number, which starts with + and the country code", args[0])
		}
		err := h.invitations.Invite(cmd.Context(), env.actor(), inv)
		var many *notify.TooMany
		switch {
		case errors.Is(err, account.ErrRegistrationOff):
			return errors.New("nobody can register while GATEHOUSE_REGISTRATION is off; set it to invitation")
		case errors.Is(err, account.ErrChannel):
			return errors.New("no message can be sent to such an address: set GATEHOUSE_SMTP_URL for mail, GATEHOUSE_SMS_WEBHOOK_URL for SMS")
		case errors.As(err, &many) && many.Scope == notify.OfSMS:
			return fmt.Errorf("there were as many SMS as GATEHOUSE_SMS_PER_HOUR allows; try again in %s", short(many.RetryAfter))
		case errors.Is(err, notify.ErrTooMany):
			return errors.New("the address has got too many messages; try again in an hour")
		case err != nil:
			return err
		}
		if *asJSON {
			return printJSON(env.Out, invitationViewOf(inv))
		}
		return env.say("invited %s; the link is valid until %s", inv.Email+inv.Phone, when(inv.ExpiresAt))
	})
	return cmd
}

func newUserInvitations(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "invitations",
		Short: "List the invitations that can still be accepted",
		Long: `Lists the invitations that can still be accepted, and how far the message of each is: waiting, sent,
or failed, with the class of the last fault, such as smtp_550_5.1.1. What waits with a fault is tried again.`,
		Example: "  gatehouse user invitations --json",
		Args:    cobra.NoArgs,
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, _ []string) error {
		views := []invitationView{}
		out := table{header: []string{"ID", "ADDRESS", "ROLES", "INVITED", "EXPIRES", "MESSAGE"}, empty: "No invitations. Send one with: gatehouse user invite ADDRESS"}
		err := eachInvitation(cmd.Context(), h.invitations, func(inv *account.Invitation) {
			views = append(views, invitationViewOf(inv))
			out.add(inv.ID.String(), inv.Email+inv.Phone, strings.Join(inv.Roles, " "), when(inv.CreatedAt), when(inv.ExpiresAt), deliveryText(inv.Delivery))
		})
		return env.printList(err, views, &out, *asJSON)
	})
	return cmd
}

// deliveryText is how far a message is, and why it is not further.
func deliveryText(d notify.Delivery) string {
	if d.Fault == "" {
		return string(d.State)
	}
	return fmt.Sprintf("%s (%s)", d.State, d.Fault)
}

func eachInvitation(ctx context.Context, invitations *account.Invitations, visit func(inv *account.Invitation)) error {
	return eachByID(ctx, invitations.List, func(inv *account.Invitation) provider.ID {
		visit(inv)
		return inv.ID
	})
}

func newUserUninvite(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "uninvite ADDRESS",
		Short:   "Withdraw an invitation",
		Long:    `Makes the link of an invitation worth nothing. Instead of the address its id will do.`,
		Example: "  gatehouse user uninvite ada@example.com",
		Args:    cobra.ExactArgs(1),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		var found *account.Invitation
		err := eachInvitation(cmd.Context(), h.invitations, func(inv *account.Invitation) {
			if strings.EqualFold(inv.Email+inv.Phone, args[0]) || inv.ID.String() == args[0] {
				found = inv
			}
		})
		if err == nil && found == nil {
			err = provider.ErrNotFound
		}
		if err == nil {
			err = h.invitations.Withdraw(cmd.Context(), env.actor(), found.ID)
		}
		if err != nil {
			return aboutListed("invitation", args[0], "user invitations", err)
		}
		if *asJSON {
			return printJSON(env.Out, invitationViewOf(found))
		}
		return env.say("withdrew the invitation of %s", found.Email+found.Phone)
	})
	return cmd
}
