// Package cache caches what every request reads and operators change rarely: clients, scopes,
// settings. Grants and tokens are never cached: whether one is still valid is read from the
// database each time.
//
// A change made by another replica or by the command line is visible within the Watcher's
// interval: every such change increments a version in the database, each process polls it, and a
// new version flushes the caches. Missing keys are not cached, so requests with random client ids
// cannot evict real entries.
package cache
