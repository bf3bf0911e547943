package main

import (
	"errors"

	"github.com/spf13/cobra"
)

// noFlag takes the place of a global flag that means nothing to a verb: help does not name it, and giving
// it is a fault.
type noFlag struct{}

// typeOfNoFlag is what flagFault knows it by.
const typeOfNoFlag = "none"

func (noFlag) String() string   { return "" }
func (noFlag) Set(string) error { return errors.New("there is no such flag") }
func (noFlag) Type() string     { return typeOfNoFlag }

// withoutFlags has a verb do without global flags.
func withoutFlags(cmd *cobra.Command, names ...string) {
	for _, name := range names {
		flag := cmd.Flags().VarPF(noFlag{}, name, "", "")
		flag.Hidden, flag.NoOptDefVal = true, "given" // the fault is the flag, not its value
	}
}
