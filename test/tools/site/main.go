// Command site makes a static site of the guides.
//
//	site INDEX DIRECTORY
//
// INDEX is the Markdown file that lists the pages: each heading of the second level is a section of the
// navigation, and each link in it to a Markdown file is a page. The site goes into DIRECTORY. It needs no
// script, and nothing from elsewhere.
//
// It fails, and names each fault, where a link or an anchor leads nowhere, where a page beside INDEX is not
// listed, and where a picture is on another server.
package main

import (
	"errors"
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: site INDEX DIRECTORY")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run reads everything before it writes anything: a site with faults is not made.
func run(index, directory string) error {
	s, err := read(index)
	if err != nil {
		return err
	}
	var faults []error
	for _, p := range s.pages {
		faults = append(faults, s.link(p)...)
	}
	if err := errors.Join(append(faults, s.unlisted()...)...); err != nil {
		return err
	}
	return s.write(directory)
}
