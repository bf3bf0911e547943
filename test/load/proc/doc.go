// Package proc reads the processor time and memory of a process from /proc (proc(5)). It works
// on Linux only.
package proc
