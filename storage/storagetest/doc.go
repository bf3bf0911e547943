// Package storagetest is the suite that every database of package storage must pass, with a file
// per aggregate and tests of races. It also reads databases directly, for tests that check what is
// stored.
package storagetest
