// Package imports owns what all imports from other systems have in common: a Reader yields items one
// by one, Run groups them into batches, and the Sink of their kind checks each batch and writes it in
// one administrative act. It decides nothing about users or clients: their registries apply the same
// rules as to those that are created one by one.
//
//	Reader --Item--> Run --batch--> Sink (Users, Clients, ...) --> Registry --> audit.Gate
//	                  |  <--Outcome of each item--
//	                  +--> Report, Progress, Refused
//
// An import can be repeated: what exists already and is identical is counted as present, and what
// exists and differs is refused. An interruption keeps whole batches.
package imports
