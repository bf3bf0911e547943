package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
)

// redelivery sends to a receiver again what it failed to take: one delivery, or all that failed since a time.
type redelivery struct {
	// receiver tells why there is no receiver of that name; nil: there is one.
	receiver func(cmd *cobra.Command, h *instance, receiver string) error
	one      func(cmd *cobra.Command, h *instance, receiver string, delivery provider.ID) error
	failed   func(cmd *cobra.Command, h *instance, receiver string, since time.Time) (int64, error)
	// list is the command that lists the deliveries, to which the receiver is added.
	list string
}

// of makes it what a command does, whose arguments are the receiver and the id of a delivery.
func (d redelivery) of(env *environment, cmd *cobra.Command) {
	cmd.Args = cobra.RangeArgs(1, 2)
	since := cmd.Flags().String("failed-since", "", "all that failed since then: a time such as 2026-11-01 or 2026-11-01T08:00:00Z, or how long ago, such as 48h")
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		if (len(args) == 2) == (*since != "") {
			return errors.New("say which: the id of one delivery, or --failed-since")
		}
		err := d.receiver(cmd, h, args[0])
		if err != nil {
			return err
		}
		n := int64(1)
		if len(args) == 2 {
			err = d.single(cmd, h, args[0], args[1])
		} else {
			var from time.Time
			if from, err = timeOrAgo(*since, env.clock.Now(cmd.Context())); err != nil {
				return fmt.Errorf("--failed-since %w", err)
			}
			n, err = d.failed(cmd, h, args[0], from)
		}
		switch {
		case err != nil:
			return err
		case *asJSON:
			return printJSON(env.Out, map[string]int64{"deliveries": n})
		}
		return env.say("%d to send again", n)
	})
}

func (d redelivery) single(cmd *cobra.Command, h *instance, receiver, which string) error {
	delivery, err := provider.ParseID(which)
	if err == nil {
		err = d.one(cmd, h, receiver, delivery)
	} else {
		err = provider.ErrNotFound
	}
	if errors.Is(err, provider.ErrNotFound) {
		return fmt.Errorf("delivery %q: %w, or it waits to be sent (%s %s shows what there is)", which, provider.ErrNotFound, d.list, receiver)
	}
	return err
}
