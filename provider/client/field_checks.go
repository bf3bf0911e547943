package client

import (
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/fault"
)

func checkDefaultACRs(c *Client) *fault.Fault {
	for _, class := range c.DefaultACRs {
		// They are sent in one parameter, separated by spaces.
		if class == "" || len(class) > maxName || strings.Contains(class, " ") {
			return fault.New(fault.ACRs, "most", maxACRs, "bytes", maxName)
		}
	}
	if len(c.DefaultACRs) > maxACRs || repeats(c.DefaultACRs) {
		return fault.New(fault.ACRs, "most", maxACRs, "bytes", maxName)
	}
	return nil
}

func checkMaxAge(c *Client) *fault.Fault {
	if v := c.DefaultMaxAge; v < 0 || v > maxRefresh || v%time.Second != 0 {
		return fault.New(fault.MaxAge, "most", "400 days")
	}
	return nil
}

func checkSoftware(of func(c *Client) string) func(c *Client) *fault.Fault {
	return func(c *Client) *fault.Fault {
		if len(of(c)) > maxName {
			return fault.New(fault.Long, "bytes", maxName)
		}
		return nil
	}
}

func checkContacts(c *Client) *fault.Fault {
	for _, contact := range c.Contacts {
		if strings.TrimSpace(contact) == "" || len(contact) > maxName {
			return fault.New(fault.Contact, "bytes", maxName)
		}
	}
	if len(c.Contacts) > maxContacts || repeats(c.Contacts) {
		return fault.New(fault.Contacts, "most", maxContacts)
	}
	return nil
}

func checkRate(c *Client) *fault.Fault {
	if c.RateLimit < 0 || c.RateLimit > maxRateLimit {
		return fault.New(fault.Rate, "most", maxRateLimit)
	}
	return nil
}
