// Package cache keeps what is read at each request and changed by hand: clients,
// scopes, settings. Grants and tokens never stand in a cache: whether one is still
// good is asked of the database each time.
//
// A change made by another replica or by the command line shows within the Watcher's
// interval: every such change bumps one version in the database, each process polls
// it, and a new version empties the caches. Keys that do not exist are not remembered,
// so asking for random clients cannot push real ones out.
package cache
